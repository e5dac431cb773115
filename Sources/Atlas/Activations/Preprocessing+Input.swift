package import Images
package import Models
package import NeuralNetworks

extension Preprocessing {
  /// Reads an image file into a network's input, channels × height × width.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - decodesFast: Whether a JPEG of at least twice the resized size is decoded at a half, a
  ///     quarter or an eighth of its size: quicker, and not the pixels that networks were trained
  ///     with.
  ///   - input: What is filled.
  /// - Returns: The image's own size.
  /// - Throws: `ImageError` if the file cannot be read or decoded.
  @discardableResult
  package func readInput(
    _ path: String, decodesFast: Bool = false, into input: inout MutableSpan<Float>
  ) throws(ImageError) -> Extent {
    let smallest = decodesFast ? (resized.width, resized.height) : nil
    return try ImageReader.withImage(at: path, atLeast: smallest) { image, width, height in
      write(image, into: &input)
      return Extent(height: height, width: width)
    }
  }

  /// Whether an input hardly varies: in no channel by more than eight levels of 256.
  func isPlain(_ input: Span<Float>) -> Bool {
    let plane = size.height * size.width
    return channels.enumerated().allSatisfy { index, channel in
      let weights = channel.weights
      let level = abs(weights.x) + abs(weights.y) + abs(weights.z)
      var (least, greatest) = (Float.infinity, -Float.infinity)
      for element in index * plane..<(index + 1) * plane {
        least = min(least, input[element])
        greatest = max(greatest, input[element])
      }
      return greatest - least <= 8 * level
    }
  }

  /// Resizes an image, crops its center and maps every channel.
  ///
  /// Only the part of the resized image that the network sees is computed.
  ///
  /// - Precondition: `input` has the elements of channels × height × width.
  package func write(_ image: RGBImage, into input: inout MutableSpan<Float>) {
    let plane = size.height * size.width
    precondition(
      input.count == channels.count * plane,
      "an input of \(input.count) elements is not \(channels.count) × \(size.height) × \(size.width)"
    )
    let window = window(of: Extent(height: image.height, width: image.width))
    // Where the crop is larger than the resized image, what lies outside is black.
    let part = PixelRectangle(
      x: max(0, window.left), y: max(0, window.top),
      width: min(size.width, window.resized.width), height: min(size.height, window.resized.height)
    )
    let seen = image.resized(
      toWidth: window.resized.width, height: window.resized.height, part: part,
      filter: filter.resampling, antialias: antialias)
    let (left, top) = (max(0, -window.left), max(0, -window.top))
    let pixels = seen.pixels.span
    for (index, channel) in channels.enumerated() {
      let weights = channel.weights
      if seen.width < size.width || seen.height < size.height {
        for element in index * plane..<(index + 1) * plane { input[element] = channel.offset }
      }
      for y in 0..<seen.height {
        var source = 3 * y * seen.width
        let target = index * plane + (top + y) * size.width + left
        // A channel is a weighted sum of all three colors, for gray as well as for RGB in either
        // order: two products more than needed, and one loop for all networks.
        for x in 0..<seen.width {
          let sum =
            weights.x * Float(pixels[source]) + weights.y * Float(pixels[source + 1])
            + weights.z * Float(pixels[source + 2])
          input[target + x] = sum + channel.offset
          source += 3
        }
      }
    }
  }
}

extension ResizeFilter {
  /// The filter of `Images` that does it.
  package var resampling: ResamplingFilter {
    switch self {
    case .nearest: .nearest
    case .box: .box
    case .bilinear: .bilinear
    case .hamming: .hamming
    case .bicubic: .bicubic
    case .lanczos: .lanczos
    }
  }
}
