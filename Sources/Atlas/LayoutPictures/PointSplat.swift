import Matrices
import Numerics
import ParallelLoops

/// The rows of a layout as small discs, summed up for each pixel rather than drawn over each other.
struct PointSplat {
  let side: Int
  /// For each pixel red, green and blue in linear light, each times the number of discs, and that
  /// number: how many discs cover the pixel, parts of one counted as such.
  let sums: [SIMD4<Float>]

  /// Sums up the discs of all rows.
  ///
  /// Discs get smaller with more rows, down to about a pixel. A pixel adds up its discs in an order
  /// that does not depend on the number of threads.
  ///
  /// - Parameters:
  ///   - layout: The positions, n × 2.
  ///   - side: The pixels of a side.
  ///   - color: The colour of a row, in linear light.
  /// - Complexity: O(n + side²), with 12 bytes a row and 16 a pixel.
  init(_ layout: Matrix, side: Int, color: @Sendable (Int) -> SIMD3<Float>) {
    let radius = Self.radius(rowCount: layout.rowCount, side: side)
    let frame = LayoutFrame(layout, side: side)
    let rows = Self.rowsByLine(layout, frame, side: side)
    var sums = [SIMD4<Float>](repeating: .zero, count: side * side)
    let reach = Int(radius.rounded(.up)) + 1
    sums.withDisjointWrites { sums in
      parallelFor(count: side, grain: 16) { band in
        // Rows that stand on lines above or below reach into the band.
        let lines = max(0, band.lowerBound - reach)..<min(side, band.upperBound + reach)
        for place in rows.starts[lines.lowerBound]..<rows.starts[lines.upperBound] {
          let row = Int(rows.order[place])
          guard let at = frame.place(of: row, in: layout) else { continue }
          let ink = SIMD4(color(row), 1)
          for y in Self.pixels(at.y, radius, within: band) {
            for x in Self.pixels(at.x, radius, within: 0..<side) {
              let offset = SIMD2(Float(x) + 0.5, Float(y) + 0.5) - at
              let distance = (offset * offset).sum().squareRoot()
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

  private static func radius(rowCount: Int, side: Int) -> Float {
    let crowded = 0.3 * Float(side) / Float(max(1, rowCount)).squareRoot()
    return min(max(crowded, 0.8), max(0.8, Float(side) / 150))
  }

  private static func pixels(
    _ center: Float, _ radius: Float, within range: Range<Int>
  ) -> Range<Int> {
    let low = Int((center - radius - 1).rounded(.down))
    let high = Int((center + radius + 1).rounded(.up)) + 1
    let first = min(max(low, range.lowerBound), range.upperBound)
    return first..<max(first, min(high, range.upperBound))
  }

  /// The rows by the line of pixels that they stand on, from the top.
  private static func rowsByLine(
    _ layout: Matrix, _ frame: LayoutFrame, side: Int
  ) -> BinnedIndices {
    let lines = (0..<layout.rowCount).map { row in
      guard let at = frame.place(of: row, in: layout) else { return Int32(-1) }
      return Int32(min(max(Int(at.y), 0), side - 1))
    }
    return countingSort(lines, binCount: side)
  }
}
