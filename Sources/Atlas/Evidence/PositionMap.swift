public import Models
public import NeuralNetworks

/// Where the positions of a layer lie in the network's input, in its pixels.
///
/// Pixels go from 0 to the input's width and height; their centers lie at half-integers.
public struct PositionMap: Sendable {
  /// The layer.
  public let layer: NetworkLayer
  /// The receptive field of its positions; nil where that is the whole input, or not known.
  public let field: LayerField?
  /// The size of the network's input.
  public let input: Extent

  /// Makes a map from its parts.
  public init(layer: NetworkLayer, field: LayerField?, input: Extent) {
    self.layer = layer
    self.field = field
    self.input = input
  }

  /// The positions of a network's layer.
  ///
  /// - Throws: `GraphError` when the network does not take images of its own size.
  public init(of layer: NetworkLayer, in network: TrainedNetwork) throws(GraphError) {
    self.init(
      layer: layer, field: try network.fields(of: [layer.tensor])[0],
      input: network.preprocessing.size)
  }

  /// Whether the layer tells places apart: vectors and a class's token have one position for all.
  public var hasPositions: Bool { layer.shape.positionCount > 1 }

  /// The side of the square that holds the receptive field; nil where that is the whole input.
  public var fieldSide: Int? {
    guard hasPositions else { return nil }
    return field.map { max($0.rows.length, $0.columns.length) }
  }

  /// The center of a position's receptive field, x and y; where the field is not known, or is the whole
  /// input, the position's place among those of the layer.
  public func center(y: Int, x: Int) -> SIMD2<Double> {
    SIMD2(
      Self.center(x, field?.columns, layer.shape.width, input.width),
      Self.center(y, field?.rows, layer.shape.height, input.height))
  }

  /// The position whose center is nearest to a point.
  public func position(nearestTo point: SIMD2<Double>) -> (y: Int, x: Int) {
    (
      Self.position(point.y, field?.rows, layer.shape.height, input.height),
      Self.position(point.x, field?.columns, layer.shape.width, input.width)
    )
  }

  private static func center(
    _ position: Int, _ line: LayerField.Line?, _ count: Int, _ length: Int
  ) -> Double {
    guard let line else { return (Double(position) + 0.5) / Double(count) * Double(length) }
    return Double(line.start + position * line.stride) + Double(line.length) / 2
  }

  private static func position(
    _ point: Double, _ line: LayerField.Line?, _ count: Int, _ length: Int
  ) -> Int {
    let first = center(0, line, count, length)
    let step = line.map { Double($0.stride) } ?? Double(length) / Double(count)
    let position = ((point - first) / step).rounded()
    // Points come from files, and may lie anywhere.
    return position.isFinite ? Int(min(max(0, position), Double(count - 1))) : 0
  }
}
