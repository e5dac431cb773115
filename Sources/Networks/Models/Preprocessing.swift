public import NeuralNetworks

/// How an image becomes a network's input: resize, crop, one affine map per channel.
///
/// Where a card leaves a field out: the input has the network's own size; the image is stretched,
/// bilinearly, to 256/224 of that, and its center is cut out (as Caffe's reference networks were
/// tested); channels are red, green, blue; values go from 0 to 255, less the mean (123.68, 116.779,
/// 103.939) of ImageNet's red, green and blue (Simonyan and Zisserman 2014), over a standard
/// deviation of 1.
public struct Preprocessing: Hashable, Sendable {
  /// The size of the resized image in pixels; with `keepsAspect`, the smallest size of each side.
  public var resized: Extent
  /// Whether the image keeps its proportions and covers `resized`; otherwise it is stretched to it.
  public var keepsAspect: Bool
  /// How values between pixels are interpolated.
  public var filter: ResizeFilter
  /// Whether an image that shrinks is averaged over all of its pixels, as PIL does; otherwise values
  /// are taken at single points, as OpenCV and PyTorch's `interpolate` do.
  public var antialias: Bool
  /// The size of the network's input in pixels, cut from the center of the resized image.
  public var size: Extent
  /// The network's channels in its own order.
  public var channels: [InputChannel]

  /// Makes a preprocessing of its parts.
  public init(
    resized: Extent, keepsAspect: Bool = false, filter: ResizeFilter = .bilinear,
    antialias: Bool = true, size: Extent, channels: [InputChannel]
  ) {
    self.resized = resized
    self.keepsAspect = keepsAspect
    self.filter = filter
    self.antialias = antialias
    self.size = size
    self.channels = channels
  }
}

extension Preprocessing: CustomStringConvertible {
  /// All that it does to an image, the same for equal ones.
  public var description: String {
    let channels = channels.map { channel in
      let sign = channel.offset < 0 ? "−" : "+"
      return "\(channel.scale) \(channel.source) \(sign) \(abs(channel.offset))"
    }
    let way = keepsAspect ? "covering" : "stretched to"
    return
      "\(size.height) × \(size.width) of an image \(way) \(resized.height) × \(resized.width), "
      + "\(filter)\(antialias ? "" : " without antialiasing"): \(channels.joined(separator: ", "))"
  }
}

/// One channel of a network's input: `scale · value + offset` of a source value from 0 to 255.
public struct InputChannel: Hashable, Sendable {
  /// What the channel is computed from.
  public var source: ColorSource
  /// Factor and summand that turn a value from 0 to 255 into the network's.
  public var scale, offset: Float

  /// Makes a channel of its parts.
  public init(source: ColorSource, scale: Float, offset: Float) {
    self.source = source
    self.scale = scale
    self.offset = offset
  }

  /// The factors of red, green and blue: the network's value is their weighted sum, plus `offset`.
  public var weights: SIMD3<Float> {
    switch source {
    case .red: SIMD3(scale, 0, 0)
    case .green: SIMD3(0, scale, 0)
    case .blue: SIMD3(0, 0, scale)
    case .luma: scale * SIMD3(0.299, 0.587, 0.114)
    }
  }
}

/// What a channel of a network's input is computed from; the raw value of a color is its index in
/// RGB.
public enum ColorSource: Int, Sendable {
  /// The red values.
  case red = 0
  /// The green values.
  case green = 1
  /// The blue values.
  case blue = 2
  /// 0.299 red + 0.587 green + 0.114 blue (ITU-R BT.601).
  case luma = 3
}

extension ModelCard {
  /// How an image becomes a network's input, every default filled in.
  ///
  /// - Parameters:
  ///   - shape: The network's own input, 3 channels or 1.
  ///   - path: The card, for messages.
  /// - Returns: The resize, the crop and one affine map per channel.
  /// - Throws: `ModelError` when the card's fields contradict each other or the network.
  package func preprocessing(
    for shape: MapShape, path: String
  ) throws(ModelError) -> Preprocessing {
    try checkValues(path: path)
    let order = input.channels ?? .rgb
    let count = order == .gray ? 1 : 3
    guard shape.channels == count else {
      throw Self.fault(
        path, "input.channels \(order.rawValue) is not the network's \(shape.channels) channels",
        remedy: "give a card with the right input.channels (RGB, BGR or gray)")
    }
    let size =
      input.size.map { Extent(height: $0[0], width: $0[1]) }
      ?? Extent(height: shape.height, width: shape.width)
    let resized =
      input.resize.map { Extent(height: $0.to[0], width: $0.to[1]) }
      ?? (input.crop == Crop.none ? size : Self.enlarged(size))
    // An image that keeps its proportions covers `to` and is in general larger on one side:
    // something must cut the rest away.
    let isCropped = resized != size || input.resize?.keepAspect == true
    guard input.crop != Crop.none || !isCropped else {
      throw Self.fault(
        path,
        """
        input.resize.to [\(resized.height), \(resized.width)] without a crop does not give \
        input.size [\(size.height), \(size.width)]
        """,
        remedy: "crop the center, or resize to the size")
    }
    return Preprocessing(
      resized: resized, keepsAspect: input.resize?.keepAspect ?? false,
      filter: input.resize?.filter ?? .bilinear, antialias: input.resize?.antialias ?? true,
      size: size,
      channels: try channels(order, path: path))
  }

  /// One affine map per channel: (black + value / 255 · (white − black) − mean) / deviation, with
  /// the factors of `value` collected.
  ///
  /// - Throws: `ModelError` when the result is not finite or loses the value.
  private func channels(
    _ order: ChannelOrder, path: String
  ) throws(ModelError) -> [InputChannel] {
    let sources: [ColorSource] =
      switch order {
      case .rgb: [.red, .green, .blue]
      case .bgr: [.blue, .green, .red]
      case .gray: [.luma]
      }
    let range = usedRange
    let usual: [Float] = [123.68, 116.779, 103.939]
    var result: [InputChannel] = []
    for (index, source) in sources.enumerated() {
      // Without a mean the channels are colors with values from 0 to 255, which `checkValues`
      // ensures: the default applies.
      let mean = input.mean?[index] ?? usual[source.rawValue]
      let deviation = input.std?[index] ?? 1
      let scale = (range[1] - range[0]) / 255 / deviation
      let offset = (range[0] - mean) / deviation
      // Each field is finite, but their quotient may overflow, or vanish for a huge deviation.
      guard scale.isFinite, offset.isFinite, scale != 0 else {
        throw Self.fault(
          path, "input.range, mean and std of channel \(index) give no finite numbers",
          remedy: "correct the card")
      }
      result.append(InputChannel(source: source, scale: scale, offset: offset))
    }
    return result
  }

  /// 256/224 of a size, rounded: the usual ratio of resize to crop in evaluations on ImageNet.
  private static func enlarged(_ size: Extent) -> Extent {
    Extent(height: (size.height * 256 + 112) / 224, width: (size.width * 256 + 112) / 224)
  }
}
