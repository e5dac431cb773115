internal import CJPEG

/// A JPEG file, to be decoded at the smallest of the scales 1, 1/2, 1/4, 1/8 that is large enough.
///
/// The pixels are those of Pillow and OpenCV: libjpeg-turbo's accurate transform and its smooth
/// upsampling of colors. A file that was written carelessly is read; one whose data is missing or
/// damaged is an error. The corresponding libjpeg functions are `jpeg_read_header` and
/// `jpeg_read_scanlines`.
func prepareJPEG(
  _ bytes: [UInt8], name: String, atLeast smallestSize: (width: Int, height: Int)?
) throws(ImageError) -> PreparedImage {
  var summary = jpeg_summary()
  guard jpeg_summarize(bytes, UInt(bytes.count), &summary) != 0 else {
    throw damage(summary, name)
  }
  let (fullWidth, fullHeight) = (Int(summary.width), Int(summary.height))
  try ImageReader.check(width: fullWidth, height: fullHeight, name: name)
  // Even an image of one color takes a bit for each block of 64 pixels, where Huffman's codes are
  // used: a header that claims far more pixels than its data can tell of gets no memory.
  guard fullWidth * fullHeight / 1024 <= bytes.count || usesArithmeticCodes(bytes) else {
    throw ImageError(
      name, cause: "\(bytes.count) bytes do not hold \(fullWidth) × \(fullHeight) pixels",
      remedy: "the file is damaged, replace it")
  }
  let divisor = scaleDivisor(width: fullWidth, height: fullHeight, smallestSize)
  let width = (fullWidth + divisor - 1) / divisor
  let height = (fullHeight + divisor - 1) / divisor
  let isCMYK = summary.is_cmyk != 0
  let byteCount = (isCMYK ? 4 : 3) * width * height
  return PreparedImage(
    fullWidth: fullWidth, fullHeight: fullHeight,
    byteCount: Int(summary.coefficient_bytes) + (isCMYK ? 2 : 1) * byteCount
  ) { () throws(ImageError) in
    var summary = summary
    var isWhole: Int32 = 0
    let pixels = [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, count in
      isWhole = jpeg_decode(
        bytes, UInt(bytes.count), Int32(divisor), scanLimit(pixelCount: fullWidth * fullHeight),
        buffer.baseAddress, &summary)
      count = isWhole == 0 ? 0 : byteCount
    }
    guard isWhole != 0 else { throw damage(summary, name) }
    return RGBImage(
      width: width, height: height, pixels: isCMYK ? rgb(fromInverseCMYK: pixels) : pixels)
  }
}

/// The most scans of a progressive file.
///
/// Encoders write about ten, and each costs a pass over all pixels, however short its data is: 500
/// scans of the largest image would take minutes.
private func scanLimit(pixelCount: Int) -> Int32 {
  Int32(max(20, min(500, (1 << 31) / pixelCount)))
}

/// Whether a frame header says that the data has arithmetic codes (ITU-T T.81, table B.1), which
/// need far less than a bit for a block.
private func usesArithmeticCodes(_ bytes: [UInt8]) -> Bool {
  var position = 2
  while position + 4 <= bytes.count {
    let marker = bytes[position + 1]
    guard bytes[position] == 0xFF && marker >= 0xC0 && marker != 0xFF else {
      position += 1  // filling between segments
      continue
    }
    if marker == 0xDA { return false }
    if (0xC9...0xCB).contains(marker) || (0xCD...0xCF).contains(marker) { return true }
    position += 2 + max(2, Int(bytes[position + 2]) << 8 | Int(bytes[position + 3]))
  }
  return false
}

/// The largest of 1, 2, 4, 8 by which both sides can be divided and stay long enough.
private func scaleDivisor(width: Int, height: Int, _ smallest: (width: Int, height: Int)?) -> Int {
  guard let smallest else { return 1 }
  return [8, 4, 2].first { divisor in
    (width + divisor - 1) / divisor >= smallest.width
      && (height + divisor - 1) / divisor >= smallest.height
  } ?? 1
}

private func damage(_ summary: jpeg_summary, _ name: String) -> ImageError {
  let message = withUnsafeBytes(of: summary.message) { bytes in
    String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
  }
  return ImageError(name, cause: message, remedy: "the file is damaged, replace it")
}

/// The RGB colors of pixels that store how much light each of cyan, magenta, yellow and black lets
/// through, as Adobe's files do and Pillow takes all to do: each the light that passes two inks.
private func rgb(fromInverseCMYK pixels: [UInt8]) -> [UInt8] {
  let pixelCount = pixels.count / 4
  return [UInt8](unsafeUninitializedCapacity: 3 * pixelCount) { buffer, count in
    for pixel in 0..<pixelCount {
      let light = UInt32(pixels[4 * pixel + 3])
      for color in 0..<3 {
        // Pillow's order of roundings: the ink is taken from the light.
        let ink = 255 - UInt32(pixels[4 * pixel + color])
        let product = ink * light + 128
        buffer[3 * pixel + color] = UInt8(light - ((product >> 8) + product) >> 8)
      }
    }
    count = 3 * pixelCount
  }
}
