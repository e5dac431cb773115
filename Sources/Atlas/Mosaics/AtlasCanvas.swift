/// A white image on which the icons of a square grid are laid out.
///
/// Row 0 is at the top, column 0 at the left. A canvas may hold only some rows of the grid: a large
/// atlas is composed band by band and never in memory as a whole.
public struct AtlasCanvas: Sendable, Equatable {
  /// The number of rows of the grid, which is that of columns.
  public let side: Int
  /// The side of an icon in pixels.
  public let iconSidePixels: Int
  /// The white space between neighbouring icons in pixels.
  public let gapPixels: Int
  /// The rows of the grid that this canvas holds.
  public let gridRows: Range<Int>
  /// Red, green and blue of each pixel, `height * width * 3` bytes, rows from the top.
  public private(set) var pixels: [UInt8]

  /// Makes a white canvas.
  ///
  /// - Parameters:
  ///   - side: The number of rows and of columns of the grid.
  ///   - iconSidePixels: The side of an icon.
  ///   - gapPixels: The space between neighbouring icons.
  ///   - gridRows: The rows of the grid to hold; all if nil.
  /// - Precondition: Positive sides, no negative gap, `gridRows` within the grid and not empty.
  public init(side: Int, iconSidePixels: Int, gapPixels: Int = 0, gridRows: Range<Int>? = nil) {
    let gridRows = gridRows ?? 0..<side
    precondition(
      side > 0 && iconSidePixels > 0 && gapPixels >= 0,
      "no canvas of side \(side), icons of \(iconSidePixels) pixels and gaps of \(gapPixels)")
    precondition(
      gridRows.lowerBound >= 0 && gridRows.upperBound <= side && !gridRows.isEmpty,
      "rows \(gridRows) are not rows of a grid of \(side)")
    self.side = side
    self.iconSidePixels = iconSidePixels
    self.gapPixels = gapPixels
    self.gridRows = gridRows
    let pitch = iconSidePixels + gapPixels
    let (width, last) = (side * pitch - gapPixels, gridRows.upperBound == side)
    let height = gridRows.count * pitch - (last ? gapPixels : 0)
    pixels = [UInt8](repeating: 255, count: height * width * 3)
  }

  /// The width in pixels; that of the whole atlas, whatever rows the canvas holds.
  public var width: Int { side * pitch - gapPixels }

  /// The height in pixels of the rows that the canvas holds.
  ///
  /// Every band but the last ends with the gap below it, so bands join without seams.
  public var height: Int { pixels.count / (3 * width) }

  /// The left pixel column of an icon.
  public func x(ofColumn column: Int) -> Int { column * pitch }

  /// The top pixel row of an icon in the whole atlas.
  public func y(ofRow row: Int) -> Int { row * pitch }

  /// Puts an icon in its place.
  ///
  /// - Parameters:
  ///   - icon: Red, green and blue of each pixel, `iconSidePixels² * 3` bytes, rows from the top.
  ///   - row: The icon's row in the grid, one of `gridRows`.
  ///   - column: The icon's column in the grid.
  public mutating func place(_ icon: Span<UInt8>, row: Int, column: Int) {
    precondition(
      gridRows.contains(row) && 0 <= column && column < side,
      "no place (\(row), \(column)) in rows \(gridRows) of a grid of \(side)")
    let lineLength = iconSidePixels * 3
    precondition(
      icon.count == iconSidePixels * lineLength,
      "\(iconSidePixels * lineLength) bytes of an icon expected, got \(icon.count)")
    let top = y(ofRow: row - gridRows.lowerBound)
    for line in 0..<iconSidePixels {
      let start = ((top + line) * width + x(ofColumn: column)) * 3
      for index in 0..<lineLength { pixels[start + index] = icon[line * lineLength + index] }
    }
  }

  /// The distance between the left or upper borders of neighbouring icons.
  private var pitch: Int { iconSidePixels + gapPixels }
}
