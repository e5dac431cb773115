import Drawing
import Textures

extension Furnishings {
  /// A book: closed, with a title on its cover, or open, with lines on its pages.
  ///
  /// - Varies: closed in 55 %. Lying objects are turned by up to half a turn by the scene.
  static func book(_ brush: inout Brush) {
    if brush.chance(0.55) { closedBook(&brush) } else { openBook(&brush) }
  }

  /// The paper of a book's edges: fine stripes.
  ///
  /// Stripes 0.045 apart: the leaves as seen at the edge.
  private static func leaves(_ brush: inout Brush) -> Stripes {
    let paper = brush.near(Color(0.94, 0.9, 0.78), by: 0.06)
    return Stripes(paper, paper.lit(by: 0.7), period: 0.045, fraction: 0.35)
  }

  /// A closed book from above, its spine at the left.
  ///
  /// Drawn from below: lower cover, leaves at two edges, upper cover with hinge, frame, title and emblem. Never mirrored, so that its title can be read.
  ///
  /// - Varies: cloth or paper cover, format and thickness; gold or pale print; a title of three to
  ///   five letters; a star, a disc or lines.
  private static func closedBook(_ brush: inout Brush) {
    let color = brush.vivid().lit(by: brush.number(0.6...0.95))
    let cover: any Texture =
      brush.chance(0.5)
      ? Cloth(color, color.lit(by: 0.85), thread: 0.03, seed: brush.seed())
      : Plain(color, unevenness: 0.25, seed: brush.seed())
    let (width, height) = (brush.number(0.6...0.72), Float(0.9))
    let thick = brush.number(0.12...0.24)
    let gold = brush.chance(0.6) ? Color(0.93, 0.76, 0.32) : brush.near(Color(0.95, 0.93, 0.86))
    let (emblem, lines, letters) = (brush.count(0...2), brush.count(0...1), brush.count(3...5))
    let (title, second) = (brush.word(letters), brush.word(4))
    let ornament = brush.vivid()
    let edges = leaves(&brush)
    // All numbers are drawn before `readable`, which may mirror the drawing but not the stream.
    let seed = brush.seed()
    brush.readable { brush in
      // The lower cover, the leaves, the upper cover.
      let under: [SIMD2<Float>] = [
        [-width, height - 0.02], [width, height - 0.02], [width, -height],
        [width + thick, -height + thick], [width + thick, height + thick * 0.55],
        [-width + thick * 0.6, height + thick * 0.55],
      ]
      brush.fill(.polygon(under), color.lit(by: 0.6), edge: 0.6)
      brush.fill(
        .polygon([
          [-width, height - 0.02], [width, height - 0.02],
          [width + thick * 0.75, height + thick * 0.35],
          [-width + thick * 0.5, height + thick * 0.35],
        ]), edges)
      brush.fill(
        .polygon([
          [width, height - 0.02], [width + thick * 0.75, height + thick * 0.35],
          [width + thick * 0.75, -height + thick * 0.95], [width, -height + 0.04],
        ]), edges.turned(0.25), .slope(0.4, 0))
      brush.fill(
        .rounded(-width, -height, width, height, radius: 0.05), cover, .slope(0.1, -0.1), edge: 0.6)
      // The hinge beside the spine.
      brush.fill(
        .rectangle(-width, -height, -width + 0.14, height),
        Plain(color.lit(by: 0.8), unevenness: 0.2, seed: seed),
        .column(-width + 0.07, 0.12), edge: 0.2)
      let (left, right) = (-width + 0.22, width - 0.08)
      let center = (left + right) / 2
      brush.stroke(.rectangle(left, -height + 0.1, right, height - 0.1), width: 0.035, gold)
      if lines == 0 {
        brush.stroke(
          .rectangle(left + 0.07, -height + 0.17, right - 0.07, height - 0.17), width: 0.02, gold)
      }
      let scale = (right - left) * 0.46 / (0.8 * Float(letters))
      brush.at(center, -0.45, scale: min(scale, 0.17)) { $0.write(title, gold, weight: 0.4) }
      brush.at(center, 0.66, scale: 0.06) { $0.write(second, gold, weight: 0.4) }
      switch emblem {
      case 0:
        brush.fill(.star(center, 0.14, count: 5, outer: 0.26, inner: 0.11), gold)
      case 1:
        brush.fill(.circle(center, 0.14, 0.22), ornament, .ball(center, 0.14, 0.3, 0.3))
        brush.stroke(.circle(center, 0.14, 0.24), width: 0.035, gold)
      default:
        for y: Float in [0.02, 0.14, 0.26] {
          brush.stroke(.lines([[left + 0.2, y], [right - 0.2, y]]), width: 0.035, gold)
        }
      }
    }
  }

