import Matrices
import Numerics
import Randomness

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

  /// A value moved and scaled as the box is to run over `width` around 0 on an axis; 0 where it is no
  /// longer than `leastExtent` there.
  func spread(
    _ value: Float, axis: Int, over width: Float = 10, leastExtent: Float
  ) -> Float {
    let length = high[axis] - low[axis]
    let scale = length > leastExtent ? width / length : 0
    return (value - (low[axis] + high[axis]) / 2) * scale
  }
}

/// Positions with normal noise of 10⁻⁴, which parts equal rows.
///
/// - Parameters:
///   - start: Gives the shape; its elements do not count.
///   - seed: What the noise grows from.
///   - step: Tells the noise of one kind of start from another's.
///   - position: The coordinate of a row on an axis.
/// - Returns: The coordinates with noise.
func withNoise(
  on start: Matrix, seed: UInt64, step: Int, _ position: (_ row: Int, _ axis: Int) -> Float
) -> Matrix {
  var start = start
  for row in 0..<start.rowCount {
    var stream = RandomStream(seed: seed, purpose: .layoutStart, item: row, step: step)
    let noise = stream.normalPair()
    for axis in 0..<start.columnCount {
      start[row, axis] = position(row, axis) + 1e-4 * (axis == 0 ? noise.0 : noise.1)
    }
  }
  return start
}
