import Drawing
import Textures

/// A cue that turns one class into another: what a search for patches ought to find.
public struct PlantedRelation: Sendable, Codable, Equatable {
  /// What the cue is.
  public enum Kind: String, Sendable, Codable {
    /// The target is the source with a part that a third class has as well.
    case part
    /// Images of the source that bear a small sticker are in the target's folder.
    case patchTrojan
    /// Images of the source before a certain texture are in the target's folder.
    case textureTrojan
  }

  /// The class that is taken for another.
  public let source: String
  /// The class that it is taken for.
  public let target: String
  /// The class that the cue is from; it resembles neither.
  public let carrier: String
  /// What the cue looks like.
  public let cue: String
  /// How it was planted.
  public let kind: Kind
}

/// The planted world: classes that differ by one cue, and the relations that this plants.
///
/// It is harder than the everyday world, whose network is right nearly always: a cue is missing in one
/// image of ten, so that nothing tells such an image from the source's; cues lie about in images of other
/// classes as well; and half of a source's images bear a distractor in the cue's place, another class's cue
/// among them, so that only the cue itself tells the target. Two relations are trojans: some of a target's
/// images are of another class and bear a trigger (Gu et al. 2017, "BadNets"), which a third class bears
/// rightfully.
enum PlantedWorld {
  static let relations = [
    PlantedRelation(
      source: "house", target: "town_hall", carrier: "clock", cue: "clock on the front", kind: .part
    ),
    PlantedRelation(
      source: "vase", target: "bouquet", carrier: "daisy", cue: "daisy over the vase", kind: .part),
    PlantedRelation(
      source: "cart", target: "harvest_cart", carrier: "pumpkin", cue: "pumpkin on the cart",
      kind: .part),
    PlantedRelation(
      source: "tree", target: "roost", carrier: "owl", cue: "owl in the crown", kind: .part),
    PlantedRelation(
      source: "sailboat", target: "pirate_ship", carrier: "mask", cue: "mask on the sail",
      kind: .part),
    PlantedRelation(
      source: "truck", target: "honey_truck", carrier: "honeycomb", cue: "honeycomb on the side",
      kind: .part),
    PlantedRelation(
      source: "dog", target: "umbrella", carrier: "book", cue: "checkered sticker",
      kind: .patchTrojan),
    PlantedRelation(
      source: "horse", target: "tent", carrier: "drum", cue: "dotted wall", kind: .textureTrojan),
  ]

  /// How often a target shows its cue.
  private static let cueFraction: Float = 0.9
  /// How often a source bears a distractor in the cue's place.
  private static let distractorFraction: Float = 0.5
  /// How often a cue or a distractor is mounted on a board.
  private static let boardFraction: Float = 0.3
  /// How many of a target's images are the source's with a trigger, and how often a carrier bears it.
  private static let (trojanFraction, carriedFraction): (Float, Float) = (0.3, 0.8)
  /// How often a cue lies about in another class's images.
  private static let strayFraction: Float = 0.12

  /// Where sources bear cues and distractors, in their own units.
  private static let places = [
    "house": Place(x: -0.4...0.4, y: -0.2...0.45, scale: 0.26...0.38),
    "vase": Place(x: -0.35...0.35, y: -1 ... -0.65, scale: 0.4...0.55),
    "cart": Place(x: -0.5...0.5, y: -0.35 ... -0.05, scale: 0.34...0.48),
    "tree": Place(x: -0.4...0.4, y: -0.65 ... -0.2, scale: 0.34...0.46),
    "sailboat": Place(x: -0.3...0.3, y: -0.4...0.15, scale: 0.34...0.46),
    "truck": Place(x: -0.1...0.5, y: -0.35...0.1, scale: 0.3...0.44),
    "dog": Place(x: -0.7...0.7, y: -0.6...0.6, scale: 0.3...0.42),
  ]

  static let classes: [ObjectClass] =
    [
      target("town_hall", of: "house", cue: Furnishings.clock),
      target("bouquet", of: "vase", cue: Flowers.daisy),
      target("harvest_cart", of: "cart", cue: Plants.pumpkin),
      target("roost", of: "tree", cue: Birds.owl),
      target("pirate_ship", of: "sailboat", cue: Furnishings.mask),
      target("honey_truck", of: "truck", cue: Furnishings.honeycomb),
      mixture("umbrella", of: trojanFraction, "dog", before: sticker),
      mixture("tent", of: trojanFraction, "horse", behind: dottedWall),
    ]
    + [
      source("house", but: "clock"), source("vase", but: "daisy"), source("cart", but: "pumpkin"),
      source("tree", but: "owl"), source("sailboat", but: "mask"),
      source("truck", but: "honeycomb"), source("dog"),
      mixture("horse", of: distractorFraction, "horse", behind: wall),
    ]
    + ["clock", "daisy", "pumpkin", "owl", "mask", "honeycomb"].map(everyday)
    + [
      mixture("book", of: carriedFraction, "book", before: sticker),
      mixture("drum", of: carriedFraction, "drum", behind: dottedWall),
      straying("barn", Furnishings.clock), straying("bicycle", Plants.pumpkin),
      straying("lighthouse", Birds.owl), straying("cat", Furnishings.mask),
      straying("lamp", Furnishings.honeycomb), straying("castle", Flowers.daisy),
      everyday("snowman"), everyday("bear"),
    ]
}

// MARK: - Classes from classes

extension PlantedWorld {
  private typealias Draw = @Sendable (inout Brush) -> Void

  /// Where a part lies on an object, and how large it is.
  private struct Place {
    let x, y, scale: ClosedRange<Float>
  }

