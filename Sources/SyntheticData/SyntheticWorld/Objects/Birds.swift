import Drawing
import Textures

/// Birds.
///
/// - Standing: robin, penguin.
/// - On a branch: owl, parrot (see `perch`), drawn in the middle of the image.
enum Birds {
  /// The classes of this family, with habitats from the usual to the rarer ones.
  static let classes = [
    ObjectClass("owl", .hovering, in: [.forest, .garden], size: 0.6...0.9, owl),
    ObjectClass("robin", in: [.garden, .forest, .snow], size: 0.5...0.8, robin),
    ObjectClass("penguin", in: [.snow, .shore], size: 0.6...0.88, penguin),
    ObjectClass("parrot", .hovering, in: [.forest, .garden], size: 0.7...0.95, parrot),
  ]

  /// A small bird in side view: soft feathers, a red breast, a folded wing, thin legs; sometimes on a
  /// branch.
  ///
  /// In side view, looking left; the body spans x from −0.66 to 0.58.
  ///
  /// - Varies: a branch below it in half of the images; brown or gray plumage; how plump it is.
  static func robin(_ brush: inout Brush) {
    // Behind the bird: its toes lie over the branch.
    if brush.chance(0.5) { brush.perch(1.04, thickness: 0.16) }
    let brown = brush.near(
      brush.pick([Color(0.46, 0.38, 0.28), Color(0.38, 0.36, 0.35), Color(0.5, 0.36, 0.22)]))
    let red = brush.near(Color(0.88, 0.32, 0.1), by: 0.15)
    let white = brush.near(Color(0.9, 0.87, 0.82), by: 0.05)
    let plumage = Fur(
      brown.lit(by: 1.2), brown.lit(by: 0.75), length: 0.09, width: 0.025, seed: brush.seed())
    let dark = brush.near(Color(0.38, 0.26, 0.18))
    let tail = Path.polygon([[0.4, 0.1], [0.98, -0.12], [1.02, 0.06], [0.5, 0.34]])
    brush.fill(
      tail,
      Stripes(brown.lit(by: 0.85), brown.lit(by: 0.4), period: 0.07, fraction: 0.25).turned(-0.05),
      edge: 0.45)
    // The far leg first.
    for x: Float in [0.08, -0.06] {
      brush.at(x, 0.58, scale: 0.42) { $0.birdLeg(dark, width: 0.11) }
    }
    // Eye and beak are moved with it, below.
    let plump = brush.number(0.94...1.08)
    let body = Path.smooth([
      [-0.66, -0.46], [-0.52, -0.72], [-0.26, -0.78], [-0.02, -0.62], [0.18, -0.36], [0.46, -0.08],
      [0.58, 0.16], [0.4, 0.42], [0.1, 0.62], [-0.24, 0.6], [-0.52, 0.36], [-0.62, 0.02],
      [-0.58, -0.26],
    ]).stretched(1, plump)
    brush.fill(body, plumage.turned(0.1), .ball(-0.08, -0.05, 0.85, 0.85), edge: 0.4)
    brush.inside(body) { brush in
      let belly = Path.smooth([[-0.5, 0.1], [0, 0.2], [0.4, 0.28], [0.2, 0.8], [-0.7, 0.8]])
      let down = Fur(white.lit(by: 1.05), white.lit(by: 0.8), length: 0.1, seed: brush.seed())
      brush.fill(belly, down.turned(0.15), .ball(-0.1, 0, 0.8, 0.85), edge: 0)
      let breast = Path.smooth([
        [-0.8, -0.62], [-0.5, -0.62], [-0.36, -0.5], [-0.24, -0.22], [-0.14, 0.1], [-0.26, 0.32],
        [-0.6, 0.36], [-0.9, 0.1],
      ])
      let warm = Scales(
        red, edge: red.lit(by: 0.72), width: 0.1, height: 0.08, shaft: 0.2, seed: brush.seed())
      brush.fill(breast, warm.turned(0.06), .ball(-0.2, -0.2, 0.7, 0.8), edge: 0.12)
    }
    brush.at(-0.14, -0.18, scale: 0.74, turn: 0.04) {
      $0.foldedWing(brown, pinion: brown.lit(by: 0.7), bar: brown.lit(by: 1.4).withOpacity(0.6))
    }
    brush.at(-0.63, -0.5 * plump, scale: 0.3, turn: -0.02) { $0.beak(dark, depth: 0.42) }
    brush.at(-0.44, -0.56 * plump, scale: 0.075) { $0.eye(iris: Color(gray: 0.1), white: 0) }
  }

