public import NeuralNetworks

/// How an icon is optimised.
///
/// The defaults are the atlas recipe's (Carter et al. 2019 and lucid's notebook
/// "activation-atlas-simple").
public struct IconParameters: Sendable {
  /// The icon's side in pixels; 80 in the published atlases.
  public var sidePixels = 80
  /// Optimisation steps; 1,024 in the published atlases, 512 in the notebook.
  public var stepCount = 512
  /// Independent attempts, the best of which is kept; 4 in the published atlases.
  public var attemptCount = 1
  /// The run's seed.
  public var seed: UInt64 = 0
  /// Adam's step size; 0.05 in lucid.
  public var learningRate: Float = 0.05
  /// How fast amplitudes fall with frequency; 1 in lucid.
  public var decayPower: Double = 1
  /// The random transforms of each step.
  public var transforms = TransformDistribution()
  /// How much of the colours is lost at the corners, from 0 to 1.
  public var vignette: Float = 0.8
  /// What the network sees beyond the icon's edge.
  public var border = Border.constant(0.5)
  /// The transforms, unseen while optimising, on which attempts are compared.
  public var heldOutCount = 8

  /// The format in which the network computes while it optimises; it always judges in single
  /// precision.
  public var precision = Precision.float32

  /// Makes the defaults.
  public init() {}
}
