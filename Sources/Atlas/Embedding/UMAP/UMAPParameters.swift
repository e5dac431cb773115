/// The settings of a layout by UMAP (McInnes, Healy and Melville, arXiv:1802.03426, 2018); the
/// defaults are those of umap-learn, but for the two that published activation atlases set and for the
/// length of steps.
public struct UMAPParameters: Sendable, Equatable {
  /// How many neighbours of a row make its surroundings: 50 in the published atlases.
  ///
  /// The row itself is not counted; umap-learn counts it.
  public var neighborCount = 50
  /// The distance below which neighbours in the layout are near enough: 0.05 in the published
  /// atlases.
  public var minimumDistance: Float = 0.05
  /// The distance over which closeness in the layout decays.
  public var spread: Float = 1
  /// How many times the rows are gone through; `nil` stands for 500 below 10,000 rows, 200 below
  /// 50,000 and 130 from there.
  public var epochCount: Int?
  /// How many random rows push a row away for each neighbour that pulls.
  public var negativeSampleCount = 5
  /// The length of steps in the first epoch; it falls to 0 with the cube of the share of epochs left.
  ///
  /// umap-learn begins with 1 and falls in a straight line. 100,000 rows of GoogLeNet's mixed4c keep
  /// more of their neighbours and distances with 4 and the cube, in two thirds of the epochs.
  public var learningRate: Float = 4
  /// The strength of pushes against pulls.
  public var repulsion: Float = 1
  /// How many neighbours are taken to be connected to a row for certain; fractions interpolate.
  public var localConnectivity: Float = 1
  /// 1 joins two rows if either is a neighbour of the other, 0 only if both are; numbers between mix.
  public var setOperationMix: Float = 1
  /// What the random numbers grow from.
  public var seed: UInt64

  /// The defaults.
  public init(seed: UInt64) { self.seed = seed }

  /// The number of epochs for a number of rows.
  public func epochCount(forRowCount rowCount: Int) -> Int {
    epochCount ?? (rowCount < 10_000 ? 500 : rowCount < 50_000 ? 200 : 130)
  }

  /// Stops at values without meaning.
  func check() {
    precondition(neighborCount > 0, "neighborCount must be positive, got \(neighborCount)")
    precondition((epochCount ?? 0) >= 0, "epochCount is negative")
    precondition(negativeSampleCount >= 0, "negativeSampleCount is negative")
    precondition(localConnectivity >= 0, "localConnectivity is negative")
    precondition(
      setOperationMix >= 0 && setOperationMix <= 1,
      "setOperationMix must be from 0 to 1, got \(setOperationMix)")
  }
}
