import Drawing
import Textures

extension Path {
  /// An upright rectangle that ends in a half circle above: doors, gates, old windows.
  ///
  /// - Parameters:
  ///   - left: The left edge.
  ///   - top: The arch's highest point.
  ///   - right: The right edge; the arch's radius is half the width.
  ///   - bottom: The lower edge.
  /// - Returns: The outline, in the object's units.
  static func arched(_ left: Float, _ top: Float, _ right: Float, _ bottom: Float) -> Path {
    let radius = (right - left) / 2
    var path = arc(left + radius, top + radius, radius, radius, from: 0.5, to: 1)
    path.line(right, bottom)
    path.line(left, bottom)
    path.close()
    return path
  }

  /// A wall between two corners that ends in teeth above.
  ///
  /// - Parameters:
  ///   - left: The left edge.
  ///   - top: The teeth's upper edge.
  ///   - right: The right edge.
  ///   - bottom: The lower edge.
  ///   - teeth: How many; at least 1.
  ///   - depth: How high they stand out.
  /// - Returns: The outline, in the object's units.
  static func battlement(
    _ left: Float, _ top: Float, _ right: Float, _ bottom: Float, teeth: Int, depth: Float
  ) -> Path {
    // Teeth and the gaps between them are as wide as each other.
    let step = (right - left) / Float(2 * teeth - 1)
    var points: [SIMD2<Float>] = [[left, bottom]]
    for tooth in 0..<teeth {
      let x = left + step * Float(2 * tooth)
      points += [
        [x, top + depth], [x, top], [x + step, top], [x + step, top + depth],
      ]
    }
    points.append([right, bottom])
    return polygon(points)
  }
}

extension Brush {
  /// A house door between two corners: upright planks in a frame, panels or a pane, a knob.
  ///
  /// - Parameters:
  ///   - left: The left edge of the leaf.
  ///   - top: Its upper edge.
  ///   - right: Its right edge.
  ///   - bottom: The threshold.
  ///   - color: The leaf's paint.
  ///   - frame: The frame's, an eighth of the width around it.
  ///   - isArched: Whether it ends in a half circle.
  ///
  /// A pane in half of the doors that are not arched.
  mutating func door(
    _ left: Float, _ top: Float, _ right: Float, _ bottom: Float, _ color: Color, frame: Color,
    isArched: Bool = false
  ) {
    let (width, height) = (right - left, bottom - top)
    let rim = width * 0.12
    let outer =
      isArched
      ? Path.arched(left - rim, top - rim, right + rim, bottom)
      : .rectangle(left - rim, top - rim, right + rim, bottom)
    fill(outer, frame, edge: 0.4)
    let leaf =
      isArched
      ? Path.arched(left, top, right, bottom) : .rectangle(left, top, right, bottom)
    fill(leaf, Planks(color, width: width / 4, contrast: 0.5, seed: seed()).turned(0.25))
    if chance(0.5), !isArched {
      /// - Parameter lit: The probability that it is lit.
      /// - Returns: The glass.
      let glass = glass()
      pane(
        .rectangle(left + rim, top + rim, right - rim, top + height * 0.32), glass)
    }
    fill(
      .circle(right - width * 0.18, top + height * 0.55, width * 0.075), Color(0.85, 0.7, 0.35))
  }

  /// A barn door: two leaves of planks with frames and crossed braces.
  ///
  /// - Parameters:
  ///   - left: The left edge.
  ///   - top: The upper edge.
  ///   - right: The right edge; the leaves meet in the middle.
  ///   - bottom: The threshold.
  ///   - color: The planks' paint.
  ///   - brace: The paint of frames and braces.
  mutating func bracedDoor(
    _ left: Float, _ top: Float, _ right: Float, _ bottom: Float, _ color: Color, brace: Color
  ) {
    let width = (right - left) / 2
    let beam = width * 0.17
    fill(
      .rectangle(left, top, right, bottom),
      Planks(color, width: width / 4, contrast: 0.5, seed: seed()).turned(0.25))
    for side: Float in [left, left + width] {
      let (inner, outer) = (side + beam / 2, side + width - beam / 2)
      rod(.lines([[inner, top], [outer, bottom]]), width: beam, brace)
      rod(.lines([[inner, bottom], [outer, top]]), width: beam, brace)
      let frame = Path.rectangle(inner, top + beam / 2, outer, bottom - beam / 2)
      rod(frame, width: beam, brace)
    }
  }
}

/// What panes look like: by day they mirror the sky, lit ones glow.
///
/// Glass is chosen once for a building or a vehicle, so that all its windows match.
struct Glass {
  /// The glass's color by day, or of the light behind it.
  let color: Color
  /// Whether there is light behind it; it is then seen whatever the light outside.
  let isLit: Bool
}

extension Brush {
  /// Glass at random: blue, gray or dark; sometimes lit from within.
  mutating func glass(lit: Float = 0.2) -> Glass {
    if chance(lit) { return Glass(color: near(Color(1, 0.82, 0.42)), isLit: true) }
    let color = pick([Color(0.3, 0.42, 0.54), Color(0.55, 0.7, 0.8), Color(0.15, 0.19, 0.25)])
    return Glass(color: near(color), isLit: false)
  }

