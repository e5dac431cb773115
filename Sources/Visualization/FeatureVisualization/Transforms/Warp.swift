internal import Numerics
public import Randomness

/// What a warp shows where a position lies outside the image.
public enum Border: Sendable, Equatable {
  /// One value for each plane.
  case constant(SIMD3<Float>)
  /// The nearest pixel of the image.
  case replicate
}

/// Shows an image through a random affine map, by bilinear interpolation.
///
/// All of a step's padding, jitter, scaling and rotation are one `AffineMap`. The image lies with four
/// floats a pixel, so that a pixel's channels move together, and with a ring of outside pixels;
/// positions are clamped to the ring (constant border) or the image (replicated border) and need no
/// other test.
public struct Warp: ImageTransform {
  /// The side of the image in pixels.
  public let inputSide: Int
  /// The side of what is seen of it.
  public let outputSide: Int
  /// What lies outside the image.
  public let border: Border
  /// The maps that are drawn.
  public let maps: AffineMapDistribution

  /// The pixels in a row of the padded image: one outside pixel on the left, two on the right, the
  /// last of which is only ever read with weight 0.
  private let paddedSide: Int

  /// Makes the warp of an image size.
  ///
  /// - Parameters:
  ///   - inputSide: The side of the image in pixels, at most 2048.
  ///   - outputSide: The side of what is seen of it.
  ///   - border: What lies outside the image.
  ///   - maps: The maps that are drawn.
  public init(
    inputSide: Int, outputSide: Int, border: Border = .constant(SIMD3(repeating: 0.5)),
    maps: AffineMapDistribution = AffineMapDistribution()
  ) {
    // Indices of padded pixels are computed in Float, exactly up to 2²³.
    precondition(
      (1...2048).contains(inputSide) && outputSide >= 1,
      "sides in 1…2048 are needed, got \(inputSide) and \(outputSide)")
    self.inputSide = inputSide
    self.outputSide = outputSide
    self.border = border
    self.maps = maps
    paddedSide = inputSide + 3
  }

  /// For profiles.
  public var name: String { "warp" }

  /// One map.
  public func draw(using stream: inout RandomStream) -> AffineMap {
    maps.draw(using: &stream, inputSide: inputSide, outputSide: outputSide)
  }

  /// The map that shows the image about its center, neither scaled nor turned.
  public var still: AffineMap { AffineMap(inputSide: inputSide, outputSide: outputSide) }

  /// Memory for a padded image and its gradient.
  public struct Workspace: Sendable {
    /// The image, paddedSide × paddedSide × 4.
    fileprivate var pixels: [Float]
    /// The gradient with respect to `pixels`.
    fileprivate var gradient: [Float]
    /// A row of the output, 4 floats a pixel, and the lanes past its end.
    fileprivate var row: [Float]
  }

  /// Memory for one thread, its ring of outside pixels filled in.
  public func makeWorkspace() -> Workspace {
    var outside = SIMD4<Float>()
    if case .constant(let values) = border { outside = SIMD4(values, 0) }
    let pixels = (0..<4 * paddedSide * paddedSide).map { outside[$0 % 4] }
    return Workspace(
      pixels: pixels, gradient: [Float](repeating: 0, count: pixels.count),
      row: [Float](repeating: 0, count: 4 * (outputSide + 7)))
  }

  // MARK: Apply

  /// Shows the image through a map.
  public func apply(
    to image: Span<Float>, _ map: AffineMap, using workspace: inout Workspace,
    into result: inout MutableSpan<Float>
  ) {
    check(image.count, result.count, workspace)
    interleave(image, into: &workspace.pixels)
    sample(workspace.pixels, map, &workspace.row, into: &result)
  }

  /// Brings an image into the inner part of the padded one.
  private func interleave(_ image: Span<Float>, into pixels: inout [Float]) {
    var pixels = pixels.mutableSpan
    let planeSize = inputSide * inputSide
    for y in 0..<inputSide {
      // Where blocks overlap, pixels are written twice, with the same values.
      forEachOverlappingBlock(of: inputSide) { x, lanes in
        let index = y * inputSide + x
        let block = PixelBlock(
          image.vector(at: index, lanes: lanes), image.vector(at: planeSize + index, lanes: lanes),
          image.vector(at: 2 * planeSize + index, lanes: lanes))
        let start = paddedIndex(x, y)
        block.forEachPixel { pixel, lane in
          if lane < lanes { pixels.store(pixel, at: start + 4 * lane) }
        }
      }
    }
  }

