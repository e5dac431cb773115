/// A white image on which the icons of a square grid are laid out.
///
/// Row 0 is at the top, column 0 at the left.
public struct AtlasCanvas: Sendable, Equatable {
  /// Where the icons lie.
  public let positions: IconPositions
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
    positions = IconPositions(side: side, iconSidePixels: iconSidePixels, gapPixels: gapPixels)
    let width = positions.size.x
    // White, which sets cells without samples apart from any icon.
    pixels = [UInt8](repeating: 255, count: width * width * 3)
  }

  /// The width in pixels.
  public var width: Int { positions.size.x }

  /// The height in pixels.
  public var height: Int { width }

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
      let start = ((positions.y(ofRow: row) + line) * width + positions.x(ofColumn: column)) * 3
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
        let start =
          ((positions.y(ofRow: row) + line) * width + positions.x(ofColumn: column) + place) * 3
        for index in start..<start + 3 { pixels[index] = 255 }
      }
    }
  }

  private var side: Int { positions.side }
  private var iconSidePixels: Int { positions.iconSidePixels }
}
