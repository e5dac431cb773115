import Numerics
import ParallelLoops

/// The field φ(y) = Σ (1 + |y − yⱼ|²/ν)^(−ν) of the other rows at each row, pair by pair.
///
/// For few rows this is no slower than a grid, and has no error that could matter to three of them.
///
/// - Parameters:
///   - positions: Where the rows stand.
///   - degreesOfFreedom: ν.
///   - slopes: The slope of φ at each row, overwritten.
/// - Returns: The sum of φ over the rows.
/// - Complexity: O(n²).
package func exactField(
  of positions: [SIMD2<Float>], degreesOfFreedom: Float, slopes: inout [SIMD2<Float>]
) -> Double {
  let count = positions.count
  let filler = (8 - count % 8) % 8
  let x = positions.map(\.x) + [Float](repeating: 0, count: filler)
  let y = positions.map(\.y) + [Float](repeating: 0, count: filler)
  var sums = [Double](repeating: 0, count: count)
  slopes.withDisjointWrites { slopes in
    sums.withDisjointWrites { sums in
      parallelFor(count: count, grain: 32) { rows in
        let (x, y) = (x.span, y.span)
        for row in rows {
          let position = positions[row]
          var (sum, slopeX, slopeY) = (SIMD8<Float>.zero, SIMD8<Float>.zero, SIMD8<Float>.zero)
          for first in stride(from: 0, to: count, by: 8) {
            let dx = position.x - x.vector(at: first)
            let dy = position.y - y.vector(at: first)
            let base = 1 + (dx * dx + dy * dy) / degreesOfFreedom
            let lane = SIMD8<Int32>(0, 1, 2, 3, 4, 5, 6, 7) &+ Int32(first)
            let isOther = (lane .< Int32(count)) .& (lane .!= Int32(row))
            let kernel = degreesOfFreedom == 1 ? 1 / base : power(base, -degreesOfFreedom)
            let value = SIMD8<Float>.zero.replacing(with: kernel, where: isOther)
            sum += value
            slopeX -= 2 * value / base * dx
            slopeY -= 2 * value / base * dy
          }
          slopes[row] = SIMD2(slopeX.pairwiseSum, slopeY.pairwiseSum)
          sums[row] = Double(sum.pairwiseSum)
        }
      }
    }
  }
  return sums.reduce(0, +)
}
