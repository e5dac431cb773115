import Drawing
import Textures

extension Brush {
  /// Cloth of sails and tents: pale, tan or strong, sometimes striped.
  ///
  /// - Returns: The ground, and the stripes' color in half of the cases.
  mutating func canvasCloth() -> (plain: Color, stripe: Color?) {
    let plain = near(
      pick([Color(0.94, 0.92, 0.86), Color(0.9, 0.84, 0.7), Color(0.72, 0.38, 0.24)]), by: 0.1)
    return (plain, chance(0.5) ? vivid() : nil)
  }

  /// A sail in an outline: cloth with seams across, striped in paint or not.
  ///
  /// - Parameters:
  ///   - path: The sail's outline.
  ///   - cloth: Ground and stripes.
  ///   - form: How it swells.
  ///   - period: The distance of the seams; stripes are two fifths wider apart.
  ///   - turn: The direction of seams and stripes, in turns.
  mutating func sail(
    _ path: Path, _ cloth: (plain: Color, stripe: Color?), _ form: Form, period: Float = 0.22,
    turn: Float = 0
  ) {
    if let stripe = cloth.stripe {
      fill(path, Stripes(cloth.plain, stripe, period: period * 1.4).turned(turn), form, edge: 0.45)
    } else {
      fill(
        path, Cloth(cloth.plain, cloth.plain.lit(by: 0.9), thread: 0.022, seed: seed()), form,
        edge: 0.45)
    }
    /// - Parameter side: Where it lies, as seen from the front.
    /// - Returns: Points from the pole to the rim.
    let seam = cloth.plain.lit(by: 0.62).withOpacity(0.5)
    inside(path) { brush in
      brush.at(0, 0, turn: turn) { brush in
        for step in -5...5 {
          let y = Float(step) * period
          brush.stroke(.lines([[-1.5, y], [1.5, y]]), width: 0.012, seam)
        }
      }
    }
  }
}

extension Brush {
  /// A flag on a pole that stands at a point: waving cloth of one or two colors, or a pennant.
  ///
  /// - Parameters:
  ///   - x: The pole's x.
  ///   - foot: Where the pole stands.
  ///   - height: The pole's; all else is in proportion.
  ///   - color: The cloth's.
  ///
  /// A pennant in 40 %, else cloth that waves.
  mutating func flag(_ x: Float, _ foot: Float, height: Float, _ color: Color) {
    let top = foot - height
    rod(.lines([[x, foot], [x, top]]), width: height * 0.07, Color(0.5, 0.42, 0.32))
    let (length, depth) = (height * number(0.6...0.85), height * number(0.35...0.5))
    let sag = depth * number(-0.2...0.3)
    let stripe = chance(0.5) ? color.lit(by: 0.8) : Color(gray: 0.93)
    let cloth = Stripes(color, stripe, period: depth * 0.55, fraction: 0.4).moved(x, top)
    var path = Path()
    path.move(x, top)
    if chance(0.4) {
      path.line(x + length * 1.15, top + depth / 2 + sag)
      path.line(x, top + depth)
    } else {
      path.curve(
        x + length * 0.35, top - depth * 0.3, x + length * 0.6, top + depth * 0.3, x + length,
        top + sag)
      path.line(x + length, top + depth + sag)
      path.curve(
        x + length * 0.6, top + depth * 1.3, x + length * 0.35, top + depth * 0.7, x, top + depth)
    }
    path.close()
    fill(path, cloth, edge: 0.4)
    fill(.circle(x, top, height * 0.055), Color(0.88, 0.74, 0.3), edge: 0.2)
  }
}

extension Brush {
  /// A ribbon tied to a bow, of radius 1: two loops, two ends, a knot.
  ///
  /// Lit from one side, so that the loops differ.
  mutating func bow(_ color: Color) {
    mirrored { brush in
      brush.fill(.polygon([[0, 0], [0.25, 0.9], [0.55, 0.75], [0.15, 0]]), color.lit(by: 0.7))
      brush.fill(
        .smooth([[0, 0], [0.5, -0.55], [1, -0.6], [1, 0.35], [0.5, 0.3]]), color, .slope(0.3, 0.2))
    }
    fill(.circle(0, 0, 0.22), color.lit(by: 0.75), .ball(0, 0, 0.3, 0.3))
  }
}

/// A dome or an envelope sewn of gores: strips that narrow towards a pole.
///
/// A gore is bounded by two seams; gores of equal angle look narrower towards the sides.
struct Gores {
  /// The right edge, from the pole to the rim.
  private let profile: [SIMD2<Float>]
  /// How far the rim hangs lower in front.
  private let sag: Float

  /// Makes a dome from its right edge, from the pole to the rim; the rim sags by `sag` towards the
  /// viewer in its center.
  init(_ profile: [SIMD2<Float>], sag: Float = 0) { (self.profile, self.sag) = (profile, sag) }

  /// A seam from pole to rim: at −1 the left edge, at 0 the center, at 1 the right edge.
  func seam(at side: Float) -> [SIMD2<Float>] {
    let depth = max(0, 1 - side * side).squareRoot()
    let widest = profile.map(\.x).max() ?? 1
    return profile.map { [$0.x * side, $0.y + sag * depth * $0.x / max(widest, 1e-6)] }
  }

  /// Where the seams between about `count` gores of the near side lie: equal angles, seen from the
  /// side; `turned`, from 0 to 1, turns them by a fraction of a gore.
  ///
  /// - Parameters:
  ///   - count: The number of gores.
  ///   - turned: A turn of the whole, as a fraction of a gore.
  /// - Returns: The x of each seam, from −1 to 1, ascending.
  static func seams(_ count: Int, turned: Float = 0) -> [Float] {
    (turned > 0 ? -1...count : 0...count).map { index in
      let fraction = (Float(index) + turned) / Float(count)
      return sine(turns: (min(max(fraction, 0), 1) - 0.5) / 2)
    }
  }

  /// The outline of a gore between two seams; its rim is cut in by `scallop`.
  ///
  /// - Parameters:
  ///   - left: Its left seam, from −1 to 1.
  ///   - right: Its right seam.
  ///   - scallop: How far the rim is cut in between them.
  /// - Returns: The outline.
  func gore(_ left: Float, _ right: Float, scallop: Float = 0) -> Path {
    var path = Path.smoothLine(seam(at: left))
    let back = Array(seam(at: right).reversed())
    if let corner = back.first, let other = seam(at: left).last {
      let center = (corner + other) / 2 - SIMD2(0, scallop)
      path.curve(
        other.x + (center.x - other.x) * 0.67, center.y + (other.y - center.y) * 0.33,
        corner.x + (center.x - corner.x) * 0.67, center.y + (corner.y - center.y) * 0.33,
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
