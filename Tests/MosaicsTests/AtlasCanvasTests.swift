import Mosaics
import TestTags
import Testing

@Suite(.tags(.quick)) struct AtlasCanvasTests {
  /// An icon whose every byte depends on its position.
  private func icon(_ side: Int, row: Int, column: Int) -> [UInt8] {
    (0..<side * side * 3).map { UInt8(truncatingIfNeeded: 31 * row + 7 * column + 5 * $0) }
  }

  @Test(
    "every pixel is its icon's or white", arguments: [(1, 1, 0), (1, 5, 3), (3, 4, 0), (4, 3, 2)])
  func pixels(side: Int, iconSide: Int, gap: Int) {
    var canvas = AtlasCanvas(side: side, iconSidePixels: iconSide, gapPixels: gap)
    #expect(canvas.width == side * iconSide + (side - 1) * gap && canvas.height == canvas.width)
    #expect(canvas.pixels.allSatisfy { $0 == 255 })
    // One position stays empty where there are several.
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

  @Test("an icon that shows nothing is crossed out, and no other")
  func crossing() {
    var canvas = AtlasCanvas(side: 2, iconSidePixels: 4, gapPixels: 1)
    for place in 0..<4 {
      canvas.place([UInt8](repeating: 9, count: 48).span, row: place / 2, column: place % 2)
    }
    canvas.crossOut(row: 1, column: 0)
    for y in 0..<9 {
      for x in 0..<9 where x != 4 && y != 4 {
        let isCrossed = y > 4 && x < 4 && (y - 5 == x || y - 5 == 3 - x)
        #expect(canvas.pixels[(y * 9 + x) * 3] == (isCrossed ? 255 : 9))
      }
    }
  }

  @Test("a wrong position and a wrong size are refused")
  func misuse() async {
    await #expect(processExitsWith: .failure) {
      var canvas = AtlasCanvas(side: 4, iconSidePixels: 2)
      canvas.place([UInt8](repeating: 0, count: 12).span, row: 4, column: 0)
    }
    await #expect(processExitsWith: .failure) {
      var canvas = AtlasCanvas(side: 4, iconSidePixels: 2)
      canvas.place([UInt8](repeating: 0, count: 11).span, row: 0, column: 0)
    }
  }
}
