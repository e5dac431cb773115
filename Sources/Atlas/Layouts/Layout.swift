public import Matrices
package import Neighbors

/// A layout, and how its loss fell during the optimization.
public struct Layout: Sendable, Equatable {
  /// The positions, n × dimension: one row per sample.
  public var positions: Matrix
  /// The loss at some steps, the first before and the last after all of them.
  public var losses: [LayoutLoss]

  /// Makes a layout from its parts.
  public init(positions: Matrix, losses: [LayoutLoss] = []) {
    (self.positions, self.losses) = (positions, losses)
  }
}

/// The loss of a layout after a number of steps.
///
/// The loss is what the method minimizes: the Kullback–Leibler divergence for t-SNE, the
/// cross-entropy for UMAP. Losses of different methods, or of different neighbor counts, do not
/// compare.
public struct LayoutLoss: Sendable, Equatable {
  /// The number of iterations of t-SNE or epochs of UMAP before it.
  public var step: Int
  /// The loss, in nats.
  public var value: Double

  /// Makes a loss from its parts.
  public init(step: Int, value: Double) { (self.step, self.value) = (step, value) }
}

/// Target positions that attract the samples of a layout by weak springs.
///
/// They align a layout with another one: each sample is drawn to where its partner stands there.
public struct LayoutAnchors: Sendable, Equatable {
  /// The target of each sample, n × dimension of the layout.
  ///
  /// A sample whose target is not finite is free.
  public let targets: Matrix
  /// The strength of the springs, relative to 1 for the attraction of all neighbors of a sample
  /// together.
  public let strength: Float

  /// Makes anchors from their targets and strength.
  ///
  /// - Precondition: The strength is finite and not negative.
  public init(targets: Matrix, strength: Float) {
    precondition(
      strength >= 0 && strength.isFinite, "the strength must not be negative, got \(strength)")
    (self.targets, self.strength) = (targets, strength)
  }

  /// The target of a sample, with y = 0 on a line; nil if the sample is free.
  @inlinable @inline(__always)
  package func target(of sample: Int, dimension: Int) -> SIMD2<Float>? {
    let first = sample * dimension
    let target = SIMD2(targets.elements[first], dimension == 2 ? targets.elements[first + 1] : 0)
    return target.x.isFinite && target.y.isFinite ? target : nil
  }
}

// Optimizers keep positions as points of the plane: one load fetches both coordinates of a
// neighbor, and a layout on a line is a plane with y = 0.

extension Matrix {
  /// A matrix of one or two columns from points of the plane.
  package init(_ points: [SIMD2<Float>], dimension: Int) {
    self.init(
      rowCount: points.count, columnCount: dimension,
      elements: dimension == 1 ? points.map(\.x) : points.flatMap { [$0.x, $0.y] })
  }

  /// The rows of a matrix of one or two columns as points of the plane, with y = 0 for one column.
  package var points: [SIMD2<Float>] {
    (0..<rowCount).map { SIMD2(self[$0, 0], columnCount == 2 ? self[$0, 1] : 0) }
  }
}

/// Stops at new samples that cannot be placed on a layout.
///
/// - Precondition: New samples have neighbors, and all are samples of the layout.
package func checkPlacement(of neighbors: NeighborTable, on layout: Matrix) {
  precondition(
    neighbors.rowCount == 0 || neighbors.neighborCount > 0,
    "\(neighbors.rowCount) new samples without neighbors")
  precondition(
    neighbors.indices.allSatisfy { $0 >= 0 && $0 < layout.rowCount },
    "a neighbor is none of the \(layout.rowCount) samples of the layout")
}
