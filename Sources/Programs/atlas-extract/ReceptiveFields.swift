import Artifacts
import Models
import NeuralNetworks

extension TrainedNetwork {
  /// For each layer, which pixels of the network's input its positions depend on; nil where that is
  /// all of them, or not known.
  func fields(of tensors: [String]) throws -> [SampleGeometry.Field?] {
    let size = preprocessing.size
    let input = try graph.imageShape(height: size.height, width: size.width)
    let fields = try graph.withGlobalPoolsMarked().receptiveFields(input: input)
    return tensors.map { fields[$0].flatMap(SampleGeometry.Field.init) }
  }
}

extension SampleGeometry.Field {
  /// The field of a layer's positions, in whatever order its tensor has them; nil for one that has none.
  fileprivate init?(_ field: ReceptiveField) {
    guard case .pixels(let rows) = field.rows.reach,
      case .pixels(let columns) = field.columns.reach,
      let down = field.rows.positions, let across = field.columns.positions
    else { return nil }
    self.init(
      stride: (down.stride, across.stride), start: (rows.lowerBound, columns.lowerBound),
      length: (rows.count, columns.count))
  }
}
