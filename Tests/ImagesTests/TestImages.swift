import Glibc
import Images
import Randomness

/// A smooth image with different colors in its corners and some noise.
func testImage(width: Int, height: Int, noise: Int = 0) -> RGBImage {
  var stream = RandomStream(seed: 1, purpose: .evaluation, item: width, step: height)
  var pixels: [UInt8] = []
  for y in 0..<height {
    for x in 0..<width {
      for value in [x * 200 / width, y * 200 / height, (x + y) * 200 / (width + height)] {
        pixels.append(UInt8(value + (noise > 0 ? stream.integer(below: noise) : 0)))
      }
    }
  }
  return RGBImage(width: width, height: height, pixels: pixels)
}

/// An image of one color.
func flat(_ color: [UInt8], width: Int, height: Int) -> RGBImage {
  RGBImage(
    width: width, height: height,
    pixels: Array(repeatElement(color, count: width * height).joined()))
}

/// The largest difference between colors of two images of the same size.
func largestDifference(_ a: RGBImage, _ b: RGBImage) -> Int {
  guard a.width == b.width && a.height == b.height else { return .max }
  return zip(a.pixels, b.pixels).reduce(0) { max($0, abs(Int($1.0) - Int($1.1))) }
}

/// A PNG file made by hand, with its data stored rather than compressed.
///
/// The color type is 0 for gray, 2 for RGB, 3 for a palette (three bytes a color), 4 for gray with
/// alpha, 6 for RGB with alpha. `rows` are the bytes of each row.
func handmadePNG(
  width: UInt32, height: UInt32, bitDepth: UInt8, colorType: UInt8, rows: [[UInt8]],
  palette: [UInt8]? = nil
) -> [UInt8] {
  var data: [UInt8] = []
  for row in rows { data += [0] + row }  // each row begins with its filter's number
  var stored: [UInt8] = [0x78, 0x01, 0x01]  // one block, RFC 1950 and 1951
  stored += bytes(UInt16(data.count).byteSwapped)
  stored += bytes(~UInt16(data.count).byteSwapped)
  stored += data
  stored += bytes(checksum(data))
  var file: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
  file += chunk("IHDR", bytes(width) + bytes(height) + [bitDepth, colorType, 0, 0, 0])
  if let palette { file += chunk("PLTE", palette) }
  file += chunk("IDAT", stored)
  return file + chunk("IEND", [])
}

/// Adler's checksum, RFC 1950.
private func checksum(_ data: [UInt8]) -> UInt32 {
  var (low, high) = (UInt32(1), UInt32(0))
  for byte in data {
    low = (low + UInt32(byte)) % 65521
    high = (high + low) % 65521
  }
  return high << 16 | low
}

/// A chunk of a PNG file.
func chunk(_ name: String, _ content: [UInt8]) -> [UInt8] {
  let checked = Array(name.utf8) + content
  var remainder = UInt32.max  // the cyclic redundancy check of the PNG specification
  for byte in checked {
    remainder ^= UInt32(byte)
    for _ in 0..<8 { remainder = remainder >> 1 ^ (remainder & 1 == 1 ? 0xEDB8_8320 : 0) }
  }
  return bytes(UInt32(content.count)) + checked + bytes(~remainder)
}

/// The bytes of a number, the highest first.
private func bytes<Number: FixedWidthInteger>(_ value: Number) -> [UInt8] {
  withUnsafeBytes(of: value.bigEndian) { Array($0) }
}
