/// An image by its pixels: three planes that a color map turns into RGB.
///
/// It favors high frequencies, since a gradient step changes every pixel by itself; `FourierParameterization`
/// does not. Use it where pixels are what matters: to change a given image, as DeepDream does, or to
/// show what the network's gradient looks like.
public struct PixelParameterization: ImageParameterization {
  /// The side of the image in pixels.
  public let side: Int
  /// From planes to RGB.
  public let colors: ColorMap

  /// Parameterizes an image by its pixels.
  ///
  /// - Parameters:
  ///   - side: The side of the image in pixels.
  ///   - colors: From planes to RGB; by default each plane is a color of its own.
  public init(side: Int, colors: ColorMap = ColorMap(isDecorrelated: false)) {
    precondition(side >= 1, "an image side of at least 1 is needed, got \(side)")
    self.side = side
    self.colors = colors
  }

  /// For profiles.
  public var name: String { "pixels" }
  /// Three for each pixel.
  public var parameterCount: Int { 3 * side * side }
  /// A fifth, all alike: pixels have no frequencies to choose among, and with the whole decay of a spectrum
  /// contrast goes before noise does.
  public var weightDecayScales: [Float] { [Float](repeating: 0.2, count: parameterCount) }
  /// None is needed.
  public func makeWorkspace() {}

  /// Maps colors, pixel by pixel.
  public func image(
    of parameters: Span<Float>, using workspace: inout Void, into rgb: inout MutableSpan<Float>
  ) {
    colors.rgb(of: parameters, into: &rgb)
  }

  /// Pulls a gradient back through the color map.
  public func pullback(
    _ rgbGradient: Span<Float>, at parameters: Span<Float>, rgb: Span<Float>,
    using workspace: inout Void, into gradient: inout MutableSpan<Float>
  ) {
    colors.pullback(rgb: rgb, rgbGradient, into: &gradient)
  }

  /// The parameters of a given image, to start from it.
  ///
  /// - Parameter rgb: 3 × side × side in 0…1. Where the range is a sigmoid, values are moved to at
  ///   least 1/512 from 0 and 1, less than half a level of 8 bits, since it reaches neither.
  /// - Returns: `parameterCount` numbers.
  public func parameters(showing rgb: [Float]) -> [Float] {
    precondition(
      rgb.count == parameterCount, "\(parameterCount) values expected, got \(rgb.count)")
    return colors.planes(showing: rgb)
  }
}
