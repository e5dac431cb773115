internal import Images

/// A layout on a line as a histogram: how many samples of each group lie in each part of the line.
struct LayoutBars {
  private let width, height: Int
  private let groupCount: Int
  /// The samples of each group in each bar, bar by bar.
  private let counts: [Int]

  /// The width of a bar in pixels, one of them the gap to the next.
  private static let barWidth = 4

  /// Counts samples by group in parts of a line `side` pixels long.
  ///
  /// - Parameters:
  ///   - frame: The positions, on a line.
  ///   - side: The length of the line in pixels.
  ///   - groupCount: The number of groups.
  ///   - group: The group of a sample.
  init(_ frame: LayoutFrame, side: Int, groupCount: Int, group: (Int) -> Int) {
    (width, height) = (side, max(1, side / 3))
    self.groupCount = groupCount
    let barCount = (side + Self.barWidth - 1) / Self.barWidth
    var counts = [Int](repeating: 0, count: barCount * groupCount)
    for sample in 0..<frame.sampleCount {
      guard let position = frame.pixelPosition(of: sample) else { continue }
      let bar = min(max(Int(position.x) / Self.barWidth, 0), barCount - 1)
      counts[bar * groupCount + group(sample)] += 1
    }
    self.counts = counts
  }

  /// Draws the bars from the lower edge up, the highest nearly to the upper one, groups stacked in
  /// their order.
  ///
  /// - Parameters:
  ///   - background: The background, in linear light.
  ///   - color: The color of a group in a bar whose fraction of the highest is given, in linear
  ///     light.
  /// - Returns: The image.
  func picture(
    background: SIMD3<Float>,
    color: @Sendable (_ fraction: Float, _ group: Int) -> SIMD3<Float>
  ) -> RGBImage {
    let barCount = counts.count / groupCount
    let totals = (0..<barCount).map { bar in
      counts[bar * groupCount..<(bar + 1) * groupCount].reduce(0, +)
    }
    let highest = max(1, totals.max() ?? 0)
    let room = Float(height) * (1 - 2 * Float(LayoutFrame.margin))
    let base = Float(height) * (1 - Float(LayoutFrame.margin))
    var pixels = [SIMD3<Float>](repeating: background, count: width * height)
    for bar in 0..<barCount where totals[bar] > 0 {
      let columns = bar * Self.barWidth..<min((bar + 1) * Self.barWidth - 1, width)
      let fraction = Float(totals[bar]) / Float(highest)
      var below = 0
      for group in 0..<groupCount {
        let count = counts[bar * groupCount + group]
        guard count > 0 else { continue }
        let bottom = base - room * Float(below) / Float(highest)
        below += count
        let top = base - room * Float(below) / Float(highest)
        let ink = color(fraction, group)
        for y in max(0, Int(top))..<min(height, Int(bottom.rounded(.up))) {
          // A group's edge within a pixel colors it by the part that it covers: small groups stay
          // visible in their proportion.
          let coverage = min(bottom, Float(y + 1)) - max(top, Float(y))
          for x in columns { pixels[y * width + x] += (ink - background) * coverage }
        }
      }
    }
    return LayoutPictures.picture(width: width, height: height) { [pixels] in pixels[$0] }
  }
}
