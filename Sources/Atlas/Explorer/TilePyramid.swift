public import Images
internal import Numerics

/// The icons of a grid as a pyramid of square tiles, the form in which web maps load images.
///
/// At zoom z the map is W · 2^z pixels wide, W the same for all grids of a layer; tile (x, y) shows the square
/// of 256 pixels whose upper left corner is (256 x, 256 y). Icons are resampled to each zoom by themselves, so
/// that their borders stay sharp and colors do not run into what is transparent.
public struct TilePyramid: Sendable {
  /// An icon at its place in the grid.
  public struct Icon: Sendable {
    /// The place, from the top and from the left.
    public let row, column: Int
    /// The square picture.
    public let image: RGBImage
    /// Whether it found nothing to show; it is then crossed out.
    public let isBlank: Bool

    /// Describes an icon; see the properties.
    public init(row: Int, column: Int, image: RGBImage, isBlank: Bool) {
      (self.row, self.column, self.image, self.isBlank) = (row, column, image, isBlank)
    }
  }

  /// The tiles of a zoom.
  public struct Zoom: Encodable, Sendable, Equatable {
    /// The zoom, from 0 on.
    public let zoom: Int
    /// The tiles in a row and in a column of the map.
    public let columns, rows: Int
    /// A bit for each tile, rows from the top, lowest bits first: whether an icon lies in it.
    public let present: PackedArray
  }

  /// The side of a tile in pixels.
  public static let tileSide = 256

  /// The number of rows of the grid, which is that of columns.
  public let side: Int
  /// The side of an icon in its own pixels.
  public let iconSidePixels: Int
  /// The side of the map in pixels at zoom 0.
  public let worldSide: Double
  /// The icons.
  public let icons: [Icon]
  /// The first zoom at which icons have about their own pixels or more.
  public let nativeZoom: Int
  private let iconAtPlace: [Int32]

  /// Describes a pyramid.
  ///
  /// - Parameters:
  ///   - side: The number of rows of the grid.
  ///   - iconSidePixels: The side of an icon in its own pixels.
  ///   - worldSide: The side of the map in pixels at zoom 0.
  ///   - icons: The icons.
  /// - Precondition: Icons lie in the grid and have their size.
  public init(side: Int, iconSidePixels: Int, worldSide: Double, icons: [Icon]) {
    precondition(side > 0 && iconSidePixels > 0 && worldSide > 0, "no grid of side \(side)")
    var places = [Int32](repeating: -1, count: side * side)
    for (index, icon) in icons.enumerated() {
      precondition(
        (0..<side).contains(icon.row) && (0..<side).contains(icon.column)
          && icon.image.width == iconSidePixels && icon.image.height == iconSidePixels,
        "no icon of \(iconSidePixels) pixels at (\(icon.row), \(icon.column)) of a grid of \(side)")
      places[icon.row * side + icon.column] = Int32(index)
    }
    self.side = side
    self.iconSidePixels = iconSidePixels
    self.worldSide = worldSide
    self.icons = icons
    iconAtPlace = places
    // Better slightly reduced than tiles of twice the pixels.
    var zoom = 0
    while worldSide * Double(1 << zoom) < 0.87 * Double(side * iconSidePixels) { zoom += 1 }
    nativeZoom = zoom
  }

  /// The side of a map, in pixels at zoom 0, at which the icons of its coarsest grid have their own pixels at
  /// some zoom: above 128, at most 256.
  public static func worldSide(side: Int, iconSidePixels: Int) -> Double {
    var size = Double(side * iconSidePixels)
    while size > Double(tileSide) { size /= 2 }
    while size <= Double(tileSide) / 2 { size *= 2 }
    return size
  }

  /// The zooms with their tiles, up to that at which icons have their own pixels.
  public var zooms: [Zoom] {
    (0...nativeZoom).map { zoom in
      let count = tileCount(zoom)
      var bits = [UInt8](repeating: 0, count: (count * count + 7) / 8)
      for icon in icons {
        let columns = span(icon.column, zoom), rows = span(icon.row, zoom)
        for y in rows.lowerBound / Self.tileSide...(rows.upperBound - 1) / Self.tileSide {
          for x in columns.lowerBound / Self.tileSide...(columns.upperBound - 1) / Self.tileSide {
            bits[(y * count + x) / 8] |= 1 << UInt8((y * count + x) % 8)
          }
        }
      }
      return Zoom(zoom: zoom, columns: count, rows: count, present: .u8(bits))
    }
  }

