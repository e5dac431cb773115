import Models
import NeuralNetworks

extension NodeConverter {
  /// Values, shapes, casts and identities, by their ONNX names.
  ///
  /// Exporters write these around every `Reshape`; nearly all are computed while the file is read
  /// and leave no node.
  static let constantConverters: [String: Converter] = [
    "Cast": { (converter, source) throws(ModelError) in
      try converter.convertCast(&source, like: false)
    },
    "CastLike": { (converter, source) throws(ModelError) in
      try converter.convertCast(&source, like: true)
    },
    "Constant": { (converter, source) throws(ModelError) in try converter.convertConstant(&source)
    },
    "ConstantOfShape": { (converter, source) throws(ModelError) in
      try converter.convertFilled(&source)
    },
    "Shape": { (converter, source) throws(ModelError) in try converter.convertShape(&source) },
    "Identity": { (converter, source) throws(ModelError) in
      try converter.convertUnary(source, .identity)
    },
    "Dropout": { (converter, source) throws(ModelError) in try converter.convertDropout(&source) },
  ]

  /// `Constant`: a tensor (`value`), or since opset 12 a number or a list (`value_float`,
  /// `value_ints` …).
  ///
  /// - Throws: `ModelError` for strings and sparse tensors.
  mutating func convertConstant(_ source: inout SourceNode) throws(ModelError) {
    try source.expectInputs(0...0)
    let constant: ConstantTensor
    if let tensor = try source.attributes.tensor("value") {
      constant = try tensorValues(tensor, source)
    } else if let value = try source.attributes.number(ifThere: "value_float") {
      constant = ConstantTensor(shape: [], elements: .floats([value]))
    } else if let values = try source.attributes.numbers("value_floats") {
      constant = ConstantTensor(shape: [values.count], elements: .floats(values))
    } else if let value = try source.attributes.integer(
      ifThere: "value_int", in: Int.min...Int.max)
    {
      constant = ConstantTensor(shape: [], elements: .integers([value]))
    } else if let values = try source.attributes.integers("value_ints") {
      constant = ConstantTensor(values)
    } else {
      throw source.fault("a constant that is not a tensor of numbers is not supported")
    }
    // Constants are added without the check that other nodes pass.
    guard builder.facts[source.output] == nil else {
      throw source.fault("\(quoted(source.output)) already exists")
    }
    builder.add(constant, name: source.output)
  }

  /// `ConstantOfShape` (since opset 9): one value everywhere, the floating-point number 0 unless
  /// stated.
  ///
  /// - Throws: `ModelError` for a value of more than one number.
  mutating func convertFilled(_ source: inout SourceNode) throws(ModelError) {
    var value = ConstantTensor(shape: [], elements: .floats([0]))
    if let tensor = try source.attributes.tensor("value") {
      let stated = try tensorValues(tensor, source)
      guard stated.elements.count == 1 else { throw source.fault("its value is not one number") }
      value = ConstantTensor(shape: [], elements: stated.elements)
    }
    try convertUnary(source, .filled(value))
  }

  /// `Shape`, of all dimensions, or since opset 15 of those from `start` to before `end`.
  mutating func convertShape(_ source: inout SourceNode) throws(ModelError) {
    let start = try source.attributes.integer("start", default: 0, in: Int.min...Int.max)
    let end = try source.attributes.integer(ifThere: "end", in: Int.min...Int.max)
    try convertUnary(source, .shape(start: start, end: end))
  }

  /// `Cast`, and `CastLike` (since opset 15), between floating-point numbers, integers and truth
  /// values.
  ///
  /// All floating-point types are one here, as are all integers: a cast among them is the identity.
  /// `saturate` (since opset 19) concerns float8 alone.
  ///
  /// - Throws: `ModelError` for a type that is not supported.
  mutating func convertCast(
    _ source: inout SourceNode, like: Bool
  ) throws(ModelError) {
    source.attributes.ignore("saturate")
    let type: ElementType
    if like {
      try source.expectInputs(2...2)
      guard let fact = builder.facts[try source.required(1)] else {
        throw source.fault("its second input is not known")
      }
      type = fact.type
    } else {
      try source.expectInputs(1...1)
      let code = try source.attributes.integer("to", in: 0...1000)
      guard let stored = ONNXTensorProto.DataType(rawValue: code),
        let encoding = TensorEncoding(stored)
      else { throw source.fault("a cast to type \(code) is not supported") }
      type = encoding.elementType
    }
    let input = try source.required(0)
    // An identity joins its neighbors when the network is compiled; a cast from half to single
    // precision would stay an operation.
    let isSame = builder.facts[input]?.type == type
    try emit(isSame ? .identity : .cast(type), [input], source)
  }

  /// `Dropout` at inference, which is the identity; `ratio` is an attribute until opset 11, an
  /// input since 12.
  ///
  /// - Throws: `ModelError` for a file that was exported in training mode.
  mutating func convertDropout(_ source: inout SourceNode) throws(ModelError) {
    try source.expectInputs(1...3)
    source.attributes.ignore("ratio")
    source.attributes.ignore("seed")
    // A mode that is not a constant counts as training: the activations would be random.
    if let mode = source.input(2), builder.constants[mode]?.booleans?.contains(true) != false {
      throw source.fault(
        "it drops values in use (training_mode), which is not supported",
        remedy: "export the network for inference")
    }
    let input = [try source.required(0)]
    try emit(.identity, input, source)
    // The mask of what is kept, true everywhere: needed only where a node reads it.
    guard source.outputs.count > 1, isRead(source.outputs[1]) else { return }
    let sizes = try intermediate(.shape(start: 0, end: nil), input, source)
    let kept = ConstantTensor(shape: [], elements: .booleans([true]))
    try emit(.filled(kept), [sizes], source, output: source.outputs[1])
  }
}