  /// A pane: glass in an outline.
  ///
  /// - Parameters:
  ///   - path: The pane's outline.
  ///   - glass: What fills it.
  func pane(_ path: Path, _ glass: Glass) {
    if glass.isLit { wash(path, glass.color) } else { fill(path, glass.color, edge: 0) }
  }

  /// A window between two corners: a frame, glass with a shine, bars between panes.
  ///
  /// - Parameters:
  ///   - left: The left edge of the panes.
  ///   - top: Their upper edge.
  ///   - right: Their right edge.
  ///   - bottom: Their lower edge.
  ///   - glass: What they are of.
  ///   - frame: The color of frame and bars.
  ///   - columns: Panes side by side; at least 1.
  ///   - rows: Panes above each other; at least 1.
  func window(
    _ left: Float, _ top: Float, _ right: Float, _ bottom: Float, _ glass: Glass, frame: Color,
    columns: Int = 2, rows: Int = 2
  ) {
    let (width, height) = (right - left, bottom - top)
    let bar = min(width, height) * 0.13
    fill(
      .rounded(left - bar, top - bar, right + bar, bottom + bar, radius: bar), frame, edge: 0.4)
    pane(.rectangle(left, top, right, bottom), glass)
    // The sky's reflection, slanting across all panes.
    let shine = Path.polygon([
      [left + 0.1 * width, bottom], [left + 0.4 * width, bottom], [right - 0.1 * width, top],
      [right - 0.4 * width, top],
    ])
    wash(shine, Color(gray: 1, opacity: glass.isLit ? 0.15 : 0.28))
    wash(
      .rectangle(left, top, right, top + bar * 0.8), Color(gray: 0, opacity: 0.25))
    for column in 1..<columns {
      let x = left + width * Float(column) / Float(columns)
      stroke(.lines([[x, top], [x, bottom]]), width: bar * 0.75, frame)
    }
    for row in 1..<rows {
      let y = top + height * Float(row) / Float(rows)
      stroke(.lines([[left, y], [right, y]]), width: bar * 0.75, frame)
    }
  }

  /// A sill: a ledge under a window of these bounds.
  ///
  /// - Parameters:
  ///   - left: The window's left edge.
  ///   - right: Its right edge; the ledge stands out by a sixth on both sides.
  ///   - bottom: The window's lower edge.
  ///   - color: The ledge's color.
  func sill(_ left: Float, _ right: Float, _ bottom: Float, _ color: Color) {
    let out = (right - left) * 0.16
    fill(.rectangle(left - out, bottom + out * 0.4, right + out, bottom + out * 1.4), color)
  }

  /// A round window in a metal ring.
  ///
  /// - Parameters:
  ///   - x: The center's x.
  ///   - y: The center's y.
  ///   - radius: The ring's outer radius; a third of it is metal.
  ///   - glass: What the pane is of.
  ///   - frame: The ring's color.
  func porthole(_ x: Float, _ y: Float, radius: Float, _ glass: Glass, frame: Color) {
    fill(.circle(x, y, radius), frame, edge: 0.5)
    pane(.circle(x, y, radius * 0.66), glass)
    wash(.circle(x - radius * 0.2, y - radius * 0.24, radius * 0.18), Color(gray: 1, opacity: 0.5))
  }
}

extension Brush {
  /// A color of roofs: tile red, slate, brown, moss.
  ///
  /// Each of the five as often, then varied by a fifth.
  mutating func roofColor() -> Color {
    near(
      pick([
        Color(0.66, 0.27, 0.18), Color(0.34, 0.38, 0.46), Color(0.46, 0.32, 0.22),
        Color(0.36, 0.42, 0.3), Color(0.75, 0.42, 0.24),
      ]), by: 0.2)
  }

  /// Shingles: straight tiles or a little round ones.
  ///
  /// - Parameters:
  ///   - color: The shingles' color; their edges are darker.
  ///   - size: About the width of one.
  /// - Returns: The texture, to be turned with the roof.
  mutating func shingles(_ color: Color, size: Float = 0.1) -> Scales {
    Scales(
      color, edge: color.lit(by: 0.4), width: size * number(0.9...1.3), height: size * 0.85,
      roundness: number(0...0.5), unevenness: 0.45, seed: seed())
  }

  /// A pointed roof over something round: shingles from a peak at x = 0 down to an eave.
  ///
  /// - Parameters:
  ///   - color: The roof's color.
  ///   - peak: The y of its peak.
  ///   - eave: The y of its lower edge at the sides.
  ///   - radius: Half of its width there; the front hangs lower by a sixth of it.
  mutating func cone(_ color: Color, peak: Float, eave: Float, radius: Float) {
    var path = Path.lines([[-radius, eave], [0, peak], [radius, eave]])
    path.curve(
      radius * 0.6, eave + radius * 0.22, -radius * 0.6, eave + radius * 0.22, -radius, eave)
    path.close()
    fill(path, shingles(color), .column(0, radius * 1.05), edge: 0.4)
  }
}
