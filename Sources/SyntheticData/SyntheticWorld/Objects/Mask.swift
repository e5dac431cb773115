import Drawing
import Textures

extension Furnishings {
  /// A mask: a face of wood or glaze with two eyes, a nose, a mouth with teeth, painted cheeks.
  ///
  /// Each part is drawn by a function of its own with four choices, so that two masks seldom share
  /// more than one.
  ///
  /// - Varies: wood or glaze; three paints; the outline's brow, cheek, jaw and chin; every part.
  static func mask(_ brush: inout Brush) {
    let isWood = brush.chance(0.5)
    let color = isWood ? brush.wood() : brush.vivid()
    let face: any Texture =
      isWood
      ? Planks(color, width: 0, contrast: 0.55, seed: brush.seed()).turned(0.25)
      : Plain(color, unevenness: 0.2, seed: brush.seed())
    let paint = [brush.vivid(), brush.near(Color(0.95, 0.92, 0.84)), brush.vivid()]
    let (brow, cheek) = (brush.number(0.58...0.72), brush.number(0.56...0.72))
    let (jaw, chin) = (brush.number(0.3...0.5), brush.number(0.84...0.98))
    let half: [SIMD2<Float>] = [
      [brow * 0.62, -0.86], [brow, -0.5], [cheek, 0.1], [jaw + 0.08, 0.62],
    ]
    let mirrored = half.reversed().map { SIMD2(-$0.x, $0.y) }
    let outline = Path.smooth([[0, -0.94]] + half + [[0, chin]] + mirrored)
    // Behind the face, whose edge hides their roots.
    ornament(&brush, paint, width: brow)
    brush.fill(outline, face, .ball(0, 0, 0.86, 1.15), edge: 0.6)
    brush.inside(outline) { brush in
      forehead(&brush, paint)
      cheeks(&brush, paint, x: cheek * 0.66)
    }
    eyes(&brush, paint)
    let (wing, tip) = (brush.number(0.12...0.2), brush.number(0.2...0.3))
    let nose = Path.smooth([
      [0, -0.36], [0.07, -0.3], [0.08, 0], [wing, tip - 0.06], [wing * 0.7, tip], [0, tip + 0.02],
      [-wing * 0.7, tip], [-wing, tip - 0.06], [-0.08, 0], [-0.07, -0.3],
    ])
    brush.fill(nose, isWood ? color.lit(by: 1.05) : paint[2], .ball(0, 0.1, wing, 0.5), edge: 0.6)
    for x in [-wing * 0.5, wing * 0.5] {
      brush.wash(.ellipse(x, tip - 0.03, 0.035, 0.025), Color(gray: 0.05, opacity: 0.8))
    }
    mouth(&brush, paint[0], y: brush.number(0.5...0.58), width: brush.number(0.24...0.36))
    // Glaze shines, wood does not.
    if !isWood { brush.shine(onBall: 0, 0, 0.7, 1, 0.5) }
  }

  /// What is around a mask: horns, feathers, a fringe of straw, or nothing.
  ///
  /// - `paint`: the mask's three colors.
  /// - `width`: half of the brow's width, where feathers and fringe begin.
  /// - Varies: horns, five to nine feathers, straw, or ears with rings.
  private static func ornament(_ brush: inout Brush, _ paint: [Color], width: Float) {
    switch brush.count(0...3) {
    case 0:
      let horn = brush.near(Color(0.85, 0.78, 0.62))
      brush.mirrored { brush in
        let shape = Path.smooth([
          [0.25, -0.75], [0.6, -0.85], [0.85, -1.1], [0.95, -1.05], [0.85, -0.6], [0.5, -0.4],
        ])
        brush.fill(
          shape, Stripes(horn, horn.lit(by: 0.6), period: 0.1, fraction: 0.3).turned(0.1),
          .slope(0.2, 0.1))
      }
    case 1:
      let count = brush.count(5...9)
      for index in 0..<count {
        let fraction = Float(index) / Float(count - 1)
        brush.at(0, -0.3, turn: -0.42 + 0.34 * fraction) { brush in
          let color = paint[index % 3]
          brush.fill(
            Path.smooth([[0.4, 0], [0.75, -0.14], [1, 0], [0.75, 0.14]]),
            Stripes(color, color.lit(by: 0.6), period: 0.06, fraction: 0.35).turned(0.1), edge: 0.5)
        }
      }
    case 2:
      let straw = brush.near(Color(0.75, 0.6, 0.32))
      brush.fill(
        .smooth([
          [0, -1.02], [width * 0.9, -0.9], [0.92, -0.2], [0.86, 0.7], [0.3, 1], [-0.3, 1],
          [-0.86, 0.7], [-0.92, -0.2], [-width * 0.9, -0.9],
        ]),
        Fur(straw, straw.lit(by: 0.3), length: 0.5, width: 0.035, seed: brush.seed()).turned(0.25))
    default:
      brush.mirrored { brush in
        brush.fill(.ellipse(0.68, -0.02, 0.16, 0.26), paint[0], .ball(0.68, 0, 0.2, 0.3))
        brush.stroke(.circle(0.74, 0.3, 0.09), width: 0.045, Color(0.85, 0.68, 0.25))
      }
    }
  }

