internal import FourierTransforms
internal import Matrices
package import Numerics
internal import ParallelLoops

/// The field of a layout, φ(y) = Σ k(|y − yⱼ|) over all samples j, from which t-SNE's repulsive
/// forces follow.
///
/// With k = (1 + d²/ν)^(−ν), the repulsive force on sample i is half the gradient of φ at yᵢ over
/// Z, and Z = Σ φ(yᵢ) − n. The samples are spread over a grid by B-splines, the density is
/// convolved with k by Fourier transforms, and φ and its gradient are gathered from the splines:
/// smooth particle-mesh Ewald (Essmann et al., J. Chem. Phys. 103, 1995), with one transform there
/// and one back, where the polynomial interpolation of FIt-SNE (Linderman et al., Nature Methods
/// 2019) needs four.
///
/// Everything is partitioned by the problem alone, not by threads: samples are sorted into strips
/// of the grid; a strip is spread by one thread in the order of samples, all even strips before all
/// odd ones, as adjacent strips overlap.
package final class RepulsiveField {
  private let dimension: Int
  private let degreesOfFreedom: Float
  private var grid: FieldGrid?
  private var transform: PlaneTransform?
  private var factors: [Float] = []
  private var sorted = StripSort()
  private var sampler: FieldSampler?

  /// Prepares for layouts of one or two dimensions.
  package init(dimension: Int, degreesOfFreedom: Float) {
    (self.dimension, self.degreesOfFreedom) = (dimension, degreesOfFreedom)
  }

  /// Computes the field of some samples.
  ///
  /// - Parameters:
  ///   - positions: The positions of the samples.
  ///   - bounds: A box that holds them.
  /// - Complexity: O(n + m log m), with m the grid points, at most 6144².
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

  /// The gradient of φ at each sample of the last update, and the sum of φ over them.
  ///
  /// - Parameter gradients: One for each sample, overwritten.
  /// - Returns: The sum.
  package func gather(_ gradients: inout [SIMD2<Float>]) -> Double {
    guard let transform, let sampler else { return 0 }
    let sorted = sorted
    let grain = 1024
    var sums = [Double](repeating: 0, count: (gradients.count + grain - 1) / grain)
    withDisjointWrites(of: &gradients, &sums) { gradients, sums in
      parallelFor(count: sorted.points.count, grain: grain) { range in
        transform.plane.withSpan { plane in
          let (points, samples) = (sorted.points.span, sorted.samples.span)
          var sum = 0.0
          for position in range {
            let (value, gradient) = sampler.gather(points[position], from: plane)
            gradients[Int(samples[position])] = gradient
            sum += Double(value)
          }
          sums[range.lowerBound / grain] = sum
        }
      }
    }
    return sums.reduce(0, +)
  }

  /// Lends what gives φ and its gradient anywhere; outside the layout's bounds, they are those of
  /// the edge.
  func withField<Result>(
    _ body: (_ sampler: FieldSampler, _ plane: AlignedFloats) -> Result
  ) -> Result? {
    guard let transform, let sampler else { return nil }
    return body(sampler, transform.plane)
  }
}

/// The field φ(y) = Σ (1 + |y − yⱼ|²/ν)^(−ν) of the other samples at each sample, pair by pair.
///
/// For few samples this is no slower than a grid, and has no error that could matter to three of
/// them.
///
/// - Parameters:
///   - positions: The positions of the samples.
///   - degreesOfFreedom: ν.
///   - gradients: The gradient of φ at each sample, overwritten.
/// - Returns: The sum of φ over the samples.
/// - Complexity: O(n²), on all threads.
package func exactField(
  of positions: [SIMD2<Float>], degreesOfFreedom: Float, gradients: inout [SIMD2<Float>]
) -> Double {
  let count = positions.count
  let filler = (8 - count % 8) % 8
  let x = positions.map(\.x) + [Float](repeating: 0, count: filler)
  let y = positions.map(\.y) + [Float](repeating: 0, count: filler)
  var sums = [Double](repeating: 0, count: count)
  withDisjointWrites(of: &gradients, &sums) { gradients, sums in
    parallelFor(count: count, grain: 32) { samples in
      let (x, y) = (x.span, y.span)
      for sample in samples {
        let position = positions[sample]
        var (sum, gradientX, gradientY) = (
          SIMD8<Float>.zero, SIMD8<Float>.zero, SIMD8<Float>.zero
        )
        for first in stride(from: 0, to: count, by: 8) {
          let dx = position.x - x.vector(at: first)
          let dy = position.y - y.vector(at: first)
          let base = 1 + (dx * dx + dy * dy) / degreesOfFreedom
          let lane = SIMD8<Int32>(0, 1, 2, 3, 4, 5, 6, 7) &+ Int32(first)
          let isOther = (lane .< Int32(count)) .& (lane .!= Int32(sample))
          let kernel = degreesOfFreedom == 1 ? 1 / base : power(base, -degreesOfFreedom)
          let value = SIMD8<Float>.zero.replacing(with: kernel, where: isOther)
          sum += value
          gradientX -= 2 * value / base * dx
          gradientY -= 2 * value / base * dy
        }
        gradients[sample] = SIMD2(gradientX.pairwiseSum, gradientY.pairwiseSum)
        sums[sample] = Double(sum.pairwiseSum)
      }
    }
  }
  return sums.reduce(0, +)
}
