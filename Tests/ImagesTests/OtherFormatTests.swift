import Foundation
import Images
import Randomness
import TestTags
import Testing

/// WebP, BMP and GIF files that Pillow 13 wrote, with the pixels that it reads of them.
@Suite(.tags(.quick)) struct OtherFormatTests {
  private func decode(_ text: String) throws -> RGBImage {
    try ImageReader.decode(bytes(text), name: "x")
  }

  private func bytes(_ text: String) throws -> [UInt8] {
    [UInt8](try #require(Data(base64Encoded: text)))
  }

  /// The picture that most of the files hold.
  private func pattern(width: Int, height: Int) -> RGBImage {
    var pixels: [UInt8] = []
    for y in 0..<height {
      for x in 0..<width {
        for channel in 0..<3 { pixels.append(UInt8((37 * x + 61 * y + 91 * channel) % 256)) }
      }
    }
    return RGBImage(width: width, height: height, pixels: pixels)
  }

  static let losslessWebP =
    "UklGRjAAAABXRUJQVlA4TCQAAAAvBMAAEM1lRP/DQJBtQ3OMk9yf5QrNlM6WQCANOeQwxrGFUH4="
  static let lossyWebP =
    "UklGRmoAAABXRUJQVlA4IF4AAAAwAgCdASoFAAQAAUAmJbACdDKAOmABhMhx0AD9cI+yCOGfumUzFR/IWPyF6ERrD0IxzzP86WO9bz25ZKSLT9//uaPcr1Z/7yj/0/5e/PwBdvf0cWT3b/obh/k386gA"
  static let animatedWebP =
    "UklGRv4AAABXRUJQVlA4WAoAAAACAAAABAAAAwAAQU5JTQYAAAAAAAAAAABBTk1GZgAAAAAAAAAAAAQAAAMAAAAAAAJWUDhMTgAAAC8EwAAAn2CmbRvlrnIH3PgzGQiySdtYM5fMIZO2offoXf8mpm/+q3B7gKoCqKgAFdU+KtU+71RQ2LaRGjrG54/ofwBbDo1et+b5tB+KA0FOTUZkAAAAAAAAAAAABAAAAwAAAAAAAFZQOExMAAAALwTAAACfYKZtG+Wucoc/jtEbCLJJ2xyZS9aGTNo2SO/Ru/Y2/1W4v2oblWqbfxWAqgKoqABQ2LaRGjrG54/of/wzy1eHUhrDFXx7AA=="

  @Test("WebP: opaque or not, with loss or without, and an animation's first image")
  func webP() throws {
    #expect(try decode(Self.losslessWebP) == pattern(width: 5, height: 4))
    #expect(try decode(Self.animatedWebP) == pattern(width: 5, height: 4))
    let lossy = try decode(Self.lossyWebP)
    let reds = [
      11, 63, 100, 161, 212, 100, 114, 168, 71, 112, 172, 211, 93, 129, 67, 109, 144, 95, 112, 88,
    ]
    for (index, red) in reds.enumerated() {
      #expect(abs(Int(lossy.pixels[3 * index]) - red) <= 1)
    }
  }

  static let interlacedGIF =
    "R0lGODdhBgAHAIQAAKD7VpTvSpPuSYjjPnvWMW/KJT6Z9GK9GFaxDEumATKN6CeC3SaB3PZRrPRPqupFoOlEn904k9w3kssmgcQferkUb7gTbh961Q5pxAJduAFct6wHYgBbtgAAAAAAAAAAACwAAAAABgAHAAAILQA5MEhQIEAFAwcGbJjQgAAAChAwKLAgQcPAAg4uIFSoAIFDCg8KCLAQIcOCgAA7"
  static let animatedGIF =
    "R0lGODlhBgAHAIQAAKD7VpTvSpPuSYjjPnvWMW/KJT6Z9GK9GFaxDEumATKN6CeC3SaB3PZRrPRPqupFoOlEn904k9w3kssmgcQferkUb7gTbh961Q5pxAJduAFct6wHYgBbtgAAAAAAAAAAACH5BAEAAAMALAAAAAAGAAcAAAgtADkwSFAgQAUDBwZsmNCAAAAKEDAosCBBw8ACDi4gVKgAgUMKDwoIsBAhw4KAACH5BAEAAAMALAAAAAAGAAcAhKD7VpTvSpPuSYjjPnvWMW/KJT6Z9GK9GFaxDEumATKN6CeC3SaB3PZRrPRPqupFoOlEn904k9w3kssmgcQferkUb7gTbh961Q5pxAJduAFct6wHYgBbtgAAAAAAAAAAAAgtABdkiGBBQIEHFAAQQKBgw4ADBi44KJCAgQYJFhRggJCQQIMJDiFWCECRAYeAADs="
  static let grayGIF =
    "R0lGODdhKAAeAIEAAAAAAEBAQICAgMDAwCwAAAAAKAAeAEAI7wABAAgQQICAAQIJGkQ4sODBhAUHMFQoEeLDhgcnRpy4kGPGhB0xVhwYUuFHkxVRWrxIcaXGhRZHUnwp02NKhzdL4nQZkydGlhtj0tQoMyjJj0dlhkyKcObPnCdxNt35VKhVpiCRSs2aEmbVr05FDsWKcqrOs0Bhhl27dCtZqSrBUl1r1OnWsk/Npt1rtqjWtoCjqkULtbDelwf5+qSrta7Yq24jE/4ruHLhxXK9xmXsd0BjykpB22zK9bDpzHs1z139uTNDyHUDh4ZK+DTezVQXs3YNW0Dd2KJL5wUwevht1mmRIx77+DFzycHfCggIADs="

  @Test("GIF: interlaced or not, and an animation's first image")
  func gif() throws {
    let expected: [UInt8] = [
      0, 91, 182, 38, 129, 220, 75, 166, 1, 111, 202, 37, 148, 239, 74, 185, 20, 111, 62, 153, 244,
      98, 189, 24, 136, 227, 62, 172, 7, 98, 203, 38, 129, 246, 81, 172, 123, 214, 49, 160, 251, 86,
      196, 31, 122, 233, 68, 159, 14, 105, 196, 50, 141, 232, 184, 19, 110, 220, 55, 146,
    ]
    for file in [Self.interlacedGIF, Self.animatedGIF] {
      let image = try decode(file)
      #expect(image.width == 6 && image.height == 7 && Array(image.pixels[..<60]) == expected)
    }
    // Codes of up to ten bits, in four blocks of data.
    let gray = pattern(width: 40, height: 30)
    let large = try decode(Self.grayGIF)
    #expect(
      large.pixels.enumerated().allSatisfy { index, value in
        value == gray.pixels[index / 3 * 3] / 64 * 64
      })
  }

  static let bilevelBMP =
    "Qk1KAAAAAAAAAD4AAAAoAAAABQAAAAMAAAABAAEAAAAAAAwAAADEDgAAxA4AAAIAAAACAAAAAAAAAP///wDQAAAAoAAAAFgAAAA="
  static let paletteBMP =
    "Qk1uAAAAAAAAAFYAAAAoAAAABQAAAAMAAAABAAgAAAAAABgAAADEDgAAxA4AAAgAAAAIAAAAUPWaAD3ihwAr0HUAhqtQAAClSgC/ZF8AtlsAAHYbwAACAAcHBgAAAAUCAQcHAAAABgYEAgAAAAA="
  static let colorBMP =
    "Qk1mAAAAAAAAADYAAAAoAAAABQAAAAMAAAABABgAAAAAADAAAADEDgAAxA4AAAAAAAAAAAAAMNV6Vfqfeh/En0TpxGkOAPOYPRi9Yj3ih2IHrIcs0QC2WwDbgCUApUolym9K75QA"
  static let opaqueBMP =
    "Qk1yAAAAAAAAADYAAAAoAAAABQAAAAMAAAABACAAAAAAADwAAADEDgAAxA4AAAAAAAAAAAAAMNV6i1X6n7B6H8TVn0Tp+sRpDh/zmD1OGL1icz3ih5hiB6y9hyzR4rZbABHbgCU2AKVKWyXKb4BK75Sl"

  @Test("BMP: bits, palettes, three and four bytes a pixel, rows from either end")
  func bmp() throws {
    #expect(try decode(Self.colorBMP) == pattern(width: 5, height: 3))
    #expect(try decode(Self.opaqueBMP) == pattern(width: 5, height: 3))
    let lights = [0, 1, 0, 1, 1, 1, 0, 1, 0, 0, 1, 1, 0, 1, 0]
    #expect(
      try decode(Self.bilevelBMP).pixels
        == lights.flatMap { [UInt8](repeating: $0 == 1 ? 255 : 0, count: 3) })
    #expect(
      try Array(decode(Self.paletteBMP).pixels[..<15]) == [
        0, 91, 182, 0, 91, 182, 74, 165, 0, 117, 208, 43, 154, 245, 80,
      ])
    var flipped = try bytes(Self.colorBMP)
    flipped.replaceSubrange(22..<26, with: [0xFD, 0xFF, 0xFF, 0xFF])
    let (first, last) = (
      try ImageReader.decode(flipped, name: "x").pixels[..<15],
      pattern(width: 5, height: 3).pixels[30...]
    )
    #expect(first.elementsEqual(last))
  }

  /// A bitmap file of 4 × 2 pixels with a palette of black, red, green and blue.
  private func bitmap(
    bits: UInt8, compression: UInt8, masks: [UInt8] = [], _ data: [UInt8]
  ) -> [UInt8] {
    let palette: [UInt8] =
      bits <= 8 ? [0, 0, 0, 0, 0, 0, 255, 0, 0, 255, 0, 0, 255, 0, 0, 0] : masks
    let start = UInt8(54 + palette.count)
    return Array("BM".utf8) + [0, 0, 0, 0, 0, 0, 0, 0, start, 0, 0, 0, 40, 0, 0, 0]
      + [4, 0, 0, 0, 2, 0, 0, 0, 1, 0, bits, 0, compression, 0, 0, 0]
      + [UInt8](repeating: 0, count: 12)
      + [bits <= 8 ? 4 : 0, 0, 0, 0, 0, 0, 0, 0] + palette + data
  }

  @Test("BMP: run lengths and masks")
  func packedBMP() throws {
    func indices(_ file: [UInt8]) throws -> [Int] {
      let pixels = try ImageReader.decode(file, name: "x").pixels
      return stride(from: 0, to: 24, by: 3).map { pixel in
        (0..<3).first { pixels[pixel + $0] == 255 }.map { $0 + 1 } ?? 0
      }
    }
    // From the lowest row: three red, one green; then four indices as they are.
    let runs: [UInt8] = [3, 1, 1, 2, 0, 0, 0, 4, 3, 2, 1, 0, 0, 1]
    #expect(try indices(bitmap(bits: 8, compression: 1, runs)) == [3, 2, 1, 0, 1, 1, 1, 2])
    // Pairs of indices alternate; the end of the picture may come early.
    let pairs: [UInt8] = [4, 0x12, 0, 0, 3, 0x33, 0, 1]
    #expect(try indices(bitmap(bits: 4, compression: 2, pairs)) == [3, 3, 3, 0, 1, 2, 1, 2])
    let masks: [UInt8] = [0, 0xF8, 0, 0, 0xE0, 7, 0, 0, 0x1F, 0, 0, 0]
    let words: [UInt8] = [0, 0xF8, 0xE0, 7, 0x1F, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xF8]
    #expect(
      try indices(bitmap(bits: 16, compression: 3, masks: masks, words)) == [
        0, 0, 0, 1, 1, 2, 3, 0,
      ])
    #expect(throws: ImageError.self) {
      try ImageReader.decode(bitmap(bits: 8, compression: 1, [3, 1]), name: "x")
    }
    // A text that begins with the two letters is none.
    #expect(ImageFormat(firstBytes: "BM and other abbreviations".utf8) == nil)
  }

  @Test("changed and missing bytes are an error or an image, never a crash")
  func mutations() throws {
    let files =
      try [
        Self.losslessWebP, Self.lossyWebP, Self.animatedWebP, Self.interlacedGIF, Self.animatedGIF,
        Self.grayGIF, Self.bilevelBMP, Self.paletteBMP, Self.colorBMP,
      ].map(bytes) + [bitmap(bits: 8, compression: 1, [3, 1, 1, 2, 0, 0, 0, 4, 3, 2, 1, 0, 0, 1])]
    for (kind, file) in files.enumerated() {
      var stream = RandomStream(seed: 5, purpose: .evaluation, item: kind)
      var errorCount = 0
      for round in 0..<400 {
        var changed = file
        for _ in 0...round % 6 {
          changed[stream.integer(below: changed.count)] = UInt8(stream.integer(below: 256))
        }
        if round % 4 == 0 { changed.removeLast(stream.integer(below: changed.count)) }
        if (try? ImageReader.decode(changed, name: "x")) == nil { errorCount += 1 }
      }
      #expect(errorCount > 20, "\(kind)")
    }
  }
}
