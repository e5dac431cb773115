import Drawing
import Textures

extension Mammals {
  /// What covers a hoofed mammal.
  ///
  /// - `trunk`, `neck`, `leg`: the same texture, turned as the hair lies.
  /// - `mane`: long hair of mane and tail.
  /// - `color`, `muzzle`, `hair`: base color, nose, and the solid color under the mane.
  private struct Coat {
    var trunk, neck, leg, mane: any Texture
    var color, muzzle, hair: Color
  }

  /// How a hoofed mammal is built: its trunk's center, half length, back and depth, and its poll.
  ///
  /// All lengths in the object's units; `poll` is the top of the head, where the neck ends, and
  /// `slope` is how much the back falls from the shoulder to the rump.
  private struct Build {
    var (x, half, back, depth): (Float, Float, Float, Float)
    var poll: SIMD2<Float>
    var (head, neckWidth, legWidth, slope): (Float, Float, Float, Float)

    /// A point of the trunk: x from −1 (chest) to 1 (rump), y from 0 (back) to 1 (belly).
    func at(_ x: Float, _ y: Float) -> SIMD2<Float> {
      [self.x + x * half, back + y * depth + (x + 1) * slope]
    }
  }

  private static let horseBuild = Build(
    x: 0.12, half: 0.58, back: -0.28, depth: 0.58, poll: [-0.56, -0.84], head: 0.5,
    neckWidth: 0.2, legWidth: 0.16, slope: 0)
  private static let giraffeBuild = Build(
    x: 0.22, half: 0.4, back: -0.08, depth: 0.42, poll: [-0.48, -0.84], head: 0.36,
    neckWidth: 0.13, legWidth: 0.13, slope: 0.07)

  /// A horse: fur of one color, a mane and tail of hair.
  ///
  /// - Varies: five coats, a pale or dark mane, a blaze on the face.
  /// - Differs from the zebra in the coat alone.
  static func horse(_ brush: inout Brush) {
    let color = brush.near(
      brush.pick([
        Color(0.5, 0.3, 0.16), Color(0.34, 0.21, 0.13), Color(0.62, 0.6, 0.58),
        Color(0.2, 0.19, 0.2), Color(0.68, 0.46, 0.24),
      ]))
    let hair = brush.near(
      brush.chance(0.3) ? Color(0.85, 0.78, 0.62) : color.lit(by: 0.4), by: 0.1)
    let fur = Fur(
      color.lit(by: 1.15), color.lit(by: 0.82), length: 0.07, width: 0.014, contrast: 0.45,
      seed: brush.seed())
    let mane = Fur(hair.lit(by: 1.4), hair.lit(by: 0.6), width: 0.025, seed: brush.seed())
    let coat = Coat(
      trunk: fur, neck: fur.turned(0.18), leg: fur.turned(0.25), mane: mane.turned(0.2),
      color: color, muzzle: color.lit(by: 0.6), hair: hair)
    hoofed(&brush, coat, horseBuild)
  }

  /// A zebra: the same mammal in stripes that bend and fork.
  ///
  /// - Varies: width and wobble of the stripes, which bend and fork by the texture's noise.
  static func zebra(_ brush: inout Brush) {
    let white = brush.near(Color(0.93, 0.91, 0.86), by: 0.06)
    let black = brush.near(Color(0.1, 0.09, 0.09), by: 0.1)
    let period = brush.number(0.14...0.19)
    let stripes = Stripes(
      white, black, period: period, fraction: brush.number(0.42...0.54), wobble: 0.55,
      seed: brush.seed())
    let coat = Coat(
      trunk: stripes.turned(0.24), neck: stripes.turned(0.1), leg: stripes.scaled(0.75),
      mane: stripes.turned(0.06), color: white, muzzle: black.lit(by: 1.6), hair: black)
    hoofed(&brush, coat, horseBuild)
  }

  /// A giraffe: the same mammal with long legs and neck, in patches, with two horns.
  ///
  /// - Varies: the color of the patches and of the lines between them.
  /// - Another build than the horse: a short trunk that slopes, long legs and neck.
  static func giraffe(_ brush: inout Brush) {
    let patch = brush.near(brush.pick([Color(0.62, 0.36, 0.15), Color(0.5, 0.28, 0.14)]))
    let line = brush.near(Color(0.93, 0.82, 0.58), by: 0.08)
    let size = brush.number(0.15...0.2)
    let patches = Patches(patch, line: line, size: size, width: 0.2, seed: brush.seed())
    let hair = patch.lit(by: 0.6)
    let mane = Fur(hair.lit(by: 1.4), hair.lit(by: 0.7), seed: brush.seed())
    let coat = Coat(
      trunk: patches, neck: patches.scaled(0.8), leg: patches.scaled(0.7), mane: mane,
      color: patch.mixed(with: line, by: 0.45), muzzle: line.lit(by: 0.75), hair: hair)
    hoofed(&brush, coat, giraffeBuild, isGiraffe: true)
  }

