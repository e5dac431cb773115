import Foundation
import Images
import TestTags
import Testing

@Suite(.tags(.quick)) struct ImageReaderTests {
  @Test("PNG keeps every pixel", arguments: [(1, 1), (7, 3), (3, 7), (64, 64), (255, 2), (1, 300)])
  func pngRoundTrip(width: Int, height: Int) throws {
    let image = testImage(width: width, height: height, noise: 56)
    let bytes = try PNGWriter.encode(image)
    #expect(try ImageReader.decode(bytes, name: "x") == image)
    #expect(try PNGWriter.encode(image) == bytes)
  }

  @Test("PNG files of every kind become RGB")
  func pngKinds() throws {
    func pixels(
      _ bitDepth: UInt8, _ colorType: UInt8, _ row: [UInt8], width: UInt32,
      palette: [UInt8]? = nil
    ) throws -> [UInt8] {
      let png = handmadePNG(
        width: width, height: 1, bitDepth: bitDepth, colorType: colorType, rows: [row],
        palette: palette)
      return try ImageReader.decode(png, name: "x").pixels
    }
    #expect(try pixels(8, 0, [0, 100, 255], width: 3) == [0, 0, 0, 100, 100, 100, 255, 255, 255])
    #expect(try pixels(1, 0, [0b0100_0000], width: 2) == [0, 0, 0, 255, 255, 255])
    #expect(
      try pixels(8, 3, [1, 0], width: 2, palette: [1, 2, 3, 40, 50, 60]) == [40, 50, 60, 1, 2, 3])
    // Of sixteen bits the higher eight count, of gray as of color.
    #expect(try pixels(16, 2, [0, 255, 128, 128, 254, 255], width: 1) == [0, 128, 254])
    #expect(
      try pixels(16, 0, [0, 255, 9, 0, 255, 1], width: 3) == [0, 0, 0, 9, 9, 9, 255, 255, 255])
    #expect(try pixels(16, 4, [7, 255, 0, 0], width: 1) == [7, 7, 7])
    #expect(try pixels(2, 0, [0b0001_1011], width: 4).map(Int.init).reduce(0, +) == 3 * 510)
    // What is transparent shows its color.
    #expect(try pixels(8, 6, [9, 8, 7, 255, 9, 8, 7, 0], width: 2) == [9, 8, 7, 9, 8, 7])
    #expect(try pixels(8, 4, [77, 128], width: 1) == [77, 77, 77])
  }

  @Test("gamma, transparent entries and colors of PNG files change nothing")
  func pngNotes() throws {
    let row: [UInt8] = [0, 60, 120, 200, 255, 1]
    let plain = handmadePNG(width: 2, height: 1, bitDepth: 8, colorType: 2, rows: [row])
    for (name, content) in [
      ("gAMA", [0, 1, 0x86, 0xA0]), ("gAMA", [0, 0, 0x58, 0xC7]), ("sRGB", [0]),
      ("tRNS", [0, 0, 0, 60, 0, 120]),
    ] as [(String, [UInt8])] {
      let file = Array(plain[..<33]) + chunk(name, content) + plain[33...]
      #expect(try ImageReader.decode(file, name: "x").pixels == row, "\(name) \(content)")
    }
    let palette = handmadePNG(
      width: 2, height: 1, bitDepth: 8, colorType: 3, rows: [[1, 0]],
      palette: [1, 2, 3, 40, 50, 60])
    // Behind the palette, which is 12 + 6 bytes.
    let file = Array(palette[..<51]) + chunk("tRNS", [255, 0]) + palette[51...]
    #expect(try ImageReader.decode(file, name: "x").pixels == [40, 50, 60, 1, 2, 3])
  }

  @Test(
    "JPEG keeps a flat color within two levels", arguments: JPEGWriter.Subsampling.allCases,
    [false, true])
  func flatJPEG(subsampling: JPEGWriter.Subsampling, isProgressive: Bool) throws {
    for color in [[0, 0, 0], [255, 255, 255], [128, 128, 128], [200, 30, 90]] as [[UInt8]] {
      let image = flat(color, width: 37, height: 21)
      let bytes = try JPEGWriter.encode(
        image, quality: 95, subsampling: subsampling, isProgressive: isProgressive)
      let decoded = try ImageReader.decode(bytes, name: "x")
      var expected = image
      if subsampling == .gray {
        // ITU-R BT.601: what JFIF calls brightness.
        let gray = 0.299 * Double(color[0]) + 0.587 * Double(color[1]) + 0.114 * Double(color[2])
        expected = flat([UInt8](repeating: UInt8(gray.rounded()), count: 3), width: 37, height: 21)
      }
      #expect(largestDifference(decoded, expected) <= 2)
    }
  }

  @Test(
    "an image survives JPEG at high quality", arguments: [(1, 1), (8, 8), (33, 50), (200, 90)])
  func jpegRoundTrip(width: Int, height: Int) throws {
    let image = testImage(width: width, height: height)
    for isProgressive in [false, true] {
      let bytes = try JPEGWriter.encode(
        image, quality: 98, subsampling: .full, isProgressive: isProgressive)
      #expect(largestDifference(try ImageReader.decode(bytes, name: "x"), image) <= 8)
    }
  }

  @Test("the inks of CMYK take away light")
  func cmyk() throws {
    for ink in [
      [255, 255, 255, 255], [255, 0, 255, 255], [200, 100, 50, 128], [255, 255, 255, 0],
    ]
      as [[UInt8]]
    {
      let pixels = Array(repeatElement(ink, count: 16 * 16).joined())
      let bytes = try JPEGWriter.encode(cmyk: pixels, width: 16, height: 16, quality: 98)
      let expected = ink[..<3].map { UInt8(Int($0) * Int(ink[3]) / 255) }
      let decoded = try ImageReader.decode(bytes, name: "x")
      #expect(largestDifference(decoded, flat(expected, width: 16, height: 16)) <= 3)
    }
  }

  @Test(
    "a JPEG is decoded as small as it may be",
    arguments: [
      (1, 1, 8), (50, 38, 8), (51, 38, 4), (50, 39, 4), (100, 75, 4), (101, 75, 2), (200, 150, 2),
      (201, 10, 1), (400, 300, 1), (1000, 1000, 1),
    ])
  func scaled(width: Int, height: Int, divisor: Int) throws {
    let image = testImage(width: 400, height: 299)
    let bytes = try JPEGWriter.encode(image, quality: 95)
    let decoded = try ImageReader.decode(bytes, name: "x", atLeast: (width, height))
    #expect(decoded.width == 400 / divisor && decoded.height == (299 + divisor - 1) / divisor)
    let expected = image.resized(toWidth: decoded.width, height: decoded.height)
    #expect(largestDifference(decoded, expected) <= 12)
  }

  @Test("the kind is told by the bytes, not by the name")
  func kinds() throws {
    let image = flat([10, 20, 30], width: 9, height: 9)
    let path = FileManager.default.temporaryDirectory.path + "/\(UUID().uuidString).jpg"
    try Data(try PNGWriter.encode(image)).write(to: URL(fileURLWithPath: path))
    defer { try? FileManager.default.removeItem(atPath: path) }
    #expect(try ImageReader.read(path) == image)
    #expect(throws: ImageError.self) { try ImageReader.read(path + ".none") }
    #expect(throws: ImageError.self) { try ImageReader.read("/tmp") }
    #expect(throws: ImageError.self) { try ImageReader.read("/dev/zero") }
    // These lie in the folder; an error of the system is another thing, and would stop a run.
    for missing in [path + ".none", "/tmp"] {
      let error = #expect(throws: ImageError.self) { try ImageReader.read(missing) }
      #expect(error?.isSystemFault == false)
    }
  }

  @Test("a part of an image has the image's pixels")
  func cropping() {
    let image = testImage(width: 9, height: 7, noise: 56)
    #expect(image.cropped(x: 0, y: 0, width: 9, height: 7) == image)
    let part = image.cropped(x: 2, y: 3, width: 4, height: 2)
    for y in 0..<2 {
      for x in 0..<4 {
        let (from, to) = (3 * ((y + 3) * 9 + x + 2), 3 * (y * 4 + x))
        #expect(part.pixels[to..<to + 3] == image.pixels[from..<from + 3])
      }
    }
  }
}
