import Artifacts
import CommandLine
import NeuralNetworks

/// Which effects are computed, and how.
struct AttributionChoice: Sendable {
  /// Samples of each cell, where it has as many; nil for every sample that there is.
  var samplesPerCell: Int? = 32
  var maxPool = MaxPoolRule.exact
  /// Steps of integrated gradients along the image's activations; 0 for the derivative at the image.
  var pathSteps = 0
  /// Samples on which linear effects are held against interventions.
  var trustSampleCount = 128
  var seed: UInt64 = 0
}

/// The settings of `atlas-attribute`.
enum AttributeSettings: SettingsTable {
  static var defaults: AttributionChoice { AttributionChoice() }
  static let settings = [
    Setting(
      "rows", \AttributionChoice.samplesPerCell, .number(from: 1, or: "all"),
      make: "ATTRIBUTION_ROWS", "Samples of each cell whose effects are computed, chosen at random"),
    Setting(
      "max-pool", \AttributionChoice.maxPool, .choice, make: "MAX_POOL",
      "How effects pass max pools: by the derivative, or by that of a smoother pool"),
    Setting(
      "path-steps", \AttributionChoice.pathSteps, .number(in: 0...1000), make: "PATH_STEPS",
      "Steps of integrated gradients from no activations to the image's; 0 takes the derivative at the image alone"
    ),
    Setting(
      "trust-samples", \AttributionChoice.trustSampleCount, .number(in: 0...100_000),
      "Samples on which linear effects are held against interventions; 0 leaves that out"),
    Setting(
      "seed", \AttributionChoice.seed, .number(from: 0), make: "SEED", "Seed of random numbers"),
  ]
}