  /// A penguin: black back and flippers, a white belly, a colored beak and feet.
  ///
  /// The body from the front, the head in side view.
  ///
  /// - Varies: how black it is, its width, the collar's strength, the patch behind the eye, how far
  ///   the flippers are lifted.
  static func penguin(_ brush: inout Brush) {
    let black = brush.near(
      brush.pick([Color(0.13, 0.14, 0.17), Color(0.2, 0.22, 0.28), Color(0.1, 0.1, 0.11)]), by: 0.15
    )
    let orange = brush.near(Color(0.93, 0.55, 0.15), by: 0.15)
    let coat = Scales(
      black, edge: black.lit(by: 1.7), width: 0.06, height: 0.05, unevenness: 0.4,
      seed: brush.seed())
    let wide = brush.number(0.9...1.1)
    let lift = brush.number(0...0.1)
    for side: Float in [-1, 1] {
      brush.at(side * 0.24, 0.92, scale: 0.24) { brush in
        let foot = Path.smooth([
          [-0.9, 0.3], [-0.5, -0.1], [0, -0.35], [0.5, -0.1], [0.9, 0.3], [0.45, 0.22], [0, 0.36],
          [-0.45, 0.22],
        ])
        brush.fill(foot, orange, .ball(0, 0, 1.3, 0.6), edge: 0.5)
      }
    }
    // The tail, then the body with the head in one.
    let body = Path.smooth([
      [-0.2, -0.98], [0.08, -0.98], [0.27, -0.78], [0.3, -0.52], [0.46, -0.2], [0.58, 0.3],
      [0.48, 0.76], [0.2, 0.95], [-0.2, 0.95], [-0.48, 0.76], [-0.56, 0.3], [-0.46, -0.2],
      [-0.34, -0.52], [-0.38, -0.8],
    ]).stretched(wide, 1)
    brush.fill(body, coat, .ball(0, 0.1, 0.85 * wide, 1.2), edge: 0.4)
    let belly = Path.smooth([
      [-0.1, -0.5], [0.18, -0.44], [0.36, -0.1], [0.44, 0.34], [0.34, 0.74], [0, 0.9],
      [-0.36, 0.74], [-0.45, 0.34], [-0.38, -0.1], [-0.3, -0.42],
    ]).stretched(wide, 1)
    let down = Fur(
      Color(0.97, 0.97, 0.96), Color(0.8, 0.82, 0.85), length: 0.1, width: 0.02, contrast: 0.7,
      seed: brush.seed())
    brush.fill(belly, down.turned(0.25), .ball(-0.02, 0.15, 0.75 * wide, 1), edge: 0.2)
    brush.inside(belly) { brush in
      let collar = brush.near(Color(0.96, 0.76, 0.25)).withOpacity(brush.number(0.2...0.8))
      brush.glow(.circle(-0.05, -0.42, 0.4), collar, -0.05, -0.45, radiusX: 0.4, radiusY: 0.3)
    }
    penguinHead(&brush, orange)
    // Flippers hang at the sides.
    for side: Float in [-1, 1] {
      brush.within(.move(side * 0.42 * wide, -0.26).after(.scale(side, 1))) { brush in
        brush.at(0, 0, scale: 0.72, turn: 0.14 - lift) { $0.fin(coat.scaled(1.4), width: 0.3) }
      }
    }
  }

  /// What a penguin's head has in side view: a patch, an eye, a beak.
  ///
  /// - Varies: the patch in yellow, white or the beak's orange.
  private static func penguinHead(_ brush: inout Brush, _ orange: Color) {
    let patch = brush.pick([Color(0.95, 0.78, 0.3), Color(0.95, 0.95, 0.93), orange])
    brush.wash(
      .smooth([[0.02, -0.76], [0.17, -0.72], [0.2, -0.55], [0.08, -0.42], [0.04, -0.58]]),
      patch.withOpacity(0.9))
    brush.at(-0.35, -0.74, scale: 0.36, turn: 0.02) { $0.beak(orange, depth: 0.38, hook: 0.15) }
    brush.fill(.circle(-0.15, -0.8, 0.085), Color(gray: 0.92), edge: 0.2)
    brush.at(-0.15, -0.8, scale: 0.062) { $0.eye(iris: Color(0.35, 0.2, 0.1)) }
  }
}
