import Models
import NeuralNetworks

extension NodeConverter {
  /// Operators that make tables of indices and masks, by their ONNX names.
  ///
  /// Exporters write them for relative positions and coordinates, of constants of the file: they are
  /// worked out while it is read. `Range` may depend on the image's size as well.
  static let tableConverters: [String: Converter] = [
    "GatherND": { (converter, source) throws(ModelError) in try converter.convertGatherND(&source)
    },
    "OneHot": { (converter, source) throws(ModelError) in try converter.convertOneHot(&source) },
    "Range": { (converter, source) throws(ModelError) in
      try converter.convert(source, inputs: 3...3, .range)
    },
  ]

  /// A constant input that must be there.
  private func table(_ index: Int, of source: SourceNode) throws(ModelError) -> ConstantTensor {
    guard let constant = try constant(index, of: source, "values") else {
      throw source.fault("\(source.inputs.count) inputs do not fit the operation")
    }
    return constant
  }

  /// Adds the values that a node makes, at the allowance's cost.
  private mutating func define(
    _ constant: ConstantTensor, _ source: SourceNode
  ) throws(ModelError) {
    try emit(.constant(constant), [], source)
  }

  /// `GatherND` (since opset 11): the parts of a table that lists of indices lead to.
  ///
  /// The last dimension of the indices is one list, for the first dimensions of the table.
  private mutating func convertGatherND(_ source: inout SourceNode) throws(ModelError) {
    try source.expectInputs(2...2)
    guard try source.attributes.integer("batch_dims", default: 0, in: 0...7) == 0 else {
      throw source.fault("a gathering for each image is not supported")
    }
    let (values, lists) = (try table(0, of: source), try table(1, of: source))
    guard let indices = lists.integers, let length = lists.shape.dimensions.last,
      (1...values.shape.rank).contains(length)
    else { throw source.fault("its indices \(lists.shape) do not fit \(values.shape)") }
    let part = Array(values.shape.dimensions[length...])
    let shape = TensorShape(lists.shape.dimensions.dropLast() + part)
    guard shape.isReasonable else { throw source.fault("its output \(shape) is too large") }
    try allow(shape.elementCount, source)
    let strides = values.shape.strides
    let size = part.reduce(1, *)
    var elements: [Int] = []
    for list in 0..<indices.count / length {
      var start = 0
      for dimension in 0..<length {
        let side = values.shape.dimensions[dimension]
        let index = indices[list * length + dimension]
        guard (-side..<side).contains(index) else {
          throw source.fault("its index \(index) is out of range for size \(side)")
        }
        start += (index < 0 ? index + side : index) * strides[dimension]
      }
      elements += start..<start + size
    }
    try define(
      ConstantTensor(shape: shape, elements: values.elements.elements(at: elements)), source)
  }

  /// `OneHot` (since opset 9): for each index a row of `off`, with `on` at the index.
  private mutating func convertOneHot(_ source: inout SourceNode) throws(ModelError) {
    try source.expectInputs(3...3)
    let axis = try source.attributes.axis(default: -1)
    let (lists, depths, states) = (
      try table(0, of: source), try table(1, of: source), try table(2, of: source)
    )
    let depth = depths.integers?.first ?? depths.floats?.first.flatMap { Int(exactly: $0) }
    guard let indices = lists.integers, let depth, (1...1 << 20).contains(depth),
      depths.elements.count == 1, states.elements.count == 2,
      let place = TensorShape(lists.shape.dimensions + [1]).dimensionIndex(axis)
    else { throw source.fault("its indices, depth and values do not go together") }
    var sizes = lists.shape.dimensions
    sizes.insert(depth, at: place)
    let shape = TensorShape(sizes)
    guard shape.isReasonable else { throw source.fault("its output \(shape) is too large") }
    try allow(shape.elementCount, source)
    let inner = lists.shape.dimensions[place...].reduce(1, *)
    var chosen = [Int](repeating: 0, count: shape.elementCount)
    for (position, index) in indices.enumerated() where (-depth..<depth).contains(index) {
      let row = index < 0 ? index + depth : index
      chosen[(position / inner * depth + row) * inner + position % inner] = 1
    }
    try define(
      ConstantTensor(shape: shape, elements: states.elements.elements(at: chosen)), source)
  }
}
