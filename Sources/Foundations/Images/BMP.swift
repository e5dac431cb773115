/// A Windows or OS/2 bitmap, to be decoded to RGB: 1, 4, 8, 16, 24 or 32 bits a pixel, as they are,
/// with masks or with run lengths.
///
/// The format is that of Microsoft's `BITMAPFILEHEADER` and `BITMAPINFOHEADER`; channels of less
/// than eight bits are stretched as Pillow stretches them.
func prepareBMP(_ bytes: [UInt8], name: String) throws(ImageError) -> PreparedImage {
  let bitmap = try Bitmap(bytes, name: name)
  try ImageReader.check(width: bitmap.width, height: bitmap.height, name: name)
  return PreparedImage(
    fullWidth: bitmap.width, fullHeight: bitmap.height,
    byteCount: 4 * bitmap.width * bitmap.height
  ) { () throws(ImageError) in try bitmap.decoded() }
}

/// The header of a bitmap, and its data.
private struct Bitmap {
  let bytes: [UInt8]
  let name: String
  let width, height: Int
  let isTopDown: Bool
  let bitCount: Int
  let compression: Int
  /// Where the pixels begin.
  let start: Int
  /// Red, green and blue of each index; empty where pixels are colors themselves.
  private(set) var palette: [SIMD3<UInt8>] = []
  /// The bits of red, green and blue in a pixel of 16 or 32 bits.
  private(set) var masks = SIMD3<UInt32>(0, 0, 0)

  init(_ bytes: [UInt8], name: String) throws(ImageError) {
    func fault(_ cause: String) -> ImageError { ImageError(name, cause: cause) }
    func number(_ offset: Int, _ count: Int) -> Int {
      (0..<count).reduce(0) {
        $0 | (offset + $1 < bytes.count ? Int(bytes[offset + $1]) << (8 * $1) : 0)
      }
    }
    let headerSize = number(14, 4)
    guard bytes.count >= 26, headerSize == 12 || (40...124).contains(headerSize) else {
      throw fault("its BMP header is damaged or of an unknown kind")
    }
    self.bytes = bytes
    self.name = name
    let isOS2 = headerSize == 12
    let signedHeight =
      isOS2 ? number(20, 2) : Int(Int32(truncatingIfNeeded: number(22, 4)))
    width = isOS2 ? number(18, 2) : Int(Int32(truncatingIfNeeded: number(18, 4)))
    height = abs(signedHeight)
    isTopDown = signedHeight < 0
    bitCount = number(isOS2 ? 24 : 28, 2)
    compression = isOS2 ? 0 : number(30, 4)
    start = number(10, 4)
    let isKnown =
      switch compression {
      case 0: [1, 4, 8, 16, 24, 32].contains(bitCount)
      case 1: bitCount == 8
      case 2: bitCount == 4
      case 3: [16, 32].contains(bitCount)
      default: false
      }
    guard isKnown else {
      throw fault("BMP of \(bitCount) bits with compression \(compression) is not read")
    }
    if bitCount <= 8 {
      let entrySize = isOS2 ? 3 : 4
      let stored = isOS2 ? 0 : number(46, 4)
      let count = stored == 0 ? 1 << bitCount : min(stored, 256)
      palette = (0..<count).map { index in
        let entry = 14 + headerSize + index * entrySize
        return SIMD3(
          UInt8(number(entry + 2, 1)), UInt8(number(entry + 1, 1)), UInt8(number(entry, 1)))
      }
    } else if compression == 3 {
      masks = SIMD3(UInt32(number(54, 4)), UInt32(number(58, 4)), UInt32(number(62, 4)))
    } else {
      masks = bitCount == 16 ? SIMD3(0x7C00, 0x3E0, 0x1F) : SIMD3(0xFF_0000, 0xFF00, 0xFF)
    }
  }

