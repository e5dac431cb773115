/// The part of the image that an element of a tensor depends on, along rows and columns apart.
///
/// Position p of a map depends on the pixels from `reach.lowerBound + p · stride` to
/// `reach.upperBound + p · stride` of a side. Units are pixels of the network's input.
/// Pixels beyond the image's edge count, as they do for padded maps; what an operation reads counts,
/// whatever its weights are.
public struct ReceptiveField: Hashable, Sendable {
  /// Along the rows and along the columns of the image.
  public var rows, columns: Line

  /// Makes a field.
  public init(rows: Line, columns: Line) {
    self.rows = rows
    self.columns = columns
  }

  /// What an element depends on along one side of the image.
  public struct Line: Hashable, Sendable {
    /// The pixels.
    public var reach: Reach
    /// How elements lie along the side; `nil` when they have no position there, as after a global
    /// pool, or it is not known.
    public var positions: Positions?

    /// Makes a line.
    public init(reach: Reach, positions: Positions?) {
      self.reach = reach
      self.positions = positions
    }
  }

  /// The pixels along one side of the image.
  public enum Reach: Hashable, Sendable {
    /// Those that the element at position 0 depends on; each further position is a stride farther.
    case pixels(ClosedRange<Int>)
    /// All of them: a sum over positions lies between.
    case all
    /// Not known: elements were rearranged in a way that is not followed.
    case unknown

    /// The number of pixels, `nil` for all and for an unknown number.
    public var count: Int? {
      if case .pixels(let range) = self { range.count } else { nil }
    }
  }

  /// How the elements of a tensor lie along one side of the image: the position is
  /// `(index - before) / divisor % count` of the index along one dimension.
  ///
  /// A map's rows are dimension 2 with divisor 1; the tokens of a transformer have both sides in one
  /// dimension, rows with the number of columns as divisor, columns with 1. Tokens of no position (the
  /// class's) stand before and after.
  public struct Positions: Hashable, Sendable {
    /// The tensor's dimension: 2 for the rows of a map, 3 for its columns.
    public var dimension: Int
    /// How many consecutive elements of the dimension have the same position.
    public var divisor: Int
    /// The number of positions.
    public var count: Int
    /// Pixels from a position to the next.
    public var stride: Int
    /// How many elements along the dimension have no position, before those that have and after.
    public var before = 0, after = 0
    /// 0 where positions are in the image's order, else a number for the order that they are in.
    var order = 0

    /// Whether the index along the dimension is the position itself.
    func isDirect(in shape: TensorShape) -> Bool {
      divisor == 1 && order == 0 && count == shape.dimensions[dimension]
    }

    /// How many finer positions one of these is, if the finer ones tell the same and more.
    func fineness(of finer: Positions) -> Int? {
      guard count > 0, finer.count.isMultiple(of: count) else { return nil }
      let factor = finer.count / count
      let same = Positions(
        dimension: finer.dimension, divisor: finer.divisor * factor, count: count,
        stride: finer.stride * factor, before: finer.before, after: finer.after,
        order: finer.order)
      return factor > 1 && same == self ? factor : nil
    }
  }

  /// Whether a tensor is batch × channels × rows × columns.
  ///
  /// Where elements have no position along a side, a map has one row or column.
  ///
  /// - Parameters:
  ///   - shape: The tensor's sizes.
  ///   - dimensions: Those of rows and columns.
  /// - Returns: `nil` when it is not known.
  public func isMap(
    _ shape: TensorShape, at dimensions: (rows: Int, columns: Int) = (2, 3)
  ) -> Bool? {
    guard shape.rank == 4 else { return false }
    for (line, dimension) in [(rows, dimensions.rows), (columns, dimensions.columns)] {
      // Positions may be known where what an element depends on besides is not.
      guard let positions = line.positions else {
        guard line.reach != .unknown else { return nil }
        guard shape.dimensions[dimension] == 1 else { return false }
        continue
      }
      guard positions.dimension == dimension, positions.isDirect(in: shape) else { return false }
    }
    return true
  }
}

extension ReceptiveField.Reach {
  /// More pixels than any image has.
  static let limit = 1 << 40

