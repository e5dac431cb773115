public import Models
public import NeuralNetworks

/// How an icon is optimized.
///
/// The defaults are the atlas recipe's (Carter et al. 2019 and lucid's notebook
/// "activation-atlas-simple"), but for the optimizer, which needs a quarter of the steps for the same
/// fidelity, and for the border, beyond which views show the edge's colors (`Documentation/choices.md`).
public struct IconParameters: Sendable {
  /// What is optimized in place of pixels.
  public enum Parameterization: Sendable {
    /// The spectrum of decorrelated colors; amplitudes fall with frequency to the given power, 1 in
    /// lucid.
    case fourier(decayPower: Double)
    /// The phases of the spectrum, amplitudes being those of photographs, which fall with frequency to
    /// the given power.
    case phases(decayPower: Double)
    /// Decorrelated colors, pixel by pixel.
    case pixels
  }

  /// What an icon's border shows to views that reach beyond it.
  public enum Border: Sendable {
    /// A gray.
    case gray(Float)
    /// The edge's colors.
    case replicate
  }

  /// The icon's side in pixels; 80 in the published atlases.
  public var sidePixels = 80
  /// How many steps there are, and how large; in the published atlases 1,024 of one size, in the
  /// notebook 512.
  public var schedule = StepSchedule(
    maximumStepCount: 320, warmup: 0.05, cooldown: 0.5, minimumGain: 0.08)
  /// Independent starts, the best of which is kept; 4 in the published atlases.
  public var restartCount = 1
  /// The run's seed.
  public var seed: UInt64 = 0
  /// The optimizer, with its step size; in the notebook 0.05, β₁ = 0.9 and β₂ = 0.999, without weight
  /// decay.
  public var optimizer = {
    var adam = Adam()
    adam.learningRate = 0.085
    adam.meanDecay = 0.8
    adam.squareDecay = 0.99
    adam.weightDecay = 0.05
    return adam
  }()
  /// What is optimized in place of pixels.
  public var parameterization = Parameterization.fourier(decayPower: 1)
  /// The random views of each step.
  public var views = AffineMapDistribution()
  /// How much of the colors is lost at the corners, from 0 to 1; 0 in lucid.
  public var vignette: Float = 0.3
  /// What the network sees beyond the icon's edge; in lucid a gray of 0.5.
  public var border = Border.replicate
  /// The views, unseen while optimizing, on which restarts are compared.
  public var heldOutCount = 8
  /// The format in which the network computes while it optimizes; results are always measured in
  /// single precision.
  public var precision = Precision.float32
  /// Whether icons carry the objective's value at each step.
  public var keepsObjectiveByStep = false

  /// Makes the defaults.
  public init() {}

  /// The way from an icon's parameters to a network's input.
  ///
  /// - Parameter channels: The network's channels in its own order.
  /// - Returns: The parameterization, the vignette, the encoding and the warp.
  /// - Throws: `VisualizationError` when they are neither red, green and blue nor gray.
  public func chain(channels: [InputChannel]) throws(VisualizationError) -> ImageChain {
    let side = sidePixels
    let encoding = try InputEncoding(channels: channels, side: side)
    let colors = channels.count == 1 ? ColorMap.gray : ColorMap()
    let start: any ImageParameterization =
      switch parameterization {
      case .fourier(let decayPower):
        FourierParameterization(side: side, decayPower: decayPower, colors: colors)
      case .phases(let decayPower):
        PhaseParameterization(side: side, decayPower: decayPower, colors: colors)
      case .pixels: PixelParameterization(side: side, colors: colors)
      }
    let border: FeatureVisualization.Border =
      switch border {
      case .gray(let level): .constant(encoding.values(of: SIMD3(repeating: level)))
      case .replicate: .replicate
      }
    return ImageChain(
      start, imageTransforms: [Vignette(side: side, strength: vignette)],
      viewTransforms: [
        encoding, Warp(inputSide: side, outputSide: side, border: border, maps: views),
      ])
  }
}