  func decoded() throws(ImageError) -> RGBImage {
    var pixels = [UInt8](repeating: 0, count: 3 * width * height)
    let indices = compression == 1 || compression == 2 ? try runs() : []
    let stride = (width * bitCount + 31) / 32 * 4
    guard !indices.isEmpty || start <= bytes.count && stride * height <= bytes.count - start else {
      throw ImageError(
        name, cause: "the file ends before its pixels", remedy: "it is damaged, replace it")
    }
    for y in 0..<height {
      let row = isTopDown ? y : height - 1 - y
      for x in 0..<width {
        let color: SIMD3<UInt8>
        if indices.isEmpty {
          color = self.color(row: start + stride * row, x)
        } else {
          color = entry(Int(indices[row * width + x]))
        }
        let target = 3 * (y * width + x)
        for channel in 0..<3 { pixels[target + channel] = color[channel] }
      }
    }
    return RGBImage(width: width, height: height, pixels: pixels)
  }

  /// A color of the palette; black beyond its end.
  private func entry(_ index: Int) -> SIMD3<UInt8> {
    index < palette.count ? palette[index] : SIMD3(repeating: 0)
  }

  /// The color of a pixel in a row that begins at a byte.
  private func color(row: Int, _ x: Int) -> SIMD3<UInt8> {
    switch bitCount {
    case 1: return entry(Int(bytes[row + x / 8] >> UInt8(7 - x % 8) & 1))
    case 4: return entry(Int(bytes[row + x / 2] >> (x % 2 == 0 ? 4 : 0) & 15))
    case 8: return entry(Int(bytes[row + x]))
    case 24:
      let byte = row + 3 * x
      return SIMD3(bytes[byte + 2], bytes[byte + 1], bytes[byte])
    default:
      let byteCount = bitCount / 8
      let byte = row + byteCount * x
      let word = (0..<byteCount).reduce(UInt32(0)) { $0 | UInt32(bytes[byte + $1]) << (8 * $1) }
      return SIMD3(
        channel(word, masks.x), channel(word, masks.y), channel(word, masks.z))
    }
  }

  /// The bits of a mask, stretched to 0 … 255.
  private func channel(_ word: UInt32, _ mask: UInt32) -> UInt8 {
    guard mask != 0 else { return 0 }
    let shift = UInt32(mask.trailingZeroBitCount)
    let largest = UInt64(mask >> shift)
    return UInt8(truncatingIfNeeded: UInt64(word & mask) >> UInt64(shift) * 255 / largest)
  }

  /// The indices of run-length data, row after row as they are stored.
  private func runs() throws(ImageError) -> [UInt8] {
    var indices = [UInt8](repeating: 0, count: width * height)
    var (position, x, y) = (start, 0, 0)
    let isNibbles = compression == 2
    func put(_ index: UInt8) {
      if x < width && y < height { indices[y * width + x] = index }
      x += 1
    }
    while position + 1 < bytes.count && y < height {
      let (count, value) = (Int(bytes[position]), bytes[position + 1])
      position += 2
      if count > 0 {
        for index in 0..<count {
          put(isNibbles ? (index % 2 == 0 ? value >> 4 : value & 15) : value)
        }
        continue
      }
      switch value {
      case 0: (x, y) = (0, y + 1)
      case 1: return indices
      case 2:
        guard position + 1 < bytes.count else { break }
        x += Int(bytes[position])
        y += Int(bytes[position + 1])
        position += 2
      default:
        // So many indices as they are, filled up to whole words.
        let byteCount = isNibbles ? (Int(value) + 1) / 2 : Int(value)
        guard position + byteCount <= bytes.count else { break }
        for index in 0..<Int(value) {
          let byte = bytes[position + (isNibbles ? index / 2 : index)]
          put(isNibbles ? (index % 2 == 0 ? byte >> 4 : byte & 15) : byte)
        }
        position += (byteCount + 1) / 2 * 2
      }
    }
    guard y >= height || (y == height - 1 && x >= width) else {
      throw ImageError(
        name, cause: "the file ends before its pixels", remedy: "it is damaged, replace it")
    }
    return indices
  }
}
