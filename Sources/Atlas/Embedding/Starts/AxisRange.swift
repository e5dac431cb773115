import Matrices
import Randomness

/// The least and greatest coordinate on one axis.
struct AxisRange: BitwiseCopyable, Sendable {
  var low: Float = 0
  var high: Float = 0

  /// The range of one column of a matrix over some rows; 0 to 0 without rows.
  init(of matrix: Matrix, axis: Int, rows: some Collection<Int>) {
    guard let first = rows.first else { return }
    (low, high) = (matrix[first, axis], matrix[first, axis])
    for row in rows {
      low = min(low, matrix[row, axis])
      high = max(high, matrix[row, axis])
    }
  }

  var extent: Float { high - low }

  /// Whether the negative end lies farther from zero.
  var isFartherBelow: Bool { low + high < 0 }

  /// A value moved and scaled as the range is to run over `width` around 0; 0 where the range is no
  /// longer than `leastExtent`.
  func spread(_ value: Float, over width: Float = 10, leastExtent: Float) -> Float {
    let scale = extent > leastExtent ? width / extent : 0
    return (value - (low + high) / 2) * scale
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