  /// A mammal with hooves in side view: tail, four legs, trunk and neck in one, mane, head.
  ///
  /// Drawn from back to front: tail, the far legs, darker, trunk and neck in one outline, the near
  /// legs, mane, head.
  ///
  /// - Varies: the step of each leg, the swing of the tail, how low the head is held, the hooves'
  ///   color.
  private static func hoofed(
    _ brush: inout Brush, _ coat: Coat, _ build: Build, isGiraffe: Bool = false
  ) {
    let hoof = brush.near(Color(0.2, 0.17, 0.15))
    tail(&brush, coat, build, isGiraffe: isGiraffe)
    legs(&brush, coat, build, hoof: hoof, isFar: true)

    let (poll, w) = (build.poll, build.neckWidth)
    let (chest, withers) = (build.at(-0.98, 0.3), build.at(-0.42, 0.02))
    let throat = poll + SIMD2(-0.02, w * 1.1)
    let nape = poll + SIMD2(0.1, w * 0.1)
    let front = throat + (chest - throat) * 0.5 + SIMD2(0.06, 0)
    let crest = nape + (withers - nape) * 0.5 + SIMD2(0.02, -0.02)
    let neckTop = [throat, poll + SIMD2(-0.02, 0), nape, crest]
    let trunk = [
      withers, build.at(0.1, 0.09), build.at(0.6, -0.02), build.at(0.95, 0.18),
      build.at(1, 0.55), build.at(0.6, 0.84), build.at(0.1, 0.98), build.at(-0.5, 1),
      build.at(-0.88, 0.78), chest, front,
    ]
    let center = build.at(0, 0.4)
    brush.fill(
      .smooth(neckTop + trunk), coat.trunk,
      .ball(center.x, center.y, build.half * 1.5, build.depth * 0.85), edge: 0.45)
    // The neck again, with stripes or patches in its own direction.
    let neck = Path.smooth(
      neckTop + [
        withers + SIMD2(0, 0.05), build.at(-0.6, 0.32), chest + SIMD2(0.04, 0.04), front,
      ])
    let axis = (poll + build.at(-0.6, 0.3)) / 2
    brush.fill(neck, coat.neck, .ball(axis.x, axis.y, 0.5, 0.8), edge: 0)

    legs(&brush, coat, build, hoof: hoof, isFar: false)
    mane(&brush, coat, from: poll, over: crest, to: withers, width: isGiraffe ? 0.5 : 1)
    let map = Projection.move(poll).after(.scale(-build.head, build.head))
    brush.within(map.after(.turn(brush.number(0.07...0.13)))) {
      head(&$0, coat, isGiraffe: isGiraffe)
    }
  }

  /// A foreleg and a hind leg, of the near or the far side.
  ///
  /// Legs of the far side stand nearer together and are a third darker.
  ///
  /// - Varies: each foot's step, by up to 0.14 of the leg's length; the knee follows by half.
  private static func legs(
    _ brush: inout Brush, _ coat: Coat, _ build: Build, hoof: Color, isFar: Bool
  ) {
    // The far legs stand between the near ones, or they would be hidden.
    let shift: Float = isFar ? 0.3 : 0
    for isHind in [false, true] {
      let top = build.at(isHind ? 0.72 - shift : -0.68 + shift, 0.52)
      let length = 1 - top.y
      let width = build.legWidth / length * (isHind ? 1.1 : 0.95)
      let step = brush.number(-0.14...0.14)
      brush.within(.move(top).after(.scale(length))) {
        $0.leg(
          coat.leg, hoof: hoof, width: width, knee: step * 0.5 + (isHind ? 0.05 : -0.02),
          step: step, shade: isFar ? 0.35 : 0)
      }
    }
  }

