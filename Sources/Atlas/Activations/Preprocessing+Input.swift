internal import Images
internal import ModelFormats
internal import NetworkGraphs

extension Preprocessing {
  /// Reads a photograph as the network wants it: channels × height × width.
  func readInput(_ path: String, into input: inout MutableSpan<Float>) throws(ImageError) {
    let photograph = try ImageReader.read(path, atLeast: (resized.width, resized.height))
    write(photograph, into: &input)
  }

  /// Resizes, crops the middle and maps every channel.
  func write(_ photograph: RGBImage, into input: inout MutableSpan<Float>) {
    var (width, height) = (resized.width, resized.height)
    if keepsAspect {
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
}
