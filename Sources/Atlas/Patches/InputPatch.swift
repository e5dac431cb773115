internal import Activations
public import Images
public import Models
public import NeuralNetworks

/// A patch as a part of a network's input: resized, and its colors mapped as the network's images are.
public struct InputPatch: Sendable {
  /// The side in pixels of the input.
  public let side: Int
  /// Channels × side × side.
  let values: [Float]

  /// Makes a patch of a picture.
  ///
  /// - Parameters:
  ///   - picture: A square picture.
  ///   - side: The side in pixels of the input; by another one than the picture's it is resized by Lanczos'
  ///     filter, as the published experiments did.
  ///   - preprocessing: How images become the network's input.
  /// - Complexity: O(pixels of the picture).
  public init(_ picture: RGBImage, side: Int, preprocessing: Preprocessing) {
    precondition(side > 0 && picture.width == picture.height, "a patch of \(side) pixels")
    self.side = side
    let pixels =
      picture.width == side
      ? picture.pixels
      : picture.resized(
        toWidth: side, height: side,
        part: PixelRectangle(x: 0, y: 0, width: side, height: side), filter: .lanczos
      ).pixels
    values = preprocessing.channels.flatMap { channel in
      let weights = channel.weights
      return (0..<side * side).map { pixel in
        weights.x * Float(pixels[3 * pixel]) + weights.y * Float(pixels[3 * pixel + 1])
          + weights.z * Float(pixels[3 * pixel + 2]) + channel.offset
      }
    }
  }

  /// Pastes the patch, opaque, over an input.
  ///
  /// - Parameters:
  ///   - input: Channels × height × width.
  ///   - size: The input's height and width.
  ///   - x: The column of the patch's left upper pixel.
  ///   - y: Its row.
  /// - Precondition: The patch lies within the input.
  public func paste(into input: inout MutableSpan<Float>, size: Extent, x: Int, y: Int) {
    precondition(
      x >= 0 && y >= 0 && x + side <= size.width && y + side <= size.height,
      "a patch of \(side) pixels at (\(x), \(y)) leaves \(size.width) × \(size.height)")
    let (plane, patchPlane) = (size.height * size.width, side * side)
    let values = values.span
    for channel in 0..<values.count / patchPlane {
      for row in 0..<side {
        let source = channel * patchPlane + row * side
        let target = channel * plane + (y + row) * size.width + x
        for column in 0..<side { input[target + column] = values[source + column] }
      }
    }
  }
}
