internal import Glibc
internal import Matrices
internal import ParallelLoops

/// The density of samples over a picture of their layout: a kernel density estimate.
///
/// Every sample is a Gaussian bump. Its width falls with the number of samples, so that at average
/// density about eight overlap: fewer would show dots instead of a density, more would blur islands
/// together.
struct DensityField {
  let side: Int
  /// The density at each pixel, row by row from the top, in samples per cell of a grid of 100 × 100
  /// over the picture.
  let values: [Float]
  /// The density in the middle of a sample that lies alone.
  let loneSample: Float

  /// Estimates the density.
  ///
  /// - Complexity: O(n + side² · width of the bump in pixels), on all threads, with 12 bytes per
  ///   pixel; a pixel is a sum in an order that does not depend on threads.
  init(_ frame: LayoutFrame, side: Int) {
    self.side = side
    // With n samples over half of the area, 4π·σ² · 2n / side² = 8. Below 0.7 pixels a bump would be
    // no Gaussian any more; above a fiftieth of the side nothing would be resolved.
    let count = Float(max(1, frame.sampleCount))
    let deviation = min(max(Float(side) * (1 / (.pi * count)).squareRoot(), 0.7), Float(side) / 50)
    let perCell = Float(side * side) / 10_000
    loneSample = perCell / (2 * .pi * deviation * deviation)
    var counts = [Float](repeating: 0, count: side * side)
    for sample in 0..<frame.sampleCount {
      guard let position = frame.pixelPosition(of: sample) else { continue }
      let (x, y) = (min(Int(position.x), side - 1), min(Int(position.y), side - 1))
      counts[y * side + x] += perCell
    }
    // A Gaussian of the plane is one along rows times one along columns.
    let taps = Self.taps(deviation: deviation)
    let rows = Self.blurred(counts, side: side, by: taps, along: 1)
    values = Self.blurred(rows, side: side, by: taps, along: side)
  }

  /// The weights of a Gaussian at whole distances from 0 to three deviations, of sum 1 both ways.
  private static func taps(deviation: Float) -> [Float] {
    let reach = Int((3 * deviation).rounded(.up))
    let heights = (0...reach).map { expf(-Float($0 * $0) / (2 * deviation * deviation)) }
    let sum = 2 * heights.reduce(0, +) - heights[0]
    return heights.map { $0 / sum }
  }

  /// The image with every line along one direction smoothed; beyond its ends lies nothing.
  private static func blurred(
    _ image: [Float], side: Int, by taps: [Float], along step: Int
  ) -> [Float] {
    var result = image
    result.withDisjointWrites { result in
      parallelFor(count: side, grain: 16) { lines in
        let (image, taps) = (image.span, taps.span)
        for line in lines {
          // Along columns, a line is still a row of the result: reads stay side by side in memory.
          for position in 0..<side {
            let (x, y) = (position, line)
            let center = y * side + x
            let place = step == 1 ? x : y
            var sum = taps[0] * image[center]
            for distance in 1..<taps.count {
              if place >= distance { sum += taps[distance] * image[center - distance * step] }
              if place + distance < side { sum += taps[distance] * image[center + distance * step] }
            }
            result[center] = sum
          }
        }
      }
    }
    return result
  }
}