  private func sample(
    _ pixels: [Float], _ map: AffineMap, _ row: inout [Float],
    into result: inout MutableSpan<Float>
  ) {
    let pixels = pixels.span
    var samples = row.mutableSpan
    let grid = SamplingGrid(map, bounds: bounds, paddedSide: paddedSide)
    let planeSize = outputSide * outputSide
    for y in 0..<outputSide {
      let row = grid.row(y)
      for x in stride(from: 0, to: outputSide, by: 8) {
        row.taps(from: x).sample(pixels, into: &samples, at: 4 * x)
      }
      forEachOverlappingBlock(of: outputSide) { x, lanes in
        let block = PixelBlock { lane in samples.span.vector4(at: 4 * (x + lane)) }
        let index = y * outputSide + x
        result.store(block.plane0, at: index, lanes: lanes)
        result.store(block.plane1, at: index + planeSize, lanes: lanes)
        result.store(block.plane2, at: index + 2 * planeSize, lanes: lanes)
      }
    }
  }

  // MARK: Pull back

  /// The adjoint of the linear part of `apply`.
  ///
  /// Every output pixel, in row-major order, adds to the four pixels that it was interpolated from, so
  /// that sums are always formed in the same order.
  public func pullback(
    _ resultGradient: Span<Float>, at image: Span<Float>, _ map: AffineMap,
    using workspace: inout Workspace, into gradient: inout MutableSpan<Float>
  ) {
    check(gradient.count, resultGradient.count, workspace)
    scatter(resultGradient, map, into: &workspace.gradient)
    deinterleave(workspace.gradient.span, into: &gradient)
  }

  /// The adjoint of `sample`.
  private func scatter(
    _ resultGradient: Span<Float>, _ map: AffineMap, into pixels: inout [Float]
  ) {
    var pixels = pixels.mutableSpan
    pixels.update(repeating: 0)
    let grid = SamplingGrid(map, bounds: bounds, paddedSide: paddedSide)
    let planeSize = outputSide * outputSide
    for y in 0..<outputSide {
      let row = grid.row(y)
      // These blocks must not overlap: what is added twice counts twice.
      forEachBlock(of: outputSide) { x, lanes in
        let taps = row.taps(from: x)
        let index = y * outputSide + x
        let block = PixelBlock(
          resultGradient.vector(at: index, lanes: lanes),
          resultGradient.vector(at: index + planeSize, lanes: lanes),
          resultGradient.vector(at: index + 2 * planeSize, lanes: lanes))
        // The lanes past a row's end add zeros.
        block.forEachPixel { pixel, lane in taps.scatter(pixel, into: &pixels, lane) }
      }
    }
  }

  /// The adjoint of `interleave`; what fell on outside pixels is lost.
  private func deinterleave(_ pixels: Span<Float>, into image: inout MutableSpan<Float>) {
    let planeSize = inputSide * inputSide
    for y in 0..<inputSide {
      forEachOverlappingBlock(of: inputSide) { x, lanes in
        let start = paddedIndex(x, y)
        let block = PixelBlock { lane in
          lane < lanes ? pixels.vector4(at: start + 4 * lane) : .zero
        }
        let index = y * inputSide + x
        image.store(block.plane0, at: index, lanes: lanes)
        image.store(block.plane1, at: planeSize + index, lanes: lanes)
        image.store(block.plane2, at: 2 * planeSize + index, lanes: lanes)
      }
    }
  }

  // MARK: Geometry

  /// Where a pixel of the image lies in the padded one, in floats.
  @inline(__always)
  private func paddedIndex(_ x: Int, _ y: Int) -> Int { 4 * ((y + 1) * paddedSide + x + 1) }

  /// Where positions are clamped to, in padded coordinates.
  private var bounds: ClosedRange<Float> {
    border == .replicate ? 1...Float(inputSide) : 0...Float(inputSide + 1)
  }

  private func check(_ inputCount: Int, _ outputCount: Int, _ workspace: Workspace) {
    precondition(
      inputCount == 3 * inputSide * inputSide && outputCount == 3 * outputSide * outputSide
        && workspace.pixels.count == 4 * paddedSide * paddedSide
        && workspace.row.count == 4 * (outputSide + 7),
      "\(inputCount) and \(outputCount) values for a warp from \(inputSide) to \(outputSide)")
  }
}
