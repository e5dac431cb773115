/// A GIF file, of which the first image is decoded to RGB.
///
/// What that image leaves of the canvas has the transparent color, or else the first one, as in
/// Pillow. The format is that of CompuServe's GIF89a specification.
func prepareGIF(_ bytes: [UInt8], name: String) throws(ImageError) -> PreparedImage {
  let width = Int(bytes.count > 9 ? bytes[6] : 0) | Int(bytes.count > 9 ? bytes[7] : 0) << 8
  let height = Int(bytes.count > 9 ? bytes[8] : 0) | Int(bytes.count > 9 ? bytes[9] : 0) << 8
  try ImageReader.check(width: width, height: height, name: name)
  return PreparedImage(
    fullWidth: width, fullHeight: height, byteCount: 5 * width * height
  ) { () throws(ImageError) in
    var parser = GIFParser(bytes: bytes)
    guard let image = parser.firstImage(width: width, height: height) else {
      throw ImageError(
        name, cause: "its GIF data is damaged or cut off", remedy: "replace the file")
    }
    return image
  }
}

/// Reads the blocks of a GIF file one after the other.
private struct GIFParser {
  let bytes: [UInt8]
  private var position = 0
  private var transparent: Int?

  init(bytes: [UInt8]) { self.bytes = bytes }

  mutating func firstImage(width: Int, height: Int) -> RGBImage? {
    guard bytes.count >= 13 else { return nil }
    position = 13
    var palette = readPalette(flags: bytes[10])
    while let kind = next() {
      switch kind {
      case 0x21: readExtension()
      case 0x2C:
        guard position + 9 <= bytes.count else { return nil }
        let frame = (0..<4).map { index in
          Int(bytes[position + 2 * index]) | Int(bytes[position + 2 * index + 1]) << 8
        }
        let flags = bytes[position + 8]
        position += 9
        let own = readPalette(flags: flags)
        if !own.isEmpty { palette = own }
        guard let smallest = next(), (1...11).contains(smallest) else { return nil }
        let data = readBlocks()
        guard
          let indices = lzw(data, codeSize: Int(smallest), count: frame[2] * frame[3])
        else { return nil }
        return draw(
          indices, frame, isInterlaced: flags & 0x40 != 0, palette, width: width, height: height)
      default: return nil
      }
    }
    return nil
  }

  private mutating func next() -> UInt8? {
    guard position < bytes.count else { return nil }
    position += 1
    return bytes[position - 1]
  }

  /// A table of colors, if a block's flags announce one.
  private mutating func readPalette(flags: UInt8) -> [SIMD3<UInt8>] {
    guard flags & 0x80 != 0 else { return [] }
    let count = 2 << Int(flags & 7)
    guard position + 3 * count <= bytes.count else { return [] }
    defer { position += 3 * count }
    return (0..<count).map {
      let entry = position + 3 * $0
      return SIMD3(bytes[entry], bytes[entry + 1], bytes[entry + 2])
    }
  }

  /// Passes over an extension; that of graphic control tells the transparent index.
  private mutating func readExtension() {
    let label = next()
    let data = readBlocks()
    if label == 0xF9 && data.count >= 4 && data[0] & 1 != 0 { transparent = Int(data[3]) }
  }

  /// The data of blocks up to the empty one.
  private mutating func readBlocks() -> [UInt8] {
    var data: [UInt8] = []
    while let count = next(), count > 0 {
      let end = min(bytes.count, position + Int(count))
      data += bytes[position..<end]
      position = end
    }
    return data
  }

  /// Decompresses indices (Welch 1984, in GIF's variant with codes of growing length).
  ///
  /// - Returns: nil if the data holds fewer.
  private func lzw(_ data: [UInt8], codeSize: Int, count: Int) -> [UInt8]? {
    let clear = 1 << codeSize
    // For each code, the code before its last index, and that index.
    var previous = [Int](repeating: -1, count: 4096)
    var last = [UInt8](repeating: 0, count: 4096)
    for code in 0..<clear { last[code] = UInt8(truncatingIfNeeded: code) }
    var indices: [UInt8] = []
    var (used, bitCount, former) = (clear + 2, codeSize + 1, -1)
    var (buffer, buffered) = (UInt32(0), 0)
    var string: [UInt8] = []
    for byte in data {
      buffer |= UInt32(byte) << UInt32(buffered)
      buffered += 8
      while buffered >= bitCount {
        let code = Int(buffer & (1 << UInt32(bitCount) - 1))
        buffer >>= UInt32(bitCount)
        buffered -= bitCount
        if code == clear {
          (used, bitCount, former) = (clear + 2, codeSize + 1, -1)
          continue
        }
        if code == clear + 1 { return indices.count >= count ? indices : nil }
        guard code < used || (code == used && former >= 0) else { return nil }
        // Backward from the last index to the first; the newest code is the former and its first.
        string.removeAll(keepingCapacity: true)
        var link = code == used ? former : code
        while link >= 0 {
          string.append(last[link])
          link = previous[link]
        }
        let first = string[string.count - 1]
        indices += string.reversed()
        if code == used { indices.append(first) }
        if former >= 0 && used < 4096 {
          previous[used] = former
          last[used] = first
          used += 1
          if used == 1 << bitCount && bitCount < 12 { bitCount += 1 }
        }
        former = code
        if indices.count >= count { return indices }
      }
    }
    return indices.count >= count ? indices : nil
  }

  /// Draws the indices of a frame (left, top, width, height) on the canvas.
  private func draw(
    _ indices: [UInt8], _ frame: [Int], isInterlaced: Bool, _ palette: [SIMD3<UInt8>], width: Int,
    height: Int
  ) -> RGBImage {
    // Without a palette, indices are gray.
    func color(_ index: Int) -> SIMD3<UInt8> {
      if palette.isEmpty { return SIMD3(repeating: UInt8(truncatingIfNeeded: index)) }
      return index < palette.count ? palette[index] : SIMD3(repeating: 0)
    }
    let rows =
      isInterlaced
      ? [(0, 8), (4, 8), (2, 4), (1, 2)].flatMap { Array(stride(from: $0, to: frame[3], by: $1)) }
      : Array(0..<frame[3])
    let blank = color(transparent ?? 0)
    var pixels: [UInt8] = []
    pixels.reserveCapacity(3 * width * height)
    for _ in 0..<width * height {
      for channel in 0..<3 { pixels.append(blank[channel]) }
    }
    for (stored, row) in rows.enumerated() where frame[1] + row < height {
      for x in 0..<max(0, min(frame[2], width - frame[0])) {
        let color = color(Int(indices[stored * frame[2] + x]))
        let target = 3 * ((frame[1] + row) * width + frame[0] + x)
        for channel in 0..<3 { pixels[target + channel] = color[channel] }
      }
    }
    return RGBImage(width: width, height: height, pixels: pixels)
  }
}