  /// The same pixels, or `all` for more than any image has.
  var limited: Self {
    guard case .pixels(let range) = self else { return self }
    return range.lowerBound < -Self.limit || range.upperBound > Self.limit ? .all : self
  }

  /// What depends on either.
  func union(_ other: Self) -> Self {
    switch (self, other) {
    case (.all, _), (_, .all): .all
    case (.pixels(let a), .pixels(let b)):
      .pixels(min(a.lowerBound, b.lowerBound)...max(a.upperBound, b.upperBound))
    default: .unknown
    }
  }
}

extension ReceptiveField.Line {
  /// All pixels if it was so before, else not known; positions are lost.
  var lost: Self { Self(reach: reach == .all ? .all : .unknown, positions: nil) }

  /// As many pixels at positions in an order of its own.
  func scattered(along dimension: Int, count: Int, order: Int) -> Self {
    guard var positions else { return lost }
    positions.dimension = dimension
    positions.divisor = 1
    positions.count = count
    positions.order = order
    return Self(reach: reach.count.map { .pixels(0...$0 - 1) } ?? reach, positions: positions)
  }

  /// The same positions along another dimension.
  func along(_ dimension: Int, divisor: Int) -> Self {
    var result = self
    result.positions?.dimension = dimension
    result.positions?.divisor = divisor
    return result
  }

  /// Blocks of `size` positions taken for one, any of which an element may have.
  func inBlocks(of size: Int) -> Self {
    guard var positions, positions.stride * size <= 1 << 20 else { return lost }
    var reach = reach
    if case .pixels(let range) = reach {
      let last = range.upperBound + (size - 1) * positions.stride
      reach = ReceptiveField.Reach.pixels(range.lowerBound...last).limited
    }
    positions.count /= size
    positions.stride *= size
    return Self(reach: reach, positions: positions)
  }

  /// After a sum over some dimensions: all pixels if the positions lay there.
  func summed(over dimensions: some Collection<Int>) -> Self {
    guard let positions, dimensions.contains(positions.dimension) else { return self }
    return Self(reach: reach == .unknown ? .unknown : .all, positions: nil)
  }

  /// After each element along some dimensions was changed by all others.
  func mixed(over dimensions: some Collection<Int>) -> Self {
    guard let positions, dimensions.contains(positions.dimension) else { return self }
    return Self(reach: reach == .unknown ? .unknown : .all, positions: positions)
  }

  /// The pixels so much farther on.
  func moved(by distance: Int) -> Self {
    guard case .pixels(let range) = reach else { return self }
    let moved = range.lowerBound + distance...range.upperBound + distance
    return Self(reach: ReceptiveField.Reach.pixels(moved).limited, positions: positions)
  }

  /// The same with a position for each of `factor` finer ones, which may be any of the coarse one's.
  func refined(to finer: ReceptiveField.Positions, by factor: Int) -> Self {
    guard case .pixels(let range) = reach else { return Self(reach: reach, positions: finer) }
    let first = range.lowerBound - (factor - 1) * finer.stride
    return Self(
      reach: ReceptiveField.Reach.pixels(first...range.upperBound).limited, positions: finer)
  }

  /// Without positions, which lie in another dimension than what is left.
  var single: Self { Self(reach: reach, positions: nil) }

  /// Of elements that depend on two tensors at the same index.
  func union(_ other: Self) -> Self {
    if positions == other.positions {
      return Self(reach: reach.union(other.reach), positions: positions)
    }
    // Windows of attention know of a position which window it is in.
    if let positions, let coarse = other.positions, let factor = coarse.fineness(of: positions) {
      return union(other.refined(to: positions, by: factor))
    }
    if let positions, let finer = other.positions, let factor = positions.fineness(of: finer) {
      return refined(to: finer, by: factor).union(other)
    }
    // What depends on all pixels adds to any element, as squeeze-and-excitation does to a map.
    if positions == nil, reach == .all { return Self(reach: .all, positions: other.positions) }
    if other.positions == nil, other.reach == .all {
      return Self(reach: .all, positions: positions)
    }
    return Self(reach: reach.union(other.reach), positions: nil).lost
  }
}
