internal import Numerics
internal import Randomness

/// An interval for a mean whose values come in clusters: patches, each tried on the same pictures.
///
/// Patches are drawn anew, with all their pictures, as often as there are (Efron and Tibshirani, "An
/// Introduction to the Bootstrap", 1993, chapter 13, percentile interval; clusters: Davison and Hinkley 1997,
/// section 3.8). What it leaves out is chance in the choice of pictures, which all patches share.
public struct ClusterBootstrap: Sendable {
  /// How often patches are drawn.
  public var count = 10_000
  /// The confidence, of both sides together.
  public var confidence = 0.95

  /// With the defaults.
  public init() {}

  /// The interval of the mean over patches.
  ///
  /// - Parameters:
  ///   - means: For each patch its mean over pictures.
  ///   - item: Which interval of the run; it decides the draws.
  ///   - seed: The run's seed.
  /// - Returns: The lower and the upper limit; nil of fewer than two patches.
  /// - Complexity: O(count · patches).
  public func interval(of means: [Double], item: Int, seed: UInt64) -> ClosedRange<Double>? {
    guard means.count > 1 else { return nil }
    var random = RandomStream(seed: seed, purpose: .bootstrap, item: item)
    let draws = (0..<count).map { _ in
      mean(means.indices.map { _ in means[random.integer(below: means.count)] })
    }.sorted()
    let rest = (1 - confidence) / 2
    return quantile(rest, ofSorted: draws)...quantile(1 - rest, ofSorted: draws)
  }
}