  /// Two pages that swell from the gutter, lines of text that end unevenly.
  ///
  /// - Varies: format; a picture on the right page in half of the images; an initial; a ribbon in
  ///   40 %.
  private static func openBook(_ brush: inout Brush) {
    let cover = brush.vivid().lit(by: 0.8)
    let edges = leaves(&brush)
    let paper = brush.near(Color(0.95, 0.92, 0.83), by: 0.05)
    let ink = Color(0.22, 0.2, 0.22)
    let height = brush.number(0.56...0.68)
    let hasPicture = brush.chance(0.5)
    let (picture, other) = (brush.vivid(), brush.vivid())
    let seed = brush.seed()
    let capital = brush.pick(Letters.alphabet)
    brush.fill(
      .rounded(-1, -height - 0.02, 1, height + 0.14, radius: 0.05), cover, edge: 0.6)
    brush.readable { brush in
      for side: Float in [-1, 1] {
        brush.within(.scale(side, 1)) { brush in
          let page = Path.joined([
            .smoothLine([
              [0, -height + 0.06], [0.25, -height - 0.06], [0.6, -height - 0.05],
              [0.93, -height + 0.02],
            ]),
            .smoothLine([
              [0.93, height], [0.6, height - 0.07], [0.25, height - 0.08], [0, height + 0.04],
            ]),
          ])
          brush.within(.move(0.02, 0.09)) { $0.fill(page, edges, edge: 0.4) }
          brush.fill(
            page, Plain(paper, unevenness: 0.06, seed: seed), .column(0.5, 0.75), edge: 0.4)
          brush.inside(page) { brush in
            brush.glow(
              .ellipse(0, 0, 0.25, 1.3), Color(gray: 0, opacity: 0.45), 0, 0, radiusX: 0.25,
              radiusY: 1.3)
          }
        }
        let (left, right): (Float, Float) = side < 0 ? (-0.82, -0.16) : (0.16, 0.82)
        var y = -height + 0.14
        if hasPicture, side > 0 {
          let frame = Path.rectangle(left, y, right, y + height * 0.9)
          brush.fill(frame, Clouds(picture, cloud: other, size: 0.3, cover: 0.6, seed: seed))
          y += height * 0.9 + 0.1
        } else if side < 0 {
          brush.at(left + 0.08, y + 0.08, scale: 0.09) {
            $0.write(String(capital), picture, weight: 0.4)
          }
          for _ in 0..<2 {
            brush.stroke(.lines([[left + 0.22, y], [right, y]]), width: 0.032, ink)
            y += 0.12
          }
        }
        while y < height - 0.1 {
          // One line in five ends a paragraph.
          let end = right - (brush.chance(0.2) ? brush.number(0.1...0.3) : 0)
          brush.stroke(
            .smoothLine([[left, y + 0.01], [(left + right) / 2, y - 0.015], [end, y]]),
            width: 0.032,
            ink)
          y += 0.12
        }
      }
    }
    brush.stroke(.lines([[0, -height + 0.06], [0, height + 0.04]]), width: 0.03, ink)
    if brush.chance(0.4) {
      let x = brush.number(0.1...0.5)
      brush.stroke(
        .smoothLine([[x, height - 0.3], [x + 0.02, height], [x - 0.04, height + 0.3]]), width: 0.08,
        brush.vivid())
    }
  }

  /// A bookshelf: a case of planks with rows of books' spines.
  ///
  /// - Varies: width, three or four shelves, the wood.
  static func bookshelf(_ brush: inout Brush) {
    let wood = brush.wood()
    let planks = Planks(wood, width: 0, contrast: 0.5, seed: brush.seed())
    let width = brush.number(0.66...0.86)
    brush.fill(.rectangle(-width, -1, width, 1), planks.turned(0.25), edge: 0.6)
    let shelves = brush.count(3...4)
    let (side, top) = (width - 0.09, Float(-0.9))
    let step = (0.9 - top) / Float(shelves)
    for shelf in 0..<shelves {
      let (ceiling, floor) = (top + step * Float(shelf), top + step * Float(shelf + 1) - 0.07)
      brush.fill(.rectangle(-side, ceiling, side, floor), wood.lit(by: 0.28), edge: 0.5)
      brush.fill(
        .rectangle(-side, ceiling, side, ceiling + 0.07), Color(gray: 0, opacity: 0.4), edge: 0)
      row(&brush, from: -side + 0.01, to: side - 0.01, floor: floor, height: floor - ceiling)
      brush.fill(.rectangle(-side, floor, side, floor + 0.07), planks, edge: 0.5)
    }
    brush.fill(
      .rectangle(-width - 0.06, -1, width + 0.06, -0.91), planks, .slope(0, -0.3), edge: 0.5)
    brush.fill(
      .rectangle(-width - 0.03, 0.9, width + 0.03, 1), planks, .slope(0, 0.2), edge: 0.5)
  }

  /// Books side by side on a shelf, with a gap or a leaning one at the end.
  ///
  /// - Varies: the height of the shelf's books, and each one's width, height and color; in 7 % a
  ///   book is missing.
  private static func row(
    _ brush: inout Brush, from left: Float, to right: Float, floor: Float, height: Float
  ) {
    var x = left
    let tall = height * brush.number(0.72...0.86)
    while x < right - 0.08 {
      let width = min(brush.number(0.09...0.19), right - x)
      // Of unequal height, but standing on the same shelf.
      let top = floor - tall * brush.number(0.78...1.1)
      let color = brush.vivid().lit(by: brush.number(0.6...1))
      if brush.chance(0.07) {
        x += width
        continue
      }
      brush.fill(
        .rectangle(x, top, x + width, floor), color, .column(x + width / 2, width * 0.62), edge: 0.6
      )
      let gold = brush.chance(0.5) ? Color(0.92, 0.76, 0.35) : color.lit(by: 0.5)
      for fraction: Float in brush.chance(0.5) ? [0.16, 0.84] : [0.25] {
        let y = top + (floor - top) * fraction
        brush.stroke(.lines([[x + 0.01, y], [x + width - 0.01, y]]), width: 0.035, gold)
      }
      x += width
    }
  }
}
