/// The settings of a layout by t-SNE (van der Maaten and Hinton, JMLR 2008); the defaults are those
/// of openTSNE 1.0.
public struct TSNEParameters: Sendable, Equatable {
  /// The effective number of neighbors of a sample; three times as many are used.
  public var perplexity: Float = 30
  /// The dimension of the layout, 1 or 2.
  public var dimension = 2
  /// The factor on attractive forces in the early phase, in which clusters form.
  public var earlyExaggeration: Float = 12
  /// The number of iterations of the early phase.
  public var earlyIterationCount = 250
  /// The factor on attractive forces afterwards; above 1 clusters are denser and farther apart
  /// (Böhm, Berens and Kobak, JMLR 2022).
  public var exaggeration: Float = 1
  /// The number of iterations afterwards.
  public var iterationCount = 500
  /// The learning rate; `nil` stands for the number of samples over the exaggeration of the phase
  /// (Belkina et al., Nature Communications 2019).
  public var learningRate: Float?
  /// The fraction of a step that is repeated in the next, in [0, 1).
  public var momentum: Float = 0.8
  /// The degrees of freedom ν of the similarity (1 + d²/ν)^(−ν) in the layout; below 1 tails are
  /// heavier, and clusters fall into finer ones (Kobak et al., ECML PKDD 2019).
  public var degreesOfFreedom: Float = 1
  /// The seed of all random numbers.
  public var seed: UInt64

  /// The defaults.
  public init(seed: UInt64) { self.seed = seed }

  /// The number of neighbors of a sample that the affinities look at.
  public var neighborCount: Int { Self.neighborCount(forPerplexity: perplexity) }

  /// The number of neighbors of a sample that a perplexity asks for: three times the perplexity,
  /// rounded up.
  ///
  /// Beyond three perplexities the Gaussian's weights are negligible (van der Maaten, "Accelerating
  /// t-SNE using tree-based algorithms", JMLR 2014, section 4.1). Whoever searches neighbors for a
  /// layout by t-SNE asks here.
  ///
  /// - Precondition: `perplexity` is positive and at most 10⁹.
  public static func neighborCount(forPerplexity perplexity: Float) -> Int {
    precondition(
      perplexity > 0 && perplexity <= 1e9,
      "perplexity must be above 0 and at most 1e9, got \(perplexity)")
    return max(1, Int((3 * perplexity).rounded(.up)))
  }

  /// Stops at values without meaning.
  func check() {
    precondition(
      perplexity >= 1 && perplexity < 1e6, "perplexity must be from 1, got \(perplexity)")
    precondition(dimension == 1 || dimension == 2, "dimension must be 1 or 2, got \(dimension)")
    for exaggeration in [earlyExaggeration, exaggeration] {
      precondition(
        exaggeration > 0 && exaggeration <= 1000,
        "exaggeration must be above 0 and at most 1000, got \(exaggeration)")
    }
    precondition(
      earlyIterationCount >= 0 && iterationCount >= 0,
      "iterations must not be negative, got \(earlyIterationCount) and \(iterationCount)")
    precondition(
      learningRate.map { $0 > 0 && $0 <= 1e9 } ?? true,
      "learningRate must be above 0 and at most 1e9, got \(learningRate ?? 0)")
    precondition(momentum >= 0 && momentum < 1, "momentum must be in [0, 1), got \(momentum)")
    precondition(
      degreesOfFreedom >= 0.1 && degreesOfFreedom <= 100,
      "degreesOfFreedom must be from 0.1 to 100, got \(degreesOfFreedom)")
  }
}
