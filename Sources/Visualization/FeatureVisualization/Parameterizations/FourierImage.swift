internal import Glibc
internal import LinearAlgebra
internal import ParallelLoops

/// Three planes as the Fourier transform of their parameters: optimizing them treats coarse and fine
/// structure alike (Olah, Mordvintsev and Schubert, "Feature Visualization", Distill 2017).
///
/// The parameters are the real and then the imaginary parts of a half spectrum,
/// 2 × 3 × side × (side/2 + 1), planar: part, plane, vertical frequency, horizontal frequency. Each
/// frequency f (cycles per pixel) is weighted by side / max(f, 1/side)^decayPower / 4, as lucid does,
/// and the inverse real transform with the factor 1/side² follows numpy's `irfft2`.
///
/// The transform is two passes of matrix products. Sums and differences of opposite frequencies turn
/// complex exponentials into cosines and sines and halve each axis; the two matrices are symmetric,
/// so that the adjoint runs through the same passes. At the sides of icons, 48 to 256 pixels, this
/// costs 2 to 3 % of a network's step.
public struct FourierImage: Sendable {
  /// The side of the image in pixels.
  public let side: Int
  /// How many frequencies have a cosine along an axis: 0 … side/2.
  let cosineCount: Int
  /// How many have a sine: all of these but 0 and, when the side is even, side/2.
  let sineCount: Int
  let cosines: [Float]
  let sines: [Float]
  /// The weight of a frequency, cosineCount × cosineCount, with all constant factors.
  let weights: [Float]

  /// Makes the tables of an image size.
  ///
  /// - Parameters:
  ///   - side: The side of the image in pixels, at least 2.
  ///   - decayPower: How fast high frequencies are damped; 1 matches photographs.
  public init(side: Int, decayPower: Double = 1) {
    precondition(side >= 2, "an image side of at least 2 is needed, got \(side)")
    self.side = side
    cosineCount = side / 2 + 1
    sineCount = (side - 1) / 2
    // Products are reduced by whole turns before they become angles, which would lose their digits.
    let angle = 2 * Double.pi / Double(side)
    cosines = Self.table(0..<cosineCount) { cos(angle * Double($0 * $1 % side)) }
    sines = Self.table(1..<sineCount + 1) { sin(angle * Double($0 * $1 % side)) }
    weights = Self.table(0..<cosineCount) { row, column in
      let frequency = Double(row * row + column * column).squareRoot() / Double(side)
      let decay = pow(max(frequency, 1 / Double(side)), decayPower)
      // Columns of the half spectrum stand for their mirror images, too, unless they are their own.
      let multiplicity: Double = column == 0 || 2 * column == side ? 1 : 2
      return multiplicity / (4 * Double(side) * decay)
    }
  }

  /// The number of parameters.
  public var parameterCount: Int { 6 * side * cosineCount }

  /// The square of each parameter's frequency, in (cycles per pixel)²: 0 to 1/2, 1/6 in the mean.
  var squaredFrequencies: [Float] {
    let plane = (0..<side).flatMap { row in
      let y = min(row, side - row)
      return (0..<cosineCount).map { x in Float(x * x + y * y) / Float(side * side) }
    }
    return (0..<6).flatMap { _ in plane }
  }

  /// Memory for the steps between parameters and planes; one for each thread.
  public struct Workspace: Sendable {
    /// What belongs to horizontal cosines, side × 3 × cosineCount: rows of vertical cosines, then of
    /// vertical sines.
    var even: [Float]
    /// What belongs to horizontal sines, side × 3 × sineCount, rows likewise.
    var odd: [Float]
    var evenBetween: [Float]
    var oddBetween: [Float]
  }

  /// Memory for one thread.
  public func makeWorkspace() -> Workspace {
    let even = [Float](repeating: 0, count: 3 * side * cosineCount)
    let odd = [Float](repeating: 0, count: 3 * side * sineCount)
    return Workspace(even: even, odd: odd, evenBetween: even, oddBetween: odd)
  }

