public import Drawing
public import Images
import Randomness

/// A small visual world of drawn things, as many pictures of it as wanted.
///
/// Things share parts (wheels, eyes, windows, petals …) and textures (stripes, scales, bricks, fur …)
/// as real things do; some differ in one part only, and some are found in certain places.
public enum SyntheticWorld {
  /// Raised by one when the same seed, class and number come to give another picture.
  public static let edition = 1

  /// Draws a picture.
  ///
  /// - Parameters:
  ///   - subject: What is to be seen.
  ///   - number: Which of the pictures of it; below 2⁴⁰.
  ///   - seed: Which of the worlds; the same seed, subject and number give the same picture.
  ///   - side: Its width and height in pixels, from 16 to `Canvas.largestSide`.
  /// - Returns: The picture.
  /// - Throws: `DrawingError` if there is not the memory for it.
  public static func picture(
    of subject: ObjectClass, number: Int, seed: UInt64, side: Int
  ) throws(DrawingError) -> RGBImage {
    var random = RandomStream(seed: seed, purpose: .picture, item: number, step: key(subject.name))
    let camera = Camera(random: &random)
    let canvas = try Canvas(width: side, height: side)
    Scene(subject: subject).draw(on: canvas, random: random)
    return camera.photograph(try canvas.image())
  }

  /// A name as a number of 24 bits, so that a new class leaves the others' pictures alone (FNV-1a).
  package static func key(_ name: String) -> Int {
    let hash = name.utf8.reduce(UInt32(2_166_136_261)) { ($0 ^ UInt32($1)) &* 16_777_619 }
    return Int((hash ^ hash >> 24) & 0xFF_FFFF)
  }
}
