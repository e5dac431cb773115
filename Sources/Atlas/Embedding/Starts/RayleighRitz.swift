import LinearAlgebra

/// The best approximations of eigenvectors within the span of eight vectors (Rayleigh and Ritz).
struct RitzVectors: Sendable {
  /// How much of each vector is in each approximation: row i holds the shares of vector i.
  ///
  /// The columns stand in descending order of their values; those beyond the rank are zero.
  var shares = [SIMD8<Float>](repeating: .zero, count: 8)
  /// The approximate eigenvalues, as many as the rank.
  var values: [Double] = []
  /// Whether the vectors span the whole space, so that nothing is approximate.
  let isComplete: Bool

  /// The approximations from the products of the vectors with each other and with their images.
  ///
  /// Vectors are made orthonormal in order (Gram and Schmidt, twice over), in shares of the given
  /// ones; what depends on those before is left out. Without a finite result the rank is 0.
  ///
  /// - Parameters:
  ///   - products: Row i holds the inner products of vector i with all.
  ///   - images: Row i holds the inner products of vector i with the images of all under a
  ///     self-adjoint map; the mean of both halves counts.
  ///   - dimension: That of the space.
  init(products: ArraySlice<SIMD8<Double>>, images: ArraySlice<SIMD8<Double>>, dimension: Int) {
    let (gram, action) = (Array(products), Array(images))
    var basis: [SIMD8<Double>] = []
    for index in 0..<8 {
      // Filtered vectors differ in length by many orders; each is judged against its own.
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
      for row in 0..<8 { shares[row][column] = Float(vector[row]) }
    }
  }

  /// The approximations where the eight vectors have some values.
  @inline(__always)
  static func combine(_ vectors: SIMD8<Float>, _ shares: Span<SIMD8<Float>>, from first: Int)
    -> SIMD8<Float>
  {
    var result = SIMD8<Float>.zero
    for index in 0..<8 { result += shares[first + index] * vectors[index] }
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
