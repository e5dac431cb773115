import Drawing

/// A dome or an envelope sewn of gores: strips that narrow towards a pole.
struct Gores {
  private let profile: [SIMD2<Float>]
  private let sag: Float

  /// Makes a dome from its right edge, from the pole to the rim; the rim sags by `sag` towards the
  /// viewer in its middle.
  init(_ profile: [SIMD2<Float>], sag: Float = 0) { (self.profile, self.sag) = (profile, sag) }

  /// A seam from pole to rim: at −1 the left edge, at 0 the middle, at 1 the right edge.
  func seam(at side: Float) -> [SIMD2<Float>] {
    let depth = max(0, 1 - side * side).squareRoot()
    let widest = profile.map(\.x).max() ?? 1
    return profile.map { [$0.x * side, $0.y + sag * depth * $0.x / max(widest, 1e-6)] }
  }

  /// Where the seams between about `count` gores of the near side lie: equal angles, seen from the
  /// side; `turned`, from 0 to 1, turns them by a share of a gore.
  static func seams(_ count: Int, turned: Float = 0) -> [Float] {
    (turned > 0 ? -1...count : 0...count).map { index in
      let share = (Float(index) + turned) / Float(count)
      return sine(turns: (min(max(share, 0), 1) - 0.5) / 2)
    }
  }

  /// The outline of a gore between two seams; its rim is cut in by `scallop`.
  func gore(_ left: Float, _ right: Float, scallop: Float = 0) -> Path {
    var path = Path.smoothLine(seam(at: left))
    let back = Array(seam(at: right).reversed())
    if let corner = back.first, let other = seam(at: left).last {
      let middle = (corner + other) / 2 - SIMD2(0, scallop)
      path.curve(
        other.x + (middle.x - other.x) * 0.67, middle.y + (other.y - middle.y) * 0.33,
        corner.x + (middle.x - corner.x) * 0.67, middle.y + (corner.y - middle.y) * 0.33,
        corner.x, corner.y)
    }
    for step in Path.smoothLine(back).steps {
      guard case .curve(let first, let second, let point) = step else { continue }
      path.curve(first.x, first.y, second.x, second.y, point.x, point.y)
    }
    path.close()
    return path
  }

  /// The whole outline.
  var outline: Path { gore(-1, 1, scallop: -sag) }
}
