/// The settings of a layout by UMAP (McInnes, Healy and Melville, arXiv:1802.03426, 2018).
///
/// The defaults are those of umap-learn, but for the two that published activation atlases set and
/// for the step length. Each setting names its counterpart there.
public struct UMAPParameters: Sendable, Equatable {
  /// The size of a sample's neighborhood (`n_neighbors`): 50 in the published atlases.
  ///
  /// The sample itself is not counted; umap-learn counts it.
  public var neighborCount = 50
  /// The distance in the layout below which neighbors are close enough (`min_dist`): 0.05 in the
  /// published atlases.
  public var minimumDistance: Float = 0.05
  /// The distance in the layout over which similarity decays (`spread`).
  public var spread: Float = 1
  /// The number of passes over the graph (`n_epochs`); `nil` stands for 500 below 10,000 samples,
  /// 200 below 50,000 and 130 from there.
  public var epochCount: Int?
  /// The number of random samples that repel a sample for each edge that attracts it
  /// (`negative_sample_rate`).
  public var negativeSampleCount = 5
  /// The step length of the first epoch (`learning_rate`); it falls to 0 with the cube of the
  /// fraction of epochs left.
  ///
  /// umap-learn begins with 1 and falls linearly. Layouts of 100,000 samples of GoogLeNet's mixed4c
  /// preserve more neighbors and distances with 4 and the cube, in two thirds of the epochs.
  public var learningRate: Float = 4
  /// The weight of repulsive forces relative to attractive ones (`repulsion_strength`).
  public var repulsion: Float = 1
  /// The number of neighbors assumed to be connected to a sample with certainty
  /// (`local_connectivity`); fractions interpolate.
  public var localConnectivity: Float = 1
  /// How the directed memberships of two samples are combined (`set_op_mix_ratio`): 1 is the fuzzy
  /// union, where one direction suffices, 0 the intersection, where both are needed.
  public var setOperationMix: Float = 1
  /// The seed of all random numbers (`random_state`).
  public var seed: UInt64

  /// The defaults.
  public init(seed: UInt64) { self.seed = seed }

  /// The number of epochs for a number of samples.
  public func epochCount(forSampleCount sampleCount: Int) -> Int {
    // umap-learn takes 500 below 10,000 samples and 200 from there. With steps that begin longer
    // (`learningRate`), 130 are enough from 50,000 on.
    epochCount ?? (sampleCount < 10_000 ? 500 : sampleCount < 50_000 ? 200 : 130)
  }

  /// Stops at values without meaning.
  func check() {
    precondition(neighborCount > 0, "neighborCount must be positive, got \(neighborCount)")
    precondition((epochCount ?? 0) >= 0, "epochCount is negative: \(epochCount ?? 0)")
    precondition(
      negativeSampleCount >= 0, "negativeSampleCount is negative: \(negativeSampleCount)")
    precondition(localConnectivity >= 0, "localConnectivity is negative: \(localConnectivity)")
    precondition(
      setOperationMix >= 0 && setOperationMix <= 1,
      "setOperationMix must be from 0 to 1, got \(setOperationMix)")
  }
}
