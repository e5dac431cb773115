import Drawing
import Textures

/// Mammals with fur.
///
/// - Sitting, seen from the front: cat, tiger, lion, bear, dog. They share chest, legs and head
///   (`sitting`, `head`), and differ in ears, snout, stripes, mane and coat.
/// - Standing, seen from the side: horse, zebra, giraffe (see `hoofed`).
enum Mammals {
  /// The classes of this family, with habitats from the usual to the rarer ones.
  static let classes = [
    ObjectClass("horse", in: [.meadow, .desert, .street], size: 0.55...0.85, horse),
    ObjectClass("zebra", in: [.meadow, .desert], size: 0.55...0.85, zebra),
    ObjectClass("giraffe", in: [.desert, .meadow], size: 0.65...0.95, giraffe),
    ObjectClass("cat", in: [.room, .garden], size: 0.55...0.85, cat),
    ObjectClass("tiger", in: [.forest, .meadow], size: 0.55...0.85, tiger),
    ObjectClass("lion", in: [.desert, .meadow], size: 0.55...0.88, lion),
    ObjectClass("dog", in: [.room, .garden, .street], size: 0.55...0.85, dog),
    ObjectClass("bear", in: [.forest, .snow, .meadow], size: 0.55...0.85, bear),
  ]
}

extension Mammals {
  /// What a face of the cats and bears is made of.
  ///
  /// One value describes all five sitting mammals, so that what differs between two classes is what
  /// differs between two values.
  struct Face {
    /// What covers body and head.
    var fur: any Texture
    /// The colors of a face and a chest.
    ///
    /// - `color`: the coat's base color, of which lines and shades are made.
    /// - `belly`: chest, muzzle and chin.
    /// - `nose`, `iris`, `inner`: nose, eyes, and the inside of the ears.
    var color, belly, nose, iris, inner: Color
    /// From 0, pointed, to 1, round.
    var roundEars: Float
    /// The color of stripes on face, legs, flanks and tail; nil for none.
    var stripes: Color?
    /// The color of the mane; nil for none.
    var mane: Color?
    /// A large snout and small round eyes, as of bears and dogs.
    var hasSnout = false
    /// Ears that hang, and a tongue.
    var isDog = false
  }

  /// A cat: soft fur of many colors, pointed ears, slit eyes, whiskers.
  ///
  /// - Varies: five coats; a pale or a coat-colored belly; faint stripes in 35 %; green, yellow or
  ///   blue eyes.
  /// - Differs from the tiger in ears and coat.
  static func cat(_ brush: inout Brush) {
    let color = brush.near(
      brush.pick([
        Color(0.5, 0.5, 0.52), Color(0.2, 0.19, 0.2), Color(0.82, 0.52, 0.26),
        Color(0.88, 0.85, 0.8), Color(0.48, 0.37, 0.27),
      ]))
    var face = Face(
      fur: fur(&brush, color), color: color, belly: Color(0.93, 0.91, 0.88),
      nose: brush.near(Color(0.85, 0.5, 0.5)),
      iris: brush.near(
        brush.pick([Color(0.6, 0.75, 0.25), Color(0.9, 0.7, 0.2), Color(0.35, 0.6, 0.8)])),
      inner: Color(0.85, 0.6, 0.58), roundEars: 0)
    if !brush.chance(0.6) { face.belly = color.lit(by: 1.1) }
    // Fainter than a tiger's, and narrower against the coat's contrast.
    if brush.chance(0.35) { face.stripes = color.lit(by: 0.55).withOpacity(0.55) }
    sitting(&brush, face)
  }

  /// A tiger: the same face and chest in orange with black stripes.
  ///
  /// - Varies: the shade of orange, nose and eyes.
  /// - Differs from the lion in stripes and mane alone.
  static func tiger(_ brush: inout Brush) {
    let color = brush.near(Color(0.9, 0.52, 0.15), by: 0.1)
    sitting(
      &brush,
      Face(
        fur: fur(&brush, color), color: color, belly: Color(0.95, 0.92, 0.86),
        nose: brush.near(Color(0.8, 0.45, 0.42)), iris: brush.near(Color(0.85, 0.7, 0.25)),
        inner: Color(0.85, 0.75, 0.65), roundEars: 0.9, stripes: Color(gray: 0.05, opacity: 0.92)))
  }

  /// A lion: the same face and chest in sand color with a mane all around.
  ///
  /// - Varies: the shade of sand; three colors of mane.
  static func lion(_ brush: inout Brush) {
    let color = brush.near(Color(0.82, 0.62, 0.34), by: 0.1)
    let mane = brush.near(
      brush.pick([Color(0.5, 0.28, 0.12), Color(0.36, 0.2, 0.11), Color(0.66, 0.4, 0.16)]))
    sitting(
      &brush,
      Face(
        fur: fur(&brush, color), color: color, belly: Color(0.93, 0.85, 0.7),
        nose: brush.near(Color(0.4, 0.25, 0.22)), iris: brush.near(Color(0.85, 0.65, 0.25)),
        inner: color.lit(by: 0.65), roundEars: 0.9, mane: mane))
  }

  /// A bear: the same build with a large snout, small eyes, round ears.
  ///
  /// - Varies: brown, black or white coat.
  /// - Has no tail and no whiskers.
  static func bear(_ brush: inout Brush) {
    let color = brush.near(
      brush.pick([Color(0.4, 0.25, 0.14), Color(0.24, 0.18, 0.15), Color(0.9, 0.88, 0.82)]))
    sitting(
      &brush,
      Face(
        fur: fur(&brush, color), color: color,
        belly: color.mixed(with: Color(0.8, 0.65, 0.45), by: 0.45),
        nose: Color(gray: 0.1), iris: Color(0.2, 0.12, 0.07), inner: color.lit(by: 0.6),
        roundEars: 1, hasSnout: true))
  }

