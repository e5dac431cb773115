import Drawing
import Textures

extension Birds {
  /// An owl on a branch: two discs of feathers with large round eyes, a small beak, scaly feathers.
  ///
  /// From the front; the claws hold a branch at y = 0.82.
  ///
  /// - Varies: four plumages, the body's width, ear tufts in 65 %, the size and color of the eyes,
  ///   the head's tilt.
  static func owl(_ brush: inout Brush) {
    let brown = brush.near(
      brush.pick([
        Color(0.5, 0.36, 0.22), Color(0.55, 0.5, 0.44), Color(0.62, 0.42, 0.22),
        Color(0.84, 0.82, 0.78),
      ]))
    let dark = brown.lit(by: 0.5)
    let pale = brown.mixed(with: Color(0.97, 0.93, 0.85), by: 0.65)
    // Before the branch, which hides its root.
    tail(&brush, brown)
    brush.perch(0.82, thickness: 0.18)
    let wide = brush.number(0.92...1.08)
    let body = Path.smooth([
      [-0.36, -0.5], [0.36, -0.5], [0.54, -0.1], [0.56, 0.35], [0.38, 0.72], [0, 0.84],
      [-0.38, 0.72], [-0.56, 0.35], [-0.54, -0.1],
    ]).stretched(wide, 1)
    let breast = Scales(
      pale, edge: brown.lit(by: 0.75), width: 0.16, height: 0.12, unevenness: 0.3, shaft: 1,
      seed: brush.seed())
    brush.fill(body, breast, .ball(0, 0.1, 0.8, 1), edge: 0.4)
    wings(&brush, brown, wide: wide)
    for x: Float in [-0.2, 0.2] {
      for toe: Float in [-0.075, 0, 0.075] {
        brush.fill(
          .ellipse(x + toe, 0.8, 0.042, 0.09), Color(0.82, 0.68, 0.35),
          .ball(x + toe, 0.77, 0.06, 0.12),
          edge: 0.5)
        brush.fill(
          .polygon([[x + toe - 0.02, 0.86], [x + toe + 0.02, 0.86], [x + toe, 0.95]]),
          Color(gray: 0.12), edge: 0)
      }
    }
    head(&brush, brown, dark: dark, pale: pale, wide: wide)
  }

  /// A short tail with bands, below the branch.
  ///
  /// The bands are half as light as the plumage, 0.12 apart.
  private static func tail(_ brush: inout Brush, _ brown: Color) {
    let bands = Stripes(brown, brown.lit(by: 0.5), period: 0.12, fraction: 0.4, wobble: 0.1)
    brush.fill(
      .smooth([[-0.22, 0.6], [0.22, 0.6], [0.26, 1], [0, 1.1], [-0.26, 1]]), bands, .column(0, 0.4),
      edge: 0.45)
  }

  /// Two folded wings at the sides, of large feathers.
  ///
  /// Drawn over the breast, mirrored; `wide` stretches them with the body.
  private static func wings(_ brush: inout Brush, _ brown: Color, wide: Float) {
    let feathers = Scales(
      brown, edge: brown.lit(by: 0.42), width: 0.17, height: 0.14, unevenness: 0.4, shaft: 0.7,
      seed: brush.seed())
    brush.mirrored { brush in
      /// From the shoulder down: coverts in the body's color, a band, and long pinions in the tips'
      /// color.
      let wing = Path.smooth([
        [0.42, -0.38], [0.62, -0.05], [0.66, 0.38], [0.5, 0.84], [0.38, 0.6], [0.32, 0.2],
        [0.34, -0.15],
      ]).stretched(wide, 1)
      brush.fill(wing, feathers.turned(-0.02), .ball(0.42, 0.1, 0.42, 0.9), edge: 0.5)
    }
  }

