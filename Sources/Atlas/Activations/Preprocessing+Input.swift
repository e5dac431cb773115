internal import Images
internal import Models
internal import NeuralNetworks

extension Preprocessing {
  /// Reads an image file into a network's input, channels × height × width.
  ///
  /// - Throws: `ImageError` if the file cannot be read or decoded.
  func readInput(_ path: String, into input: inout MutableSpan<Float>) throws(ImageError) {
    // A JPEG that is far larger is decoded at a half, a quarter or an eighth of its size: most of
    // the time would else go into pixels that resizing averages away.
    let image = try ImageReader.read(path, atLeast: (resized.width, resized.height))
    write(image, into: &input)
  }

  /// Resizes an image, crops its center and maps every channel.
  ///
  /// - Precondition: `input` has the elements of channels × height × width.
  func write(_ image: RGBImage, into input: inout MutableSpan<Float>) {
    var image = image
    var (width, height) = (resized.width, resized.height)
    if keepsAspect {
      image = shortened(image)
      // The larger of the two scales, so that the image covers `resized`.
      let scale = max(
        Double(width) / Double(image.width), Double(height) / Double(image.height))
      width = max(width, Int((scale * Double(image.width)).rounded()))
      height = max(height, Int((scale * Double(image.height)).rounded()))
    }
    let resizedImage = image.resized(toWidth: width, height: height, filter: .bilinear)
    let left = (width - size.width) / 2
    let top = (height - size.height) / 2
    let plane = size.height * size.width
    precondition(
      input.count == channels.count * plane,
      "an input of \(input.count) elements is not \(channels.count) × \(size.height) × \(size.width)"
    )
    let pixels = resizedImage.pixels.span
    for (index, channel) in channels.enumerated() {
      let weights = channel.weights
      for y in 0..<size.height {
        var source = 3 * ((top + y) * width + left)
        let target = index * plane + y * size.width
        // A channel is a weighted sum of all three colors, for gray as well as for RGB in either
        // order: two products more than needed, and one loop for all networks.
        for x in 0..<size.width {
          let sum =
            weights.x * Float(pixels[source]) + weights.y * Float(pixels[source + 1])
            + weights.z * Float(pixels[source + 2])
          input[target + x] = sum + channel.offset
          source += 3
        }
      }
    }
  }

  /// The central part of an image that is more than 16 times as long as what is seen of it, with
  /// the same center: resized as a whole, it would need memory for what is cut off.
  private func shortened(_ image: RGBImage) -> RGBImage {
    // An even number of pixels goes, half at each end, so that the crop afterwards sees the same
    // ones.
    func part(_ length: Int, _ other: Int, _ target: Int, _ otherTarget: Int) -> Int {
      let limit = 16 * max(1, other * target / otherTarget)
      return length > limit ? limit + (length - limit) % 2 : length
    }
    let (width, height) = (image.width, image.height)
    let newWidth = part(width, height, resized.width, resized.height)
    let newHeight = part(height, width, resized.height, resized.width)
    guard newWidth < width || newHeight < height else { return image }
    return image.cropped(
      x: (width - newWidth) / 2, y: (height - newHeight) / 2, width: newWidth, height: newHeight)
  }
}
