import Drawing
import Textures

extension Path {
  /// One closed outline from lines that follow each other, with corners where they meet.
  ///
  /// Moves after the first become straight lines, so that the corners are kept; where lines meet in
  /// a point, nothing is added.
  ///
  /// - Parameter lines: The lines, each an open path.
  /// - Returns: A closed outline.
  static func joined(_ lines: [Path]) -> Path {
    var outline = Path()
    for line in lines {
      for step in line.steps {
        switch step {
        case .move(let point):
          if outline.steps.isEmpty {
            outline.move(point.x, point.y)
          } else {
            outline.line(point.x, point.y)
          }
        case .line(let point): outline.line(point.x, point.y)
        case .curve(let first, let second, let point):
          outline.curve(first.x, first.y, second.x, second.y, point.x, point.y)
        case .close: break
        }
      }
    }
    outline.close()
    return outline
  }

  /// A line from its end to its start.
  ///
  /// - Precondition: It is one open line: a move, then curves or straight lines.
  var backwards: Path {
    var path = Path()
    guard var here = start else { return path }
    // Each step goes back to where it came from.
    var back: [(Step, to: SIMD2<Float>)] = []
    for step in steps.dropFirst() {
      back.append((step, to: here))
      switch step {
      case .move(let point), .line(let point), .curve(_, _, let point): here = point
      case .close: break
      }
    }
    path.move(here.x, here.y)
    for (step, to) in back.reversed() {
      if case .curve(let first, let second, _) = step {
        path.curve(second.x, second.y, first.x, first.y, to.x, to.y)
      } else {
        path.line(to.x, to.y)
      }
    }
    return path
  }
}

/// A round body along a bent center line: a trunk, an arm, a horn.
///
/// Thicker or thinner along its way; shaded by lines along it rather than as a form.
struct Tube {
  /// Points of the center line.
  private let center: [SIMD2<Float>]
  /// The radius at each of them.
  private let radii: [Float]

  /// Makes a tube from points of its center line and its radius at each.
  ///
  /// - Parameter points: The center line and the radius at each of its points; at least two.
  init(_ points: [(at: SIMD2<Float>, radius: Float)]) {
    center = points.map(\.at)
    radii = points.map(\.radius)
  }

  /// A line along the tube: at −1 on its left edge as seen along it, at 0 in the center, at 1 right.
  ///
  /// - Parameter fraction: From −1, its left edge, to 1, its right.
  /// - Returns: Points along it.
  func line(at fraction: Float) -> [SIMD2<Float>] {
    center.indices.map { index in
      let before = center[max(index - 1, 0)]
      let along = center[min(index + 1, center.count - 1)] - before
      let length = max((along * along).sum().squareRoot(), 1e-6)
      return center[index] + SIMD2(-along.y, along.x) / length * radii[index] * fraction
    }
  }

  /// The outline; both ends are round.
  var outline: Path { .smooth(line(at: -1) + line(at: 1).reversed()) }
}

extension Brush {
  /// A shell of radius 1 in a spiral: growth lines across, bands along the whorls.
  ///
  /// The spiral is drawn over the whole disc and cut off by the outline.
  ///
  /// - Parameter color: The shell's base color.
  /// - Varies: 2.3 to 2.9 turns, three colors of the band.
  mutating func spiralShell(_ color: Color) {
    let dark = color.lit(by: 0.4)
    let lines = Stripes(
      color, color.lit(by: 0.74), period: Radial.around / 48, fraction: 0.4, wobble: 0.15,
      seed: seed()
    )
    let outline = Path.smooth([
      [-0.98, 0.1], [-0.8, -0.62], [-0.2, -1], [0.5, -0.88], [0.95, -0.3], [0.96, 0.3],
      [0.62, 0.8],
      [0, 0.98], [-0.62, 0.98], [-1.02, 0.72],
    ])
    fill(outline, Radial(lines, 0.05, 0), .ball(0.02, 0, 1.25, 1.25), edge: 0.5)
    // The spiral runs inwards from the mouth; each turn is about half as wide as the one before.
    let turns = number(2.3...2.9)
    func spiral(_ fraction: Float) -> Path {
      var reach: Float = fraction
      let steps = Int(turns * 12)
      return .smoothLine(
        (0..<steps).map { step in
          let at = direction(turns: 0.42 + Float(step) / 12) * reach
          reach *= 0.925
          return SIMD2(0.05 + at.x, at.y)
        })
    }
    let band = pick([color.lit(by: 1.3), color.lit(by: 0.55), Color(0.95, 0.88, 0.72)])
    inside(outline) { brush in
      brush.stroke(spiral(0.82), width: 0.13, band.withOpacity(0.5))
      brush.stroke(spiral(0.72), width: 0.09, Color(gray: 1, opacity: 0.16))
      brush.stroke(spiral(0.98), width: 0.12, dark.withOpacity(0.4))
      brush.stroke(spiral(0.98), width: 0.055, dark)
      brush.glow(
        .circle(-0.25, -0.45, 0.4), Color(gray: 1, opacity: 0.35), -0.25, -0.45, radiusX: 0.4,
        radiusY: 0.35)
    }
  }
}