  /// The places of the tiles of a zoom that show an icon, rows from the top.
  public func tiles(ofZoom zoom: Int) -> [SIMD2<Int>] {
    let count = tileCount(zoom)
    guard case .u8(let bits) = zooms[zoom].present else { return [] }
    return (0..<count * count).filter { bits[$0 / 8] >> UInt8($0 % 8) & 1 == 1 }.map {
      SIMD2($0 % count, $0 / count)
    }
  }

  /// Draws a tile.
  ///
  /// - Parameters:
  ///   - place: The tile, from the left and from the top.
  ///   - zoom: The zoom.
  ///   - sizes: The part of its place that each icon's side takes, from 0 to 1; nil for all of it.
  /// - Returns: Red, green, blue and opacity of each pixel, rows from the top.
  public func tile(at place: SIMD2<Int>, zoom: Int, sizes: [Float]? = nil) -> [UInt8] {
    var canvas = [UInt8](repeating: 0, count: 4 * Self.tileSide * Self.tileSide)
    let pitch = self.pitch(zoom)
    let left = place &* Self.tileSide
    func range(_ start: Int) -> Range<Int> {
      let first = max(0, Int(Double(start) / pitch) - 1)
      return first..<max(first, min(side, Int(Double(start + Self.tileSide) / pitch) + 2))
    }
    for row in range(left.y) {
      for column in range(left.x) {
        let index = Int(iconAtPlace[row * side + column])
        guard index >= 0 else { continue }
        let scale = sizes?[index] ?? 1
        draw(
          icons[index], columns: scaled(span(column, zoom), scale),
          rows: scaled(span(row, zoom), scale), corner: left, on: &canvas)
      }
    }
    return canvas
  }

  private func draw(
    _ icon: Icon, columns: Range<Int>, rows: Range<Int>, corner: SIMD2<Int>,
    on canvas: inout [UInt8]
  ) {
    let x = columns.clamped(to: corner.x..<corner.x + Self.tileSide)
    let y = rows.clamped(to: corner.y..<corner.y + Self.tileSide)
    guard !x.isEmpty, !y.isEmpty else { return }
    let picture = icon.image.resized(
      toWidth: columns.count, height: rows.count,
      part: PixelRectangle(
        x: x.lowerBound - columns.lowerBound, y: y.lowerBound - rows.lowerBound, width: x.count,
        height: y.count), filter: .bicubic)
    for line in 0..<y.count {
      var target = 4 * ((y.lowerBound - corner.y + line) * Self.tileSide + x.lowerBound - corner.x)
      var source = 3 * line * x.count
      for column in 0..<x.count {
        let isCrossed =
          icon.isBlank
          && isOnDiagonal(
            SIMD2(
              x.lowerBound + column - columns.lowerBound, y.lowerBound + line - rows.lowerBound),
            of: columns.count)
        for color in 0..<3 {
          canvas[target + color] = isCrossed ? 255 : picture.pixels[source + color]
        }
        canvas[target + 3] = 255
        target += 4
        source += 3
      }
    }
  }

  private func isOnDiagonal(_ pixel: SIMD2<Int>, of side: Int) -> Bool {
    pixel.x == pixel.y || pixel.x + pixel.y == side - 1
  }

  private func pitch(_ zoom: Int) -> Double { worldSide * Double(1 << zoom) / Double(side) }

  private func tileCount(_ zoom: Int) -> Int {
    max(1, Int((worldSide * Double(1 << zoom) / Double(Self.tileSide)).rounded(.up)))
  }

  /// The pixels of a row or column of the grid, at least one.
  private func span(_ index: Int, _ zoom: Int) -> Range<Int> {
    let start = Int((Double(index) * pitch(zoom)).rounded())
    return start..<max(start + 1, Int((Double(index + 1) * pitch(zoom)).rounded()))
  }

  private func scaled(_ range: Range<Int>, _ scale: Float) -> Range<Int> {
    let count = min(range.count, max(1, Int((Float(range.count) * scale).rounded())))
    let start = range.lowerBound + (range.count - count) / 2
    return start..<start + count
  }
}

/// The sizes of icons by the density of samples: an icon's area is in proportion to its count.
///
/// The densest tenth have their full size, and none is narrower than a third, so that it can be seen.
///
/// - Parameter counts: The samples of each cell.
/// - Returns: The part of its place that each icon's side takes, from 1/3 to 1.
public func sizesByDensity(_ counts: [Int]) -> [Float] {
  guard !counts.isEmpty else { return [] }
  let full = max(1, quantile(0.9, ofSorted: counts.map(Float.init).sorted()))
  return counts.map { min(1, max(1 / 3, (Float(max(0, $0)) / full).squareRoot())) }
}
