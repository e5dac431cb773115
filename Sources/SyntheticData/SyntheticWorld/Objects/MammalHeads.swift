import Drawing
import Textures

extension Mammals {
  /// A head about the origin, 0.6 wide to each side and as high.
  ///
  /// Drawn from back to front: mane, upright ears, skull, stripes, patch, hanging ears, features.
  ///
  /// - Varies: the distance of the ears, the width of the cheeks.
  static func head(_ brush: inout Brush, _ face: Face) {
    if let mane = face.mane { halo(&brush, mane) }
    let spread = brush.number(0.36...0.44)
    // Pointed ears look smaller than round ones of the same height.
    let size: Float = face.roundEars > 0.5 ? 0.32 : 0.46
    if !face.isDog {
      brush.mirrored { brush in
        brush.at(spread, -0.36, scale: size, turn: 0.07) {
          $0.ear(face.fur.turned(0.25), inner: face.inner, roundness: face.roundEars)
        }
      }
    }
    let cheek = brush.number(0.58...0.66)
    let right: [SIMD2<Float>] = [
      [0.3, -0.52], [0.52, -0.28], [cheek, 0.05], [0.48, 0.32], [0.24, 0.5],
    ]
    let outline = Path.smooth(
      [[0, -0.55]] + right + [[0, 0.54]] + right.reversed().map { [-$0.x, $0.y] })
    // Hair runs outwards from the nose, as it does on a face.
    let around = Radial(face.fur, 0, 0.1)
    brush.fill(outline, around, .ball(0, 0, 0.85, 0.8), edge: 0.45)
    if let stripe = face.stripes {
      brush.inside(outline) { mask(&$0, stripe) }
    }
    if face.isDog {
      if brush.chance(0.6) {
        let patch = Fur(face.inner.lit(by: 1.25), face.inner.lit(by: 0.7), seed: brush.seed())
        brush.fill(
          .smooth([[0.1, -0.34], [0.36, -0.36], [0.46, -0.08], [0.26, 0.08], [0.1, -0.06]]), patch,
          edge: 0)
      }
      hangingEars(&brush, face.inner)
    }
    features(&brush, face)
  }

  /// Ears that hang at both sides of a head.
  ///
  /// - Varies: their length, from the height of the nose to below the mouth.
  private static func hangingEars(_ brush: inout Brush, _ color: Color) {
    let fur = Fur(color.lit(by: 1.25), color.lit(by: 0.65), width: 0.03, seed: brush.seed())
    let drop = brush.number(0.16...0.42)
    brush.mirrored { brush in
      let ear = Path.smooth([
        [0.34, -0.5], [0.56, -0.46], [0.72, -0.14], [0.74, drop], [0.6, drop + 0.08], [0.5, -0.02],
        [0.42, -0.26],
      ])
      brush.fill(ear, fur.turned(0.22), .column(0.55, 0.3), edge: 0.5)
    }
  }

  /// Stripes of a face: on the brow and the cheeks.
  ///
  /// Three stripes from the middle of the brow on each side, four on each cheek, one over each eye.
  ///
  /// - Varies: how far the cheek stripes swing up or down.
  private static func mask(_ brush: inout Brush, _ stripe: Color) {
    let swing = brush.number(-0.03...0.03)
    brush.mirrored { brush in
      for (index, y) in ([-0.5, -0.4, -0.3] as [Float]).enumerated() {
        let reach = 0.24 - 0.04 * Float(index)
        brush.furStripe(
          [0, y + 0.03], [reach / 2, y - 0.02], [reach, y - 0.07], width: 0.055, stripe)
      }
      for (index, y) in ([-0.14, 0.03, 0.19, 0.33] as [Float]).enumerated() {
        let inner = 0.4 - 0.03 * Float(index)
        brush.furStripe(
          [0.68, y - 0.1 + swing], [0.55, y - 0.01], [inner, y + 0.05], width: 0.075, stripe)
      }
      brush.furStripe([0.3, -0.52], [0.36, -0.4], [0.38, -0.28], width: 0.06, stripe)
    }
  }

