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
  /// `index / divisor % count` of the index along one dimension.
  ///
  /// A map's rows are dimension 2 with divisor 1; the tokens of a transformer have both sides in one
  /// dimension, rows with the number of columns as divisor, columns with 1.
  public struct Positions: Hashable, Sendable {
    /// The tensor's dimension: 2 for the rows of a map, 3 for its columns.
    public var dimension: Int
    /// How many consecutive elements of the dimension have the same position.
    public var divisor: Int
    /// The number of positions.
    public var count: Int
    /// Pixels from a position to the next.
    public var stride: Int
    /// 0 where positions are in the image's order, else a number for the order that they are in.
    var order = 0

    /// Whether the index along the dimension is the position itself.
    func isDirect(in shape: TensorShape) -> Bool {
      divisor == 1 && order == 0 && count == shape.dimensions[dimension]
    }
  }

  /// Whether a tensor is batch × channels × rows × columns.
  ///
  /// Where elements have no position along a side, a map has one row or column.
  ///
  /// - Parameter shape: The tensor's sizes.
  /// - Returns: `nil` when it is not known.
  public func isMap(_ shape: TensorShape) -> Bool? {
    guard shape.rank == 4 else { return false }
    for (line, dimension) in [(rows, 2), (columns, 3)] {
      guard line.reach != .unknown else { return nil }
      guard let positions = line.positions else {
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

  /// Of elements that depend on two tensors at the same index.
  func union(_ other: Self) -> Self {
    if positions == other.positions {
      return Self(reach: reach.union(other.reach), positions: positions)
    }
    // What depends on all pixels adds to any element, as squeeze-and-excitation does to a map.
    if positions == nil, reach == .all { return Self(reach: .all, positions: other.positions) }
    if other.positions == nil, other.reach == .all {
      return Self(reach: .all, positions: positions)
    }
    return Self(reach: reach.union(other.reach), positions: nil).lost
  }
}
