public import NeuralNetworks

/// Where a term looks: the positions of a layer whose activations it measures.
public enum Region: Sendable, Hashable {
  /// Row height / 2, column width / 2: of an even number, the one after the middle, as in lucid.
  case center
  /// One position.
  case position(row: Int, column: Int)
  /// All positions of some rows and columns.
  case rectangle(rows: Range<Int>, columns: Range<Int>)
  /// All positions.
  case everywhere

  /// The positions in a map of a given shape.
  ///
  /// - Parameter shape: The layer's shape; the positions depend on it, since a layer is as large as
  ///   the image that the network runs on asks for.
  /// - Returns: The positions, or nil when there are none or some lie outside the map.
  public func positions(in shape: MapShape) -> Positions? {
    let (rows, columns) =
      switch self {
      case .center:
        (shape.height / 2..<shape.height / 2 + 1, shape.width / 2..<shape.width / 2 + 1)
      case .position(let row, let column): (row..<row + 1, column..<column + 1)
      case .rectangle(let rows, let columns): (rows, columns)
      case .everywhere: (0..<shape.height, 0..<shape.width)
      }
    guard !rows.isEmpty, !columns.isEmpty, rows.lowerBound >= 0, columns.lowerBound >= 0,
      rows.upperBound <= shape.height, columns.upperBound <= shape.width
    else { return nil }
    return Positions(shape: shape, rows: rows, columns: columns)
  }
}

extension Region: CustomStringConvertible {
  /// For instance `the center` or `rows 2..<5, columns 0..<3`.
  public var description: String {
    switch self {
    case .center: "the center"
    case .position(let row, let column): "row \(row), column \(column)"
    case .rectangle(let rows, let columns): "rows \(rows), columns \(columns)"
    case .everywhere: "every position"
    }
  }
}

/// The positions at which a measure reads a tensor: a rectangle of its map, never empty.
public struct Positions: Sendable {
  /// The tensor's shape; its values lie channel by channel, each row-major.
  public let shape: MapShape
  /// The rows and the columns of the rectangle.
  public let rows, columns: Range<Int>

  fileprivate init(shape: MapShape, rows: Range<Int>, columns: Range<Int>) {
    self.shape = shape
    self.rows = rows
    self.columns = columns
  }

  /// How many positions there are.
  public var count: Int { rows.count * columns.count }

  /// Calls `body` with each position's index in the first channel, row-major.
  ///
  /// Channel c of that position lies `c · shape.positionCount` further.
  @inline(__always)
  public func forEach(_ body: (_ index: Int) -> Void) {
    for row in rows {
      for column in columns { body(row * shape.width + column) }
    }
  }
}
