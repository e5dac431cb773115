public import NeuralNetworks

/// Which part of an image a network sees: the resize and the crop of one image, by its size.
///
/// A pixel of the input and the image's own pixels are related by one scale and one offset along
/// each side. Pixel centers lie at half-integers: the input's column c begins at
/// `x + c · scaleX` and ends at `x + (c + 1) · scaleX`, in the image's own pixels.
public struct InputWindow: Hashable, Sendable {
  /// The size of the image, in its own pixels.
  public let image: Extent
  /// The size that the whole image is resized to.
  public let resized: Extent
  /// The row and the column of the resized image at which the input begins; negative where the
  /// input is larger than the resized image, with a black border about it.
  public let top, left: Int
  /// The size of the network's input.
  public let size: Extent

  /// The pixels of the image that a pixel of the input is as wide as.
  public var scaleX: Double { Double(image.width) / Double(resized.width) }

  /// The pixels of the image that a pixel of the input is as high as.
  public var scaleY: Double { Double(image.height) / Double(resized.height) }

  /// Where the input's left edge lies in the image, in its own pixels.
  public var x: Double { Double(left) * scaleX }

  /// Where the input's upper edge lies in the image, in its own pixels.
  public var y: Double { Double(top) * scaleY }

  /// The width of what the network sees, in pixels of the image.
  public var width: Double { Double(size.width) * scaleX }

  /// The height of what the network sees, in pixels of the image.
  public var height: Double { Double(size.height) * scaleY }
}

extension Preprocessing {
  /// Which part of an image of a size the network sees.
  ///
  /// The sizes and the offsets are torchvision's: `Resize` cuts off the fraction of the longer side,
  /// `CenterCrop` rounds halves to even and pads with black what is smaller than the input.
  /// Sides that differ, with the proportions kept, are timm's `ResizeKeepRatio`.
  ///
  /// - Parameter image: The image's size in pixels.
  /// - Returns: The resize and the crop.
  /// - Precondition: The sides are positive.
  public func window(of image: Extent) -> InputWindow {
    precondition(
      image.width > 0 && image.height > 0, "no image has \(image.width) × \(image.height) pixels")
    let resized = keepsAspect ? covering(image) : resized
    return InputWindow(
      image: image, resized: resized, top: Self.margin(resized.height, size.height),
      left: Self.margin(resized.width, size.width), size: size)
  }

  /// The size of an image that keeps its proportions and covers `resized`.
  private func covering(_ image: Extent) -> Extent {
    let (width, height) = (image.width, image.height)
    guard resized.width != resized.height else {
      // The shorter side gets the length; of the longer one the fraction is cut off.
      let short = min(width, height)
      func scaled(_ length: Int) -> Int {
        length == short
          ? resized.width : Int(Double(resized.width * length) / Double(short))
      }
      return Extent(height: scaled(height), width: scaled(width))
    }
    let ratio = min(
      Double(height) / Double(resized.height), Double(width) / Double(resized.width))
    func scaled(_ length: Int) -> Int {
      max(1, Int((Double(length) / ratio).rounded(.toNearestOrEven)))
    }
    return Extent(height: scaled(height), width: scaled(width))
  }

  /// Where a crop of a length begins in a side of another length.
  private static func margin(_ length: Int, _ crop: Int) -> Int {
    guard length >= crop else { return -((crop - length) / 2) }
    return Int((Double(length - crop) / 2).rounded(.toNearestOrEven))
  }
}
