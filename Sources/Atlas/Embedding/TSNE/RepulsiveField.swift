import FourierTransforms
import Matrices
package import Numerics
import ParallelLoops

/// The field of a layout, φ(y) = Σ k(|y − yⱼ|) over all rows j, from which t-SNE's pushes follow.
///
/// With k = (1 + d²/ν)^(−ν), the pushes on row i are half the slope of φ at yᵢ over Z, and
/// Z = Σ φ(yᵢ) − n. The rows are spread over a grid by B-splines, the density is convolved with k by
/// Fourier transforms, and φ and its slope are gathered from the splines: smooth particle-mesh Ewald
/// (Essmann et al., J. Chem. Phys. 103, 1995), with one transform there and one back, where the
/// interpolation of Linderman et al. (Nature Methods 2019) needs four.
///
/// Everything is cut by the problem alone: rows are sorted into strips of the grid; a strip is
/// spread by one thread in the order of rows, all even strips before all odd ones, as neighbours
/// overlap.
package final class RepulsiveField {
  private let dimension: Int
  private let degreesOfFreedom: Float
  private var grid: FieldGrid?
  private var transform: PlaneTransform?
  private var factors: [Float] = []
  private var sorted = StripOrder()
  private(set) var sampler: FieldSampler?

  /// Prepares for layouts of one or two dimensions.
  package init(dimension: Int, degreesOfFreedom: Float) {
    (self.dimension, self.degreesOfFreedom) = (dimension, degreesOfFreedom)
  }

  /// Computes the field of some rows.
  ///
  /// - Complexity: O(n + m log m), with m the places of the grid, at most 6144².
  package func update(_ positions: [SIMD2<Float>], bounds: BoundingBox) {
    let extent = bounds.extent
    let grid = FieldGrid.fitting(
      extent, dimension: dimension, degreesOfFreedom: degreesOfFreedom, current: grid)
    if grid != self.grid {
      if grid.padded != self.grid?.padded || grid.filled != self.grid?.filled {
        transform = PlaneTransform(
          rowCount: grid.padded.y, columnCount: grid.padded.x, filledRowCount: grid.filled.y)
      }
      factors = grid.kernelFactors(degreesOfFreedom: degreesOfFreedom)
      self.grid = grid
    }
    guard let transform else { return }
    let offset = grid.offset(for: extent)
    let sampler = FieldSampler(
      spacing: grid.spacing, origin: bounds.low, limit: extent / grid.spacing,
      offset: SIMD2(
        Int32(offset.x - QuinticSpline.reach), Int32(max(0, offset.y - QuinticSpline.reach))),
      rowStride: transform.rowStride,
      stencilRowCount: dimension == 2 ? QuinticSpline.width : 1)
    self.sampler = sampler
    // A strip is wider than a spline, so that it overlaps with the next one only.
    let strips =
      dimension == 2
      ? Strips(axis: 1, size: 8, count: grid.filled.y / 8, rowStride: transform.rowStride)
      : Strips(axis: 0, size: 64, count: (grid.filled.x + 63) / 64, rowStride: 1)
    sorted.update(positions, sampler: sampler, strips: strips)
    spread(over: strips, to: transform.plane, sampler: sampler)
    transform.convolve(factors)
  }

  private func spread(over strips: Strips, to plane: AlignedFloats, sampler: FieldSampler) {
    let sorted = sorted
    parallelFor(count: plane.count, grain: 1 << 16) { range in
      plane.withMutableSpan(range) { part in
        for index in part.indices { part[index] = 0 }
      }
    }
    for parity in 0..<2 {
      parallelFor(count: (strips.count + 1 - parity) / 2, grain: 1) { range in
        let points = sorted.points.span
        for half in range {
          let strip = 2 * half + parity
          let memory = strips.memory(of: strip, upTo: plane.count)
          plane.withMutableSpan(memory) { part in
            for position in sorted.starts[strip]..<sorted.starts[strip + 1] {
              sampler.spread(points[position], to: &part, base: memory.lowerBound)
            }
          }
        }
      }
    }
  }

  /// The slope of φ at each row of the last update, and the sum of φ over them.
  ///
  /// - Parameter slopes: One for each row, overwritten.
  /// - Returns: The sum.
  package func gather(_ slopes: inout [SIMD2<Float>]) -> Double {
    guard let transform, let sampler else { return 0 }
    let sorted = sorted
    let grain = 1024
    var sums = [Double](repeating: 0, count: (slopes.count + grain - 1) / grain)
    slopes.withDisjointWrites { slopes in
      sums.withDisjointWrites { sums in
        parallelFor(count: sorted.points.count, grain: grain) { range in
          transform.plane.withSpan { plane in
            let (points, rows) = (sorted.points.span, sorted.rows.span)
            var sum = 0.0
            for position in range {
              let (value, slope) = sampler.gather(points[position], from: plane)
              slopes[Int(rows[position])] = slope
              sum += Double(value)
            }
            sums[range.lowerBound / grain] = sum
          }
        }
      }
    }
    return sums.reduce(0, +)
  }

  /// Lends what gives φ and its slope anywhere; outside the layout's bounds, they are those of the
  /// edge.
  func withField<Result>(
    _ body: (_ sampler: FieldSampler, _ plane: AlignedFloats) -> Result
  ) -> Result? {
    guard let transform, let sampler else { return nil }
    return body(sampler, transform.plane)
  }
}
