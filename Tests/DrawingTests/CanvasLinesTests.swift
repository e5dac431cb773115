import Drawing
import TestTags
import Testing

@Suite(.tags(.quick)) struct CanvasLinesTests {
  private let canvas: Canvas

  init() throws {
    canvas = try Canvas(width: 8, height: 8)
    canvas.spacesLettersExactly = true
  }

  private func lines(_ text: String, width: Float, atMost count: Int = 2) -> [String] {
    canvas.lines(of: text, width: width, atMost: count, size: 16)
  }

  private func width(_ text: String) -> Float { canvas.width(of: text, size: 16) }

  @Test("a text that fits is one line, without the spaces around it")
  func fitting() {
    #expect(lines("sea snake", width: 500) == ["sea snake"])
    #expect(lines(" \n sea\t\n snake  ", width: 500) == ["sea snake"])
    #expect(lines("", width: 500) == [] && lines("  \n", width: 500) == [])
  }

  @Test("two lines are about equally long")
  func balance() {
    let width = width("black and gold garden")
    #expect(
      lines("black and gold garden spider", width: width) == ["black and gold", "garden spider"])
  }

  @Test("lines end behind hyphens, underscores and slashes too")
  func breaks() {
    #expect(lines("sulphur-crested", width: width("sulphur-") + 1) == ["sulphur-", "crested"])
    #expect(lines("apple_tree", width: width("apple_") + 1) == ["apple_", "tree"])
    #expect(lines("cat/dog", width: width("cat/") + 1) == ["cat/", "dog"])
  }

  @Test("what does not fit is cut off with an ellipsis")
  func cutting() {
    let width = width("Greater Swiss")
    let one = lines("Greater Swiss Mountain dog", width: width, atMost: 1)
    #expect(one.count == 1 && one[0].hasPrefix("Greater Sw") && one[0].hasSuffix("…"))
    let two = lines("Greater Swiss Mountain dog of the Alps", width: width)
    #expect(two.count == 2 && two[0] == "Greater Swiss" && two[1].hasSuffix("…"))
    // A word that is longer than a line.
    let word = lines("Staffordshireterrier", width: width)
    #expect(word.count == 1 && word[0].hasPrefix("Staff") && word[0].hasSuffix("…"))
    #expect(lines("abc", width: 0) == [])
  }

  @Test(
    "lines keep to the width whatever the text",
    arguments: [
      String(repeating: "x", count: 1_000_000), String(repeating: "ab ", count: 100_000),
      "e" + String(repeating: "\u{301}", count: 50_000), "\u{202E}\u{1B}[31m\u{0}\u{7F} a",
      "שלום עולם שלום עולם שלום עולם", "🐟🐠🐡 世界世界世界世界世界世界世界世界",
      "-----_____/////-----_____/////-----",
    ])
  func hostileText(text: String) {
    for count in 1...3 {
      let lines = lines(text, width: 120, atMost: count)
      #expect(lines.count <= count && lines.allSatisfy { width($0) <= 120 })
    }
  }

  @Test("narrow letters are narrower, and exact spacing does not depend on the size")
  func widths() {
    let narrow = canvas.width(of: "HEHE", size: 16, style: LetterStyle(widthFactor: 0.9))
    #expect(abs(narrow - 0.9 * width("HEHE")) < 0.1)
    #expect(abs(canvas.width(of: "HEHE", size: 160) - 10 * width("HEHE")) < 0.5)
  }
}
