import CommandLine
import FeatureVisualization
import NetworkCommandLine

/// How icons are optimized.
struct IconSettings: Sendable {
  /// What the network may see beyond an icon's edge.
  enum BorderChoice: String, CaseIterable, Sendable { case gray, replicate }

  /// What is optimized in place of pixels.
  enum ParameterizationChoice: String, CaseIterable, Sendable { case spectrum, phases, pixels }

  private(set) var parameters = IconParameters()
  private(set) var parameterization = ParameterizationChoice.spectrum
  private(set) var border = BorderChoice.replicate
  /// How fast amplitudes fall with frequency; 1 in lucid.
  private(set) var decayPower = 1.0
  private(set) var precision = PrecisionChoice.auto

  /// The parameters on this machine.
  var resolved: IconParameters {
    var parameters = parameters
    parameters.border = border == .gray ? .gray(0.5) : .replicate
    parameters.parameterization =
      switch parameterization {
      case .spectrum: .fourier(decayPower: decayPower)
      case .phases: .phases(decayPower: decayPower)
      case .pixels: .pixels
      }
    parameters.precision = precision.resolved
    return parameters
  }
}

extension IconSettings: SettingsTable {
  static var defaults: IconSettings { IconSettings() }
  static let settings = [
    Setting(
      "size", \IconSettings.parameters.sidePixels, .number(in: 16...1024), make: "ICON_SIZE",
      "Side of an icon in pixels"),
    Setting(
      "steps", \IconSettings.parameters.schedule.maximumStepCount, .number(in: 1...100_000),
      make: "STEPS", "The most optimization steps of an icon"),
    Setting(
      "minimum-gain", \IconSettings.parameters.schedule.minimumGain, .number(in: 0...1),
      make: "MINIMUM_GAIN",
      "Gain of fidelity under new views, by twice as many steps, below which an icon's last steps begin; 0 gives each all of them"
    ),
    Setting(
      "restarts", \IconSettings.parameters.restartCount, .number(in: 1...100), make: "RESTARTS",
      "Runs of the optimization from different random starts, of which the best is kept; 1 is a single run"
    ),
    Setting(
      "seed", \IconSettings.parameters.seed, .number(from: 0), make: "SEED",
      "Seed of random numbers"),
    Setting(
      "learning-rate", \IconSettings.parameters.optimizer.learningRate,
      .number(above: 0, below: 10), make: "LEARNING_RATE",
      "Learning rate of Adam"),
    Setting(
      "beta1", \IconSettings.parameters.optimizer.meanDecay, .number(from: 0, below: 1),
      make: "BETA1", "Adam's decay of the mean of gradients"),
    Setting(
      "beta2", \IconSettings.parameters.optimizer.squareDecay, .number(from: 0, below: 1),
      make: "BETA2", "Adam's decay of the mean of squared gradients"),
    Setting(
      "weight-decay", \IconSettings.parameters.optimizer.weightDecay, .number(from: 0, below: 1),
      make: "WEIGHT_DECAY",
      "Mean fraction of the parameters that is lost at a step, in a spectrum by the square of the frequency; takes away noise"
    ),
    Setting(
      "warmup", \IconSettings.parameters.schedule.warmup, .number(in: 0...1),
      make: "WARMUP", "Fraction of the most steps over which the learning rate rises"),
    Setting(
      "cooldown", \IconSettings.parameters.schedule.cooldown, .number(in: 0...1),
      make: "COOLDOWN",
      "Fraction of an icon's steps, its last ones, over which the learning rate falls to 0"),
    Setting(
      "parameterization", \IconSettings.parameterization, .choice, make: "PARAMETERIZATION",
      "What is optimized: the spectrum, its phases alone with the amplitudes of photographs, or pixels"
    ),
    Setting(
      "decay", \IconSettings.decayPower, .number(in: 0...4),
      "How fast amplitudes fall with frequency"),
    Setting(
      "vignette", \IconSettings.parameters.vignette, .number(in: 0...1), make: "VIGNETTE",
      "How far icons fade to gray toward their corners; 0 is not at all"),
    Setting(
      "border", \IconSettings.border, .choice, make: "BORDER",
      "What the network sees beyond an icon's edge: gray, or the edge's color"),
    Setting(
      "loss", \IconSettings.parameters.keepsObjectiveByStep, .flag,
      "Keep the objective's value at each step, in the dataset objective_by_step"),
    Setting(
      "precision", \IconSettings.precision, .choice, make: "PRECISION",
      "Format in which the network computes; auto is bf16 where that is faster; fidelity is measured in f32 always"
    ),
  ]
}
