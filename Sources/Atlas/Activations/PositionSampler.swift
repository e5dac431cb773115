public import NeuralNetworks
internal import Randomness

/// Which positions of an image are sampled, the same relative ones in every layer.
///
/// Positions are drawn without repetition on the finest of the layers' grids and carried to the
/// others by the part of the image that they lie in. The outermost rows and columns are left out on
/// both sides, since what lies beyond the border distorts them (Carter et al. 2019: "We avoid the
/// edges due to boundary effects"; their notebook excludes index 0 alone, by numpy's exclusive
/// upper bound). Grids of one or two rows have nothing else and keep them.
public struct PositionSampler: Sendable {
  /// How many positions an image gives.
  public let positionCount: Int
  private let fine: Extent
  private let includesEdges: Bool
  private let seed: UInt64

  /// Makes a sampler.
  ///
  /// - Parameters:
  ///   - count: The positions per image; nil takes all, and more than there are takes all too.
  ///   - shapes: The layers' shapes.
  ///   - includesEdges: Whether border positions count.
  ///   - seed: The run's seed.
  /// - Precondition: There is a layer.
  public init(count: Int?, shapes: [MapShape], includesEdges: Bool, seed: UInt64) {
    precondition(!shapes.isEmpty, "no layer to sample")
    let finest = shapes.max { $0.height * $0.width < $1.height * $1.width } ?? shapes[0]
    fine = Extent(height: finest.height, width: finest.width)
    self.includesEdges = includesEdges
    self.seed = seed
    let available =
      Self.inner(finest.height, includesEdges).count * Self.inner(finest.width, includesEdges).count
    positionCount = min(count ?? available, available)
  }

  /// The positions of an image in a layer, as (row, column), in reading order of the finest one.
  ///
  /// A layer that is coarser than the finest may have a position twice: two of the finest lie in
  /// it.
  ///
  /// - Complexity: O(positions of the finest layer).
  public func positions(ofImage image: Int, in shape: MapShape) -> [(y: Int, x: Int)] {
    let rows = Self.inner(fine.height, includesEdges)
    let columns = Self.inner(fine.width, includesEdges)
    // A stream for each image: its positions do not depend on which other images are sampled, by
    // which thread, or whether a run was cut off between them.
    var random = RandomStream(seed: seed, purpose: .positions, item: image)
    return random.distinctIntegers(positionCount, below: rows.count * columns.count).map { index in
      (
        carried(rows.lowerBound + index / columns.count, from: fine.height, to: shape.height),
        carried(columns.lowerBound + index % columns.count, from: fine.width, to: shape.width)
      )
    }
  }

  /// The position of another grid in which the center of this one's lies.
  private func carried(_ position: Int, from size: Int, to otherSize: Int) -> Int {
    // ⌊(position + ½) / size · otherSize⌋ in whole numbers, free of rounding.
    let index = (2 * position + 1) * otherSize / (2 * size)
    // An inner position of a fine grid may lie in the border of a coarse one.
    let inner = Self.inner(otherSize, includesEdges)
    return min(max(index, inner.lowerBound), inner.upperBound - 1)
  }

  private static func inner(_ size: Int, _ includesEdges: Bool) -> Range<Int> {
    includesEdges || size < 3 ? 0..<size : 1..<size - 1
  }
}
