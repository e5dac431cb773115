public import NeuralNetworks

/// Which pixels of a network's input each position of a layer depends on: its receptive field, by a
/// rule along the rows and one along the columns.
public struct LayerField: Hashable, Sendable {
  /// The rule along one side of the input: position p depends on the `length` pixels from
  /// `start` + p · `stride` on.
  public struct Line: Hashable, Sendable {
    /// Pixels of the input from a position to the next.
    public var stride: Int
    /// The first pixel of position 0; below 0 for padded layers.
    public var start: Int
    /// The number of pixels.
    public var length: Int

    /// Makes a rule of its parts.
    public init(stride: Int, start: Int, length: Int) {
      self.stride = stride
      self.start = start
      self.length = length
    }
  }

  /// Along the rows and along the columns.
  public var rows, columns: Line

  /// Makes a field of its parts.
  public init(rows: Line, columns: Line) {
    self.rows = rows
    self.columns = columns
  }

  /// The field of a layer's positions, in whatever order its tensor has them; nil for one that has none.
  init?(_ field: ReceptiveField) {
    guard let rows = Line(field.rows), let columns = Line(field.columns) else { return nil }
    self.init(rows: rows, columns: columns)
  }
}

extension LayerField.Line {
  fileprivate init?(_ line: ReceptiveField.Line) {
    guard case .pixels(let pixels) = line.reach, let positions = line.positions else { return nil }
    self.init(stride: positions.stride, start: pixels.lowerBound, length: pixels.count)
  }
}

extension TrainedNetwork {
  /// For each tensor, which pixels of the network's input its positions depend on; nil where that is
  /// all of them, or not known.
  ///
  /// - Throws: `GraphError` when the network does not take images of its own size.
  /// - Complexity: O(nodes).
  public func fields(of tensors: [String]) throws(GraphError) -> [LayerField?] {
    let size = preprocessing.size
    let input = try graph.imageShape(height: size.height, width: size.width)
    let fields = try graph.withGlobalPoolsMarked().receptiveFields(input: input)
    return tensors.map { fields[$0].flatMap(LayerField.init) }
  }
}
