import Images
import TestTags
import Testing

@Suite(.tags(.quick)) struct PNGTextTests {
  @Test("texts lie behind the header, with the checksums of the specification, and pixels stay")
  func texts() throws {
    let image = RGBImage(width: 3, height: 2, pixels: (0..<18).map { UInt8($0 * 10) })
    let plain = try PNGWriter.encode(image)
    let file = PNGText.adding([("Title", "ä"), ("Software", "atlas")], to: plain)
    // The first chunk as Python's zlib makes it: length, iTXt, keyword, text, CRC-32.
    let chunk: [UInt8] =
      [0, 0, 0, 12] + Array("iTXtTitle".utf8) + [0, 0, 0, 0, 0, 0xC3, 0xA4] + [
        0x9A, 0x0D, 0x59, 0xDB,
      ]
    #expect(Array(file[33..<33 + chunk.count]) == chunk)
    #expect(
      file.count == plain.count + 24 + 30 && Array(file.suffix(20)) == Array(plain.suffix(20)))
    #expect(try ImageReader.decode(file, name: "x.png") == image)
  }
}