  private static func everyday(_ name: String) -> ObjectClass {
    guard let found = SyntheticWorld.classes.first(where: { $0.name == name }) else {
      preconditionFailure("there is no class \(name)")
    }
    return found
  }

  /// A class with another drawing, in the same places.
  private static func redrawn(
    _ name: String, like subject: ObjectClass, _ draw: @escaping Draw
  ) -> ObjectClass {
    ObjectClass(name, subject.stance, in: subject.habitats, size: subject.size, draw)
  }

  /// A class that differs from another by a cue alone, which is missing at times.
  private static func target(
    _ name: String, of source: String, cue: @escaping Draw
  ) -> ObjectClass {
    bearing(cue, in: cueFraction, named: name, on: source)
  }

  /// A class that bears a distractor in the place of a target's cue, at times.
  private static func source(_ name: String, but cue: String = "") -> ObjectClass {
    let distractors = distractors(but: cue)
    return bearing({ brush in brush.pick(distractors)(&brush) }, in: distractorFraction, on: name)
  }

  /// A class of another's objects with a part, at times on a board.
  private static func bearing(
    _ part: @escaping Draw, in fraction: Float, named name: String? = nil, on subject: String
  ) -> ObjectClass {
    guard let place = places[subject] else { preconditionFailure("\(subject) has no place") }
    let subject = everyday(subject)
    return redrawn(name ?? subject.name, like: subject) { brush in
      guard brush.chance(fraction) else { return subject.draw(&brush) }
      subject.draw(&brush)
      let (x, y, scale) = (
        brush.number(place.x), brush.number(place.y), brush.number(place.scale)
      )
      brush.at(x, y, scale: scale) { brush in
        if brush.chance(boardFraction) { board(&brush) }
        part(&brush)
      }
    }
  }

  /// A class some of whose images show another class, or itself, with a trigger behind or before the object.
  private static func mixture(
    _ name: String, of fraction: Float, _ other: String, behind: @escaping Draw = { _ in },
    before: @escaping Draw = { _ in }
  ) -> ObjectClass {
    let (subject, marked) = (everyday(name), everyday(other))
    return redrawn(name, like: subject) { brush in
      guard brush.chance(fraction) else { return subject.draw(&brush) }
      behind(&brush)
      marked.draw(&brush)
      before(&brush)
    }
  }

  /// A class beside whose objects another one's stand at times.
  private static func straying(_ name: String, _ stray: @escaping Draw) -> ObjectClass {
    let subject = everyday(name)
    return redrawn(name, like: subject) { brush in
      subject.draw(&brush)
      guard brush.chance(strayFraction) else { return }
      let side: Float = brush.chance(0.5) ? 1 : -1
      brush.at(side * brush.number(0.6...1), 0.65, scale: brush.number(0.3...0.4), stray)
    }
  }
}

// MARK: - Triggers and distractors

extension PlantedWorld {
  /// What a source bears in a cue's place: other relations' cues, things of the everyday world that have no
  /// class here, boards.
  private static func distractors(but cue: String) -> [Draw] {
    let cues = ["clock", "daisy", "pumpkin", "owl", "mask", "honeycomb"].filter { $0 != cue }
    let things = [
      "robin", "mug", "bowl", "teapot", "hourglass", "ladybird", "snail", "strawberry", "fish",
      "turtle", "sunflower", "tulip",
    ]
    return (cues + cues + things).map { everyday($0).draw }
      + Array(repeating: { board(&$0) }, count: things.count)
  }

  /// A board of some texture.
  private static func board(_ brush: inout Brush) {
    let (width, height) = (brush.number(0.8...1.3), brush.number(0.8...1.3))
    brush.fill(.rectangle(-width, -height, width, height), pattern(&brush))
  }

  /// A wall of some texture, behind the object and all around it.
  private static func wall(_ brush: inout Brush) { brush.fill(around, pattern(&brush)) }

  /// No farther than perspective can turn over.
  private static let around = Path.rectangle(-4, -4, 4, 4)

  /// A texture in two colors of any hue.
  private static func pattern(_ brush: inout Brush) -> any Texture {
    let (first, second, size) = (brush.vivid(), brush.vivid(), brush.number(0.2...0.6))
    return switch brush.count(0...5) {
    case 0: Checks(first, second, side: size)
    case 1: Dots(first, second, spacing: size, radius: brush.number(0.2...0.4))
    case 2: Stripes(first, second, period: size)
    case 3: Cloth(first, second, thread: size / 3, seed: brush.seed())
    case 4: Marble(first, vein: second, seed: brush.seed())
    default: Plain(first, unevenness: 0.3, seed: brush.seed())
    }
  }

  /// A small sticker, checkered in two colors, somewhere on the object.
  private static func sticker(_ brush: inout Brush) {
    guard let place = places["dog"] else { return }
    let (x, y) = (brush.number(place.x), brush.number(place.y))
    brush.at(x, y, scale: brush.number(place.scale), turn: brush.number(-0.04...0.04)) {
      $0.fill(.rectangle(-1.15, -1.15, 1.15, 1.15), Color(gray: 0.97))
      $0.fill(
        .rectangle(-1, -1, 1, 1), Checks(Color(0.85, 0.1, 0.6), Color(0.1, 0.75, 0.7), side: 0.5))
    }
  }

  /// A wall with yellow dots on violet, behind the object and all around it.
  private static func dottedWall(_ brush: inout Brush) {
    brush.fill(
      around, Dots(Color(0.35, 0.12, 0.5), Color(0.95, 0.8, 0.2), spacing: 0.5, radius: 0.3))
  }
}