  /// Turns parameters into the three decorrelated planes.
  ///
  /// - Parameters:
  ///   - parameters: `parameterCount` of them.
  ///   - workspace: Scratch memory.
  ///   - planes: 3 × side × side, planar.
  /// - Complexity: O(side³).
  public func planes(
    of parameters: Span<Float>, using workspace: inout Workspace,
    into planes: inout MutableSpan<Float>
  ) {
    check(parameters.count, planes.count, workspace)
    fold(parameters, even: &workspace.even, odd: &workspace.odd)
    sum(&workspace)
    unfold(even: workspace.even.span, odd: workspace.odd.span, into: &planes)
  }

  /// Pulls a gradient back from the planes to the parameters; the adjoint of `planes(of:using:into:)`.
  ///
  /// - Parameters:
  ///   - planesGradient: The gradient with respect to the planes, 3 × side × side.
  ///   - workspace: Scratch memory.
  ///   - gradient: The gradient with respect to the parameters.
  /// - Complexity: O(side³).
  public func pullback(
    _ planesGradient: Span<Float>, using workspace: inout Workspace,
    into gradient: inout MutableSpan<Float>
  ) {
    check(gradient.count, planesGradient.count, workspace)
    pullbackUnfold(planesGradient, even: &workspace.even, odd: &workspace.odd)
    sum(&workspace)
    pullbackFold(even: workspace.even.span, odd: workspace.odd.span, into: &gradient)
  }

  /// Calls `body` for every pair of row and column, row-major.
  private static func table(
    _ range: Range<Int>, _ body: (_ row: Int, _ column: Int) -> Double
  ) -> [Float] {
    range.flatMap { row in range.map { column in Float(body(row, column)) } }
  }

  private func check(_ parameterCount: Int, _ pixelCount: Int, _ workspace: Workspace) {
    precondition(
      parameterCount == self.parameterCount && pixelCount == 3 * side * side
        && workspace.even.count == 3 * side * cosineCount,
      "\(parameterCount) parameters and \(pixelCount) values for an image of side \(side)")
  }

  // MARK: Sums over frequencies

  // With F⁺ and F⁻ the spectrum at vertical frequencies +l and −l, and Z = Σ F e^{2πi l y / side},
  //
  //   Z(+y) = A + iB,  Z(−y) = A − iB,  A = Σ (F⁺ + F⁻) cos(2π l y / side),
  //                                     B = Σ (F⁺ − F⁻) sin(2π l y / side),   l = 0 … side/2,
  //
  // and the pixel at (y, x) is Σ Re Z cos(2π k x / side) − Im Z sin(2π k x / side) over the horizontal
  // frequencies k. Four real images result, each over a quarter of the pixels:
  //
  //   a = Σ Re A cos,  b = Σ Im B cos,  c = Σ Im A sin,  d = Σ Re B sin.
  //
  // The even array holds a above b, the odd array c above d; each row of an array holds its three planes
  // one after the other. `fold` makes the sums and differences, `sum` adds up over both frequencies,
  // `unfold` puts the pixels at (±y, ±x) together.

  /// Sums over vertical, then over horizontal frequencies.
  ///
  /// Its own adjoint, since the tables are symmetric and the two sums commute.
  func sum(_ workspace: inout Workspace) {
    sum(&workspace.even, &workspace.evenBetween, cosines, cosineCount)
    sum(&workspace.odd, &workspace.oddBetween, sines, sineCount)
  }

  /// - Parameters:
  ///   - values: The even or the odd array.
  ///   - between: Scratch memory of the same size.
  ///   - table: The cosines or the sines, for the horizontal sum.
  ///   - count: The number of rows of `table`.
  private func sum(
    _ values: inout [Float], _ between: inout [Float], _ table: [Float], _ count: Int
  ) {
    let width = 3 * count
    let boundary = cosineCount * width
    between.withDisjointWrites { between in
      between.withMutableSpan(0..<boundary) { block in
        sgemm(
          rows: cosineCount, columns: width, inner: cosineCount, cosines.span,
          values.span.extracting(0..<boundary), into: &block)
      }
      between.withMutableSpan(boundary..<values.count) { block in
        sgemm(
          rows: sineCount, columns: width, inner: sineCount, sines.span,
          values.span.extracting(boundary..<values.count), into: &block)
      }
    }
    // Rows of `between` hold three planes side by side, here taken as three times as many rows.
    var sums = values.mutableSpan
    sgemm(
      rows: 3 * side, columns: count, inner: count, between.span, table.span, into: &sums)
  }
}
