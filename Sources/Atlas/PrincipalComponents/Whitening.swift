public import LinearAlgebra
public import Matrices

/// The matrix that decorrelates activations and scales them to the same variance in all directions.
///
/// Carter et al. ("Activation Atlas", 2019) measure a direction v by a · (S v), where S is the
/// inverse of the second moment M of the activations about the origin. M is singular as soon as a
/// channel is always zero or equals another, so it is first shrunk towards a multiple of the
/// identity:
///
///     M′ = (1 − λ) M + λ (tr M / c) I,   S = M′⁻¹
///
/// which keeps the mean eigenvalue (Ledoit and Wolf 2004).
public struct Whitening: Sendable {
  /// By how much the second moment is shrunk.
  public enum Shrinkage: Sendable, Equatable {
    /// The least λ that brings the condition number of M′ to at most this limit, above 1.
    case conditionNumber(atMost: Double)
    /// This λ, in (0, 1].
    case fixed(Double)

    /// A condition number of at most `defaultConditionNumber`.
    public static let `default` = conditionNumber(atMost: defaultConditionNumber)

    /// The condition number that `atlas-render` whitens with unless told otherwise.
    ///
    /// Measured on GoogLeNet's mixed4c: at 10,000 icons show what is particular to a cell with much
    /// noise (fidelity 0.75), without whitening all show the same eyes and snouts (0.85); at 20
    /// objects are recognizable and little is lost (0.81).
    public static let defaultConditionNumber = 20.0
  }

  /// S = M′⁻¹, c × c, symmetric; in single precision, as icons use it.
  public let matrix: Matrix
  /// λ, in [0, 1].
  public let shrinkage: Double
  /// The condition number of M; infinite if M is singular to single precision.
  public let conditionNumberBefore: Double
  /// The condition number of M′, which is also that of S.
  public let conditionNumber: Double

  /// The whitening matrix for the activations that `moments` has seen.
  ///
  /// - Throws: `PrincipalComponentsError` if there are no activations, all are zero, or the second
  ///   moment has no decomposition.
  /// - Complexity: O(c³).
  public init(
    _ moments: Moments, shrinkage: Shrinkage = .default
  ) throws(PrincipalComponentsError) {
    guard moments.count > 0 else { throw .noSamples }
    try self.init(secondMoment: moments.secondMoment(), shrinkage: shrinkage)
  }

  /// The whitening matrix for activations with this second moment.
  ///
  /// The second moment is all that is needed: another shrinkage takes no second pass over the
  /// activations.
  ///
  /// - Parameters:
  ///   - secondMoment: M = (1/n) Σ x xᵀ about the origin, c × c, as `Moments.secondMoment()` has
  ///     it.
  ///   - rule: How much to shrink.
  /// - Throws: `PrincipalComponentsError` if M is zero or has no decomposition.
  /// - Complexity: O(c³); about half a second for c = 1,024.
  public init(
    secondMoment: SymmetricMatrix, shrinkage rule: Shrinkage = .default
  ) throws(PrincipalComponentsError) {
    guard secondMoment.order > 0 else { throw .noSamples }
    let eigen = try decomposed(secondMoment)
    let largest = eigen.values[0]
    guard largest > 0 else { throw .allZero }
    // What lies below the rounding errors of the single-precision products counts as zero:
    // inverted, it would dominate everything.
    let noise = largest * Double(Float.ulpOfOne)
    let denoised = { (value: Double) in value > noise ? value : 0 }
    let smallest = denoised(eigen.values[eigen.order - 1])
    let average = eigen.values.reduce(0) { $0 + denoised($1) } / Double(eigen.order)
    let lambda = rule.lambda(largest: largest, smallest: smallest, average: average)
    let shrunk = { (value: Double) in (1 - lambda) * denoised(value) + lambda * average }

    shrinkage = lambda
    conditionNumberBefore = largest / smallest
    conditionNumber = shrunk(largest) / shrunk(smallest)
    matrix = Matrix(eigen.matrix { 1 / shrunk($0) })
  }
}

extension Whitening.Shrinkage {
  /// λ for a second moment with these extreme and mean eigenvalues.
  fileprivate func lambda(largest: Double, smallest: Double, average: Double) -> Double {
    switch self {
    case .fixed(let lambda):
      precondition(0 < lambda && lambda <= 1, "shrinkage must be in (0, 1], got \(lambda)")
      return lambda
    case .conditionNumber(let limit):
      precondition(limit > 1, "the condition number's limit must exceed 1, got \(limit)")
      // (1 − λ) largest + λ average = limit ((1 − λ) smallest + λ average), solved for λ.
      let excess = max(0, largest - limit * smallest)
      return excess / (excess + (limit - 1) * average)
    }
  }
}

extension Matrix {
  /// A symmetric matrix in single precision.
  fileprivate init(_ matrix: SymmetricMatrix) {
    self.init(
      rowCount: matrix.order, columnCount: matrix.order, elements: matrix.elements.map { Float($0) }
    )
  }
}