  /// A tail of long hair, or a thin one with a tuft.
  ///
  /// A horse's and a zebra's is long hair from the rump to the hocks; a giraffe's is thin, with a
  /// tuft.
  ///
  /// - Varies: how far it swings.
  private static func tail(
    _ brush: inout Brush, _ coat: Coat, _ build: Build, isGiraffe: Bool
  ) {
    let root = build.at(0.92, 0.1)
    let swing = brush.number(0.02...0.16)
    let strands = Fur(
      coat.hair.lit(by: 1.4), coat.hair.lit(by: 0.55), width: 0.03, seed: brush.seed())
    let dock = SIMD2(root.x + 0.1 + swing * 0.4, root.y + 0.26)
    if isGiraffe {
      brush.rod(.smoothLine([root, root + SIMD2(0.06, 0.06), dock]), width: 0.05, coat.color)
      let tuft = Path.tapered(
        [dock, dock + SIMD2(0.01, 0.12), dock + SIMD2(swing * 0.2, 0.28)], from: 0.05, to: 0.06)
      brush.fill(tuft, strands.turned(0.25))
    } else {
      let outline = Path.smooth([
        root + SIMD2(-0.06, -0.02), root + SIMD2(0.1, 0), dock + SIMD2(0.08, 0),
        dock + SIMD2(0.1 + swing * 0.3, 0.36), dock + SIMD2(swing * 0.4, 0.6),
        dock + SIMD2(-0.04, 0.34), dock + SIMD2(-0.08, 0),
      ])
      brush.fill(outline, strands.turned(0.24), .column(dock.x, 0.3), edge: 0.45)
    }
  }

  /// Hair along the crest of a neck.
  ///
  /// It goes from the poll to the withers; its lower edge is cut in teeth.
  ///
  /// - Varies: its depth; a giraffe's is half as wide.
  private static func mane(
    _ brush: inout Brush, _ coat: Coat, from poll: SIMD2<Float>, over crest: SIMD2<Float>,
    to withers: SIMD2<Float>, width: Float
  ) {
    var (outer, inner): ([SIMD2<Float>], [SIMD2<Float>]) = ([], [])
    let depth = width * brush.number(0.1...0.16)
    let line = [poll + SIMD2(0, -0.03), crest + (poll - crest) * 0.45 + SIMD2(0.03, -0.05)]
    for (index, point) in (line + [crest, crest + (withers - crest) * 0.55, withers]).enumerated() {
      outer.append(point + SIMD2(0.045, -0.04) * width)
      // Uneven, so that the mane ends in locks rather than along a line.
      let tooth: Float = index % 2 == 0 ? 0.7 : 1.2
      inner.append(point + SIMD2(-depth, depth * 0.5) * tooth * (index == 0 ? 0.4 : 1))
    }
    brush.fill(.smooth(outer + inner.reversed()), coat.mane, .slope(0.2, -0.2), edge: 0.4)
  }

  /// A long head in side view from the poll at the origin to the mouth at (1, 0.1).
  ///
  /// - Varies: a blaze on 35 % of horses and zebras. Giraffes have two horns.
  private static func head(_ brush: inout Brush, _ coat: Coat, isGiraffe: Bool) {
    if isGiraffe {
      for x: Float in [0.02, 0.14] {
        brush.rod(.lines([[x, -0.08], [x - 0.05, -0.42]]), width: 0.08, coat.color)
        brush.fill(.circle(x - 0.05, -0.43, 0.07), coat.hair)
      }
    }
    let ear = coat.color
    brush.at(0, -0.1, scale: 0.32, turn: -0.06) {
      $0.ear(Plain(ear.lit(by: 0.8)), inner: ear.lit(by: 0.5), roundness: 0)
    }
    let outline = Path.smooth([
      [-0.12, 0.02], [0.05, -0.17], [0.36, -0.16], [0.7, -0.07], [0.95, 0], [1.02, 0.12],
      [0.94, 0.25], [0.7, 0.22], [0.4, 0.32], [0.1, 0.36], [-0.12, 0.24],
    ])
    brush.fill(outline, coat.neck.scaled(1.6), .ball(0.35, 0.06, 0.9, 0.42), edge: 0.45)
    brush.inside(outline) { brush in
      brush.glow(
        .circle(1, 0.12, 0.4), coat.muzzle.withOpacity(1), 1, 0.12, radiusX: 0.42, radiusY: 0.4)
      if brush.chance(0.35), !isGiraffe {
        brush.wash(.ellipse(0.5, -0.12, 0.22, 0.05), Color(gray: 0.95, opacity: 0.85))
      }
    }
    brush.stroke(
      .smoothLine([[1, 0.17], [0.86, 0.19], [0.74, 0.16]]), width: 0.03, Color(gray: 0.1))
    brush.fill(.ellipse(0.93, 0.06, 0.045, 0.03), Color(gray: 0.06), edge: 0)
    brush.at(0.26, 0, scale: 0.085) { $0.eye(iris: Color(0.22, 0.13, 0.07), white: 0.6) }
    brush.at(0.1, -0.12, scale: 0.34, turn: 0.03) {
      $0.ear(Plain(ear), inner: ear.lit(by: 0.55), roundness: 0.1)
    }
  }
}
