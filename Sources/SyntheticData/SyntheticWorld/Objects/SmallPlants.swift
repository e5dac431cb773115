import Drawing
import Textures

extension Plants {
  /// A cactus: a ribbed green column with arms and spines, sometimes a blossom.
  ///
  /// - Varies: three greens; width; one to three arms, their sides, heights and lengths; blossoms
  ///   on every tip in half of the images.
  static func cactus(_ brush: inout Brush) {
    let green = brush.near(
      brush.pick([Color(0.32, 0.55, 0.24), Color(0.4, 0.56, 0.34), Color(0.26, 0.48, 0.3)]))
    let half = brush.number(0.2...0.28)
    let flower =
      brush.chance(0.5)
      ? brush.near(
        brush.pick([
          Color(0.92, 0.3, 0.55), Color(0.95, 0.75, 0.2), Color(0.9, 0.25, 0.15),
          Color(0.96, 0.9, 0.85),
        ])) : nil
    var tops: [SIMD2<Float>] = [[0, -0.97]]
    let first: Float = brush.chance(0.5) ? 1 : -1
    for arm in 0..<brush.count(1...3) {
      let side = arm % 2 == 0 ? first : -first
      // A third arm grows higher up, and is smaller.
      let foot = arm < 2 ? brush.number(0.05...0.45) : brush.number(-0.35 ... -0.2)
      let out = side * (half + brush.number(0.24...0.36)) * (arm < 2 ? 1 : 0.9)
      let top = foot - brush.number(0.42...0.68) * (arm < 2 ? 1 : 0.6)
      let radius = half * brush.number(0.48...0.62)
      stem(
        &brush, green.lit(by: 0.95),
        Tube([
          ([0, foot + 0.04], radius), ([out * 0.55, foot], radius),
          ([out * 0.92, foot - radius * 0.9], radius), ([out, foot - radius * 2.2], radius),
          ([out, top], radius * 0.75), ([out, top - radius * 0.6], radius * 0.25),
        ]), ribs: 2)
      tops.append([out, top - radius * 0.65])
    }
    stem(
      &brush, green,
      Tube([
        ([0, 1.02], half * 0.85), ([0, 0.6], half), ([0, 0], half * 1.02),
        ([0, -0.6], half * 0.97),
        ([0, -0.86], half * 0.72), ([0, -0.98], half * 0.3),
      ]), ribs: 3)
    guard let flower else { return }
    for top in tops {
      brush.at(top.x, top.y, scale: 0.16) { brush in
        for index in 0..<7 {
          brush.at(0, 0, turn: 0.55 + Float(index) / 15) {
            $0.fill(.ellipse(0.5, 0, 0.55, 0.24), flower, .slope(0.3, 0), edge: 0.4)
          }
        }
        brush.fill(.circle(0, 0, 0.24), Color(0.95, 0.8, 0.2))
      }
    }
  }

  /// A column or an arm: ribs in light and shade along a tube.
  ///
  /// - `ribs`: the ribs on each side of the middle one.
  ///
  /// Shade lies on the side away from the light, spines on every rib, every other one shifted.
  private static func stem(_ brush: inout Brush, _ green: Color, _ tube: Tube, ribs: Int) {
    brush.fill(tube.outline, Plain(green, unevenness: 0.2, seed: brush.seed()), edge: 0.6)
    // Light and shade from rib to rib; the furrows run along.
    let lightSide: Float = brush.light.direction.x > 0 ? 1 : -1
    // Going up, the tube's right edge lies to the right.
    for (fraction, width, tone): (Float, Float, Float) in [(-0.75, 0.1, 0.6), (-0.4, 0.08, 0.82)] {
      brush.stroke(
        .smoothLine(tube.line(at: fraction * lightSide)), width: width, green.lit(by: tone))
    }
    brush.stroke(.smoothLine(tube.line(at: 0.35 * lightSide)), width: 0.06, green.lit(by: 1.25))
    var spines = Path()
    for rib in -ribs...ribs {
      let fraction = Float(rib) / (Float(ribs) + 0.45)
      let line = tube.line(at: fraction)
      brush.stroke(.smoothLine(line), width: 0.02, green.lit(by: 0.42))
      guard rib < ribs else { continue }
      let ridge = tube.line(at: fraction + 0.5 / (Float(ribs) + 0.45))
      for index in 0..<(ridge.count - 1) {
        let step = ridge[index + 1] - ridge[index]
        let count = max(1, Int((step * step).sum().squareRoot() / 0.15))
        for mark in 0..<count {
          // Every other rib's tufts are shifted by half.
          let shift: Float = rib & 1 == 0 ? 0.25 : 0.75
          let at = ridge[index] + step * (Float(mark) + shift) / Float(count)
          for tip: SIMD2<Float> in [[-0.032, -0.02], [0.032, -0.02], [0, 0.035]] {
            spines.move(at.x, at.y)
            spines.line(at.x + tip.x, at.y + tip.y)
          }
        }
      }
    }
    brush.stroke(spines, width: 0.011, Color(0.96, 0.93, 0.78))
  }