  /// A round head: crown, ear tufts, two discs with eyes, brows, beak.
  ///
  /// - Varies: height of the tufts, radius and color of the eyes, tilt by 0.02 turns.
  private static func head(
    _ brush: inout Brush, _ brown: Color, dark: Color, pale: Color, wide: Float
  ) {
    let crown = Scales(
      brown, edge: dark, width: 0.09, height: 0.07, unevenness: 0.5, seed: brush.seed())
    let tufts = brush.chance(0.65) ? brush.number(0.15...0.28) : 0
    let top: Float = -0.88
    var points: [SIMD2<Float>] = [[0, top + 0.02], [0.26, top]]
    if tufts > 0 { points += [[0.42, top - tufts * 0.6], [0.52, top + 0.12]] }
    points += [[0.58, -0.62], [0.6, -0.38], [0.42, -0.12], [0.18, -0.03]]
    let left = points.dropFirst().reversed().map { SIMD2<Float>(-$0.x, $0.y) }
    brush.fill(
      .smooth(points + [[0, 0]] + left).stretched(wide, 1), crown, .ball(0, -0.42, 0.85, 0.75),
      edge: 0.45)
    let disc = Fur(
      pale.lit(by: 1.1), brown.lit(by: 0.85), length: 0.12, width: 0.05, seed: brush.seed())
    let eye = brush.number(0.16...0.2)
    let iris = brush.near(
      brush.pick([Color(0.98, 0.72, 0.1), Color(0.95, 0.5, 0.1), Color(0.98, 0.85, 0.3)]))
    // Only the face tilts: the crown would leave the body.
    let tilt = brush.number(-0.02...0.02)
    brush.at(0, -0.42, turn: tilt) { brush in
      for side: Float in [-1, 1] {
        let x = side * 0.26 * wide
        brush.fill(
          .ellipse(x, 0, 0.3, 0.33), Radial(disc, x, 0), .ball(x, 0, 0.5, 0.5), edge: 0)
        brush.stroke(.ellipse(x, 0, 0.29, 0.32), width: 0.03, dark)
        brush.at(x, 0, scale: eye) { $0.eye(iris: iris, pupil: 0.42, white: 0) }
        brush.stroke(.circle(x, 0, eye * 0.72), width: 0.035, Color(gray: 0.06))
      }
      // Brows that meet over the beak.
      brush.mirrored { brush in
        brush.fill(
          .smooth([[0, 0.02], [0.05, -0.12], [0.2, -0.28], [0.44, -0.36], [0.22, -0.2]]), pale,
          edge: 0.15)
      }
      brush.at(0, 0.02, scale: 0.28) { $0.frontBeak(Color(0.3, 0.27, 0.22)) }
    }
  }
}

extension Birds {
  /// A parrot on a branch: vivid feathers in zones, a hooked beak, a long tail.
  ///
  /// In side view, looking left; the claws hold a branch at y = 0.5, the tail hangs below it.
  ///
  /// - Varies: four sets of three colors (body, band, tips); a breast in the band's color in half
  ///   of the images.
  static func parrot(_ brush: inout Brush) {
    let hues = brush.pick([
      (Color(0.85, 0.12, 0.12), Color(0.98, 0.8, 0.12), Color(0.12, 0.35, 0.8)),
      (Color(0.15, 0.45, 0.85), Color(0.98, 0.78, 0.15), Color(0.1, 0.3, 0.62)),
      (Color(0.2, 0.68, 0.2), Color(0.9, 0.2, 0.15), Color(0.15, 0.35, 0.75)),
      (Color(0.95, 0.72, 0.12), Color(0.25, 0.7, 0.25), Color(0.85, 0.25, 0.12)),
    ])
    let body = brush.near(hues.0)
    let band = brush.near(hues.1)
    let tip = brush.near(hues.2)
    // Before the branch, which they hang behind.
    tailFeathers(&brush, tip, body)
    brush.perch(0.5, thickness: 0.15)
    let trunk = Path.smooth([
      [-0.44, -0.66], [-0.36, -0.88], [-0.1, -0.98], [0.16, -0.88], [0.26, -0.64], [0.32, -0.3],
      [0.4, 0.1], [0.36, 0.44], [0.16, 0.54], [-0.12, 0.42], [-0.32, 0.12], [-0.36, -0.2],
      [-0.34, -0.46],
    ])
    let plumage = Scales(
      body, edge: body.lit(by: 0.6), width: 0.12, height: 0.09, unevenness: 0.35, shaft: 0.3,
      seed: brush.seed())
    brush.fill(trunk, plumage, .ball(-0.02, -0.25, 0.62, 0.95), edge: 0.45)
    if brush.chance(0.5) {
      brush.inside(trunk) { brush in
        let breast = Scales(
          band, edge: band.lit(by: 0.65), width: 0.11, height: 0.09, shaft: 0.3, seed: brush.seed())
        brush.fill(
          .smooth([[-0.6, -0.4], [-0.2, -0.45], [0, -0.1], [-0.04, 0.6], [-0.6, 0.4]]), breast,
          .ball(0, -0.2, 0.6, 0.9), edge: 0)
      }
    }
    wing(&brush, body, band, tip)
    for x: Float in [0, 0.16] {
      for toe: Float in [-0.05, 0.015] {
        brush.fill(
          .ellipse(x + toe, 0.47, 0.035, 0.075), Color(gray: 0.38), .ball(x + toe, 0.44, 0.05, 0.1),
          edge: 0.5)
      }
    }
    face(&brush, body)
  }

