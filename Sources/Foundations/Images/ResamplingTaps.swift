/// The weights of old pixels in new ones, along one side of a picture.
///
/// Each new pixel has the same number of taps, some of them with weight 0.
struct ResamplingTaps {
  /// The bits after the point of a weight; with them a sum over bytes stays below 2³¹.
  static let fractionBits: Int32 = 22

  /// The old pixels along the side.
  let oldCount: Int
  /// How many old pixels a new one looks at.
  let tapCount: Int
  /// For each new pixel, the first old one it looks at; `tapCount` follow from there.
  private(set) var starts: [Int] = []
  /// The weights, new pixel after new pixel, in units of 2⁻²²; those of one add up to 1, to rounding.
  private(set) var weights: [Int32] = []

  /// The triangle's weights: highest at the new pixel's centre, 0 at `reach` old pixels from it.
  init(from oldCount: Int, to newCount: Int) {
    let scale = Double(oldCount) / Double(newCount)
    let reach = max(scale, 1)
    self.oldCount = oldCount
    tapCount = min(oldCount, Int((2 * reach).rounded(.down)) + 1)
    starts.reserveCapacity(newCount)
    weights.reserveCapacity(newCount * tapCount)
    for index in 0..<newCount {
      let center = (Double(index) + 0.5) * scale
      // Old pixels count whose centres lie within reach of this one.
      let first = max(0, Int((center - reach + 0.5).rounded(.down)))
      let end = min(oldCount, Int((center + reach + 0.5).rounded(.down)))
      let start = min(first, oldCount - tapCount)
      let heights = (start..<start + tapCount).map { pixel in
        pixel < first || pixel >= end
          ? 0 : max(0, 1 - abs((Double(pixel) - center + 0.5) * (1 / reach)))
      }
      let scale = 1 / heights.reduce(0, +)
      starts.append(start)
      weights += heights.map {
        Int32(($0 * scale * 0x1p22).rounded(.toNearestOrAwayFromZero))
      }
    }
  }
}
