import Drawing
import Textures

/// What panes look like: by day they mirror the sky, lit ones glow.
struct Glass {
  let color: Color
  let isLit: Bool
}

extension Brush {
  /// Glass by chance: blue, gray or dark; sometimes lit from within.
  mutating func glass(lit: Float = 0.2) -> Glass {
    if chance(lit) { return Glass(color: near(Color(1, 0.82, 0.42)), isLit: true) }
    let color = pick([Color(0.3, 0.42, 0.54), Color(0.55, 0.7, 0.8), Color(0.15, 0.19, 0.25)])
    return Glass(color: near(color), isLit: false)
  }

  /// A pane: glass in an outline.
  func pane(_ path: Path, _ glass: Glass) {
    if glass.isLit { wash(path, glass.color) } else { fill(path, glass.color, edge: 0) }
  }

  /// A window between two corners: a frame, glass with a shine, bars between panes.
  func window(
    _ left: Float, _ top: Float, _ right: Float, _ bottom: Float, _ glass: Glass, frame: Color,
    columns: Int = 2, rows: Int = 2
  ) {
    let (width, height) = (right - left, bottom - top)
    let bar = min(width, height) * 0.13
    fill(
      .rounded(left - bar, top - bar, right + bar, bottom + bar, radius: bar), frame, edge: 0.4)
    pane(.rectangle(left, top, right, bottom), glass)
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
  func sill(_ left: Float, _ right: Float, _ bottom: Float, _ color: Color) {
    let out = (right - left) * 0.16
    fill(.rectangle(left - out, bottom + out * 0.4, right + out, bottom + out * 1.4), color)
  }

  /// A round window in a metal ring.
  func porthole(_ x: Float, _ y: Float, radius: Float, _ glass: Glass, frame: Color) {
    fill(.circle(x, y, radius), frame, edge: 0.5)
    pane(.circle(x, y, radius * 0.66), glass)
    wash(.circle(x - radius * 0.2, y - radius * 0.24, radius * 0.18), Color(gray: 1, opacity: 0.5))
  }
}