  /// A dog: the bear's face with hanging ears, a tongue, often a patch over one eye.
  ///
  /// - Varies: four coats; a white or a mixed chest; the color of ears and patch.
  static func dog(_ brush: inout Brush) {
    let color = brush.near(
      brush.pick([
        Color(0.72, 0.52, 0.3), Color(0.5, 0.32, 0.18), Color(0.9, 0.87, 0.8),
        Color(0.3, 0.26, 0.25),
      ]))
    let white = Color(0.95, 0.93, 0.9)
    sitting(
      &brush,
      Face(
        fur: fur(&brush, color), color: color,
        belly: brush.chance(0.6) ? white : color.mixed(with: white, by: 0.4),
        nose: Color(gray: 0.09), iris: brush.near(Color(0.32, 0.18, 0.08)),
        inner: brush.near(Color(0.42, 0.27, 0.17), by: 0.25), roundEars: 1, hasSnout: true,
        isDog: true))
  }

  /// Short fur of a color.
  ///
  /// Strands along x, 0.1 long, between a lighter and a darker shade of the color; a body turns
  /// them downwards.
  private static func fur(_ brush: inout Brush, _ color: Color) -> any Texture {
    Fur(
      color.lit(by: 1.2), color.lit(by: 0.68), length: 0.1, width: 0.017, contrast: 0.75,
      seed: brush.seed())
  }

  /// A mammal that sits and looks at us: chest, forelegs, paws, mane, ears, head.
  ///
  /// In the object's units: the head's center is at (0, −0.3), the paws stand on y = 1, and the
  /// body is at most 0.75 to each side.
  ///
  /// - Varies: width of the body by a tenth; the tilt of the head by 0.025 turns.
  private static func sitting(_ brush: inout Brush, _ face: Face) {
    let down = face.fur.turned(0.25)
    let width = brush.number(0.9...1.1)
    let body = Path.smooth([
      [-0.3, 0], [-0.52, 0.4], [-0.68, 0.8], [-0.6, 0.99], [0.6, 0.99], [0.68, 0.8], [0.52, 0.4],
      [0.3, 0],
    ]).stretched(width, 1)
    // A bear's tail is too short to be seen.
    if !face.hasSnout || face.isDog { bodyTail(&brush, face) }
    brush.fill(body, down, .ball(0, 0.6, 0.85, 1), edge: 0.4)
    brush.inside(body) { brush in
      brush.glow(
        .ellipse(0, 0.42, 0.3, 0.46), face.belly.withOpacity(0.85), 0, 0.42, radiusX: 0.32,
        radiusY: 0.48)
      if let stripe = face.stripes {
        brush.mirrored { brush in
          for y: Float in [0.32, 0.46] {
            brush.furStripe([0.75, y - 0.06], [0.5, y], [0.3, y - 0.02], width: 0.07, stripe)
          }
        }
      }
    }
    haunches(&brush, face)
    brush.mirrored { brush in
      let leg = Path.smooth([[0.04, 0.45], [0.3, 0.42], [0.32, 0.9], [0.05, 0.9]])
      brush.fill(leg, down, .column(0.18, 0.24), edge: 0.25)
      if let stripe = face.stripes {
        for y: Float in [0.58, 0.72] {
          brush.furStripe([0.31, y], [0.22, y + 0.03], [0.12, y + 0.01], width: 0.05, stripe)
        }
      }
      brush.at(0.2, 0.89, scale: 0.17) { $0.paw(face.fur, face.color.lit(by: 0.35)) }
    }
    // The head last: it hides where the mane and the chest meet.
    let tilt = brush.number(-0.025...0.025)
    brush.at(0, -0.3, turn: tilt) { head(&$0, face) }
  }

  /// The bent hind legs of a mammal that sits, with their paws.
  ///
  /// Two thighs at x = ±0.5, drawn over the body and under the forelegs.
  private static func haunches(_ brush: inout Brush, _ face: Face) {
    let fur = face.fur.turned(0.12)
    let line = face.color.lit(by: 0.35)
    brush.mirrored { brush in
      let thigh = Path.smooth([
        [0.3, 0.66], [0.5, 0.5], [0.72, 0.68], [0.74, 0.9], [0.4, 0.96],
      ])
      brush.fill(thigh, fur, .ball(0.48, 0.68, 0.36, 0.4), edge: 0.35)
      if let stripe = face.stripes {
        for y: Float in [0.62, 0.74, 0.86] {
          brush.furStripe([0.75, y - 0.02], [0.62, y], [0.46, y - 0.03], width: 0.06, stripe)
        }
      }
      brush.at(0.5, 0.91, scale: 0.14) { $0.paw(face.fur, line) }
    }
  }

  /// A tail that curls beside a mammal that sits.
  ///
  /// It leaves the body at the lower right and bends upwards by 0.3 to 0.55 turns. Striped where
  /// the coat is.
  private static func bodyTail(_ brush: inout Brush, _ face: Face) {
    let points = Path.curl(
      0.45, 0.92, towards: -0.02, length: 0.85, bend: -brush.number(0.3...0.55))
    brush.fill(.tapered(points, from: 0.16, to: 0.1), face.fur, .roller(0.85, 0.3), edge: 0.4)
    for index in stride(from: 3, through: 9, by: 2) {
      // The last stripe would lie on the tip, which is too narrow for it.
      guard let stripe = face.stripes else { break }
      let way = points[index] - points[index - 1]
      let side = SIMD2(-way.y, way.x) * 0.65
      brush.stroke(
        .lines([points[index] - side, points[index] + side]), width: 0.045, stripe)
    }
  }
}
