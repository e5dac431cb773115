/// The weights of old pixels in new ones, along one side of an image.
///
/// Each new pixel has the same number of taps, some of them with weight 0.
struct ResamplingTaps {
  /// The bits after the point of a weight; with them a sum over bytes stays below 2³¹.
  static let fractionBits: Int32 = 22

  /// The old pixels along the side.
  private(set) var oldCount: Int
  /// How many old pixels a new one looks at.
  private(set) var tapCount = 1
  /// For each new pixel, the first old one it looks at; `tapCount` follow from there.
  private(set) var starts: [Int] = []
  /// The weights, new pixel after new pixel, in units of 2⁻²²; those of one add up to 1, to rounding.
  private(set) var weights: [Int32] = []

  /// The weights of some of the new pixels.
  ///
  /// - Parameters:
  ///   - oldCount: The side's old length.
  ///   - newCount: Its new length.
  ///   - part: Which of the new pixels are wanted.
  ///   - filter: How colors are mixed.
  ///   - antialias: See `RGBImage.resized`.
  init(
    from oldCount: Int, to newCount: Int, part: Range<Int>, filter: ResamplingFilter,
    antialias: Bool
  ) {
    self.oldCount = oldCount
    let old = (oldCount, newCount)
    let pixels: [(first: Int, weights: [Double])]
    switch (filter, antialias) {
    case (.nearest, true): pixels = Self.nearest(old, part)
    case (.nearest, false):
      // PyTorch's `nearest` has no half pixels.
      pixels = part.map { (min(oldCount - 1, $0 * oldCount / newCount), [1]) }
    case (_, true): pixels = part.map { Self.averaged(old, at: $0, filter) }
    case (_, false): pixels = part.map { Self.interpolated(old, at: $0, filter) }
    }
    tapCount = pixels.reduce(1) { max($0, $1.weights.count) }
    starts.reserveCapacity(part.count)
    weights.reserveCapacity(part.count * tapCount)
    for pixel in pixels {
      // At the far border the taps must still lie within the side.
      let start = min(pixel.first, oldCount - tapCount)
      let before = pixel.first - start
      starts.append(start)
      weights += repeatElement(0, count: before)
      weights += pixel.weights.map {
        Int32(($0 * 0x1p22).rounded(.toNearestOrAwayFromZero))
      }
      weights += repeatElement(0, count: tapCount - before - pixel.weights.count)
    }
  }

  /// The old pixels that the new ones look at.
  var used: Range<Int> {
    (starts.min() ?? 0)..<(starts.max() ?? 0) + tapCount
  }

  /// The weight of a new pixel's tap, as a number.
  func weight(_ index: Int, tap: Int) -> Float { Float(weights[index * tapCount + tap]) * 0x1p-22 }

  /// The same weights for a side of which only some old pixels are kept.
  func shifted(by offset: Int, count: Int) -> ResamplingTaps {
    var taps = self
    taps.oldCount = count
    taps.starts = starts.map { $0 + offset }
    return taps
  }

  /// Pillow's nearest pixels: it adds up steps, and so do we, for the same rounding.
  private static func nearest(
    _ side: (oldCount: Int, newCount: Int), _ part: Range<Int>
  ) -> [(first: Int, weights: [Double])] {
    let step = Double(side.oldCount) / Double(side.newCount)
    var position = step * 0.5
    var pixels: [(first: Int, weights: [Double])] = []
    for index in 0..<part.upperBound {
      if index >= part.lowerBound {
        pixels.append((min(side.oldCount - 1, Int(position)), [1]))
      }
      position += step
    }
    return pixels
  }

  /// A new pixel's weights as Pillow has them (`precompute_coeffs` of `Resample.c`).
  private static func averaged(
    _ side: (oldCount: Int, newCount: Int), at index: Int, _ filter: ResamplingFilter
  ) -> (first: Int, weights: [Double]) {
    let scale = Double(side.oldCount) / Double(side.newCount)
    // Where an image shrinks, the filter grows with the step, or pixels would be skipped.
    let reach = max(scale, 1)
    let support = filter.support * reach
    let center = (Double(index) + 0.5) * scale
    // Old pixels count whose centers lie within the support; cut off toward zero, as C does.
    let first = max(0, Int(center - support + 0.5))
    let end = min(side.oldCount, Int(center + support + 0.5))
    let inverse = 1 / reach
    let heights = (first..<max(first, end)).map {
      filter.height(at: (Double($0) - center + 0.5) * inverse)
    }
    // At the borders fewer pixels count, and their weights must still add up to 1.
    let sum = heights.reduce(0, +)
    return (first, sum == 0 ? heights : heights.map { $0 / sum })
  }

  /// A new pixel's weights as PyTorch's `interpolate` has them with half-pixel centers, without
  /// averaging: of the next two or four old pixels, where the border's pixel stands for those
  /// beyond it.
  private static func interpolated(
    _ side: (oldCount: Int, newCount: Int), at index: Int, _ filter: ResamplingFilter
  ) -> (first: Int, weights: [Double]) {
    let center = (Double(index) + 0.5) * Double(side.oldCount) / Double(side.newCount) - 0.5
    let support = Int(filter.support.rounded(.up))
    let left = Int(center.rounded(.down)) - support + 1
    let last = side.oldCount - 1
    let first = min(max(left, 0), last)
    let end = min(max(left + 2 * support - 1, 0), last)
    var weights = [Double](repeating: 0, count: end - first + 1)
    var sum = 0.0
    for pixel in left..<left + 2 * support {
      let distance = Double(pixel) - center
      // PyTorch's cubic has another parameter than Pillow's.
      let height =
        filter == .bicubic
        ? ResamplingFilter.cubic(abs(distance), a: -0.75) : filter.height(at: distance)
      weights[min(max(pixel, 0), last) - first] += height
      sum += height
    }
    return (first, weights.map { $0 / sum })
  }
}
