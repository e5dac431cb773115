package import Matrices

extension Matrix {
  /// Makes the rows orthogonal and of length 1, in their order; a row that depends on those before
  /// it becomes zero.
  ///
  /// Gram and Schmidt's process in double precision, twice over: once leaves, of nearly dependent
  /// rows, errors as large as the cancellation; twice is enough (Giraud, Langou, Rozložník and van
  /// den Eshof, Numerische Mathematik 2005).
  ///
  /// - Complexity: O(rows² · columns).
  package mutating func orthonormalizeRows() {
    var vectors = (0..<rowCount).map { self[row: $0].map(Double.init) }
    for index in vectors.indices {
      let before = norm(vectors[index])
      for _ in 0..<2 {
        for earlier in 0..<index {
          let overlap = dot(vectors[earlier], vectors[index])
          for column in vectors[index].indices {
            vectors[index][column] -= overlap * vectors[earlier][column]
          }
        }
      }
      let after = norm(vectors[index])
      // Below this nothing but rounding is left of the row.
      let factor = after > 1e-6 * before ? 1 / after : 0
      for column in vectors[index].indices { vectors[index][column] *= factor }
    }
    elements = vectors.flatMap { $0.map { Float($0) } }
  }
}

private func dot(_ first: [Double], _ second: [Double]) -> Double {
  zip(first, second).reduce(0) { $0 + $1.0 * $1.1 }
}

private func norm(_ vector: [Double]) -> Double { dot(vector, vector).squareRoot() }
