public import NeuralNetworks

/// The activation of one channel; over several positions, the mean.
///
/// Everywhere it is what feature visualization calls a channel, at one position a neuron (Olah,
/// Mordvintsev and Schubert, "Feature Visualization", Distill 2017).
///
/// Not a `VectorMeasure`, which would gather all channels of every position to read one of them.
public struct ChannelMeasure: Measure {
  /// Which channel, counted from 0.
  public let channel: Int

  /// Measures a channel.
  public init(_ channel: Int) { self.channel = channel }

  /// For instance `channel 5`.
  public var description: String { "channel \(channel)" }

  /// The channel must exist.
  public func mismatch(with shape: MapShape) -> String? {
    (0..<shape.channels).contains(channel)
      ? nil : "it has \(shape.channels) channels; choose one of 0..<\(shape.channels)"
  }

  /// The mean over the positions, summed in `Double`.
  public func value(of activations: Span<Float>, at positions: Positions) -> Float {
    let start = channel * positions.shape.positionCount
    var sum = 0.0
    positions.forEach { sum += Double(activations[start + $0]) }
    return Float(sum / Double(positions.count))
  }

  /// Adds scale / count at each position of the channel.
  public func addGradient(
    of activations: Span<Float>, at positions: Positions, scale: Float,
    to gradient: inout MutableSpan<Float>
  ) {
    let start = channel * positions.shape.positionCount
    let weight = scale / Float(positions.count)
    positions.forEach { gradient[start + $0] += weight }
  }
}

extension Objective {
  /// The mean of a channel.
  public static func channel(
    _ channel: Int, of tensor: String, in region: Region = .everywhere
  ) -> Objective {
    Objective(ChannelMeasure(channel), of: tensor, in: region)
  }

  /// A channel at one position.
  public static func neuron(
    _ channel: Int, of tensor: String, in region: Region = .center
  ) -> Objective {
    Objective(ChannelMeasure(channel), of: tensor, in: region)
  }
}
