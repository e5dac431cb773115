internal import Glibc

/// The parameters of the curve 1 / (1 + a·d^(2b)), the similarity of two points of a layout at
/// distance d.
///
/// The least-squares fit, at 300 distances up to three spreads, to the curve that is 1 up to the
/// minimum distance and decays as exp(−(d − minimum) / spread) beyond (McInnes et al. 2018,
/// definition 11 and after; `find_ab_params` in umap-learn), by the method of Levenberg and
/// Marquardt.
///
/// - Parameters:
///   - spread: The distance over which similarity decays; positive.
///   - minimumDistance: The distance up to which points are as similar as can be; from 0 to
///     `spread`.
/// - Returns: a and b; about 1.577 and 0.895 for 1 and 0.1.
public func fitCurve(spread: Float, minimumDistance: Float) -> (a: Float, b: Float) {
  precondition(spread > 0, "the spread must be positive, got \(spread)")
  precondition(
    minimumDistance >= 0 && minimumDistance <= spread,
    "the minimum distance must be from 0 to the spread, got \(minimumDistance)")
  let (spread, minimum) = (Double(spread), Double(minimumDistance))
  let points = (0..<300).map { index in
    let distance = 3 * spread * Double(index) / 299
    return (
      distance: distance,
      target: distance < minimum ? 1 : exp(-(distance - minimum) / spread)
    )
  }
  var (a, b, damping) = (1.0, 1.0, 1e-3)
  var equations = NormalEquations(points, a, b)
  for _ in 0..<200 {
    let (stepA, stepB) = equations.step(damping: damping)
    let candidate = NormalEquations(points, a + stepA, b + stepB)
    if candidate.loss <= equations.loss {
      (a, b, equations, damping) = (a + stepA, b + stepB, candidate, damping / 10)
      if abs(stepA) + abs(stepB) < 1e-12 { break }
    } else {
      damping *= 10
    }
  }
  return (Float(a), Float(b))
}

/// The sum of squared residuals of a curve, and the normal equations of a step that lowers it.
private struct NormalEquations {
  var loss = 0.0
  private var (aa, ab, bb) = (0.0, 0.0, 0.0)
  private var (gradientA, gradientB) = (0.0, 0.0)

  init(_ points: [(distance: Double, target: Double)], _ a: Double, _ b: Double) {
    for (distance, target) in points {
      let power = pow(distance, 2 * b)
      let value = 1 / (1 + a * power)
      let residual = value - target
      let derivativeA = -power * value * value
      // d^(2b)·ln d tends to 0 with d, but 0 · ln 0 is not a number.
      let derivativeB = distance > 0 ? 2 * log(distance) * a * derivativeA : 0
      loss += residual * residual
      aa += derivativeA * derivativeA
      ab += derivativeA * derivativeB
      bb += derivativeB * derivativeB
      gradientA += derivativeA * residual
      gradientB += derivativeB * residual
    }
    if !loss.isFinite { loss = .infinity }
  }

  /// The damped Gauss–Newton step.
  func step(damping: Double) -> (Double, Double) {
    let (dampedA, dampedB) = (aa * (1 + damping), bb * (1 + damping))
    let determinant = dampedA * dampedB - ab * ab
    return (
      (ab * gradientB - dampedB * gradientA) / determinant,
      (ab * gradientA - dampedA * gradientB) / determinant
    )
  }
}
