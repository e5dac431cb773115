internal import Glibc
internal import Randomness

/// An image by the phases of its spectrum alone; the amplitudes are those of photographs.
///
/// The spectrum of plane p at frequency f is A(f) exp(i φ), A falling with frequency as photographs'
/// amplitudes do, and what is optimized is φ: no noise of a high frequency can grow, and no contrast
/// beyond that of photographs (Fel et al., "Unlocking feature visualization for deep networks with
/// magnitude constrained optimization", NeurIPS 2023, equation 4). The amplitudes there are the mean of
/// ImageNet's; here they are side / max(f, 1/side)^decayPower, scaled to a contrast.
public struct PhaseParameterization: ImageParameterization {
  /// From the spectrum to planes.
  public let fourier: FourierImage
  /// From planes to RGB.
  public let colors: ColorMap
  /// |A| before the weights of `fourier`; 0 for the mean color, which stays gray.
  private let amplitudes: [Float]

  /// Parameterizes an image by its phases.
  ///
  /// - Parameters:
  ///   - side: The side of the image in pixels, at least 2.
  ///   - decayPower: How fast amplitudes fall with frequency; 1 matches photographs.
  ///   - deviation: The standard deviation of each plane, before the color map; 1.25 gives
  ///     photographs' contrast.
  ///   - colors: From planes to RGB.
  public init(
    side: Int, decayPower: Double = 1, deviation: Double = 1.25, colors: ColorMap = ColorMap()
  ) {
    fourier = FourierImage(side: side, decayPower: decayPower)
    self.colors = colors
    let columns = side / 2 + 1
    // By Parseval: the variance of a plane is the sum of |F|² / side⁴ over all frequencies but 0.
    var energy = 0.0
    for row in 0..<side {
      for column in 0..<side where row + column > 0 {
        let (y, x) = (min(row, side - row), min(column, side - column))
        let frequency = Double(y * y + x * x).squareRoot() / Double(side)
        let weight = Double(side) / (4 * pow(max(frequency, 1 / Double(side)), decayPower))
        energy += weight * weight
      }
    }
    let amplitude = Float(deviation * Double(side * side) / energy.squareRoot())
    var amplitudes = [Float](repeating: amplitude, count: 3 * side * columns)
    for plane in 0..<3 { amplitudes[plane * side * columns] = 0 }
    self.amplitudes = amplitudes
  }

  /// Memory for one thread.
  public struct Workspace {
    fileprivate var transform: FourierImage.Workspace
    /// Real and imaginary parts, and their gradient.
    fileprivate var spectrum: [Float]
    /// The planes on the way to the image, and their gradient on the way back.
    fileprivate var planes: [Float]
  }

  /// For profiles.
  public var name: String { "phases" }
  /// The side of the image in pixels.
  public var side: Int { fourier.side }
  /// The phases of three half spectra, in radians.
  public var parameterCount: Int { fourier.parameterCount / 2 }

  /// None: a phase has no size that could decay.
  public var weightDecayScales: [Float] { [Float](repeating: 0, count: parameterCount) }

  /// Phases spread evenly over the circle: a cloud of a photograph's contrast.
  public func start(seed: UInt64, item: Int, restart: Int) -> [Float] {
    var stream = RandomStream(seed: seed, purpose: .iconStart, item: item, step: restart)
    return (0..<parameterCount).map { _ in (2 * stream.uniform() - 1) * .pi }
  }

  /// Memory for one thread.
  public func makeWorkspace() -> Workspace {
    Workspace(
      transform: fourier.makeWorkspace(),
      spectrum: [Float](repeating: 0, count: fourier.parameterCount),
      planes: [Float](repeating: 0, count: 3 * side * side))
  }

  /// Makes the spectrum, transforms it, then maps colors.
  public func image(
    of parameters: Span<Float>, using workspace: inout Workspace, into rgb: inout MutableSpan<Float>
  ) {
    image(parameters, &workspace.transform, &workspace.spectrum, &workspace.planes, into: &rgb)
  }

  private func image(
    _ phases: Span<Float>, _ transform: inout FourierImage.Workspace, _ spectrum: inout [Float],
    _ planes: inout [Float], into rgb: inout MutableSpan<Float>
  ) {
    let count = phases.count
    precondition(count == amplitudes.count, "\(count) phases of \(amplitudes.count)")
    for index in 0..<count {
      spectrum[index] = amplitudes[index] * cos(phases[index])
      spectrum[count + index] = amplitudes[index] * sin(phases[index])
    }
    var span = planes.mutableSpan
    fourier.planes(of: spectrum.span, using: &transform, into: &span)
    colors.rgb(of: span.span, into: &rgb)
  }

  /// Pulls a gradient back through the color map, the transform, and the circle: ∂φ = A (cos φ ∂Im F − sin φ ∂Re F).
  public func pullback(
    _ rgbGradient: Span<Float>, at parameters: Span<Float>, rgb: Span<Float>,
    using workspace: inout Workspace, into gradient: inout MutableSpan<Float>
  ) {
    pullback(
      rgbGradient, parameters, rgb, &workspace.transform, &workspace.spectrum, &workspace.planes,
      into: &gradient)
  }

  private func pullback(
    _ rgbGradient: Span<Float>, _ phases: Span<Float>, _ rgb: Span<Float>,
    _ transform: inout FourierImage.Workspace, _ spectrum: inout [Float],
    _ planes: inout [Float], into gradient: inout MutableSpan<Float>
  ) {
    var span = planes.mutableSpan
    colors.pullback(rgb: rgb, rgbGradient, into: &span)
    var parts = spectrum.mutableSpan
    fourier.pullback(span.span, using: &transform, into: &parts)
    let count = phases.count
    for index in 0..<count {
      gradient[index] =
        amplitudes[index]
        * (cos(phases[index]) * parts[count + index] - sin(phases[index]) * parts[index])
    }
  }
}
