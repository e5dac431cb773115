import Drawing
import Textures

/// Vessels that are poured from and cooked in.
extension Kitchenware {
  /// A teapot: a round glazed body with a spout, a handle, a lid with a knob.
  ///
  /// - Varies: glaze; radius and height; handle; the spout's rise.
  static func teapot(_ brush: inout Brush) {
    let glaze = brush.glaze()
    let (radius, height) = (brush.number(0.56...0.64), brush.number(0.5...0.62))
    let center = 0.95 - height
    let (right, top) = (radius + 0.33, center - height * 0.55)
    brush.handle(
      [
        [radius * 0.75, top], [right - 0.08, top - 0.02], [right + 0.04, center],
        [right - 0.16, 0.66],
        [radius * 0.7, 0.72],
      ], width: brush.number(0.12...0.17), glaze.color)
    spout(&brush, glaze.color, radius: radius, center: center, rise: brush.number(-0.05...0.15))
    let foot = radius * 0.55
    brush.fill(
      .turned([[foot, 0.8], [foot * 1.1, 0.94]], sag: 0.05), glaze.color, .column(0, foot))
    brush.fill(
      .ellipse(0, center, radius, height), glaze.wrapped(radius: radius * 1.02, sag: 0.1),
      .ball(0, center, radius * 1.08, height * 1.08))
    brush.shine(onBall: 0, center, radius, height, 0.85)
    // The lid takes the pattern's color, so that it is seen.
    lid(&brush, glaze.pattern, knob: glaze.color, y: center - height * 0.8, radius: radius * 0.6)
  }

  /// A kettle: a metal body with a spout, a lid with a knob, a handle that bows over it.
  ///
  /// - Varies: metal or enamel; the widths; the handle's peak; a wooden or a dark grip; steam in 40
  ///   %.
  static func kettle(_ brush: inout Brush) {
    let color = sheet(&brush)
    let (wide, narrow) = (brush.number(0.62...0.7), brush.number(0.4...0.5))
    let top = brush.number(-0.15...0.05)
    let grip = brush.chance(0.5) ? brush.wood() : Color(gray: 0.14)
    let peak = brush.number(-0.9 ... -0.75)
    brush.handle(
      [
        [-narrow * 0.9, top + 0.1], [-narrow * 0.95, peak * 0.6], [-0.25, peak], [0.25, peak],
        [narrow * 0.95, peak * 0.6], [narrow * 0.9, top + 0.1],
      ], width: 0.09, color.lit(by: 0.8))
    brush.handle([[-0.26, peak], [0, peak - 0.015], [0.26, peak]], width: 0.16, grip)
    spout(&brush, color, radius: wide * 0.9, center: 0.45, rise: brush.number(0...0.15))
    brush.fill(
      .turned(
        [[narrow, top], [wide * 0.94, top + 0.3], [wide, 0.65], [wide * 0.92, 0.9]], sag: 0.1),
      Wrapped(Brushed(color, seed: brush.seed()), radius: wide * 1.03, sag: 0.12),
      .ball(0, 0.45, wide * 1.1, 0.9))
    brush.shine(onBall: 0, 0.4, wide, 0.6, 0.85)
    lid(&brush, color.lit(by: 0.95), knob: grip, y: top, radius: narrow * 0.95)
    if brush.chance(0.4) { brush.steam(-1, 0) }
  }

  /// A jug: a tall glazed body with a beak and a large handle.
  ///
  /// Moved to the left by 0.1, so that it is centered with its handle.
  ///
  /// - Varies: glaze; lip, neck, belly and foot; the handle's reach.
  static func jug(_ brush: inout Brush) {
    let glaze = brush.glaze()
    let (lip, neck) = (brush.number(0.36...0.44), brush.number(0.3...0.38))
    let (belly, foot) = (brush.number(0.54...0.68), brush.number(0.36...0.46))
    let (top, sag) = (brush.number(-0.9 ... -0.8), Float(0.1))
    let reach = belly + brush.number(0.2...0.32)
    brush.at(-0.1, 0) { brush in
      brush.handle(
        [
          [lip * 0.8, top + 0.1], [reach * 0.85, top + 0.05], [reach, -0.3], [reach - 0.05, 0.05],
          [belly * 0.85, 0.3],
        ], width: brush.number(0.13...0.18), glaze.color)
      let beak = Path.smooth([
        [-lip * 0.55, top - 0.08], [-lip - 0.2, top - 0.1], [-lip * 0.95, top + 0.2],
        [-neck * 0.8, top + 0.35], [0, top + 0.2],
      ])
      // The beak in the ground's color: a pattern would not follow its bend.
      brush.fill(beak, glaze.color, .slope(-0.3, 0.2))
      brush.fill(
        .turned(
          [[lip, top], [neck, top + 0.35], [belly, 0.3], [belly * 0.85, 0.65], [foot, 0.93]],
          sag: 0.08),
        glaze.wrapped(radius: belly * 1.03, sag: sag), .column(0, belly * 1.06))
      brush.shine(onBall: 0, 0.3, belly, 0.8, 0.75)
      brush.shine(onColumn: 0, radius: neck, from: top, to: -0.2)
      // The opening runs out into the beak.
      let mouth = Path.smooth([
        [lip, top], [lip * 0.7, top + sag * 0.75], [0, top + sag], [-lip * 0.75, top + sag * 0.7],
        [-lip - 0.18, top - 0.09], [-lip * 0.6, top - sag * 0.8], [0, top - sag],
        [lip * 0.7, top - sag * 0.75],
      ])
      brush.fill(mouth, glaze.inside.lit(by: 0.55), .column(0, -lip * 1.3))
      brush.stroke(mouth, width: 0.05, glaze.color.lit(by: 1.08))
    }
  }

