import Images
import Randomness
import TestTags
import Testing

@Suite(.tags(.quick)) struct DamagedImageTests {
  private func message(_ bytes: [UInt8]) -> String? {
    do {
      _ = try ImageReader.decode(bytes, name: "the-name")
      return nil
    } catch { return error.description }
  }

  @Test("what is no image is an error with its name, in one line")
  func noImage() {
    for bytes in [[], Array("text".utf8), [0xFF, 0xD8, 0xFF], [0x89], Array("GIF89a".utf8)] {
      let message = message(bytes)
      #expect(message?.contains("the-name") == true && message?.contains("\n") == false)
    }
  }

  @Test("a JPEG cut off anywhere is an error", arguments: [false, true])
  func truncatedJPEG(isProgressive: Bool) throws {
    let whole = try JPEGWriter.encode(
      testImage(width: 120, height: 80, noise: 40), isProgressive: isProgressive)
    #expect(message(whole) == nil)
    for cut in stride(from: 0, to: whole.count, by: 7) {
      #expect(message(Array(whole[..<cut]))?.contains("the-name") == true, "cut at \(cut)")
    }
  }

  @Test("bytes after or between the parts of a JPEG do no harm, unless it is also cut off")
  func extraneousBytes() throws {
    let image = testImage(width: 40, height: 30)
    let whole = try JPEGWriter.encode(image)
    let decoded = try ImageReader.decode(whole, name: "x")
    #expect(try ImageReader.decode(whole + [1, 2, 3], name: "x") == decoded)
    // Filling in front of the last marker before the scan makes the decoder warn.
    let scan = try #require(whole.firstRange(of: [0xFF, 0xDA])?.lowerBound)
    let filled = Array(whole[..<scan]) + [0, 1, 2, 3] + whole[scan...]
    #expect(try ImageReader.decode(filled, name: "x") == decoded)
    #expect(message(filled.dropLast(200)) != nil)
  }

  @Test("what an encoder wrote carelessly is read, until data is missing as well")
  func carelessJPEG() throws {
    let image = testImage(width: 40, height: 30)
    let whole = try JPEGWriter.encode(image)
    let decoded = try ImageReader.decode(whole, name: "x")
    let scan = try #require(whole.firstRange(of: [0xFF, 0xDA])?.lowerBound)
    // The scan's header ends with its first and last coefficient and two numbers of bits.
    let end = scan + 2 + Int(whole[scan + 3])
    for (offset, value) in [(-2, 0), (-1, 1), (-3, 1)] as [(Int, UInt8)] {
      var changed = whole
      changed[end + offset] = value
      #expect(try ImageReader.decode(changed, name: "x") == decoded, "\(offset)")
      #expect(message(changed.dropLast(200)) != nil)
      // A restart marker in the middle of the data, where none belongs.
      changed.replaceSubrange(end + 200..<end + 202, with: [0xFF, 0xD0])
      #expect(message(changed) != nil)
    }
    var version = whole
    version[11] = 9
    #expect(try ImageReader.decode(version, name: "x") == decoded)
  }

  @Test("a small file does not get the memory of a large image")
  func shortData() throws {
    for isProgressive in [false, true] {
      var bytes = try JPEGWriter.encode(
        testImage(width: 16, height: 16), isProgressive: isProgressive)
      let marker: [UInt8] = [0xFF, isProgressive ? 0xC2 : 0xC0]
      let frame = try #require(bytes.firstRange(of: marker)?.lowerBound)
      bytes.replaceSubrange(frame + 5..<frame + 9, with: [0x40, 0, 0x40, 0])
      #expect(message(bytes)?.contains("do not hold 16384 × 16384 pixels") == true)
    }
  }

  @Test("a progressive file of very many scans is refused")
  func scans() throws {
    let whole = try JPEGWriter.encode(testImage(width: 64, height: 64), isProgressive: true)
    let scan = try #require(whole.firstRange(of: [0xFF, 0xDA])?.lowerBound)
    let next = try #require(
      whole[(scan + 2)...].firstRange(of: [0xFF, 0xC4])?.lowerBound
        ?? whole[(scan + 2)...].firstRange(of: [0xFF, 0xDA])?.lowerBound)
    let first = whole[scan..<next]
    let many = Array(whole[..<scan]) + repeatElement(first, count: 600).joined() + whole[next...]
    #expect(message(many)?.contains("more than 500 scans") == true)
  }

  @Test("a PNG cut off before the end of its pixels is an error")
  func truncatedPNG() throws {
    let whole = try PNGWriter.encode(testImage(width: 60, height: 40, noise: 40))
    for cut in stride(from: 0, to: whole.count - 30, by: 5) {
      #expect(message(Array(whole[..<cut]))?.contains("the-name") == true, "cut at \(cut)")
    }
  }

  @Test(
    "sides too long are refused before memory is asked for",
    arguments: [(1_000_000, 1_000_000), (16_385, 16_384), (2_147_483_647, 1), (0, 5)])
  func hugePNG(width: UInt32, height: UInt32) {
    let png = handmadePNG(
      width: width, height: height, bitDepth: 8, colorType: 2, rows: [[1, 2, 3]])
    #expect(message(png)?.contains("the-name") == true)
  }

  @Test("a JPEG that claims 65500 × 65500 pixels is refused")
  func hugeJPEG() throws {
    var bytes = try JPEGWriter.encode(testImage(width: 16, height: 16))
    let frame = try #require(bytes.firstRange(of: [0xFF, 0xC0])?.lowerBound)
    bytes.replaceSubrange(frame + 5..<frame + 9, with: [0xFF, 0xDC, 0xFF, 0xDC])
    #expect(message(bytes)?.contains("65500 × 65500") == true)
  }

  @Test("changed bytes are an error or an image, never a crash", arguments: 0..<4)
  func mutations(kind: Int) throws {
    let image = testImage(width: 24, height: 18, noise: 40)
    let whole =
      switch kind {
      case 0: try PNGWriter.encode(image)
      case 1: try JPEGWriter.encode(image)
      case 2: try JPEGWriter.encode(image, isProgressive: true)
      default:
        try JPEGWriter.encode(
          cmyk: [UInt8](repeating: 77, count: 4 * 24 * 18), width: 24, height: 18, quality: 90)
      }
    var stream = RandomStream(seed: 2, purpose: .evaluation, item: kind)
    var errorCount = 0
    for round in 0..<1000 {
      var bytes = whole
      for _ in 0...round % 8 {
        bytes[stream.integer(below: bytes.count)] = UInt8(stream.integer(below: 256))
      }
      if message(bytes) != nil { errorCount += 1 }
    }
    #expect(errorCount > 100)
  }

  @Test("random bytes after the first ones are errors")
  func noise() {
    var stream = RandomStream(seed: 3, purpose: .evaluation)
    let beginnings: [[UInt8]] = [
      [0xFF, 0xD8, 0xFF], [0xFF, 0xD8, 0xFF, 0xC0, 0, 17, 8],
      [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A],
    ]
    for round in 0..<3000 {
      let noise = (0..<stream.integer(below: 300)).map { _ in UInt8(stream.integer(below: 256)) }
      #expect(message(beginnings[round % 3] + noise) != nil)
    }
  }
}
