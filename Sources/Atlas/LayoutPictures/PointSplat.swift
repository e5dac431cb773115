internal import Matrices
internal import Numerics
internal import ParallelLoops

/// The samples of a layout as small discs, summed for each pixel rather than drawn over each other.
struct PointSplat {
  let side: Int
  /// For each pixel red, green and blue in linear light, each times the number of discs, and that
  /// number: how many discs cover the pixel, partial cover counted as such.
  let sums: [SIMD4<Float>]

  /// Sums the discs of all samples.
  ///
  /// Discs get smaller with more samples, down to about a pixel. A pixel adds its discs in an order
  /// that does not depend on the number of threads.
  ///
  /// - Parameters:
  ///   - frame: The positions, in a plane; samples beyond the frame are left out.
  ///   - side: The side in pixels.
  ///   - color: The color of a sample, in linear light.
  /// - Complexity: O(n + side²), with 8 bytes per sample and 16 per pixel.
  init(_ frame: LayoutFrame, side: Int, color: @Sendable (Int) -> SIMD3<Float>) {
    let radius = Self.radius(sampleCount: frame.sampleCount, side: side)
    let lines = Self.samplesByLine(frame, side: side)
    var sums = [SIMD4<Float>](repeating: .zero, count: side * side)
    let reach = Int(radius.rounded(.up)) + 1
    sums.withDisjointWrites { sums in
      // Bands of pixel rows: each pixel has one writer.
      parallelFor(count: side, grain: 16) { band in
        // Samples on rows above or below reach into the band.
        let near = max(0, band.lowerBound - reach)..<min(side, band.upperBound + reach)
        for position in lines.starts[near.lowerBound]..<lines.starts[near.upperBound] {
          let sample = Int(lines.order[position])
          guard let center = frame.pixelPosition(of: sample) else { continue }
          let ink = SIMD4(color(sample), 1)
          for y in Self.pixels(center.y, radius, within: band) {
            for x in Self.pixels(center.x, radius, within: 0..<side) {
              let offset = SIMD2(Float(x) + 0.5, Float(y) + 0.5) - center
              let distance = (offset * offset).sum().squareRoot()
              // One pixel of ramp at the rim, against jagged edges.
              let coverage = min(max(radius + 0.5 - distance, 0), 1)
              sums[y * side + x] += ink * coverage
            }
          }
        }
      }
    }
    (self.side, self.sums) = (side, sums)
  }

  /// The number of discs that half of the covered pixels exceed; 1 if none is covered.
  func medianCount() -> Float {
    let counts = sums.lazy.map(\.w).filter { $0 > 0.05 }.sorted()
    return counts.isEmpty ? 1 : counts[counts.count / 2]
  }

  /// The radius of a disc in pixels: discs cover about a quarter of the image where it has room.
  private static func radius(sampleCount: Int, side: Int) -> Float {
    let dense = 0.3 * Float(side) / Float(max(1, sampleCount)).squareRoot()
    return min(max(dense, 0.8), max(0.8, Float(side) / 150))
  }

  private static func pixels(
    _ center: Float, _ radius: Float, within range: Range<Int>
  ) -> Range<Int> {
    let low = Int((center - radius - 1).rounded(.down))
    let high = Int((center + radius + 1).rounded(.up)) + 1
    let first = min(max(low, range.lowerBound), range.upperBound)
    return first..<max(first, min(high, range.upperBound))
  }

  /// The samples by the pixel row that they stand on, from the top.
  private static func samplesByLine(
    _ frame: LayoutFrame, side: Int
  ) -> BinnedIndices {
    let lines = (0..<frame.sampleCount).map { sample in
      guard let center = frame.pixelPosition(of: sample) else { return Int32(-1) }
      return Int32(min(max(Int(center.y), 0), side - 1))
    }
    return countingSort(lines, binCount: side)
  }
}
