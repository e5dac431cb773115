import Drawing
import Textures

extension Brush {
  /// A ship's hull from a stern at the left to a bow at the right: planks, a painted band below, a
  /// rail above.
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