  /// A pan: a metal vessel with one long handle.
  ///
  /// - Varies: what `vessel` varies; a wooden or a dark grip, and how far it rises.
  static func pan(_ brush: inout Brush) {
    brush.at(-0.3, 0) { brush in
      vessel(&brush) { brush, top, width, color in
        let grip = brush.chance(0.5) ? brush.wood() : Color(gray: 0.13)
        let (neck, rise) = (SIMD2<Float>(width * 0.97, top + 0.08), brush.number(0...0.25))
        let end = SIMD2<Float>(width + 0.66, top - rise)
        let joint = neck + (end - neck) * 0.35
        brush.handle([neck - [0.05, 0], joint], width: 0.1, color.lit(by: 0.7))
        brush.handle([joint, end], width: 0.17, grip)
      }
    }
  }

  /// A pot: the same vessel with two small ears.
  ///
  /// - Varies: what `vessel` varies.
  static func pot(_ brush: inout Brush) {
    vessel(&brush) { brush, top, width, color in
      let y = top + 0.14
      brush.mirrored { brush in
        brush.handle(
          [
            [width * 0.95, y - 0.03], [width + 0.2, y - 0.04], [width + 0.23, y + 0.08],
            [width * 0.95, y + 0.14],
          ], width: 0.1, color.lit(by: 0.75))
      }
    }
  }

  /// A color of cooking vessels: steel, iron, copper, brass, enamel.
  ///
  /// Half of the vessels are of iron or steel, a sixth each of copper, brass and enamel.
  private static func sheet(_ brush: inout Brush) -> Color {
    switch brush.count(0...5) {
    case 0: brush.near(Color(0.75, 0.42, 0.27))
    case 1: brush.near(Color(0.78, 0.62, 0.3))
    case 2: brush.vivid()
    default: brush.metal()
    }
  }

  /// The metal vessel of pan and pot: a wall of sheet metal with a rim, perhaps with soup.
  ///
  /// `handles` draws before the wall, so that their ends are hidden: it gets the y of the rim, the
  /// radius there, and the color.
  ///
  /// - Varies: width, height and taper; metal; a soup in half of the images, steaming in 40 % of
  ///   these.
  private static func vessel(
    _ brush: inout Brush, handles: (inout Brush, Float, Float, Color) -> Void
  ) {
    let color = sheet(&brush)
    let (width, top) = (brush.number(0.66...0.76), brush.number(-0.2...0.25))
    let (foot, sag) = (width * brush.number(0.84...1), brush.number(0.18...0.27))
    // Before the wall, which hides their roots.
    handles(&brush, top, width, color)
    brush.fill(
      .turned([[width, top], [width * 0.99, top + 0.3], [foot, 1 - sag * 0.8]], sag: sag * 0.8),
      Wrapped(Brushed(color, seed: brush.seed()), radius: width * 1.02, sag: sag),
      .column(0, width * 1.06))
    brush.shine(onColumn: 0, radius: width, from: top + 0.1, to: 0.8, 0.6)
    let filling = brush.chance(0.5) ? drink(&brush) : nil
    brush.opening(
      0, top, width, sag, lip: color, inside: color.lit(by: 0.9), filling: filling,
      depth: brush.number(0.35...0.6))
    if filling != nil, brush.chance(0.4) { brush.steam(0, top) }
  }

  /// A spout that rises to the left, with a shine along it.
  ///
  /// - `radius`, `center`: the body's half width and the y of its center.
  /// - `rise`: by how much the tip lies higher than 0.42 above that.
  private static func spout(
    _ brush: inout Brush, _ color: Color, radius: Float, center: Float, rise: Float
  ) {
    let tip = SIMD2<Float>(-radius - 0.36, center - 0.42 - rise)
    let tube = Path.smooth([
      [-radius * 0.7, center - 0.12], [-radius - 0.12, center - 0.14], tip + [0.02, 0], tip,
      tip + [-0.08, -0.02], tip + [-0.08, 0.04], [-radius - 0.26, center + 0.1],
      [-radius * 0.7, center + 0.3],
    ])
    brush.fill(tube, color, .slope(-0.2, 0.25))
    brush.stroke(
      .smoothLine([
        [-radius - 0.04, center - 0.02], [-radius - 0.24, center - 0.16], tip + [-0.02, 0.08],
      ]),
      width: 0.05, color.mixed(with: Color(gray: 1), by: 0.45))
  }

  /// A lid with a knob.
  ///
  /// - `y`: where the lid meets the body.
  /// - `radius`: half of its width there.
  private static func lid(
    _ brush: inout Brush, _ color: Color, knob: Color, y: Float, radius: Float
  ) {
    brush.fill(
      .smooth([
        [-radius, y], [-radius * 0.6, y - 0.13], [0, y - 0.19], [radius * 0.6, y - 0.13],
        [radius, y],
        [radius * 0.6, y + 0.08], [0, y + 0.1], [-radius * 0.6, y + 0.08],
      ]), color, .ball(0, y + 0.05, radius * 1.1, 0.3))
    brush.fill(.ellipse(0, y - 0.18, 0.05, 0.06), knob.lit(by: 0.7), edge: 0.2)
    brush.fill(.circle(0, y - 0.26, 0.1), knob, .ball(0, y - 0.26, 0.11, 0.11))
    brush.shine(onBall: 0, y - 0.26, 0.1, 0.1, 0.9)
  }
}
