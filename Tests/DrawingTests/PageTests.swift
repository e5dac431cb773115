import Drawing
import Images
import TestTags
import Testing

@Suite(.tags(.quick)) struct PageTests {
  private func page(_ text: String = "HEH", title: String = "a title") throws -> [UInt8] {
    let canvas = try Canvas(pageWidth: 200, height: 100, points: 0.5, title: title)
    let image = RGBImage(width: 3, height: 2, pixels: (0..<18).map { UInt8(10 * $0) })
    try canvas.place(image, at: [10, 10], size: [60, 40])
    try canvas.place(image, at: [90, 10], size: [60, 40])
    canvas.stroke(.lines([[0, 90], [200, 90]]), width: 2, Color(0.5, 0, 0))
    canvas.write(text, at: [20, 80], size: 12, Color(gray: 0), style: .bold)
    return try canvas.pdf()
  }

  private func count(_ word: String, in bytes: [UInt8]) -> Int {
    String(decoding: bytes, as: Unicode.ASCII.self).ranges(of: word).count
  }

  @Test("a page is a PDF file of its size, with a title, images in it and letters that are letters")
  func content() throws {
    let bytes = try page()
    #expect(bytes.starts(with: Array("%PDF-1.4".utf8)))
    #expect(count("%%EOF", in: bytes) == 1)
    #expect(count("[ 0 0 100 50 ]", in: bytes) >= 1)
    #expect(count("(a title)", in: bytes) == 1)
    #expect(count("/Subtype /Image", in: bytes) == 2 && count("/Width 3", in: bytes) == 2)
    // The font is in the file, with what its glyphs stand for, so that text can be searched for.
    #expect(count("/FontFile", in: bytes) == 1 && count("/ToUnicode", in: bytes) == 1)
  }

  @Test("the same page has the same bytes, which say of no time")
  func reproducible() throws {
    let bytes = try page()
    #expect(try page() == bytes)
    #expect(count("Date", in: bytes) == 0)
    #expect(try page("HEHE") != bytes)
  }

  @Test(
    "any text may be written and be the title",
    arguments: [
      "", "a\nb\u{0}c", "\u{202E}abc\u{1B}[2J", "שלום 世界 🐟", String(repeating: "x", count: 70_000),
    ])
  func hostileText(text: String) throws {
    let bytes = try page(text, title: text)
    #expect(bytes.starts(with: Array("%PDF".utf8)) && count("%%EOF", in: bytes) == 1)
  }

  @Test("a page that is dropped unfinished does no harm")
  func unfinished() throws {
    for _ in 0..<3 {
      let canvas = try Canvas(pageWidth: 10, height: 10, points: 1, title: "")
      canvas.write("x", at: [1, 9], size: 8, Color(gray: 0))
    }
  }

  @Test("a page has no pixels, and an image is no page")
  func misuse() async {
    await #expect(processExitsWith: .failure) {
      let canvas = try Canvas(pageWidth: 10, height: 10, points: 1, title: "")
      canvas.fill(.rectangle(0, 0, 4, 4)) { _ in Color(gray: 0) }
    }
    await #expect(processExitsWith: .failure) {
      _ = try Canvas(pageWidth: 10, height: 10, points: 1, title: "").image()
    }
    await #expect(processExitsWith: .failure) {
      _ = try Canvas(width: 10, height: 10).pdf()
    }
    await #expect(processExitsWith: .failure) {
      _ = try Canvas(pageWidth: 14_401, height: 10, points: 1, title: "")
    }
  }

  @Test("an image in a frame of its size comes back, in a larger one it has no pale rim")
  func framing() throws {
    let image = RGBImage(width: 2, height: 2, pixels: (0..<12).map { UInt8(20 * $0) })
    let canvas = try Canvas(width: 12, height: 12)
    canvas.fill(.rectangle(0, 0, 12, 12), Color(gray: 1))
    try canvas.place(image, at: [1, 1], size: [2, 2])
    #expect(try canvas.image().cropped(x: 1, y: 1, width: 2, height: 2) == image)
    let dark = RGBImage(width: 2, height: 2, pixels: [UInt8](repeating: 40, count: 12))
    try canvas.place(dark, at: [4, 4], size: [6, 6])
    let part = try canvas.image().cropped(x: 4, y: 4, width: 6, height: 6)
    #expect(part.pixels.allSatisfy { $0 == 40 })
  }
}
