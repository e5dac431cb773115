import CommandLine

/// Which pairs, patches and pictures are taken.
struct Proposing: Sendable {
  /// Patches of each kind.
  var patchCount = 10
  /// Crops of each cell, beside its icon.
  var cropsPerCell = 1
  /// The most pairs where none is given, and the most targets of a source.
  var pairCount = 10
  var targetsPerSource = 1
  /// The most pictures of a half.
  var picturesPerHalf = 20
  /// The mean probability from which classes are related.
  var likeness = 0.05
  /// Images of a class that confusion is measured on.
  var imagesPerClass = 10
  /// Steps of the optimized patch; 0 leaves it out.
  var steps = 100
  var seed: UInt64 = 0
}

/// The settings of `atlas-propose`.
enum ProposeSettings: SettingsTable {
  static var defaults: Proposing { Proposing() }
  static let settings = [
    Setting(
      "patches", \Proposing.patchCount, .number(in: 1...1000), make: "PATCHES",
      "Candidates of a pair, and patches of each kind of control"),
    Setting(
      "crops", \Proposing.cropsPerCell, .number(in: 0...8), make: "PATCH_CROPS",
      "Crops of photographs for each cell that is found, beside its icon"),
    Setting(
      "pairs", \Proposing.pairCount, .number(in: 1...100_000), make: "PAIRS",
      "Pairs of classes, the most confusable ones, where no source or no target is given"),
    Setting(
      "targets", \Proposing.targetsPerSource, .number(in: 1...1000), make: "TARGETS",
      "Targets of a source, where none is given"),
    Setting(
      "pictures-per-half", \Proposing.picturesPerHalf, .number(in: 2...100_000),
      make: "PATCH_PICTURES",
      "Pictures of a source that patches are chosen by, and as many that results are reported of"),
    Setting(
      "related", \Proposing.likeness, .number(above: 0, to: 1), make: "RELATED",
      "Mean probability of one class on images of another from which the two are related"),
    Setting(
      "confusion-images", \Proposing.imagesPerClass, .number(in: 0...100_000),
      "Images of the atlas, of each class, that relatedness is measured on beside the pictures"),
    Setting(
      "optimization-steps", \Proposing.steps, .number(in: 0...100_000), make: "PATCH_STEPS",
      "Steps of the patch that is optimized as an upper bound; 0 leaves it out"),
    Setting(
      "seed", \Proposing.seed, .number(from: 0), make: "SEED", "Seed of random numbers"),
  ]
}
