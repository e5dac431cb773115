public import Matrices
internal import Numerics
internal import ParallelLoops
internal import Randomness

// Initial positions of a layout. They decide its large-scale shape: the optimizers see neighbors
// only, so what lies far apart at the beginning stays so (Kobak and Linderman, Nature Biotechnology
// 2021).

/// Uniformly random initial positions, in [−10, 10] on each axis as in umap-learn.
///
/// A sample's position depends on the seed and its index alone.
///
/// - Parameters:
///   - sampleCount: The number of samples, n.
///   - dimension: The number of axes, 1 or 2.
///   - seed: The seed of the positions.
/// - Returns: n × `dimension` positions.
/// - Complexity: O(n), on all threads.
public func randomInitialization(sampleCount: Int, dimension: Int, seed: UInt64) -> Matrix {
  precondition(dimension == 1 || dimension == 2, "1 or 2 axes, got \(dimension)")
  var positions = Matrix(rowCount: sampleCount, columnCount: dimension)
  positions.elements.withDisjointWrites { output in
    parallelFor(count: sampleCount, grain: 4096) { samples in
      for sample in samples {
        var stream = RandomStream(seed: seed, purpose: .layoutStart, item: sample, step: 2)
        for axis in 0..<dimension {
          output[sample * dimension + axis] = stream.uniform(in: -10..<10)
        }
      }
    }
  }
  return positions
}

/// Positions with normal noise of 10⁻⁴, which separates equal samples: between samples at one
/// position there is no direction in which they could repel each other.
///
/// - Parameters:
///   - shape: Gives the shape of the result; its elements do not count.
///   - seed: The seed of the noise.
///   - step: Distinguishes the noise of one kind of initialization from another's.
///   - position: The coordinate of a sample on an axis.
/// - Returns: The coordinates with noise.
func withNoise(
  shape: Matrix, seed: UInt64, step: Int, _ position: (_ sample: Int, _ axis: Int) -> Float
) -> Matrix {
  var positions = shape
  for sample in 0..<shape.rowCount {
    var stream = RandomStream(seed: seed, purpose: .layoutStart, item: sample, step: step)
    let noise = stream.normalPair()
    for axis in 0..<shape.columnCount {
      positions[sample, axis] = position(sample, axis) + 1e-4 * (axis == 0 ? noise.0 : noise.1)
    }
  }
  return positions
}

extension BoundingBox {
  /// The box of some rows of a matrix of one or two columns, with y = 0 for one; that of the origin
  /// without rows.
  init(of matrix: Matrix, rows: some Collection<Int>) {
    self.init(
      rows.lazy.map { SIMD2(matrix[$0, 0], matrix.columnCount > 1 ? matrix[$0, 1] : 0) })
    if rows.isEmpty { include(.zero) }
  }

  /// Whether the negative end of an axis lies farther from zero.
  func isFartherBelow(axis: Int) -> Bool { low[axis] + high[axis] < 0 }

  /// A coordinate, moved and scaled such that the box runs over `width` around 0 on its axis; 0
  /// where the box is no longer than `leastExtent` there.
  func spread(
    _ value: Float, axis: Int, over width: Float = 10, leastExtent: Float
  ) -> Float {
    let length = high[axis] - low[axis]
    let scale = length > leastExtent ? width / length : 0
    return (value - (low[axis] + high[axis]) / 2) * scale
  }
}
