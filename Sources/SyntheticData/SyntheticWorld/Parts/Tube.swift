import Drawing

/// A round body along a bent middle line: a trunk, an arm, a horn.
struct Tube {
  private let middle: [SIMD2<Float>]
  private let radii: [Float]

  /// Makes a tube from points of its middle line and its radius at each.
  init(_ points: [(at: SIMD2<Float>, radius: Float)]) {
    middle = points.map(\.at)
    radii = points.map(\.radius)
  }

  /// A line along the tube: at −1 on its left edge as seen along it, at 0 in the middle, at 1 right.
  func line(at share: Float) -> [SIMD2<Float>] {
    middle.indices.map { index in
      let before = middle[max(index - 1, 0)]
      let along = middle[min(index + 1, middle.count - 1)] - before
      let length = max((along * along).sum().squareRoot(), 1e-6)
      return middle[index] + SIMD2(-along.y, along.x) / length * radii[index] * share
    }
  }

  /// The outline; both ends are round.
  var outline: Path { .smooth(line(at: -1) + line(at: 1).reversed()) }
}
