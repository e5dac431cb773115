/// What a reduction takes.
public struct ReductionForecast: Sendable {
  /// Whether samples are compared with each other, since they are fewer than channels.
  public let comparesSamples: Bool
  /// The most memory in bytes, measured: six matrices of channels × channels for the moments and
  /// their file, seven while LAPACK decomposes one.
  public let bytes: Int
  /// The time of one thread for the axes alone, and for all, in seconds, about.
  public let axesSeconds, seconds: Double

  /// Forecasts the reduction of `sampleCount` × `channelCount` activations to `componentCount` components.
  public init(sampleCount: Int, channelCount: Int, componentCount: Int) {
    comparesSamples = sampleCount < channelCount
    let (samples, channels) = (Double(sampleCount), Double(channelCount))
    let order = min(samples, channels)
    let matrix = 8 * channels * channels
    let moments = 4 * matrix
    let axes =
      comparesSamples
      ? 2 * matrix + 8 * samples * channels + 64 * order * order : 8 * matrix
    // A block of samples, and 1,024 that wait to be summed.
    let blocks = 4 * channels * 4096 + 16 * Double(componentCount) * channels
    bytes = Int(max(moments, componentCount > 0 ? axes : 0) + blocks) + 64 * 1024 * 1024
    // Half a second for 1,024 channels, and 20 · 10⁹ products a second.
    axesSeconds =
      componentCount > 0
      ? 0.5e-9 * order * order * order
        + (comparesSamples ? samples * samples * channels / 20e9 : 0) : 0
    seconds =
      axesSeconds + samples * channels * (channels + Double(componentCount)) / 20e9
      + matrix / 500e6
  }
}
