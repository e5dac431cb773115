/// Where the icons of a square grid lie in an image, in pixels.
public struct IconPositions: Sendable, Equatable {
  /// The number of rows of the grid, which is that of columns.
  public let side: Int
  /// The side of an icon.
  public let iconSidePixels: Int
  /// The space between an icon and the next one on its right.
  public let gapPixels: Int
  /// The upper left corner of the first icon, x and y.
  public let origin: SIMD2<Int>
  /// The distances between the left borders of columns and the upper borders of rows.
  public let pitch: SIMD2<Int>

  /// Describes positions.
  ///
  /// - Parameters:
  ///   - side: The number of rows and of columns of the grid.
  ///   - iconSidePixels: The side of an icon.
  ///   - gapPixels: The space between icons.
  ///   - origin: The upper left corner of the first icon.
  ///   - captionPixels: The room below each icon for what is written there.
  /// - Precondition: Positive sides, nothing negative.
  public init(
    side: Int, iconSidePixels: Int, gapPixels: Int, origin: SIMD2<Int> = .zero,
    captionPixels: Int = 0
  ) {
    precondition(
      side > 0 && iconSidePixels > 0 && gapPixels >= 0 && origin.min() >= 0 && captionPixels >= 0,
      "no grid of side \(side), icons of \(iconSidePixels) pixels and gaps of \(gapPixels)")
    self.side = side
    self.iconSidePixels = iconSidePixels
    self.gapPixels = gapPixels
    self.origin = origin
    let column = iconSidePixels + gapPixels
    pitch = SIMD2(column, column + captionPixels)
  }

  /// The left pixel column of the icons in a column of the grid.
  public func x(ofColumn column: Int) -> Int { origin.x + column * pitch.x }

  /// The top pixel row of the icons in a row of the grid.
  public func y(ofRow row: Int) -> Int { origin.y + row * pitch.y }

  /// The width and the height of the grid with what is written below its icons, without gaps around it.
  public var size: SIMD2<Int> { side &* pitch &- gapPixels }
}
