public import Drawing
public import Images
import Randomness

/// Pictures of all kinds side by side, with their names.
///
/// A row of captioned images per class; for documents, and to look over a seed at a glance.
public struct ContactSheet {
  private let classes: [ObjectClass]
  /// Images per class, classes per row, and an image's side in pixels.
  private let repeats, columns, side: Int
  /// The height of a caption, in pixels.
  private var caption: Int { side / 7 }
  /// White between images, in pixels.
  private var gap: Int { side / 28 }

  /// Lays a sheet out.
  ///
  /// - Parameters:
  ///   - classes: The classes, row after row.
  ///   - repeats: Pictures of each, side by side.
  ///   - columns: Kinds in a row.
  ///   - side: The side of a image in pixels.
  public init(_ classes: [ObjectClass], repeats: Int = 1, columns: Int = 8, side: Int = 112) {
    (self.classes, self.repeats, self.columns, self.side) = (classes, repeats, columns, side)
  }

  /// A class's images with gap and caption.
  private var cell: (width: Int, height: Int) { (repeats * side + gap, side + caption + gap) }

  /// The sheet's width in pixels.
  public var width: Int { min(columns, classes.count) * cell.width + gap }

  /// The sheet's height in pixels.
  public var height: Int { (classes.count + columns - 1) / columns * cell.height + gap }

  /// Draws the sheet, with the first images of each kind.
  ///
  /// - Throws: `DrawingError` if there is not the memory for it.
  ///
  /// - Parameter seed: The seed of the images.
  /// - Returns: The sheet, on white.
  public func image(seed: UInt64) throws(DrawingError) -> RGBImage {
    let canvas = try Canvas(width: width, height: height)
    canvas.fill(
      .rectangle(0, 0, Float(canvas.width), Float(canvas.height)), Color(gray: 1))
    let writer = Brush(
      canvas: canvas, random: RandomStream(seed: 0, purpose: .picture), pose: .identity,
      light: .still)
    for (index, kind) in classes.enumerated() {
      let (x, y) = (gap + index % columns * cell.width, gap + index / columns * cell.height)
      for number in 0..<repeats {
        let picture = try SyntheticWorld.image(of: kind, number: number, seed: seed, side: side)
        canvas.place(picture, x: x + number * side, y: y)
      }
      var brush = writer
      let letter = min(
        Float(caption) / 5, Float(repeats * side) / (1.6 * Float(kind.name.count + 1)))
      let center = Float(x) + Float(repeats * side) / 2
      brush.at(center, Float(y + side) + Float(caption) * 0.55, scale: letter) {
        $0.write(kind.name.replacing("_", with: " "), Color(gray: 0.2), weight: 0.28)
      }
    }
    return try canvas.image()
  }
}
