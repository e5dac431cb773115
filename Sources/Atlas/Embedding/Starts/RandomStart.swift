public import Matrices
internal import ParallelLoops
import Randomness

/// Places drawn at random from [−10, 10] on each axis, umap-learn's choice, as a start for a layout.
///
/// A row's place depends on the seed and the row alone.
///
/// - Parameters:
///   - rowCount: The number of rows.
///   - dimension: The number of axes, 1 or 2.
///   - seed: What the places grow from.
/// - Returns: `rowCount` × `dimension` positions.
/// - Complexity: O(rows), on all threads.
public func randomStart(rowCount: Int, dimension: Int, seed: UInt64) -> Matrix {
  precondition(dimension == 1 || dimension == 2, "1 or 2 axes, got \(dimension)")
  var start = Matrix(rowCount: rowCount, columnCount: dimension)
  start.elements.withDisjointWrites { output in
    parallelFor(count: rowCount, grain: 4096) { rows in
      for row in rows {
        var stream = RandomStream(seed: seed, purpose: .layoutStart, item: row, step: 2)
        for axis in 0..<dimension {
          output[row * dimension + axis] = stream.uniform(in: -10..<10)
        }
      }
    }
  }
  return start
}
