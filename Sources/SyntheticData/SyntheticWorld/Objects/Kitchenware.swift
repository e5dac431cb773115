import Drawing
import Textures

/// Objects of the kitchen.
///
/// Vessels turned on a wheel share their profile (`Path.turned`), opening, handle, glaze and shine.
/// Some differ in one part: pan and pot in the handles, mug and bowl in a handle and the form.
enum Kitchenware {
  /// The classes of this family, with habitats from the usual to the rarer ones.
  static let classes = [
    ObjectClass("mug", in: [.table], size: 0.5...0.8, mug),
    ObjectClass("bowl", in: [.table], size: 0.5...0.8, bowl),
    ObjectClass("teapot", in: [.table], size: 0.5...0.8, teapot),
    ObjectClass("kettle", in: [.table], size: 0.5...0.85, kettle),
    ObjectClass("jug", in: [.table], size: 0.55...0.9, jug),
    ObjectClass("vase", in: [.table, .room], size: 0.6...0.88, vase),
    ObjectClass("pan", in: [.table], size: 0.5...0.8, pan),
    ObjectClass("pot", in: [.table], size: 0.5...0.8, pot),
    ObjectClass("bottle", in: [.table], size: 0.65...0.92, bottle),
  ]

  /// What vessels hold: coffee, tea, milk, soup.
  ///
  /// Coffee, tea, milk, tomato or pea soup.
  static func drink(_ brush: inout Brush) -> Color {
    brush.near(
      brush.pick([
        Color(0.26, 0.14, 0.07), Color(0.6, 0.3, 0.1), Color(0.95, 0.92, 0.86),
        Color(0.75, 0.3, 0.12), Color(0.45, 0.55, 0.2),
      ]))
  }

  /// A mug: a glazed cylinder with one handle, its opening, a drink, sometimes steam.
  ///
  /// Moved to the left by 0.18, so that it is centered with its handle.
  ///
  /// - Varies: glaze; height and taper; the handle's form; how full it is; steam in 45 %.
  static func mug(_ brush: inout Brush) {
    let glaze = brush.glaze()
    let (top, width) = (brush.number(-0.7 ... -0.4), brush.number(0.56...0.68))
    let (foot, waist) = (width * brush.number(0.78...1), width * brush.number(0.86...1.06))
    let sag = brush.number(0.13...0.2)
    let reach = width + brush.number(0.28...0.4)
    let (high, low) = (top + brush.number(0.2...0.35), 0.9 - brush.number(0.3...0.45))
    // Most handles have the ground's color.
    let ear = brush.chance(0.75) ? glaze.color : glaze.pattern
    brush.at(-0.18, 0) { brush in
      brush.handle(
        [
          [width * 0.9, high], [reach - 0.08, high - 0.04], [reach + 0.02, (high + low) / 2],
          [reach - 0.12, low], [foot * 0.9, low + 0.08],
        ], width: brush.number(0.14...0.2), ear)
      brush.fill(
        .turned([[width, top], [waist, 0.2], [foot, 1 - sag]], sag: sag),
        glaze.wrapped(radius: width * 1.02, sag: sag), .column(0, width * 1.05))
      brush.shine(onColumn: 0, radius: width, from: top + 0.2, to: 0.7)
      brush.opening(
        0, top, width, sag, lip: ear, inside: glaze.inside, filling: drink(&brush),
        depth: brush.number(0.3...0.6))
      if brush.chance(0.45) { brush.steam(0, top + 0.05) }
    }
  }

  /// A bowl: a glazed half ball on a foot without a handle, perhaps with soup or fruit.
  ///
  /// - Varies: glaze; height and flare; a drink in most; three fruits instead in 35 %.
  static func bowl(_ brush: inout Brush) {
    let glaze = brush.glaze()
    let (top, sag) = (brush.number(-0.3...0.1), brush.number(0.2...0.3))
    let foot = brush.number(0.32...0.46)
    brush.fill(
      .turned([[foot * 0.9, 0.75], [foot, 0.95]], sag: 0.05), glaze.color.lit(by: 0.8),
      .column(0, foot))
    let flare = brush.number(0.8...0.95)
    brush.fill(
      .turned(
        [[0.96, top], [0.96 * flare, top + 0.3], [0.72 * flare, 0.58], [foot, 0.8]], sag: 0.07),
      glaze.wrapped(radius: 1, sag: sag), .ball(0, top - 0.1, 1.04, 1.25 - top))
    brush.shine(onBall: 0, 0.4, 0.8, 0.6, 0.6)
    let filling = brush.chance(0.7) ? drink(&brush) : nil
    // A bowl of fruit has no soup.
    let isFruit = brush.chance(0.35)
    brush.opening(
      0, top, 0.96, sag, lip: glaze.color, inside: glaze.inside, filling: isFruit ? nil : filling,
      depth: brush.number(0.25...0.5))
    guard isFruit else { return }
    let skin = brush.pick([Color(0.85, 0.2, 0.12), Color(0.95, 0.6, 0.1), Color(0.5, 0.68, 0.15)])
    // Fruits are cut off by the bowl's near rim.
    brush.inside(.rectangle(-0.92, -1, 0.92, top + sag * 0.6)) { brush in
      for x: Float in [-0.35, 0.3, -0.02] {
        let (radius, y) = (brush.number(0.24...0.34), top + brush.number(-0.12...0.02))
        brush.fill(
          .circle(x, y, radius), Plain(brush.near(skin), unevenness: 0.2, seed: brush.seed()),
          .ball(x, y, radius * 1.1, radius * 1.1))
        brush.shine(onBall: x, y, radius, radius)
      }
    }
  }

