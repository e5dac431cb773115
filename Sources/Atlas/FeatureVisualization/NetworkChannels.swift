/// The affine map from RGB to the channels that a network reads.
///
/// Channel i of the network is `scale[i] · 255 · rgb[order[i]] + offset[i]`.
public struct NetworkChannels: Sendable {
  /// Which of red (0), green (1) and blue (2) each channel shows.
  public var order: [3 of Int]
  /// The factor of each channel, applied to values in 0…255.
  public var scale: SIMD3<Float>
  /// What is then added to each channel.
  public var offset: SIMD3<Float>

  /// Makes a map; by default it yields RGB in 0…255.
  public init(
    order: [3 of Int] = [0, 1, 2], scale: SIMD3<Float> = .one, offset: SIMD3<Float> = .zero
  ) {
    var isUsed: [3 of Bool] = [false, false, false]
    for channel in 0..<3 { isUsed[order[channel]] = true }
    precondition(isUsed[0] && isUsed[1] && isUsed[2], "the order of channels is no permutation")
    self.order = order
    self.scale = scale
    self.offset = offset
  }

  /// The factor of a channel, applied to values in 0…1.
  func factor(_ channel: Int) -> Float { 255 * scale[channel] }
}
