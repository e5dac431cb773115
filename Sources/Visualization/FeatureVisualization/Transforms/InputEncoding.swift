public import Models
internal import Numerics

/// From RGB to the values that a network reads: channels reordered, scaled and shifted, as the
/// network's `Preprocessing` says.
///
/// It stands before the warp, not behind it, so that a warp need not know of it and its result can go
/// to the network as it is; the border of such a warp is in network values, which `values(of:)` gives.
public struct InputEncoding: ImageTransform {
  /// The side of the image in pixels.
  public let inputSide: Int

  /// The plane of RGB that each channel shows.
  private let planes: [3 of Int]
  /// What each channel's values in 0…1 are multiplied by, and what is then added.
  private let factors, offsets: SIMD3<Float>

  /// Encodes images as a network wants them.
  ///
  /// A gray network's one channel is made of all three planes alike, as
  /// `NetworkGraph.withColorInput()` has it.
  ///
  /// - Parameters:
  ///   - channels: The network's channels in its own order.
  ///   - side: The side of the image in pixels.
  /// - Throws: `VisualizationError` when they are neither red, green and blue in some order nor gray.
  public init(channels: [InputChannel], side: Int) throws(VisualizationError) {
    var channels = channels
    if channels.count == 1, channels[0].source == .luma {
      let gray = channels[0]
      channels = [.red, .green, .blue].map {
        InputChannel(source: $0, scale: gray.scale, offset: gray.offset)
      }
    }
    let sources = channels.map(\.source.rawValue)
    guard sources.sorted() == [0, 1, 2] else {
      throw VisualizationError(
        description: """
          Cannot render icons: the network's input is neither red, green and blue nor gray; give a \
          network of such images.
          """)
    }
    inputSide = side
    planes = [sources[0], sources[1], sources[2]]
    factors = 255 * SIMD3(channels[0].scale, channels[1].scale, channels[2].scale)
    offsets = SIMD3(channels[0].offset, channels[1].offset, channels[2].offset)
  }

  /// For profiles.
  public var name: String { "input encoding" }
  /// The same.
  public var outputSide: Int { inputSide }

  /// The network values of a color.
  public func values(of rgb: SIMD3<Float>) -> SIMD3<Float> {
    factors * SIMD3(rgb[planes[0]], rgb[planes[1]], rgb[planes[2]]) + offsets
  }

  /// Encodes an image.
  public func apply(
    to image: Span<Float>, _ variation: Void, using workspace: inout Void,
    into result: inout MutableSpan<Float>
  ) {
    check(image.count, result.count)
    let planeSize = inputSide * inputSide
    for channel in 0..<3 {
      let (from, to) = (planes[channel] * planeSize, channel * planeSize)
      let (factor, offset) = (factors[channel], offsets[channel])
      forEachBlock(of: planeSize) { pixel, lanes in
        let value = image.vector(at: from + pixel, lanes: lanes)
        result.store(factor * value + offset, at: to + pixel, lanes: lanes)
      }
    }
  }

  /// The adjoint of the linear part of `apply`.
  public func pullback(
    _ resultGradient: Span<Float>, at image: Span<Float>, _ variation: Void,
    using workspace: inout Void, into gradient: inout MutableSpan<Float>
  ) {
    check(gradient.count, resultGradient.count)
    let planeSize = inputSide * inputSide
    for channel in 0..<3 {
      let (to, from) = (planes[channel] * planeSize, channel * planeSize)
      let factor = factors[channel]
      forEachBlock(of: planeSize) { pixel, lanes in
        let value = resultGradient.vector(at: from + pixel, lanes: lanes)
        gradient.store(factor * value, at: to + pixel, lanes: lanes)
      }
    }
  }

  private func check(_ inputCount: Int, _ outputCount: Int) {
    precondition(
      inputCount == 3 * inputSide * inputSide && outputCount == inputCount,
      "\(inputCount) and \(outputCount) values for an encoding of side \(inputSide)")
  }
}
