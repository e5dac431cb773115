/// An image by the spectrum of decorrelated colors: the parameterization of lucid's icons.
///
/// A `FourierImage` for the planes, then a `ColorMap`.
public struct FourierParameterization: ImageParameterization {
  /// From the spectrum to planes.
  public let fourier: FourierImage
  /// From planes to RGB.
  public let colors: ColorMap

  /// Parameterizes an image by its spectrum.
  ///
  /// - Parameters:
  ///   - side: The side of the image in pixels, at least 2.
  ///   - decayPower: How fast high frequencies are damped; 1 matches photographs.
  ///   - colors: From planes to RGB.
  public init(side: Int, decayPower: Double = 1, colors: ColorMap = ColorMap()) {
    fourier = FourierImage(side: side, decayPower: decayPower)
    self.colors = colors
  }

  /// 6 f², f in cycles per pixel: the decay grows with the square of the frequency, as under a penalty on
  /// the squared differences of neighboring pixels.
  ///
  /// Noise, which the optimizer's steps of equal size carry into all frequencies, is taken from the
  /// fine ones; the mean color is kept.
  public var weightDecayScales: [Float] { fourier.squaredFrequencies.map { 6 * $0 } }

  /// Memory for one thread.
  public struct Workspace {
    fileprivate var spectrum: FourierImage.Workspace
    /// The planes on the way to the image, and their gradient on the way back.
    fileprivate var planes: [Float]
  }

  /// For profiles.
  public var name: String { "Fourier image" }
  /// The side of the image in pixels.
  public var side: Int { fourier.side }
  /// Real and imaginary parts of three half spectra.
  public var parameterCount: Int { fourier.parameterCount }

  /// Memory for one thread.
  public func makeWorkspace() -> Workspace {
    Workspace(
      spectrum: fourier.makeWorkspace(), planes: [Float](repeating: 0, count: 3 * side * side))
  }

  /// Transforms the spectrum, then maps colors.
  public func image(
    of parameters: Span<Float>, using workspace: inout Workspace, into rgb: inout MutableSpan<Float>
  ) {
    image(parameters, &workspace.spectrum, &workspace.planes, into: &rgb)
  }

  private func image(
    _ parameters: Span<Float>, _ spectrum: inout FourierImage.Workspace, _ planes: inout [Float],
    into rgb: inout MutableSpan<Float>
  ) {
    var planes = planes.mutableSpan
    fourier.planes(of: parameters, using: &spectrum, into: &planes)
    colors.rgb(of: planes.span, into: &rgb)
  }

  /// Pulls a gradient back through the color map, then through the transform.
  public func pullback(
    _ rgbGradient: Span<Float>, at parameters: Span<Float>, rgb: Span<Float>,
    using workspace: inout Workspace, into gradient: inout MutableSpan<Float>
  ) {
    pullback(rgbGradient, rgb, &workspace.spectrum, &workspace.planes, into: &gradient)
  }

  private func pullback(
    _ rgbGradient: Span<Float>, _ rgb: Span<Float>, _ spectrum: inout FourierImage.Workspace,
    _ planes: inout [Float], into gradient: inout MutableSpan<Float>
  ) {
    var planes = planes.mutableSpan
    colors.pullback(rgb: rgb, rgbGradient, into: &planes)
    fourier.pullback(planes.span, using: &spectrum, into: &gradient)
  }
}
