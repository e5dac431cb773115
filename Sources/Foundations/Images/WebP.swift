internal import CWebP

/// A WebP file, to be decoded to RGB.
///
/// Of an animation the first image is read. Transparency is dropped.
///
/// The corresponding libwebp functions are `WebPDecodeRGBInto` and `WebPAnimDecoderGetNext`.
func prepareWebP(_ bytes: [UInt8], name: String) throws(ImageError) -> PreparedImage {
  var features = WebPBitstreamFeatures()
  guard WebPGetFeatures(bytes, bytes.count, &features) == VP8_STATUS_OK else {
    throw ImageError(
      name, cause: "its WebP header is damaged", remedy: "replace the file")
  }
  let (width, height) = (Int(features.width), Int(features.height))
  try ImageReader.check(width: width, height: height, name: name)
  let isAnimated = features.has_animation != 0
  let byteCount = 3 * width * height
  return PreparedImage(
    // An animation's decoder holds two canvases of four bytes a pixel, a still image's lossless data
    // is decoded to four.
    fullWidth: width, fullHeight: height, byteCount: (isAnimated ? 4 : 3) * byteCount
  ) { () throws(ImageError) in
    var isWhole = false
    let pixels = [UInt8](unsafeUninitializedCapacity: byteCount) { buffer, count in
      isWhole =
        isAnimated
        ? decodeFirstImage(bytes, into: buffer)
        : WebPDecodeRGBInto(
          bytes, bytes.count, buffer.baseAddress, byteCount, Int32(3 * width)) != nil
      count = isWhole ? byteCount : 0
    }
    guard isWhole else {
      throw ImageError(
        name, cause: "its WebP data is damaged or cut off", remedy: "replace the file")
    }
    return RGBImage(width: width, height: height, pixels: pixels)
  }
}

private func decodeFirstImage(
  _ bytes: [UInt8], into pixels: UnsafeMutableBufferPointer<UInt8>
) -> Bool {
  bytes.withUnsafeBufferPointer { bytes in
    var data = WebPData(bytes: bytes.baseAddress, size: bytes.count)
    guard let decoder = WebPAnimDecoderNew(&data, nil) else { return false }
    defer { WebPAnimDecoderDelete(decoder) }
    var canvas: UnsafeMutablePointer<UInt8>?
    var time: Int32 = 0
    guard WebPAnimDecoderGetNext(decoder, &canvas, &time) != 0, let canvas else { return false }
    // Four bytes a pixel, the last of them its opacity.
    for pixel in 0..<pixels.count / 3 {
      for color in 0..<3 { pixels[3 * pixel + color] = canvas[4 * pixel + color] }
    }
    return true
  }
}
