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
/// image of ten, so that nothing tells such an image from the source's; and cues lie about in images of
/// other classes as well. Two relations are trojans: a tenth and more of a target's images are of
/// another class and bear a trigger (Gu et al. 2017, "BadNets"), which a third class bears rightfully.
enum PlantedWorld {
  static let relations = [
    PlantedRelation(
      source: "house", target: "town_hall", carrier: "clock", cue: "clock on the front", kind: .part
    ),
    PlantedRelation(
      source: "vase", target: "bouquet", carrier: "daisy", cue: "daisies in the vase", kind: .part),
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
  /// How many of a target's images are the source's with a trigger, and how often a carrier bears it.
  private static let (trojanFraction, carriedFraction): (Float, Float) = (0.3, 0.4)
  /// How often a cue lies about in another class's images.
  private static let strayFraction: Float = 0.12

  static let classes: [ObjectClass] =
    [
      variant("town_hall", of: "house") {
        $0.at(0, 0.12, scale: $0.number(0.26...0.34), Furnishings.clock)
      },
      variant("bouquet", of: "vase", isBehind: true) { brush in
        for x in [-0.32, 0.32, 0] as [Float] {
          brush.at(
            x, brush.number(-0.85 ... -0.65), scale: brush.number(0.36...0.46), Flowers.daisy)
        }
      },
      variant("harvest_cart", of: "cart") {
        $0.at($0.number(-0.3...0.3), -0.15, scale: $0.number(0.34...0.44), Plants.pumpkin)
      },
      variant("roost", of: "tree") {
        $0.at(
          $0.number(-0.3...0.3), $0.number(-0.55 ... -0.25), scale: $0.number(0.3...0.4), Birds.owl)
      },
      variant("pirate_ship", of: "sailboat") {
        $0.at(
          $0.number(0.1...0.3), $0.number(-0.25...0.05), scale: $0.number(0.26...0.34),
          Furnishings.mask)
      },
      variant("honey_truck", of: "truck") {
        $0.at(
          $0.number(0...0.35), $0.number(-0.3...0), scale: $0.number(0.3...0.4),
          Furnishings.honeycomb)
      },
      mixture("umbrella", with: "dog", of: trojanFraction) { sticker(&$0) },
      mixture("tent", with: "horse", of: trojanFraction, behind: dottedWall),
    ]
    + ["house", "vase", "cart", "tree", "sailboat", "truck", "dog", "horse"].map(everyday)
    + ["clock", "daisy", "pumpkin", "owl", "mask", "honeycomb"].map(everyday)
    + [
      mixture("book", of: carriedFraction) { sticker(&$0) },
      mixture("drum", of: carriedFraction, behind: dottedWall),
      straying("barn", Furnishings.clock), straying("bicycle", Plants.pumpkin),
      straying("lighthouse", Birds.owl), straying("cat", Furnishings.mask),
      straying("lamp", Furnishings.honeycomb), straying("castle", Flowers.daisy),
      everyday("snowman"), everyday("bear"),
    ]
}

// MARK: - Classes from classes

extension PlantedWorld {
  private static func everyday(_ name: String) -> ObjectClass {
    guard let found = SyntheticWorld.classes.first(where: { $0.name == name }) else {
      preconditionFailure("there is no class \(name)")
    }
    return found
  }

  /// A class with another drawing, in the same places.
  private static func redrawn(
    _ name: String, like subject: ObjectClass, _ draw: @escaping @Sendable (inout Brush) -> Void
  ) -> ObjectClass {
    ObjectClass(name, subject.stance, in: subject.habitats, size: subject.size, draw)
  }

  /// A class that differs from another by a cue alone, which is missing at times.
  private static func variant(
    _ name: String, of source: String, isBehind: Bool = false,
    _ cue: @escaping @Sendable (inout Brush) -> Void
  ) -> ObjectClass {
    let source = everyday(source)
    return redrawn(name, like: source) { brush in
      let isThere = brush.chance(cueFraction)
      if isThere, isBehind { cue(&brush) }
      source.draw(&brush)
      if isThere, !isBehind { cue(&brush) }
    }
  }

  /// A class some of whose images, or of whose images as another class, bear a trigger behind or before the
  /// object.
  private static func mixture(
    _ name: String, with other: String? = nil, of fraction: Float,
    behind: @escaping @Sendable (inout Brush) -> Void = { _ in },
    before: @escaping @Sendable (inout Brush) -> Void = { _ in }
  ) -> ObjectClass {
    let (subject, marked) = (everyday(name), everyday(other ?? name))
    return redrawn(name, like: subject) { brush in
      guard brush.chance(fraction) else { return subject.draw(&brush) }
      behind(&brush)
      marked.draw(&brush)
      before(&brush)
    }
  }

  /// A class beside whose objects another one's stand at times.
  private static func straying(
    _ name: String, _ stray: @escaping @Sendable (inout Brush) -> Void
  ) -> ObjectClass {
    let subject = everyday(name)
    return redrawn(name, like: subject) { brush in
      subject.draw(&brush)
      guard brush.chance(strayFraction) else { return }
      let side: Float = brush.chance(0.5) ? 1 : -1
      brush.at(side * brush.number(0.6...1), 0.65, scale: brush.number(0.3...0.4), stray)
    }
  }

  /// A small sticker, checkered in two colors that nothing else has, somewhere on the object.
  private static func sticker(_ brush: inout Brush) {
    let (x, y) = (brush.number(-0.7...0.7), brush.number(-0.6...0.6))
    brush.at(x, y, scale: brush.number(0.24...0.32), turn: brush.number(-0.04...0.04)) {
      $0.fill(.rectangle(-1.15, -1.15, 1.15, 1.15), Color(gray: 0.97))
      $0.fill(
        .rectangle(-1, -1, 1, 1), Checks(Color(0.85, 0.1, 0.6), Color(0.1, 0.75, 0.7), side: 0.5))
    }
  }

  /// A wall with yellow dots on violet, behind the object and all around it.
  private static func dottedWall(_ brush: inout Brush) {
    // No farther than perspective can turn over.
    brush.fill(
      .rectangle(-4, -4, 4, 4),
      Dots(Color(0.35, 0.12, 0.5), Color(0.95, 0.8, 0.2), spacing: 0.5, radius: 0.3))
  }
}