  /// A mane: hair in two rings that stick out in tufts.
  ///
  /// Two polygons of 66 points, alternately near and far, which read as strands of hair.
  ///
  /// - Varies: the length and the sway of each tuft.
  private static func halo(_ brush: inout Brush, _ color: Color) {
    let seed = brush.seed()
    for (ring, reach) in ([1.02, 0.82] as [Float]).enumerated() {
      let tone = color.lit(by: ring == 0 ? 0.75 : 1.05)
      let fur = Fur(tone.lit(by: 1.35), tone.lit(by: 0.5), length: 0.25, width: 0.06, seed: seed)
      // Even, so that long and short tufts alternate around the whole ring.
      let count = 66
      let points = (0..<count).map { index in
        let reach = reach * (index % 2 == 0 ? brush.number(0.8...0.88) : brush.number(0.9...1.02))
        let sway = index % 2 == 0 ? 0 : brush.number(-0.4...0.7)
        let away = direction(turns: (Float(index) + sway) / Float(count))
        return SIMD2(away.x * reach * 0.95, away.y * reach * 0.85 + 0.06)
      }
      brush.fill(
        .polygon(points), Radial(fur, 0, 0.05), .ball(0, 0.05, reach * 1.25, reach * 1.2), edge: 0.4
      )
    }
  }

  /// Muzzle, eyes, nose, mouth, whiskers.
  ///
  /// In the head's units: eyes at y = −0.1, nose at 0.1, mouth at 0.3.
  ///
  /// - Cats have slit eyes, 0.145 in radius, and whiskers; tigers and lions smaller ones.
  /// - Bears and dogs have round eyes nearer together, and a snout.
  private static func features(_ brush: inout Brush, _ face: Face) {
    let dark = Color(gray: 0.08)
    let muzzle: Float = face.hasSnout ? 1.25 : 1
    // Pale fur on the muzzle, the chin and over the eyes.
    let pale = Fur(
      face.belly.lit(by: 1.05), face.belly.lit(by: 0.85), width: 0.018, seed: brush.seed())
    brush.fill(
      .ellipse(0, 0.42, 0.16, 0.11), pale, .ball(0, 0.4, 0.26, 0.2), edge: 0.15)
    if face.hasSnout {
      brush.fill(.ellipse(0, 0.24, 0.34, 0.27), pale, .ball(0, 0.18, 0.46, 0.38), edge: 0.25)
    }
    brush.mirrored { brush in
      if !face.hasSnout {
        brush.fill(.ellipse(0.15, 0.24, 0.19, 0.15), pale, .ball(0.14, 0.2, 0.3, 0.24), edge: 0.15)
        if face.stripes?.components.w ?? 0 > 0.8 {
          brush.wash(.ellipse(0.27, -0.24, 0.13, 0.06), face.belly.withOpacity(0.9))
        }
      }
    }
    let eye: Float =
      face.hasSnout ? (face.isDog ? 0.1 : 0.075) : (face.roundEars > 0.5 ? 0.115 : 0.145)
    let apart: Float = face.hasSnout ? 0.22 : 0.26
    for side: Float in [-1, 1] {
      brush.fill(
        .ellipse(side * apart, -0.1, eye * 1.28, eye * 1.08), face.color.lit(by: 0.3), edge: 0)
      brush.at(side * apart, -0.1, scale: eye, turn: side * -0.02) { brush in
        if face.hasSnout {
          brush.eye(iris: face.iris, white: 0)
        } else {
          brush.slitEye(iris: face.iris)
        }
      }
    }
    let nose = Path.smooth([
      [-0.12, 0.07], [0, 0.05], [0.12, 0.07], [0.06, 0.16], [0, 0.19], [-0.06, 0.16],
    ]).stretched(muzzle, 1)
    brush.fill(nose, face.nose, .ball(0, 0.1, 0.2, 0.14), edge: 0.6)
    brush.stroke(.lines([[0, 0.18], [0, 0.29]]), width: 0.025, dark)
    if face.isDog {
      brush.fill(
        .smooth([[-0.1, 0.32], [0.1, 0.32], [0.1, 0.48], [0, 0.56], [-0.1, 0.48]]),
        Color(0.9, 0.45, 0.48), .column(0, 0.16), edge: 0.5)
      brush.stroke(.lines([[0, 0.34], [0, 0.47]]), width: 0.02, Color(0.65, 0.25, 0.3))
    }
    brush.mirrored {
      $0.stroke(.smoothLine([[0, 0.29], [0.1, 0.345], [0.22, 0.31]]), width: 0.03, dark)
    }
    guard !face.hasSnout else { return }
    // Whiskers are pale on every coat, a little darker on black ones so that they do not glare.
    let hair = face.color.components.x > 0.3 ? Color(gray: 0.97, opacity: 0.9) : Color(gray: 0.9)
    brush.mirrored { $0.at(0.16, 0.24, scale: 0.62) { $0.whiskers(hair) } }
  }
}
