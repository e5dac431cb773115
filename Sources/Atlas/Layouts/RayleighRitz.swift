internal import Glibc
internal import LinearAlgebra

/// The best approximations of eigenvectors within the span of eight vectors: the Rayleigh–Ritz
/// method.
///
/// The vectors themselves, n floats each, are not touched: their products with each other and with
/// their images, 8 × 8 numbers, say everything.
struct RitzVectors: Sendable {
  /// The coefficients of the approximations: row i holds how much of vector i is in each.
  ///
  /// The columns stand in descending order of their eigenvalues; those beyond the rank are zero.
  var coefficients = [SIMD8<Float>](repeating: .zero, count: 8)
  /// The approximate eigenvalues, as many as the rank, descending.
  var values: [Double] = []
  /// Whether the vectors span the whole space, so that nothing is approximate.
  let isComplete: Bool

  /// The approximations from the products of the vectors with each other and with their images.
  ///
  /// Vectors are orthonormalized in order (Gram and Schmidt, twice over as in
  /// `Matrix.orthonormalizeRows`, but in coefficients of the given vectors); what depends on those
  /// before is left out. Without a finite result the rank is 0.
  ///
  /// - Parameters:
  ///   - products: Row i holds the inner products of vector i with all.
  ///   - images: Row i holds the inner products of vector i with the images of all under a
  ///     self-adjoint map; rounding makes the two halves differ, and their mean counts.
  ///   - dimension: The dimension of the space.
  init(products: ArraySlice<SIMD8<Double>>, images: ArraySlice<SIMD8<Double>>, dimension: Int) {
    let (gram, action) = (Array(products), Array(images))
    var basis: [SIMD8<Double>] = []
    for index in 0..<8 {
      // Filtered vectors differ in length by many orders of magnitude; each is judged against its
      // own.
      let length = gram[index][index].squareRoot()
      guard length > 0 && length.isFinite else { continue }
      var vector = SIMD8<Double>.zero
      vector[index] = 1 / length
      for _ in 0..<2 {
        for earlier in basis {
          vector -= earlier * form(gram, earlier, vector)
        }
      }
      let square = form(gram, vector, vector)
      // The vectors are given to seven digits; below this the new part has fewer than three.
      guard square > 1e-8 && square.isFinite else { continue }
      basis.append(vector * (1 / square.squareRoot()))
    }
    let order = basis.count
    isComplete = order >= dimension
    var elements = [Double](repeating: 0, count: order * order)
    for row in 0..<order {
      for column in 0...row {
        let mean =
          (form(action, basis[row], basis[column]) + form(action, basis[column], basis[row])) / 2
        elements[row * order + column] = mean
        elements[column * order + row] = mean
      }
    }
    guard
      let eigen = try? SymmetricEigen(SymmetricMatrix(order: order, elements: elements))
    else { return }
    values = eigen.values
    for column in 0..<order {
      var vector = SIMD8<Double>.zero
      for index in 0..<order {
        vector += basis[index] * eigen.vectors[column * order + index]
      }
      for row in 0..<8 { coefficients[row][column] = Float(vector[row]) }
    }
  }

  /// The approximations at one node, from the values of the eight vectors there.
  ///
  /// - Parameters:
  ///   - vectors: The values of the vectors.
  ///   - coefficients: The coefficients of several approximations, eight for each.
  ///   - first: Where the coefficients of this one begin.
  /// - Returns: The values of the approximations.
  @inline(__always)
  static func combine(
    _ vectors: SIMD8<Float>, _ coefficients: Span<SIMD8<Float>>, from first: Int
  ) -> SIMD8<Float> {
    var result = SIMD8<Float>.zero
    for index in 0..<8 { result += coefficients[first + index] * vectors[index] }
    return result
  }
}

/// leftᵀ · matrix · right.
private func form(
  _ matrix: [SIMD8<Double>], _ left: SIMD8<Double>, _ right: SIMD8<Double>
) -> Double {
  var sum = 0.0
  for row in 0..<8 { sum += left[row] * (matrix[row] * right).sum() }
  return sum
}

/// A Chebyshev polynomial of a matrix with eigenvalues in [−1, 1] that amplifies what belongs to
/// the greatest of them and keeps the rest small.
///
/// Zhou, Saad, Tiago and Chelikowsky, Journal of Computational Physics 2006. On [−1, bound], mapped
/// to [−1, 1], the polynomial of degree m stays within ±1; beyond the bound it grows as cosh(m ·
/// acosh x).
struct ChebyshevFilter: BitwiseCopyable {
  /// The degree of the polynomial, the number of products it takes; 0 does nothing.
  var degree = 0
  /// The middle of [−1, bound], which is subtracted.
  var shift: Float = 0
  /// One over half the length of [−1, bound], by which is multiplied.
  var factor: Float = 1

  /// The filter that does nothing.
  init() {}

  /// The filter for a component with these approximate eigenvectors, whose least eigenvalue is the
  /// bound.
  ///
  /// - Parameters:
  ///   - ritz: The approximations; nil for a component that is left out.
  ///   - longest: The greatest degree.
  init(for ritz: RitzVectors?, longest: Int) {
    // Where the space has eight dimensions or fewer, the eigenvectors are exact already.
    guard let ritz, let greatest = ritz.values.first, let least = ritz.values.last,
      !ritz.isComplete
    else { return }
    let bound = min(max(least, -0.5), 0.99999)
    let (shift, halfWidth) = ((bound - 1) / 2, (bound + 1) / 2)
    let rate = acosh(max(1, (greatest - shift) / halfWidth))
    // An amplification above cosh 9.9 ≈ 10⁴ would leave of the other vectors only the rounding
    // errors of the first: single precision has seven digits.
    let degree = rate > 0.3 ? max(2, Int(9.9 / rate)) : 32
    (self.degree, self.shift, factor) = (
      min(degree, longest), Float(shift), Float(1 / halfWidth)
    )
  }
}
