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

/// Checks that new samples can be placed on a layout.
///
/// - Throws: `PlacementError` for a layout with a position out of range.
/// - Precondition: New samples have neighbors, and all are samples of the layout.
package func checkPlacement(
  of neighbors: NeighborTable, on layout: Matrix
) throws(PlacementError) {
  precondition(
    neighbors.rowCount == 0 || neighbors.neighborCount > 0,
    "\(neighbors.rowCount) new samples without neighbors")
  precondition(
    neighbors.indices.allSatisfy { $0 >= 0 && $0 < layout.rowCount },
    "a neighbor is none of the \(layout.rowCount) samples of the layout")
  // Not `>`: NaN must not pass.
  let limit = PlacementError.greatestCoordinate
  if let bad = layout.elements.firstIndex(where: { !(abs($0) <= limit) }) {
    throw PlacementError(sample: bad / layout.columnCount)
  }
}

/// A layout on which new samples cannot be placed.
public struct PlacementError: Error, Equatable, CustomStringConvertible {
  /// The greatest magnitude of a coordinate.
  ///
  /// Layouts that the methods make stay far below; beyond, differences and their squares would lose
  /// all digits of the steps that a new sample takes.
  public static let greatestCoordinate: Float = 1e12

  /// The first sample of the layout with a coordinate that is greater or not finite.
  public let sample: Int

  /// The error about a sample.
  package init(sample: Int) { self.sample = sample }

  /// One line: operation, object, cause, remedy.
  public var description: String {
    "Cannot place samples on the layout: the position of sample \(sample) is not within "
      + "\(Self.greatestCoordinate) of the origin; embed the samples again."
  }
}
