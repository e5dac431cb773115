/// What a warp shows where a position lies outside the image.
public enum Border: Sendable, Equatable {
  /// One value of RGB in 0…1; grey is 0.5.
  case constant(Float)
  /// The nearest pixel of the image.
  case replicate
}

/// Shows an image to a network through an affine map, by bilinear interpolation.
///
/// All of a step's padding, jitter, scaling and rotation are one `Transform`. The image lies in
/// network values with four floats a pixel, so that a pixel's channels move together, and with a ring
/// of outside pixels; positions are clamped to the ring (constant border) or the image (replicated
/// border) and need no other test.
public struct Warp: Sendable {
  /// The side of the image in pixels.
  public let inputSide: Int
  /// The side of the network's input in pixels.
  public let outputSide: Int
  /// What lies outside the image.
  public let border: Border
  /// What the network reads.
  public let channels: NetworkChannels

  /// The pixels in a row of the padded image: one outside pixel on the left, two on the right, the
  /// last of which is only ever read with weight 0.
  let paddedSide: Int

  /// Makes the warp of an image size.
  public init(
    inputSide: Int, outputSide: Int, border: Border = .constant(0.5),
    channels: NetworkChannels = NetworkChannels()
  ) {
    // Indices of padded pixels are computed in Float, exactly up to 2²³.
    precondition(
      (1...2048).contains(inputSide) && outputSide >= 1,
      "sides in 1…2048 are needed, got \(inputSide) and \(outputSide)")
    self.inputSide = inputSide
    self.outputSide = outputSide
    self.border = border
    self.channels = channels
    paddedSide = inputSide + 3
  }

  /// Memory for a padded image and its gradient; one for each worker.
  public struct Workspace: Sendable {
    /// The image in network values, paddedSide × paddedSide × 4.
    fileprivate var pixels: [Float]
    /// The gradient with respect to `pixels`.
    fileprivate var gradient: [Float]
    /// A row of the output, 4 floats a pixel, and the lanes past its end.
    fileprivate var row: [Float]
  }

  /// Memory for one worker.
  public func makeWorkspace() -> Workspace {
    var outside = SIMD4<Float>()
    if case .constant(let value) = border {
      for channel in 0..<3 {
        outside[channel] = channels.factor(channel) * value + channels.offset[channel]
      }
    }
    let pixels = (0..<4 * paddedSide * paddedSide).map { outside[$0 % 4] }
    return Workspace(
      pixels: pixels, gradient: [Float](repeating: 0, count: pixels.count),
      row: [Float](repeating: 0, count: 4 * (outputSide + 7)))
  }

  /// Writes what the network sees of an image.
  ///
  /// - Parameters:
  ///   - transform: Where each output pixel lies in the image.
  ///   - rgb: The image, 3 × inputSide × inputSide, planar, in 0…1.
  ///   - workspace: Scratch memory made by this warp.
  ///   - output: 3 × outputSide × outputSide, planar, in network values.
  public func apply(
    _ transform: Transform, to rgb: [Float], using workspace: inout Workspace,
    into output: inout MutableSpan<Float>
  ) {
    check(rgb.count, output.count, workspace)
    interleave(rgb.span, into: &workspace.pixels)
    sample(workspace.pixels, transform, &workspace.row, into: &output)
  }

  private func sample(
    _ pixels: [Float], _ transform: Transform, _ row: inout [Float],
    into output: inout MutableSpan<Float>
  ) {
    let pixels = pixels.span
    var samples = row.mutableSpan
    let grid = SamplingGrid(transform, bounds: bounds, paddedSide: paddedSide)
    for y in 0..<outputSide {
      let row = grid.row(y)
      for x in stride(from: 0, to: outputSide, by: 8) {
        row.taps(from: x).sample(pixels, into: &samples, at: 4 * x)
      }
      forEachOverlappingBlock(of: outputSide) { x, lanes in
        separate(samples.span, at: 4 * x, into: &output, at: y * outputSide + x, lanes)
      }
    }
  }

  @inline(__always)
  private func separate(
    _ samples: Span<Float>, at start: Int, into output: inout MutableSpan<Float>, at index: Int,
    _ lanes: Int
  ) {
    let block = PixelBlock { lane in samples.pixel(at: start + 4 * lane) }
    let planeSize = outputSide * outputSide
    output.store(block.plane0, at: index, lanes: lanes)
    output.store(block.plane1, at: index + planeSize, lanes: lanes)
    output.store(block.plane2, at: index + 2 * planeSize, lanes: lanes)
  }

  /// Pulls a gradient back from the network's input to the image; the adjoint of the linear part of
  /// `apply(_:to:using:into:)`.
  ///
  /// Every output pixel, in row-major order, adds to the four pixels that it was interpolated from, so
  /// that sums are always formed in the same order.
  ///
  /// - Parameters:
  ///   - transform: The transform that was applied.
  ///   - outputGradient: The gradient with respect to the output, 3 × outputSide × outputSide.
  ///   - workspace: Scratch memory made by this warp.
  ///   - gradient: The gradient with respect to the image, 3 × inputSide × inputSide.
  public func pullback(
    _ transform: Transform, _ outputGradient: Span<Float>, using workspace: inout Workspace,
    into gradient: inout [Float]
  ) {
    check(gradient.count, outputGradient.count, workspace)
    var pixels = workspace.gradient.mutableSpan
    pixels.update(repeating: 0)
    let grid = SamplingGrid(transform, bounds: bounds, paddedSide: paddedSide)
    for y in 0..<outputSide {
      let row = grid.row(y)
      forEachBlock(of: outputSide) { x, lanes in
        scatter(outputGradient, row.taps(from: x), into: &pixels, at: y * outputSide + x, lanes)
      }
    }
    deinterleave(workspace.gradient.span, into: &gradient)
  }

  @inline(__always)
  private func scatter(
    _ outputGradient: Span<Float>, _ taps: SamplingGrid.Taps,
    into pixels: inout MutableSpan<Float>, at index: Int, _ lanes: Int
  ) {
    let planeSize = outputSide * outputSide
    let block = PixelBlock(
      outputGradient.vector(at: index, lanes: lanes),
      outputGradient.vector(at: index + planeSize, lanes: lanes),
      outputGradient.vector(at: index + 2 * planeSize, lanes: lanes))
    // The lanes past a row's end add zeros.
    block.forEachPixel { pixel, lane in taps.scatter(pixel, into: &pixels, lane) }
  }

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
