import Drawing
import Textures

extension Brush {
  /// A wheel with spokes, of radius 1 about the origin.
  ///
  /// - Parameters:
  ///   - color: The color of rim, spokes and hub.
  ///   - spokes: How many.
  ///   - rim: The rim's width.
  ///   - thickness: A spoke's.
  ///
  /// Turned at random.
  mutating func spokedWheel(_ color: Color, spokes: Int, rim: Float = 0.18, thickness: Float = 0.1)
  {
    let start = number(0...1)
    for spoke in 0..<spokes {
      let end = direction(turns: start + Float(spoke) / Float(spokes))
      rod(.lines([[0, 0], [end.x, end.y]]), width: thickness, color)
    }
    stroke(.circle(0, 0, 1 - rim / 2), width: rim, color.lit(by: 0.5))
    stroke(.circle(0, 0, 1 - rim / 2), width: rim * 0.6, color)
    fill(.circle(0, 0, 0.2), color.lit(by: 0.8), .ball(0, 0, 0.24, 0.24))
  }

  /// A wheel with a rubber tire and a hub cap, of radius 1 about the origin.
  ///
  /// - Parameter cap: The hub cap's color; five bolts are darker.
  mutating func tire(_ cap: Color) {
    fill(.circle(0, 0, 1), Color(gray: 0.13), .ball(0, 0, 1.4, 1.4))
    fill(.circle(0, 0, 0.56), cap, .ball(0, 0, 0.8, 0.8))
    fill(.circle(0, 0, 0.2), cap.lit(by: 0.6))
    for bolt in 0..<5 {
      let at = direction(turns: Float(bolt) / 5) * 0.38
      fill(.circle(at.x, at.y, 0.06), cap.lit(by: 0.4), edge: 0)
    }
  }
}

extension Brush {
  /// A ship's hull from a stern at the left to a bow at the right: planks, a painted band below, a
  /// rail above.
  ///
  /// - Parameters:
  ///   - deck: The y of the deck amidships; bow and stern are higher.
  ///   - keel: The y of the keel.
  /// - Varies: bare or painted planks, a band of another color, sheer and rake.
  mutating func hull(deck: Float, keel: Float) {
    let wood = wood()
    let paint = vivid()
    let sheer = number(0.06...0.16)
    let rake = number(0.06...0.16)
    var body = Path()
    body.move(-0.92, deck - sheer * 0.7)
    body.curve(-0.5, deck + sheer * 0.3, 0.4, deck + sheer * 0.4, 1, deck - sheer)
    body.curve(0.94, deck + 0.1, 0.88 - rake, keel - 0.12, 0.7 - rake, keel)
    body.line(-0.68, keel)
    body.curve(-0.82, keel - 0.08, -0.9, deck + 0.12, -0.92, deck - sheer * 0.7)
    body.close()
    let isPainted = chance(0.5)
    let color = isPainted ? paint.mixed(with: wood, by: 0.45) : wood
    let depth = keel - deck
    fill(
      body, Planks(color, width: depth * 0.19, contrast: 0.4, seed: seed()),
      .roller(deck + depth * 0.15, depth * 1.15), edge: 0.5)
    let band = isPainted ? Color(gray: 0.92) : paint
    inside(body) { brush in
      brush.fill(
        .rectangle(-1, keel - depth * 0.28, 1.1, keel + 0.1), band.lit(by: 0.8),
        .roller(deck + depth * 0.15, depth * 1.15), edge: 0.3)
    }
    var rail = Path()
    rail.move(-0.94, deck - sheer * 0.7)
    rail.curve(-0.5, deck + sheer * 0.3, 0.4, deck + sheer * 0.4, 1.02, deck - sheer)
    rod(rail, width: 0.06, wood.lit(by: isPainted ? 1 : 0.75))
  }
}

extension Brush {
  /// A beam of wood along points: grain between dark edges.
  ///
  /// - Parameters:
  ///   - points: Its center line.
  ///   - width: Its width.
  ///   - grain: Its texture.
  ///   - wood: The color of which edges and shine are made.
  mutating func beam(
    _ points: [SIMD2<Float>], width: Float, _ grain: any Texture, _ wood: Color
  ) {
    let line = Path.smoothLine(points)
    stroke(line, width: width * 1.25, wood.lit(by: 0.4))
    stroke(line, width: width, grain)
    let lit = points.map { $0 + SIMD2(light.direction.x, light.direction.y) * width * 0.3 }
    stroke(.smoothLine(lit), width: width * 0.25, Color(1, 0.95, 0.85, opacity: 0.25))
  }

  /// A yellow metal: brass or gold.
  mutating func brass() -> Color { near(Color(0.82, 0.64, 0.26)) }
}