  /// Three long feathers with barbs.
  ///
  /// The middle one takes the body's color, the outer ones that of the wing tips.
  private static func tailFeathers(_ brush: inout Brush, _ tip: Color, _ body: Color) {
    for (index, x) in ([0.5, 0.3, 0.4] as [Float]).enumerated() {
      let color = index == 1 ? body : tip
      let feather = Path.smooth([
        [0.16, 0.3], [0.34, 0.3], [x + 0.1, 0.8], [x + 0.04, 1.05], [x - 0.06, 0.85],
      ])
      let barbs = Stripes(color, color.lit(by: 0.65), period: 0.045, fraction: 0.3).turned(-0.08)
      brush.fill(feather, barbs, .column(x - 0.05, 0.3), edge: 0.5)
      brush.stroke(.lines([[0.25, 0.35], [x + 0.03, 1]]), width: 0.02, color.lit(by: 0.45))
    }
  }

  /// A wing folded along the back, in three bands of feathers.
  private static func wing(_ brush: inout Brush, _ body: Color, _ band: Color, _ tip: Color) {
    let outline = Path.smooth([
      [0, -0.46], [0.2, -0.56], [0.36, -0.3], [0.46, 0.15], [0.46, 0.66], [0.34, 0.6], [0.14, 0.3],
      [-0.04, -0.1],
    ])
    // One seed, so that the bands' feathers lie in one lattice.
    let seed = brush.seed()
    func feathers(_ color: Color, _ height: Float) -> Scales {
      Scales(
        color, edge: color.lit(by: 0.5), width: 0.12, height: height, roundness: 0.9,
        unevenness: 0.35, shaft: 0.7, seed: seed)
    }
    brush.fill(outline, feathers(tip, 0.2), .ball(0.16, 0, 0.5, 0.8), edge: 0.5)
    brush.inside(outline) { brush in
      brush.fill(
        .smooth([[-0.3, -0.7], [0.6, -0.7], [0.6, 0.1], [0.3, 0.16], [0, 0.05], [-0.3, -0.1]]),
        feathers(band, 0.14), .ball(0.16, 0, 0.5, 0.8), edge: 0.25)
      brush.fill(
        .smooth([[-0.3, -0.7], [0.6, -0.7], [0.6, -0.26], [0.25, -0.16], [-0.3, -0.3]]),
        feathers(body.lit(by: 0.9), 0.1), .ball(0.16, 0, 0.5, 0.8), edge: 0.25)
    }
  }

  /// Bare skin with lines, an eye, a hooked beak.
  ///
  /// - Varies: a black, a horn-colored or an orange beak.
  private static func face(_ brush: inout Brush, _ body: Color) {
    let bare = Path.smooth([
      [-0.44, -0.72], [-0.26, -0.84], [-0.06, -0.76], [-0.1, -0.58], [-0.34, -0.54],
    ])
    let pale = brush.near(Color(0.94, 0.92, 0.88), by: 0.05)
    brush.fill(bare, Plain(pale, unevenness: 0.1), edge: 0.25)
    for index in 0..<3 {
      let y = -0.66 + 0.04 * Float(index)
      brush.stroke(.smoothLine([[-0.32, y], [-0.22, y + 0.02], [-0.13, y]]), width: 0.014, body)
    }
    let horn = brush.pick([Color(gray: 0.17), Color(0.9, 0.82, 0.66), Color(0.85, 0.5, 0.2)])
    brush.at(-0.36, -0.66, scale: 0.36, turn: -0.03) { $0.beak(horn, depth: 0.66, hook: 1) }
    brush.at(-0.2, -0.74, scale: 0.072) { $0.eye(iris: Color(0.95, 0.8, 0.3)) }
  }
}