  /// A vase: a slender turned body with a neck, glazed or of marble.
  ///
  /// - Varies: lip, neck, belly and foot; marble in a quarter; two bands about it.
  static func vase(_ brush: inout Brush) {
    let glaze = brush.glaze()
    let (lip, neck) = (brush.number(0.2...0.34), brush.number(0.11...0.2))
    let (belly, foot) = (brush.number(0.4...0.6), brush.number(0.2...0.32))
    let (throat, height) = (brush.number(-0.72 ... -0.5), brush.number(-0.1...0.3))
    let shape = Path.turned(
      [
        [lip, -0.93], [neck, throat], [neck * 1.15, throat + 0.15],
        [belly * 0.9, height - 0.2], [belly, height],
        [belly * 0.72, (height + 0.95) / 2 + 0.1], [foot, 0.9], [foot * 1.1, 0.96],
      ], sag: 0.05)
    let isStone = brush.chance(0.25)
    let stone = brush.near(brush.pick([Color(0.88, 0.86, 0.82), Color(0.45, 0.58, 0.48)]))
    let marble = Marble(stone, vein: stone.lit(by: 0.45), size: 0.35, seed: brush.seed())
    brush.fill(
      shape, isStone ? marble : glaze.wrapped(radius: belly * 1.03, sag: 0.1),
      .column(0, belly * 1.05))
    brush.inside(shape) { brush in
      if !isStone, brush.chance(0.6) {
        let band = brush.near(glaze.pattern)
        for y in [throat + 0.1, 0.8] {
          brush.stroke(
            .smoothLine([[-belly, y - 0.05], [0, y + 0.03], [belly, y - 0.05]]), width: 0.09, band)
        }
      }
      brush.shine(onColumn: 0, radius: neck, from: -0.9, to: throat + 0.25)
      brush.shine(onBall: 0, height + 0.1, belly, 0.8, 0.75)
    }
    let rim = isStone ? stone : glaze.color
    brush.opening(0, -0.93, lip, 0.065, lip: rim, inside: rim.lit(by: 0.45))
  }

  /// A bottle: colored glass with highlights, a label with a word, a cork.
  ///
  /// - Varies: five colors of glass; body, neck and shoulder; how full it is; the label.
  static func bottle(_ brush: inout Brush) {
    let glass = brush.near(
      brush.pick([
        Color(0.12, 0.38, 0.18), Color(0.42, 0.2, 0.07), Color(0.12, 0.26, 0.58),
        Color(0.3, 0.5, 0.25), Color(0.55, 0.68, 0.7),
      ]))
    let (body, neck) = (brush.number(0.3...0.42), brush.number(0.1...0.13))
    let shoulder = brush.number(-0.25...0.0)
    let slope = brush.number(0.1...0.3)
    // The cork first; the neck's lip hides its lower end.
    let cork = brush.near(Color(0.75, 0.56, 0.36))
    brush.fill(
      .turned([[neck * 0.75, -0.98], [neck * 0.7, -0.8]], sag: 0.02),
      Dots(cork, cork.lit(by: 0.6), spacing: 0.05, scatter: 0.9, seed: brush.seed()),
      .column(0, neck))
    let shape = Path.turned(
      [
        [neck, -0.86], [neck, shoulder - slope - 0.1], [body * 0.9, shoulder],
        [body, shoulder + 0.12],
        [body, 0.5], [body, 0.96],
      ], sag: 0.05)
    brush.fill(shape, glass.withOpacity(0.9), .column(0, body * 1.1), edge: 0.5)
    brush.inside(shape) { brush in
      // What is left in the bottle is darker than its glass.
      let level = brush.number(-0.5...0.3)
      brush.wash(.rectangle(-1, level, 1, 1), glass.lit(by: 0.45).withOpacity(0.55))
      brush.glow(
        .ellipse(0, 0.7, body, 0.6),
        glass.mixed(with: Color(0.9, 1, 0.7), by: 0.5).withOpacity(0.5),
        0, 0.7, radiusX: body, radiusY: 0.6)
    }
    brush.label(-body * 0.98, shoulder + 0.22, body * 0.98, brush.number(0.6...0.78))
    // Glass mirrors a window: a narrow bright streak on the light's side, a faint one opposite.
    let side: Float = brush.light.direction.x < 0 ? -1 : 1
    for (side, opacity): (Float, Float) in [(side, 0.75), (-side, 0.3)] {
      let streak = Path.smoothLine([
        [side * neck * 0.55, -0.7], [side * neck * 0.6, shoulder - slope - 0.1],
        [side * body * 0.72, shoulder + 0.06], [side * body * 0.78, shoulder + 0.3],
      ])
      brush.stroke(streak, width: 0.05, Color(gray: 1, opacity: opacity))
    }
    brush.shine(onColumn: 0, radius: body, from: shoulder - 0.05, to: 0.9, 0.75)
    brush.fill(
      .rounded(-neck * 1.25, -0.87, neck * 1.25, -0.77, radius: 0.03), glass, .column(0, 0.15))
  }
}
