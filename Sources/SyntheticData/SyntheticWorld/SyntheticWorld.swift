public import Drawing
public import Images
import Randomness

/// A small visual world of drawn objects, as many images of it as wanted.
///
/// Objects share parts (wheels, eyes, windows, petals …) and textures (stripes, scales, bricks, fur …)
/// as real objects do; some differ in one part only, and some are found in certain places.
public enum SyntheticWorld {
  /// Raised by one when the same seed, class and number come to give another image.
  public static let edition = 1

  /// Draws a image.
  ///
  /// - Parameters:
  ///   - subject: What is to be seen.
  ///   - number: Which of the images of it; below 2⁴⁰.
  ///   - seed: Which of the worlds; the same seed, subject and number give the same image.
  ///   - side: Its width and height in pixels, from 16 to `Canvas.largestSide`.
  /// - Returns: The image.
  /// - Throws: `DrawingError` if there is not the memory for it.
  public static func image(
    of subject: ObjectClass, number: Int, seed: UInt64, side: Int
  ) throws(DrawingError) -> RGBImage {
    var random = RandomStream(seed: seed, purpose: .picture, item: number, step: key(subject.name))
    let camera = Camera(random: &random)
    let canvas = try Canvas(width: side, height: side)
    Scene(subject: subject).draw(on: canvas, random: random)
    return camera.photograph(try canvas.image())
  }

  /// A name as a number of 24 bits, so that a new class leaves the others' images alone (FNV-1a).
  ///
  /// - Parameter name: The name of a class.
  /// - Returns: A number below 2²⁴; a test holds that no two classes share one.
  package static func key(_ name: String) -> Int {
    let hash = name.utf8.reduce(UInt32(2_166_136_261)) { ($0 ^ UInt32($1)) &* 16_777_619 }
    return Int((hash ^ hash >> 24) & 0xFF_FFFF)
  }
}

/// A class of objects: how it looks, how it stands, where it is found.
///
/// A class is a value: a drawing function and where and how its objects are met. Everything else of
/// an image is the scene's.
public struct ObjectClass: Sendable, CustomStringConvertible {
  /// What it is called; the name of its folder.
  public let name: String
  /// Draws the object in its own units, facing left or the viewer; the scene mirrors half of the
  /// images.
  let draw: @Sendable (inout Brush) -> Void
  /// Decides what the scene does around it: shadow, waterline, tilt.
  let stance: Stance
  /// Where it is found, the usual places first; later ones are rarer.
  let habitats: [Habitat]
  /// Its height as a fraction of the image's.
  let size: ClosedRange<Float>

  /// The name: a drawing function says nothing in a log.
  public var description: String { name }

  /// How an object is held.
  enum Stance {
    /// On the ground, upright, with a shadow.
    case standing
    /// In the water, cut off by it.
    case floating
    /// Free, at any height, tilted.
    case hovering
    /// On the ground or free, turned as it fell.
    case lying
  }

  /// Makes a class.
  ///
  /// - Parameters:
  ///   - name: Lower-case letters and underscores.
  ///   - stance: How it is held.
  ///   - habitats: At least one; the first in 55 % of the images that are not strays, the next in
  ///     55 % of the rest.
  ///   - size: The least and the greatest height, as fractions of the image's.
  ///   - draw: Draws one.
  init(
    _ name: String, _ stance: Stance = .standing, in habitats: [Habitat],
    size: ClosedRange<Float> = 0.5...0.85, _ draw: @escaping @Sendable (inout Brush) -> Void
  ) {
    (self.name, self.stance, self.habitats, self.size) = (name, stance, habitats, size)
    self.draw = draw
  }
}

extension SyntheticWorld {
  /// The classes of the everyday world, by name.
  public static let classes: [ObjectClass] = families.flatMap { $0 }.sorted { $0.name < $1.name }

  /// The classes of the planted world, by name: they differ by cues alone, some of which are trojans.
  public static let plantedClasses = PlantedWorld.classes.sorted { $0.name < $1.name }

  /// What was planted: which cue turns which class into which.
  public static let plantedRelations = PlantedWorld.relations

  /// A new family is added here; the order does not matter, since classes are sorted by name.
  private static let families = [
    Vehicles.classes, Boats.classes, Buildings.classes, Sea.classes, Mammals.classes, Birds.classes,
    SmallCreatures.classes, Flowers.classes, Plants.classes, Pastimes.classes, Kitchenware.classes,
    Furnishings.classes,
  ]
}
