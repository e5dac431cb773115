/// Turns RGB planes into bytes.
///
/// - Parameter planes: 3 × pixels, planar; 0…1, other values are clamped.
/// - Returns: pixels × 3, interleaved, each the nearest of 256 levels.
public func quantized(_ planes: [Float]) -> [UInt8] {
  precondition(planes.count % 3 == 0, "three planes expected, got \(planes.count) values")
  let pixelCount = planes.count / 3
  return (0..<planes.count).map { index in
    let level = planes[index % 3 * pixelCount + index / 3] * 255
    return UInt8(max(0, min(255, level.rounded())))
  }
}

/// Turns bytes into RGB planes; the inverse of `quantized`.
///
/// - Parameter bytes: pixels × 3, interleaved.
/// - Returns: 3 × pixels, planar, in 0…1.
public func dequantized(_ bytes: [UInt8]) -> [Float] {
  precondition(bytes.count % 3 == 0, "three channels expected, got \(bytes.count) bytes")
  let pixelCount = bytes.count / 3
  return (0..<bytes.count).map { index in
    Float(bytes[index % pixelCount * 3 + index / pixelCount]) / 255
  }
}
