import Mosaics
import Testing

@Suite struct AtlasCanvasTests {
  /// An icon whose every byte tells its place.
  private func icon(_ side: Int, row: Int, column: Int) -> [UInt8] {
    (0..<side * side * 3).map { UInt8(truncatingIfNeeded: 31 * row + 7 * column + 5 * $0) }
  }

  @Test(
    "every pixel is its icon's or white", arguments: [(1, 1, 0), (1, 5, 3), (3, 4, 0), (4, 3, 2)])
  func pixels(side: Int, iconSide: Int, gap: Int) {
    var canvas = AtlasCanvas(side: side, iconSidePixels: iconSide, gapPixels: gap)
    #expect(canvas.width == side * iconSide + (side - 1) * gap && canvas.height == canvas.width)
    #expect(canvas.pixels.allSatisfy { $0 == 255 })
    // One place stays empty where there are several.
    let isPlaced = { (row: Int, column: Int) in side == 1 || row != 1 || column != 0 }
    for row in 0..<side {
      for column in 0..<side where isPlaced(row, column) {
        canvas.place(icon(iconSide, row: row, column: column).span, row: row, column: column)
      }
    }
    let pitch = iconSide + gap
    for y in 0..<canvas.height {
      for x in 0..<canvas.width {
        let (row, column) = (y / pitch, x / pitch)
        let (line, place) = (y % pitch, x % pitch)
        let isIcon = line < iconSide && place < iconSide && isPlaced(row, column)
        for channel in 0..<3 {
          let expected =
            isIcon
            ? icon(iconSide, row: row, column: column)[(line * iconSide + place) * 3 + channel]
            : 255
          #expect(canvas.pixels[(y * canvas.width + x) * 3 + channel] == expected)
        }
      }
    }
  }

  @Test("bands of rows join to the whole canvas", arguments: [1, 2, 3, 7], [0, 2])
  func bands(bandRowCount: Int, gap: Int) {
    let (side, iconSide) = (7, 3)
    var whole = AtlasCanvas(side: side, iconSidePixels: iconSide, gapPixels: gap)
    var joined: [UInt8] = []
    for start in stride(from: 0, to: side, by: bandRowCount) {
      let rows = start..<min(start + bandRowCount, side)
      var band = AtlasCanvas(
        side: side, iconSidePixels: iconSide, gapPixels: gap, gridRows: rows)
      for row in rows {
        for column in [0, 2, 6] {
          let icon = icon(iconSide, row: row, column: column)
          band.place(icon.span, row: row, column: column)
          whole.place(icon.span, row: row, column: column)
        }
      }
      #expect(band.width == whole.width)
      #expect(band.pixels.count == 3 * band.width * band.height)
      joined += band.pixels
    }
    #expect(joined == whole.pixels)
  }

  @Test("a wrong place and a wrong size are refused")
  func misuse() async {
    await #expect(processExitsWith: .failure) {
      var canvas = AtlasCanvas(side: 4, iconSidePixels: 2, gridRows: 1..<3)
      canvas.place([UInt8](repeating: 0, count: 12).span, row: 3, column: 0)
    }
    await #expect(processExitsWith: .failure) {
      var canvas = AtlasCanvas(side: 4, iconSidePixels: 2)
      canvas.place([UInt8](repeating: 0, count: 11).span, row: 0, column: 0)
    }
  }
}
