import Drawing
import Textures

extension Buildings {
  /// A ladder that leans: two rails and rungs of wood or metal.
  static func ladder(_ brush: inout Brush) {
    let isWooden = brush.chance(0.75)
    let color = isWooden ? brush.wood() : brush.near(Color(0.72, 0.73, 0.75))
    let rungs = brush.count(6...9)
    let (foot, head): (Float, Float) = (brush.number(0.28...0.36), brush.number(0.2...0.28))
    let lean = brush.number(0.15...0.4)
    let grain = Planks(color, width: 0, contrast: isWooden ? 0.8 : 0.1, seed: brush.seed())
      .turned(0.25)
    brush.within(.move(-lean / 2, 0).after(.shear(-lean / 2))) { brush in
      // Its shadow on what it leans against.
      let shade = Color(gray: 0, opacity: 0.16)
      for rail in [[[-foot, 1], [-head, -1]], [[foot, 1], [head, -1]]] as [[SIMD2<Float>]] {
        brush.stroke(
          .lines([rail[0], rail[1] + [0.12, 0.06]]), width: 0.08, shade)
      }
      for rung in 0..<rungs {
        let share = (Float(rung) + 0.6) / Float(rungs)
        let (y, half) = (1 - 2 * share, foot + (head - foot) * share)
        let worn = brush.near(color.lit(by: 0.9), by: 0.2)
        brush.rod(.lines([[-half, y], [half, y]]), width: 0.085, worn)
      }
      for side: Float in [-1, 1] {
        let rail = Path.lines([[side * foot, 1], [side * head, -1]])
        brush.stroke(rail, width: 0.13, color.lit(by: 0.4))
        brush.stroke(rail, width: 0.095, grain)
        brush.stroke(
          .lines([[side * foot - 0.025, 1], [side * head - 0.025, -1]]), width: 0.02,
          color.lit(by: 1.35))
      }
    }
  }

  /// A road sign: a plate with a border and a word, on a post.
  static func sign(_ brush: inout Brush) {
    let isMetal = brush.chance(0.7)
    let post = isMetal ? brush.metal() : brush.wood()
    let paint = brush.vivid()
    let isPale = brush.chance(0.4)
    let pale = brush.near(Color(0.95, 0.94, 0.9), by: 0.05)
    let (ground, line) = isPale ? (pale, paint) : (paint, pale)
    let middle: Float = -0.42
    let width: Float = 0.11
    let pole = Path.rectangle(-width / 2, -0.85, width / 2, 1)
    if isMetal {
      brush.fill(pole, post, .column(0, width * 0.6), edge: 0.5)
    } else {
      brush.fill(
        pole, Planks(post, width: 0, contrast: 0.8, seed: brush.seed()).turned(0.25),
        .column(0, width * 0.8), edge: 0.5)
    }
    let (plate, letters, size): (Path, Int, Float) =
      switch brush.count(0...3) {
      case 0: (.circle(0, middle, 0.56), brush.count(2...4), 1)
      case 1:
        (
          .polygon([[0, middle - 0.56], [0.66, middle + 0.5], [-0.66, middle + 0.5]]),
          brush.count(1...3), 0.72
        )
      case 2:
        (
          .polygon(
            (0..<8).map {
              SIMD2(0, middle) + direction(turns: (Float($0) + 0.5) / 8) * 0.6
            }), 4, 0.95
        )
      default: (.rounded(-0.86, middle - 0.36, 0.86, middle + 0.36, radius: 0.08), 6, 1.45)
      }
    let back = Projection.move(0, middle).after(.scale(0.86)).after(.move(0, -middle))
    brush.fill(plate, line, .slope(0, -0.1), edge: 0.7)
    let enamel = Plain(ground, unevenness: 0.1, seed: brush.seed())
    let isTriangle = size < 0.8
    let shift: Float = isTriangle ? 0.03 : 0
    brush.fill(
      plate.mapped(by: back).mapped(by: .move(0, shift)), enamel, .slope(0, -0.1), edge: 0.25)
    let ink = isPale && brush.chance(0.6) ? Color(gray: 0.1) : line
    let word = brush.word(letters)
    let scale = min(0.2, size / (1.6 * Float(letters)) * 0.5 * 1.25)
    let y = middle + (isTriangle ? 0.2 : 0)
    brush.readable { brush in
      brush.at(0, y, scale: scale) { $0.write(word, ink, weight: 0.36) }
    }
    for y: Float in [-0.3, 0.34] where !isTriangle {
      brush.fill(.circle(0, middle + y, 0.022), Color(gray: 0.6), edge: 0.3)
    }
  }
}