  /// A toadstool: a cap with pale dots, gills below it, a pale stalk with a skirt.
  ///
  /// - Varies: red in half, brown or orange; a small second one in 40 %.
  static func mushroom(_ brush: inout Brush) {
    let color = brush.near(
      brush.pick([
        Color(0.82, 0.12, 0.08), Color(0.82, 0.12, 0.08), Color(0.6, 0.36, 0.18),
        Color(0.85, 0.45, 0.1),
      ]))
    if brush.chance(0.4) {
      let side: Float = brush.chance(0.5) ? 1 : -1
      // The small one stands behind, beside the stalk.
      let scale = brush.number(0.34...0.5)
      brush.at(side * 0.58, 1 - scale, scale: scale, turn: side * 0.04) {
        toadstool(&$0, color.lit(by: 0.92))
      }
    }
    toadstool(&brush, color)
  }

  /// From the ground at y = 1 to the cap's top at −1.
  ///
  /// - Varies: the cap's width and height, its dots, the stalk's width and lean, a skirt in 70 %.
  private static func toadstool(_ brush: inout Brush, _ color: Color) {
    let pale = brush.near(Color(0.93, 0.89, 0.78), by: 0.08)
    let half = brush.number(0.17...0.26)
    let (reach, top, rim) = (brush.number(0.78...0.96), Float(-1), brush.number(-0.15...0.1))
    let lean = brush.number(-0.08...0.08)
    let stalk = Path.smooth([
      [-half, rim], [-half * 0.9 + lean * 0.5, 0.4], [-half * 1.5 + lean, 0.85],
      [-half * 0.9 + lean, 1], [half * 0.9 + lean, 1], [half * 1.5 + lean, 0.85],
      [half * 0.9 + lean * 0.5, 0.4], [half, rim],
    ])
    brush.fill(
      stalk,
      Fur(pale, pale.lit(by: 0.72), length: 0.4, width: 0.03, contrast: 0.6, seed: brush.seed())
        .turned(0.25), .column(lean * 0.5, half * 1.4), edge: 0.5)
    // Gills: the underside, seen a little from below.
    let gills = pale.lit(by: 0.7)
    let underside = Path.ellipse(0, rim, reach * 0.97, 0.2)
    brush.fill(underside, gills, edge: 0.5)
    var lines = Path()
    for index in 0..<26 {
      let at = direction(turns: Float(index) / 26)
      lines.move(at.x * half * 0.9, rim + at.y * 0.06)
      lines.line(at.x * reach * 0.95, rim + at.y * 0.19)
    }
    brush.stroke(lines, width: 0.018, gills.lit(by: 0.6))
    brush.fill(
      .smooth([
        [-half * 0.95, rim - 0.02], [0, rim + 0.05], [half * 0.95, rim - 0.02],
        [half * 0.95, rim + 0.1],
        [-half * 0.95, rim + 0.1],
      ]), pale.lit(by: 0.75), .column(0, half * 1.3), edge: 0)
    if brush.chance(0.7) {
      let y = rim + 0.3
      brush.fill(
        .smooth([
          [-half, y - 0.06], [0, y - 0.03], [half, y - 0.06], [half * 1.55, y + 0.1],
          [half * 0.6, y + 0.13], [0, y + 0.17], [-half * 0.6, y + 0.13], [-half * 1.55, y + 0.1],
        ]), pale, .column(0, half * 1.7), edge: 0.5)
    }
    // The cap's lower edge bends up in the center, so the gills show.
    let cap = Path.smooth([
      [-reach, rim + 0.03], [-reach * 0.93, rim - 0.3], [-reach * 0.55, top + 0.14], [0, top],
      [reach * 0.55, top + 0.14], [reach * 0.93, rim - 0.3], [reach, rim + 0.03],
      [reach * 0.6, rim + 0.03], [0, rim - 0.01], [-reach * 0.6, rim + 0.03],
    ])
    brush.fill(
      cap,
      Dots(
        color, Color(0.97, 0.95, 0.88), spacing: brush.number(0.26...0.36), radius: 0.27,
        scatter: 0.75, seed: brush.seed()), .ball(0, rim, reach * 1.15, (rim - top) * 1.15),
      edge: 0.5)
    brush.wash(
      .ellipse(-reach * 0.32, top + 0.28, 0.16, 0.08), Color(gray: 1, opacity: 0.22))
  }