  /// What is painted above the eyes.
  ///
  /// - Varies: three bands, a lozenge, five dots, or a star.
  private static func forehead(_ brush: inout Brush, _ paint: [Color]) {
    switch brush.count(0...3) {
    case 0:
      for y: Float in [-0.84, -0.72, -0.6] {
        brush.stroke(
          .smoothLine([[-0.6, y + 0.1], [0, y - 0.03], [0.6, y + 0.1]]), width: 0.06,
          paint[y == -0.72 ? 1 : 0])
      }
    case 1:
      brush.fill(.polygon([[0, -0.86], [0.15, -0.66], [0, -0.44], [-0.15, -0.66]]), paint[0])
      brush.fill(.polygon([[0, -0.77], [0.08, -0.66], [0, -0.54], [-0.08, -0.66]]), paint[1])
    case 2:
      for index in -2...2 {
        let x = Float(index) * 0.18
        brush.fill(.circle(x, -0.68 + abs(x) * 0.25, 0.065), paint[abs(index) % 2], edge: 0.4)
      }
    default:
      brush.fill(.star(0, -0.66, count: 8, outer: 0.2, inner: 0.1), paint[0])
      brush.fill(.circle(0, -0.66, 0.08), paint[1])
    }
  }

  /// What is painted on both cheeks.
  ///
  /// - `x`: the center of the right cheek; the left one is its mirror image.
  /// - Varies: lines, rings, two columns of dots, or triangles; three or four of them.
  private static func cheeks(_ brush: inout Brush, _ paint: [Color], x: Float) {
    let kind = brush.count(0...3)
    let count = brush.count(3...4)
    brush.mirrored { brush in
      for index in 0..<count {
        let step = Float(index) * 0.13
        switch kind {
        case 0:
          brush.stroke(
            .smoothLine([[x - 0.2, 0.12 + step], [x + 0.3, 0.02 + step]]), width: 0.055,
            paint[index % 2])
        case 1:
          let radius = 0.05 + 0.06 * Float(count - 1 - index)
          brush.fill(.circle(x, 0.24, radius), paint[index % 2], edge: 0.2)
        case 2:
          for column in 0..<2 {
            brush.fill(
              .circle(x - 0.08 + 0.16 * Float(column), 0.08 + step, 0.05),
              paint[(index + column) % 2],
              edge: 0.3)
          }
        default:
          let top = 0.06 + step
          brush.fill(
            .polygon([[x - 0.16, top], [x + 0.22, top - 0.04], [x + 0.04, top + 0.12]]),
            paint[index % 2], edge: 0.3)
        }
      }
    }
  }

  /// Two eyes with brows.
  ///
  /// - Varies: their size, slant and distance; holes, or painted eyes; a frown.
  private static func eyes(_ brush: inout Brush, _ paint: [Color]) {
    let (x, y) = (brush.number(0.27...0.33), brush.number(-0.26 ... -0.16))
    let (width, height) = (brush.number(0.17...0.23), brush.number(0.1...0.19))
    let turn = brush.number(-0.05...0.05)
    let isHole = brush.chance(0.5)
    // Brows rise or fall towards the nose: masks look angry or sad.
    let frown = brush.number(-0.1...0.12)
    let (outer, inner) = (y - height - 0.08 - frown, y - height - 0.08 + frown)
    brush.mirrored { brush in
      brush.at(x, y, turn: turn) { brush in
        brush.fill(.ellipse(0, 0, width, height), paint[1], .ball(0, 0, 0.3, 0.3), edge: 0.7)
        if isHole {
          brush.fill(
            .smooth([
              [-width * 0.75, 0], [0, -height * 0.6], [width * 0.75, 0], [0, height * 0.6],
            ]),
            Color(gray: 0.04), edge: 0)
        } else {
          brush.at(0, 0, scale: height * 0.9) { $0.eye(iris: paint[2], pupil: 0.4, white: 0) }
        }
      }
      brush.stroke(
        .smoothLine([
          [x - width - 0.04, inner], [x, min(inner, outer) - 0.03], [x + width, outer],
        ]),
        width: 0.09, paint[0].lit(by: 0.6))
    }
  }

  /// An open mouth with teeth above and below.
  ///
  /// - `y`: its center. `width`: half of its width.
  /// - Varies: how far it is open, a smile or the reverse, four to six pointed or square teeth.
  private static func mouth(_ brush: inout Brush, _ lips: Color, y: Float, width: Float) {
    let (height, smile) = (brush.number(0.1...0.18), brush.number(-0.1...0.1))
    let shape = Path.smooth([
      [-width, y - smile], [-width * 0.5, y - height * 0.8], [0, y - height * 0.7],
      [width * 0.5, y - height * 0.8], [width, y - smile], [width * 0.5, y + height],
      [0, y + height * 1.1], [-width * 0.5, y + height],
    ])
    brush.fill(shape, Color(0.22, 0.05, 0.05), edge: 0)
    let tooth = brush.near(Color(0.95, 0.93, 0.84), by: 0.06)
    let isPointed = brush.chance(0.45)
    let count = brush.count(4...6)
    brush.inside(shape) { brush in
      let step = 2 * width / Float(count)
      for index in 0..<count {
        let left = -width + Float(index) * step
        let (right, center) = (left + step * 0.92, left + step * 0.46)
        let (top, bottom) = (y - height - 0.1, y + height + 0.1)
        if isPointed {
          brush.fill(.polygon([[left, top], [right, top], [center, y + height * 0.2]]), tooth)
          brush.fill(.polygon([[left, bottom], [right, bottom], [center, y]]), tooth)
        } else {
          brush.fill(.rounded(left, top, right, y - height * 0.05, radius: 0.03), tooth)
          brush.fill(.rounded(left, y + height * 0.3, right, bottom, radius: 0.03), tooth)
        }
      }
    }
    brush.stroke(shape, width: 0.08, lips.lit(by: 0.55))
    brush.stroke(shape, width: 0.055, lips)
  }
}
