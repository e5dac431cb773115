public import Matrices

/// A layout, and how its loss fell on the way.
public struct Layout: Sendable, Equatable {
  /// The positions, n × dimension.
  public var positions: Matrix
  /// What the layout lowers, after some of its steps: the Kullback–Leibler divergence of t-SNE, the
  /// cross-entropy of UMAP.
  public var losses: [LayoutLoss]

  /// Makes a layout from its parts.
  public init(positions: Matrix, losses: [LayoutLoss] = []) {
    (self.positions, self.losses) = (positions, losses)
  }
}

/// The loss of a layout after a number of steps.
public struct LayoutLoss: Sendable, Equatable {
  /// The iterations of t-SNE or epochs of UMAP before it.
  public var step: Int
  /// The loss, in nats.
  public var value: Double

  /// Makes a loss from its parts.
  public init(step: Int, value: Double) { (self.step, self.value) = (step, value) }
}