  /// A pumpkin: a ribbed ball with a stalk, tendrils and sometimes a leaf.
  ///
  /// - Varies: four colors; height; four or six ribs beside the middle one; the stalk's bend; a
  ///   leaf with tendrils in 60 %.
  static func pumpkin(_ brush: inout Brush) {
    let orange = brush.near(
      brush.pick([
        Color(0.92, 0.5, 0.1), Color(0.95, 0.58, 0.14), Color(0.85, 0.42, 0.12),
        Color(0.8, 0.66, 0.3),
      ]), by: 0.1)
    let green = brush.near(Color(0.36, 0.46, 0.18), by: 0.2)
    let height = brush.number(0.66...0.82)
    let y = 1 - height
    // Ribs from the sides to the center, each a bulge.
    let ribs = brush.count(2...3)
    // One seed: the skin's pattern goes on from rib to rib.
    let unevenness = brush.seed()
    for step in stride(from: ribs, through: 0, by: -1) {
      for side: Float in step == 0 ? [1] : [-1, 1] {
        let turn = Float(step) / Float(ribs) * 0.22
        let x = side * sine(turns: turn) * 0.66
        let half = 0.38 - 0.03 * Float(ribs) + 0.02 * cosine(turns: turn)
        let rib = height * (0.72 + 0.28 * cosine(turns: turn))
        let color = brush.near(orange, by: 0.05)
        brush.fill(
          .smooth([
            [x * 0.8, y - rib * 0.95], [x + half * 0.62, y - rib * 0.76], [x + half, y],
            [x + half * 0.6, y + rib * 0.8], [x * 0.8, y + rib], [x - half * 0.6, y + rib * 0.8],
            [x - half, y], [x - half * 0.62, y - rib * 0.76],
          ]), Plain(color, unevenness: 0.18, seed: unevenness),
          .ball(x * 0.45, y, 0.42 + half * 0.9, rib * 1.2), edge: 0.6)
      }
    }
    let bend = brush.number(-0.22...0.22)
    let top = y - height * 0.9
    let stalk = Tube([
      ([0, top + 0.12], 0.15), ([0, top], 0.085), ([bend * 0.4, top - 0.18], 0.075),
      ([bend, top - brush.number(0.26...0.34)], 0.085),
    ])
    brush.fill(
      stalk.outline, Bark(green, furrow: green.lit(by: 0.5), size: 0.06, seed: brush.seed()),
      .column(bend * 0.3, 0.13), edge: 0.6)
    if brush.chance(0.6) {
      let side: Float = bend > 0 ? -1 : 1
      brush.stroke(
        .smoothLine([
          [0, top + 0.02], [side * 0.25, top - 0.14], [side * 0.42, top + 0.02],
          [side * 0.34, top + 0.1], [side * 0.3, top - 0.02], [side * 0.5, top - 0.12],
        ]), width: 0.03, green)
      brush.at(side * 0.08, top + 0.06, turn: side > 0 ? 0.04 : 0.46) {
        $0.leaf(green.lit(by: 1.1), length: 0.55, width: 0.36)
      }
    }
  }

  /// A strawberry: red with seeds as dots, green leaves and a stalk on top.
  ///
  /// - Varies: the shade of red; width; the seeds' spacing; five to seven leaves; the stalk's bend.
  static func strawberry(_ brush: inout Brush) {
    let red = brush.near(Color(0.86, 0.1, 0.12), by: 0.15)
    let green = brush.near(Color(0.34, 0.58, 0.18), by: 0.15)
    let wide = brush.number(0.68...0.82)
    let body = Path.smooth([
      [0, -0.56], [wide * 0.55, -0.62], [wide, -0.3], [wide * 0.92, 0.15], [wide * 0.5, 0.72],
      [0.02, 1], [-wide * 0.5, 0.72], [-wide * 0.92, 0.15], [-wide, -0.3], [-wide * 0.55, -0.62],
    ])
    let spacing = brush.number(0.17...0.22)
    // The same seed twice: dimples and seeds lie at the same places.
    let seeds = brush.seed()
    let pale = brush.near(Color(0.96, 0.82, 0.4), by: 0.1)
    brush.fill(
      body,
      Dots(red, red.lit(by: 0.5), spacing: spacing, radius: 0.3, scatter: 0.35, seed: seeds),
      .ball(0, 0, wide * 1.12, 1.1), edge: 0.5)
    // Each seed lies in a dimple: paler dots at the same places, smaller.
    brush.inside(body) { brush in
      brush.fill(
        body,
        Dots(
          red.withOpacity(0), pale, spacing: spacing, radius: 0.16, scatter: 0.35, seed: seeds),
        edge: 0)
      brush.wash(.ellipse(-wide * 0.4, -0.28, 0.2, 0.13), Color(gray: 1, opacity: 0.3))
    }
    brush.rod(
      .smoothLine([[0, -0.58], [0.03, -0.82], [brush.number(-0.2...0.2), -1]]), width: 0.09, green)
    let count = brush.count(5...7)
    for index in 0..<count {
      let turn = 0.02 + Float(index) / Float(count - 1) * 0.46
      let color = brush.near(green, by: 0.2)
      let length = brush.number(0.5...0.62)
      brush.at(0, -0.62, turn: turn) { $0.leaf(color, length: length, width: 0.3) }
    }
  }
}
