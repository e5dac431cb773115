public import NeuralNetworks
internal import Randomness

/// Which positions of a photograph are looked at, the same relative ones in every layer.
///
/// Positions are drawn without repetition on the finest of the layers' grids and carried to the
/// others by their place in the picture. The outermost rows and columns are left out on both sides,
/// since what lies beyond the border distorts them (Carter et al. 2019 avoid the edges for this
/// reason); grids of one or two rows have nothing else and keep them.
public struct PositionSampler: Sendable {
  /// How many positions a photograph gives.
  public let positionCount: Int
  private let fine: Extent
  private let includesEdges: Bool
  private let seed: UInt64

  /// Makes a sampler.
  ///
  /// - Parameters:
  ///   - count: The positions a photograph; nil takes all, and more than there are takes all too.
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

  /// The positions of a photograph in a layer, as (row, column), in reading order of the finest one.
  public func positions(ofImage image: Int, in shape: MapShape) -> [(y: Int, x: Int)] {
    let rows = Self.inner(fine.height, includesEdges)
    let columns = Self.inner(fine.width, includesEdges)
    var random = RandomStream(seed: seed, purpose: .positions, item: image)
    return random.distinctIntegers(positionCount, below: rows.count * columns.count).map { index in
      (
        carried(rows.lowerBound + index / columns.count, from: fine.height, to: shape.height),
        carried(columns.lowerBound + index % columns.count, from: fine.width, to: shape.width)
      )
    }
  }

  private func carried(_ position: Int, from size: Int, to otherSize: Int) -> Int {
    let place = (2 * position + 1) * otherSize / (2 * size)
    let inner = Self.inner(otherSize, includesEdges)
    return min(max(place, inner.lowerBound), inner.upperBound - 1)
  }

  private static func inner(_ size: Int, _ includesEdges: Bool) -> Range<Int> {
    includesEdges || size < 3 ? 0..<size : 1..<size - 1
  }
}
