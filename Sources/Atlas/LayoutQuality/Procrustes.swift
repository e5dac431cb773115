public import Matrices

/// How far two layouts of the same samples are from having the same shape: 0 if one is the other
/// translated, rotated, mirrored and scaled; at most 1.
///
/// Both are centered and scaled to unit norm, then the second is rotated or mirrored and scaled to
/// fit the first best; what remains is the sum of squared differences, as in
/// `scipy.spatial.procrustes` (Gower, "Generalized Procrustes analysis", Psychometrika 1975). The
/// fit takes the sum s of the singular values of M = AᵀB, and 1 − s² remains; for two columns s² =
/// |M|² + 2 |det M|, which needs no decomposition.
///
/// - Parameters:
///   - first: n × 1 or n × 2, finite.
///   - second: As large as the first, finite.
/// - Returns: The disparity, in [0, 1]. Where all positions are equal in both, it is 0; where in
///   one of them only, 1.
/// - Complexity: O(n).
public func procrustesDisparity(_ first: Matrix, _ second: Matrix) -> Double {
  precondition(
    first.rowCount == second.rowCount && first.columnCount == second.columnCount
      && (1...2).contains(first.columnCount),
    "two layouts of one size expected, got \(first.rowCount) × \(first.columnCount) and "
      + "\(second.rowCount) × \(second.columnCount)")
  let (a, b) = (CenteredLayout(first), CenteredLayout(second))
  guard a.square > 0 && b.square > 0 else { return a.square == b.square ? 0 : 1 }
  // M, with a column of zeros for layouts on a line.
  var (xx, xy, yx, yy) = (0.0, 0.0, 0.0, 0.0)
  for sample in 0..<first.rowCount {
    let (p, q) = (a.position(sample), b.position(sample))
    xx += p.x * q.x
    xy += p.x * q.y
    yx += p.y * q.x
    yy += p.y * q.y
  }
  let squares = xx * xx + xy * xy + yx * yx + yy * yy
  let fit = (squares + 2 * abs(xx * yy - xy * yx)) / (a.square * b.square)
  return min(max(1 - fit, 0), 1)
}

/// A layout about its mean, in double precision.
private struct CenteredLayout {
  let layout: Matrix
  let mean: SIMD2<Double>
  /// The sum of the squared distances from the mean.
  let square: Double

  init(_ layout: Matrix) {
    self.layout = layout
    var sum = SIMD2<Double>.zero
    for sample in 0..<layout.rowCount { sum += Self.position(sample, in: layout) }
    let mean = sum / Double(max(1, layout.rowCount))
    var square = 0.0
    for sample in 0..<layout.rowCount {
      let offset = Self.position(sample, in: layout) - mean
      square += (offset * offset).sum()
    }
    self.mean = mean
    // Equal positions may leave the mean's rounding errors, 2⁻⁵² of their magnitude each.
    let magnitude = (mean * mean).sum() * Double(layout.rowCount)
    self.square = square > magnitude * 0x1p-90 ? square : 0
  }

  func position(_ sample: Int) -> SIMD2<Double> { Self.position(sample, in: layout) - mean }

  private static func position(_ sample: Int, in layout: Matrix) -> SIMD2<Double> {
    SIMD2(
      Double(layout[sample, 0]), layout.columnCount > 1 ? Double(layout[sample, 1]) : 0)
  }
}
