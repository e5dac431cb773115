/// A white image on which the icons of a square grid are laid out.
///
/// Row 0 is at the top, column 0 at the left.
public struct AtlasCanvas: Sendable, Equatable {
  /// The number of rows of the grid, which is that of columns.
  public let side: Int
  /// The side of an icon in pixels.
  public let iconSidePixels: Int
  /// The white space between adjacent icons in pixels.
  public let gapPixels: Int
  /// Red, green and blue of each pixel, `height * width * 3` bytes, rows from the top.
  public private(set) var pixels: [UInt8]

  /// Makes a white canvas.
  ///
  /// - Parameters:
  ///   - side: The number of rows and of columns of the grid.
  ///   - iconSidePixels: The side of an icon.
  ///   - gapPixels: The space between adjacent icons.
  /// - Precondition: Positive sides, no negative gap.
  public init(side: Int, iconSidePixels: Int, gapPixels: Int = 0) {
    precondition(
      side > 0 && iconSidePixels > 0 && gapPixels >= 0,
      "no canvas of side \(side), icons of \(iconSidePixels) pixels and gaps of \(gapPixels)")
    self.side = side
    self.iconSidePixels = iconSidePixels
    self.gapPixels = gapPixels
    // A gap follows every icon but the last of a row.
    let width = side * (iconSidePixels + gapPixels) - gapPixels
    // White, which sets cells without samples apart from any icon.
    pixels = [UInt8](repeating: 255, count: width * width * 3)
  }

  /// The width in pixels.
  public var width: Int { side * pitch - gapPixels }

  /// The height in pixels.
  public var height: Int { width }

  /// The left pixel column of an icon.
  public func x(ofColumn column: Int) -> Int { column * pitch }

  /// The top pixel row of an icon.
  public func y(ofRow row: Int) -> Int { row * pitch }

  /// Puts an icon at its position.
  ///
  /// - Parameters:
  ///   - icon: Red, green and blue of each pixel, `iconSidePixels² * 3` bytes, rows from the top.
  ///   - row: The icon's row in the grid.
  ///   - column: The icon's column in the grid.
  /// - Precondition: The position is in the grid, and the icon has its size.
  public mutating func place(_ icon: Span<UInt8>, row: Int, column: Int) {
    precondition(
      0 <= row && row < side && 0 <= column && column < side,
      "no position (\(row), \(column)) in a grid of \(side)")
    let lineLength = iconSidePixels * 3
    precondition(
      icon.count == iconSidePixels * lineLength,
      "\(iconSidePixels * lineLength) bytes of an icon expected, got \(icon.count)")
    for line in 0..<iconSidePixels {
      let start = ((y(ofRow: row) + line) * width + x(ofColumn: column)) * 3
      for index in 0..<lineLength { pixels[start + index] = icon[line * lineLength + index] }
    }
  }

  /// Crosses an icon out: it shows nothing, though it may look like any other.
  ///
  /// - Precondition: The position is in the grid.
  public mutating func crossOut(row: Int, column: Int) {
    precondition(
      0 <= row && row < side && 0 <= column && column < side,
      "no position (\(row), \(column)) in a grid of \(side)")
    for line in 0..<iconSidePixels {
      for place in [line, iconSidePixels - 1 - line] {
        let start = ((y(ofRow: row) + line) * width + x(ofColumn: column) + place) * 3
        for index in start..<start + 3 { pixels[index] = 255 }
      }
    }
  }

  /// The distance between the left or upper borders of adjacent icons.
  private var pitch: Int { iconSidePixels + gapPixels }
}
