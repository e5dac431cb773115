public import Images

/// How patches lie in pictures that hold those of many cells, so that a page loads a few files only.
///
/// A row of a sprite is a cell, a column an exemplar, the best first.
public struct EvidenceSprites: Sendable, Equatable {
  /// The number of cells.
  public let cellCount: Int
  /// The patches of a row.
  public let columnCount: Int
  /// The cells of a sprite; the last one may have fewer.
  public let cellsPerSprite: Int
  /// The side of a patch in pixels.
  public let side: Int

  /// Lays patches out.
  ///
  /// - Precondition: All but `cellCount` are positive.
  public init(cellCount: Int, columnCount: Int, cellsPerSprite: Int, side: Int) {
    precondition(
      cellCount >= 0 && columnCount > 0 && cellsPerSprite > 0 && side > 0,
      "\(cellCount) cells of \(columnCount) patches of \(side) pixels, \(cellsPerSprite) a sprite")
    self.cellCount = cellCount
    self.columnCount = columnCount
    self.cellsPerSprite = cellsPerSprite
    self.side = side
  }

  /// The most pixels that a side of a JPEG image may have.
  public static let maximumLength = 65_535

  /// The number of sprites.
  public var count: Int { (cellCount + cellsPerSprite - 1) / cellsPerSprite }

  /// The name of a sprite's file: `evidence-000.jpg`.
  public static func name(_ sprite: Int) -> String {
    let digits = "\(sprite)"
    let zeros = String(repeating: "0", count: max(0, 3 - digits.count))
    return "evidence-\(zeros)\(digits).jpg"
  }

  /// The number of a sprite's file; nil for the name of any other.
  public static func number(ofName name: String) -> Int? {
    let digits = name.dropFirst("evidence-".count).dropLast(".jpg".count)
    return Int(digits).flatMap { Self.name($0) == name ? $0 : nil }
  }

  /// The cells of a sprite.
  public func cells(ofSprite sprite: Int) -> Range<Int> {
    sprite * cellsPerSprite..<min((sprite + 1) * cellsPerSprite, cellCount)
  }

  /// The sprite that a cell lies in, and its first row of pixels there.
  public func place(ofCell cell: Int) -> (sprite: Int, y: Int) {
    (cell / cellsPerSprite, cell % cellsPerSprite * side)
  }

  /// Draws a sprite.
  ///
  /// - Parameters:
  ///   - sprite: Which.
  ///   - patches: For each of its cells the patches; nil for a photograph that is not there, which is gray.
  /// - Returns: The picture; white behind the last patch of a cell.
  /// - Precondition: As many lists as the sprite has cells, none longer than a row, of patches of the side.
  public func image(ofSprite sprite: Int, _ patches: [[RGBImage?]]) -> RGBImage {
    precondition(
      patches.count == cells(ofSprite: sprite).count,
      "\(patches.count) rows for \(cells(ofSprite: sprite).count) cells")
    let (width, height) = (columnCount * side, patches.count * side)
    let gray = RGBImage(
      width: side, height: side,
      pixels: [UInt8](repeating: PatchCutter.gray, count: 3 * side * side))
    var pixels = [UInt8](repeating: 255, count: 3 * width * height)
    for (row, patches) in patches.enumerated() {
      precondition(patches.count <= columnCount, "\(patches.count) patches in \(columnCount)")
      for (column, patch) in patches.enumerated() {
        let patch = patch ?? gray
        precondition(
          patch.width == side && patch.height == side, "a patch of \(patch.width) pixels")
        pixels.replace(patch, x: column * side, y: row * side, rowLength: 3 * width)
      }
    }
    return RGBImage(width: width, height: height, pixels: pixels)
  }
}
