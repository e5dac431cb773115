internal import OneDNN
internal import ParallelLoops

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
extension FourierImage {
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
    var sums = values.mutableSpan
    sgemm(
      rows: 3 * side, columns: count, inner: count, between.span, table.span, into: &sums)
  }

  /// The columns of the even array that the odd one lacks: 0 and, when the side is even, side/2.
  var edges: StrideTo<Int> {
    stride(from: 0, to: side / 2 + 1 - side % 2, by: max(1, side / 2))
  }

  /// Where a row 0 … side/2 of a plane, and its opposite row, lie in the arrays.
  struct RowPlaces {
    /// Rows of the spectrum, in the parameters.
    let real, oppositeReal, imaginary, oppositeImaginary: Int
    /// Rows of cosines and sines in the even array.
    let evenCosine, evenSine: Int
    /// Rows of cosines and sines in the odd array, less 1, since its first column is column 1.
    let oddCosine, oddSine: Int
    /// Rows of the image.
    let pixels, oppositePixels: Int
    /// Whether the row differs from its opposite.
    let isPaired: Bool
  }

  /// The places of a row of a plane.
  func places(_ plane: Int, _ row: Int) -> RowPlaces {
    let opposite = (side - row) % side
    let sineRow = cosineCount + row - 1
    return RowPlaces(
      real: (plane * side + row) * cosineCount,
      oppositeReal: (plane * side + opposite) * cosineCount,
      imaginary: ((3 + plane) * side + row) * cosineCount,
      oppositeImaginary: ((3 + plane) * side + opposite) * cosineCount,
      evenCosine: (3 * row + plane) * cosineCount, evenSine: (3 * sineRow + plane) * cosineCount,
      oddCosine: (3 * row + plane) * sineCount - 1,
      oddSine: (3 * sineRow + plane) * sineCount - 1, pixels: (plane * side + row) * side,
      oppositePixels: (plane * side + opposite) * side, isPaired: opposite != row)
  }
}
