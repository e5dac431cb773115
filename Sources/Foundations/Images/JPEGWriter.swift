internal import CTurboJPEG

/// Encodes images as JPEG files.
public enum JPEGWriter {
  /// How much detail of color is kept.
  public enum Subsampling: Sendable, CaseIterable {
    /// A color for each pixel.
    case full
    /// A color for each two pixels of a row.
    case halfWidth
    /// A color for each square of four pixels.
    case quarter
    /// No color.
    case gray
  }

  /// Encodes an image.
  ///
  /// - Parameters:
  ///   - image: The image, of at most 65535 pixels a side.
  ///   - quality: From 1 to 100.
  ///   - subsampling: How much detail of color is kept.
  ///   - isProgressive: Whether the whole image comes first, then its details.
  /// - Returns: The bytes of a JPEG file.
  /// - Throws: `ImageError` if the image is too large for JPEG.
  public static func encode(
    _ image: RGBImage, quality: Int = 90, subsampling: Subsampling = .quarter,
    isProgressive: Bool = false
  ) throws(ImageError) -> [UInt8] {
    try compress(
      image.pixels, TJPF_RGB, width: image.width, height: image.height, quality: quality,
      subsampling: subsampling, flags: isProgressive ? TJFLAG_PROGRESSIVE : 0)
  }

  /// Encodes pixels of four bytes each: the light that cyan, magenta, yellow and black let through.
  package static func encode(
    cmyk pixels: [UInt8], width: Int, height: Int, quality: Int, subsampling: Subsampling = .full
  ) throws(ImageError) -> [UInt8] {
    try compress(
      pixels, TJPF_CMYK, width: width, height: height, quality: quality, subsampling: subsampling,
      flags: 0)
  }

  private static func compress(
    _ pixels: [UInt8], _ format: TJPF, width: Int, height: Int, quality: Int,
    subsampling: Subsampling, flags: Int32
  ) throws(ImageError) -> [UInt8] {
    precondition((1...100).contains(quality), "quality must be from 1 to 100, got \(quality)")
    let name = "\(width) × \(height)"
    guard max(width, height) <= 65535, let encoder = tjInitCompress() else {
      throw ImageError(name, cause: "JPEG has at most 65535 pixels a side")
    }
    defer { tjDestroy(encoder) }
    let sampling = subsampling.code
    // The worst case, so that the encoder never has to allocate.
    let capacity = tjBufSize(Int32(width), Int32(height), sampling)
    var status: Int32 = 0
    let bytes = [UInt8](unsafeUninitializedCapacity: Int(capacity)) { buffer, count in
      var target = buffer.baseAddress
      var byteCount = capacity
      status = tjCompress2(
        encoder, pixels, Int32(width), 0, Int32(height), Int32(format.rawValue), &target,
        &byteCount, sampling, Int32(quality), flags | TJFLAG_NOREALLOC)
      count = status == 0 ? Int(byteCount) : 0
    }
    guard status == 0 else {
      throw ImageError(name, cause: String(cString: tjGetErrorStr2(encoder)))
    }
    return bytes
  }
}

extension JPEGWriter.Subsampling {
  /// TurboJPEG's number for it.
  fileprivate var code: Int32 {
    let code =
      switch self {
      case .full: TJSAMP_444
      case .halfWidth: TJSAMP_422
      case .quarter: TJSAMP_420
      case .gray: TJSAMP_GRAY
      }
    return Int32(code.rawValue)
  }
}
