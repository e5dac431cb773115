import Drawing
import Textures

/// Objects that float.
///
/// Both stand on the same `hull`, whose keel is at y = 0.98; the scene covers it with water. They
/// differ in what drives them: sails, or a funnel with smoke.
enum Boats {
  /// The classes of this family, with habitats from the usual to the rarer ones.
  static let classes = [
    ObjectClass("sailboat", .floating, in: [.sea], size: 0.6...0.85, sailboat),
    ObjectClass("steamer", .floating, in: [.sea], size: 0.65...0.95, steamer),
  ]

  /// A sailboat: a planked hull, a mast with a boom, cloth sails.
  ///
  /// - Varies: the place of the mast; a triangular mainsail in 60 %, else a gaff sail with its
  ///   spar; striped or plain cloth; a jib of other cloth; a pennant.
  static func sailboat(_ brush: inout Brush) {
    let cloth = brush.canvasCloth()
    let mast = brush.number(-0.12...0.08)
    let pole = brush.wood().lit(by: 0.8)
    let boom = brush.number(0.3...0.38)
    brush.rod(.lines([[mast, 0.6], [mast, -1]]), width: 0.065, pole)
    // The mainsail behind the mast, the jib before it.
    if brush.chance(0.6) {
      let main = Path.smooth([
        [mast - 0.04, -0.92], [mast - 0.04, -0.3], [mast - 0.04, boom], [mast - 0.45, boom + 0.04],
        [mast - 0.8, boom - 0.02], [mast - 0.62, -0.35],
      ])
      brush.sail(main, cloth, .slope(-0.3, -0.1), turn: 0.02)
    } else {
      let main = Path.smooth([
        [mast - 0.05, -0.62], [mast - 0.03, 0], [mast - 0.05, boom], [mast - 0.4, boom + 0.05],
        [mast - 0.8, boom - 0.02], [mast - 0.72, -0.35], [mast - 0.55, -0.86],
        [mast - 0.35, -0.78],
      ])
      brush.sail(main, cloth, .slope(-0.3, -0.1), turn: -0.02)
      brush.rod(.lines([[mast, -0.56], [mast - 0.6, -0.92]]), width: 0.045, pole)
    }
    var jib = Path()
    jib.move(mast + 0.06, -0.86)
    jib.curve(mast + 0.32, -0.5, mast + 0.6, 0, 0.92, 0.42)
    jib.curve(0.6, 0.44, 0.3, 0.42, mast + 0.07, boom)
    jib.curve(mast + 0.14, 0, mast + 0.12, -0.5, mast + 0.06, -0.86)
    jib.close()
    let jibCloth = brush.chance(0.6) ? cloth : brush.canvasCloth()
    brush.sail(jib, jibCloth, .slope(0.35, -0.1), turn: -0.06)
    brush.rod(.lines([[mast, boom + 0.04], [mast - 0.84, boom + 0.02]]), width: 0.05, pole)
    if brush.chance(0.6) {
      let color = brush.vivid()
      brush.fill(
        .polygon([[mast, -1], [mast - 0.26, -0.95], [mast, -0.89]]), color, edge: 0.4)
    }
    // The hull last: it hides the foot of the mast.
    brush.hull(deck: 0.55, keel: 0.98)
  }

  /// A steamer: the same hull, a cabin with windows, a striped funnel with smoke.
  ///
  /// - Varies: one or two funnels, their color and band; windows or portholes; a flag; lifebuoys on
  ///   the hull; glass that mirrors the sky or glows.
  static func steamer(_ brush: inout Brush) {
    let white = brush.near(Color(0.92, 0.9, 0.85), by: 0.08)
    let glass = brush.glass()
    let funnel = brush.number(-0.2...0.12)
    let wide = brush.number(0.1...0.15)
    let paint = brush.vivid()
    // Behind the funnels, whose mouths it leaves.
    brush.smoke(funnel, -0.44, height: 0.5, drift: -brush.number(0.3...0.6))
    let count = brush.count(1...2)
    for index in 0..<count {
      let x = funnel - Float(index) * 0.36
      brush.fill(
        .polygon([[x - wide, -0.42], [x + wide, -0.42], [x + wide, 0.1], [x - wide, 0.1]]),
        Stripes(paint, brush.pick([white, Color(gray: 0.12)]), period: 0.3, fraction: 0.4)
          .moved(0, brush.number(0...0.3)),
        .column(x, wide * 1.05), edge: 0.5)
      brush.fill(.ellipse(x, -0.42, wide, wide * 0.25), Color(gray: 0.08), edge: 0.4)
    }
    // The mast with a flag, the bridge, the long cabin.
    let mast = brush.wood()
    let flag = brush.vivid()
    brush.rod(.lines([[0.66, 0.6], [0.66, -0.4]]), width: 0.045, mast)
    if brush.chance(0.7) { brush.flag(-0.82, 0.55, height: 0.45, flag) }
    let trim = brush.chance(0.5) ? brush.wood() : paint
    let bridge = brush.number(0.16...0.24)
    let boards = Planks(
      white, gap: white.lit(by: 0.7), width: 0.09, contrast: 0.15, seed: brush.seed())
    brush.fill(.rectangle(funnel + 0.12, -0.18, funnel + 0.2 + 2 * bridge, 0.3), boards)
    brush.fill(
      .rounded(funnel + 0.06, -0.25, funnel + 0.27 + 2 * bridge, -0.16, radius: 0.03), trim)
    let pane = bridge * 0.72
    for step in 0..<2 {
      let x = funnel + 0.17 + Float(step) * (pane + 0.07)
      brush.window(x, -0.1, x + pane, 0.06, glass, frame: trim, columns: 1, rows: 1)
    }
    brush.fill(.rectangle(-0.68, 0.14, 0.56, 0.62), boards)
    brush.fill(.rounded(-0.74, 0.08, 0.62, 0.17, radius: 0.03), trim)
    let windows = brush.count(4...6)
    let isRound = brush.chance(0.5)
    for index in 0..<windows {
      let x = -0.6 + 1.08 * (Float(index) + 0.5) / Float(windows)
      if isRound {
        brush.porthole(x, 0.33, radius: 0.085, glass, frame: trim)
      } else {
        brush.window(x - 0.06, 0.25, x + 0.06, 0.41, glass, frame: trim, columns: 1, rows: 1)
      }
    }
    // As the sailboat's, so that a hull alone does not tell the class.
    brush.hull(deck: 0.55, keel: 0.98)
    if brush.chance(0.7) {
      let ring = brush.near(Color(0.85, 0.25, 0.15))
      for x: Float in [-0.4, 0.1, 0.6] where brush.chance(0.6) {
        brush.stroke(.circle(x, 0.73, 0.065), width: 0.04, ring)
      }
    }
  }
}
