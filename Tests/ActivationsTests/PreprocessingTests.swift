import Activations
import Images
import TestTags
import Testing

/// How images become a network's input, seen through a network that passes it on.
@Suite(.tags(.quick)) struct PreprocessingTests {
  /// A card that changes no value: RGB from 0 to 255.
  private static func plain(resize: (Int, Int), size: (Int, Int), keepsAspect: Bool = false)
    -> String
  {
    """
    {"size": [\(size.0), \(size.1)], "crop": "center", "channels": "RGB", "range": [0, 255],
     "resize": {"to": [\(resize.0), \(resize.1)], "keep_aspect": \(keepsAspect)},
     "mean": [0, 0, 0], "std": [1, 1, 1]}
    """
  }

  private func plainPixels(
    _ picture: RGBImage, resize: (Int, Int), size: (Int, Int), keepsAspect: Bool = false
  ) throws -> [Float] {
    let network = try PixelNetwork(
      height: size.0, width: size.1,
      input: Self.plain(resize: resize, size: size, keepsAspect: keepsAspect))
    return try network.pixels(ofImageFile: PNGWriter.encode(picture))
  }

  @Test("each channel has its own color, mean and deviation")
  func channels() throws {
    let network = try PixelNetwork(
      height: 2, width: 3,
      input: """
        {"size": [2, 3], "resize": {"to": [2, 3]}, "channels": "BGR", "range": [0, 255],
         "mean": [1, 2, 3], "std": [2, 4, 8]}
        """)
    let color: [UInt8] = [10, 20, 31]
    let picture = RGBImage(width: 5, height: 4, pixels: (0..<60).map { color[$0 % 3] })
    let rows = try network.pixels(ofImageFile: PNGWriter.encode(picture))
    #expect(rows == (0..<6).flatMap { _ in [15, 4.5, 0.875] as [Float] })
  }

  @Test("a range other than 0 to 255 is scaled before the mean is taken")
  func range() throws {
    let network = try PixelNetwork(
      height: 1, width: 1,
      input: """
        {"size": [1, 1], "resize": {"to": [1, 1]}, "channels": "RGB", "range": [0, 1],
         "mean": [0.5, 0.25, 0], "std": [0.5, 0.5, 1]}
        """)
    let picture = RGBImage(width: 1, height: 1, pixels: [255, 0, 51])
    let rows = try network.pixels(ofImageFile: PNGWriter.encode(picture))
    for (value, expected) in zip(rows, [1, -0.5, 0.2] as [Float]) {
      #expect(abs(value - expected) < 1e-6)
    }
  }

  @Test("a network of one channel sees luma, and a gray image has three equal channels")
  func gray() throws {
    let luma = try PixelNetwork(
      height: 1, width: 1, channels: 1,
      input: """
        {"size": [1, 1], "resize": {"to": [1, 1]}, "channels": "gray", "range": [0, 255],
         "mean": [0]}
        """)
    let picture = RGBImage(width: 1, height: 1, pixels: [200, 100, 50])
    let value = try #require(try luma.pixels(ofImageFile: PNGWriter.encode(picture)).first)
    #expect(abs(value - (0.299 * 200 + 0.587 * 100 + 0.114 * 50)) < 1e-3)

    let color = try PixelNetwork(
      height: 16, width: 16, input: Self.plain(resize: (16, 16), size: (16, 16)))
    let rows = try color.pixels(
      ofImageFile: JPEGWriter.encode(gradient(width: 16, height: 16), subsampling: .gray))
    #expect(Set(rows).count > 10)
    for pixel in 0..<256 {
      let (red, green, blue) = (rows[3 * pixel], rows[3 * pixel + 1], rows[3 * pixel + 2])
      #expect(red == green && green == blue)
    }
  }

  @Test("the center of the resized image is cut out")
  func crop() throws {
    for (width, height) in [(9, 7), (8, 8), (30, 5)] {
      let picture = gradient(width: width, height: height)
      let rows = try plainPixels(picture, resize: (7, 9), size: (3, 4))
      let expected = picture.resized(toWidth: 9, height: 7)
        .cropped(x: 2, y: 2, width: 4, height: 3)
      #expect(rows == expected.pixels.map(Float.init))
    }
  }

  @Test("an image that keeps its proportions covers the size, and its center is cut out")
  func keepsAspect() throws {
    for (width, height, newWidth, newHeight) in [
      (40, 20, 20, 10), (20, 50, 10, 25), (33, 33, 10, 10), (7, 5, 14, 10),
    ] {
      let picture = gradient(width: width, height: height)
      let rows = try plainPixels(picture, resize: (10, 10), size: (8, 8), keepsAspect: true)
      let expected = picture.resized(toWidth: newWidth, height: newHeight)
        .cropped(x: (newWidth - 8) / 2, y: (newHeight - 8) / 2, width: 8, height: 8)
      #expect(rows == expected.pixels.map(Float.init), "\(width) × \(height)")
    }
  }

  @Test("of very long images the same center is seen, without memory for the ends")
  func longImages() throws {
    let long = gradient(width: 4, height: 100)
    let rows = try plainPixels(long, resize: (8, 8), size: (8, 8), keepsAspect: true)
    let whole = long.resized(toWidth: 8, height: 200).cropped(x: 0, y: 96, width: 8, height: 8)
    #expect(rows == whole.pixels.map(Float.init))
    // As a whole, 64 × 4,096,000 pixels and 4096 × 64,000,000.
    for (width, height, side) in [(1, 64_000, 64), (64_001, 1, 1000)] {
      let picture = RGBImage(
        width: width, height: height, pixels: [UInt8](repeating: 77, count: 3 * width * height))
      let rows = try plainPixels(
        picture, resize: (side, side), size: (side, side), keepsAspect: true)
      #expect(rows.count == 3 * side * side && rows.allSatisfy { $0 == 77 })
    }
  }

  @Test("a large JPEG, decoded at a fraction of its size, looks as it does at its full size")
  func scaledDecoding() throws {
    let bytes = try JPEGWriter.encode(gradient(width: 500, height: 410), quality: 95)
    let network = try PixelNetwork(
      height: 48, width: 48, input: Self.plain(resize: (56, 56), size: (48, 48)))
    let rows = try network.pixels(ofImageFile: bytes)
    let expected = try ImageReader.decode(bytes, name: "x").resized(toWidth: 56, height: 56)
      .cropped(x: 4, y: 4, width: 48, height: 48).pixels
    let differences = zip(rows, expected).map { abs($0 - Float($1)) }
    #expect(differences.reduce(0, +) / Float(differences.count) < 2)
  }
}
