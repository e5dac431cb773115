internal import Images
internal import Models
internal import NeuralNetworks

extension Preprocessing {
  /// Reads a photograph as the network wants it: channels × height × width.
  func readInput(_ path: String, into input: inout MutableSpan<Float>) throws(ImageError) {
    let photograph = try ImageReader.read(path, atLeast: (resized.width, resized.height))
    write(photograph, into: &input)
  }

  /// Resizes, crops the middle and maps every channel.
  func write(_ photograph: RGBImage, into input: inout MutableSpan<Float>) {
    var photograph = photograph
    var (width, height) = (resized.width, resized.height)
    if keepsAspect {
      photograph = shortened(photograph)
      // The larger of the two scales, so that the picture covers `resized`.
      let scale = max(
        Double(width) / Double(photograph.width), Double(height) / Double(photograph.height))
      width = max(width, Int((scale * Double(photograph.width)).rounded()))
      height = max(height, Int((scale * Double(photograph.height)).rounded()))
    }
    let image = photograph.resized(toWidth: width, height: height, filter: .bilinear)
    let left = (width - size.width) / 2
    let top = (height - size.height) / 2
    let plane = size.height * size.width
    precondition(input.count == channels.count * plane, "the input has another size")
    let pixels = image.pixels.span
    for (index, channel) in channels.enumerated() {
      let weights = channel.weights
      for y in 0..<size.height {
        var source = 3 * ((top + y) * width + left)
        let target = index * plane + y * size.width
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

  /// The middle of a picture that is more than 16 times as long as what is seen of it, with the same
  /// centre: resized as a whole, it would need memory for what is cut off.
  private func shortened(_ photograph: RGBImage) -> RGBImage {
    func part(_ length: Int, _ other: Int, _ target: Int, _ otherTarget: Int) -> Int {
      let limit = 16 * max(1, other * target / otherTarget)
      return length > limit ? limit + (length - limit) % 2 : length
    }
    let (width, height) = (photograph.width, photograph.height)
    let newWidth = part(width, height, resized.width, resized.height)
    let newHeight = part(height, width, resized.height, resized.width)
    guard newWidth < width || newHeight < height else { return photograph }
    return photograph.cropped(
      x: (width - newWidth) / 2, y: (height - newHeight) / 2, width: newWidth, height: newHeight)
  }
}
