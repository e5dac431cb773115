internal import CTurboJPEG

/// Decodes a JPEG file at the smallest of the scales 1, 1/2, 1/4, 1/8 that is large enough.
///
/// The corresponding TurboJPEG functions are `tjDecompressHeader3` and `tjDecompress2`.
func decodeJPEG(
  _ bytes: [UInt8], name: String, atLeast smallestSize: (width: Int, height: Int)?
) throws(ImageError) -> ScaledImage {
  guard let decoder = tjInitDecompress() else {
    throw ImageError(name, cause: "no memory for a JPEG decoder")
  }
  defer { tjDestroy(decoder) }
  let segments = JPEGSegments(bytes)
  var (fullWidth, fullHeight, subsampling, colorspace) = (Int32(0), Int32(0), Int32(0), Int32(0))
  try check(
    tjDecompressHeader3(
      decoder, bytes, UInt(bytes.count), &fullWidth, &fullHeight, &subsampling, &colorspace),
    decoder, segments, name)
  try ImageReader.check(width: Int(fullWidth), height: Int(fullHeight), name: name)

  let divisor = scaleDivisor(width: Int(fullWidth), height: Int(fullHeight), smallestSize)
  let width = (Int(fullWidth) + divisor - 1) / divisor
  let height = (Int(fullHeight) + divisor - 1) / divisor
  let isCMYK = colorspace == Int32(TJCS_CMYK.rawValue) || colorspace == Int32(TJCS_YCCK.rawValue)
  let byteCount = (isCMYK ? 4 : 3) * width * height
  var status: Int32 = 0
  let pixels = [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, count in
    status = tjDecompress2(
      decoder, bytes, UInt(bytes.count), buffer.baseAddress, Int32(width), 0, Int32(height),
      Int32((isCMYK ? TJPF_CMYK : TJPF_RGB).rawValue), TJFLAG_LIMITSCANS)
    count = byteCount
  }
  try check(status, decoder, segments, name)
  let image = RGBImage(
    width: width, height: height,
    pixels: isCMYK ? rgb(fromCMYK: pixels, isInverted: segments.hasAdobeSegment) : pixels)
  return ScaledImage(image: image, fullWidth: Int(fullWidth), fullHeight: Int(fullHeight))
}

/// The largest of 1, 2, 4, 8 by which both sides can be divided and stay long enough.
private func scaleDivisor(width: Int, height: Int, _ smallest: (width: Int, height: Int)?) -> Int {
  guard let smallest else { return 1 }
  return [8, 4, 2].first { divisor in
    (width + divisor - 1) / divisor >= smallest.width
      && (height + divisor - 1) / divisor >= smallest.height
  } ?? 1
}

/// Turns a status of TurboJPEG into an error.
///
/// A warning says that the data is damaged, and pixels are missing or wrong, unless it is one of
/// those listed here. TurboJPEG tells only the first warning; a file that ends too early after a
/// harmless one is known by its missing end marker.
private func check(
  _ status: Int32, _ decoder: tjhandle, _ segments: JPEGSegments, _ name: String
) throws(ImageError) {
  guard status != 0 else { return }
  let message = String(cString: tjGetErrorStr2(decoder))
  let harmless = [
    "extraneous bytes before marker", "Unknown Adobe color transform", "unknown JFIF revision",
  ]
  let isWarning = tjGetErrorCode(decoder) == Int32(TJERR_WARNING.rawValue)
  if isWarning && segments.hasEnd && harmless.contains(where: { message.contains($0) }) { return }
  throw ImageError(name, cause: message, remedy: "the file is damaged, replace it")
}

/// The RGB colors of CMYK pixels, each the light that passes two inks.
///
/// Adobe's files store how much light an ink lets through, others how much ink there is.
private func rgb(fromCMYK pixels: [UInt8], isInverted: Bool) -> [UInt8] {
  let flip: UInt8 = isInverted ? 0 : 255
  let pixelCount = pixels.count / 4
  return [UInt8](unsafeUninitializedCapacity: 3 * pixelCount) { buffer, count in
    for pixel in 0..<pixelCount {
      let black = Int32(pixels[4 * pixel + 3] ^ flip)
      for color in 0..<3 {
        let light = Int32(pixels[4 * pixel + color] ^ flip) * black
        buffer[3 * pixel + color] = UInt8(truncatingIfNeeded: (light + 127) / 255)
      }
    }
    count = 3 * pixelCount
  }
}

/// What the marker segments of a JPEG file tell that TurboJPEG does not.
struct JPEGSegments {
  /// Whether Adobe's segment is there: then CMYK colors are stored inverted.
  private(set) var hasAdobeSegment = false

  private let bytes: [UInt8]
  private var firstScan: Int?

  /// Walks over the segments before the first scan (ITU-T T.81, annex B).
  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    var position = 2
    while position + 4 <= bytes.count {
      let marker = bytes[position + 1]
      guard bytes[position] == 0xFF && marker >= 0xC0 && marker != 0xFF else {
        position += 1  // filling between segments
        continue
      }
      guard marker != 0xDA else {
        firstScan = position
        return
      }
      if marker == 0xEE && bytes[(position + 4)...].starts(with: Array("Adobe".utf8)) {
        hasAdobeSegment = true
      }
      position += 2 + max(2, Int(bytes[position + 2]) << 8 | Int(bytes[position + 3]))
    }
  }

  /// Whether an end marker follows the header of the first scan.
  var hasEnd: Bool {
    guard let firstScan else { return false }
    let data = bytes[firstScan...]
    return zip(data, data.dropFirst()).contains { $0 == (0xFF, 0xD9) }
  }
}
