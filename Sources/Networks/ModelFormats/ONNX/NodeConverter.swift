import Models
import NeuralNetworks

/// The conversion of one ONNX operator: adds the nodes that compute what a node of the file does.
///
/// It reads every attribute of its operator, so that what remains is an error.
typealias Converter =
  @Sendable (
    _ converter: inout NodeConverter, _ source: inout SourceNode
  ) throws(ModelError) -> Void

/// Turns nodes of an ONNX file into nodes of a graph, in order of computation.
///
/// Which operators are known is said by the tables `…Converters`, each at the top of the file that
/// holds its conversions. Operators changed from opset to opset: a conversion names the opset since
/// which an input takes the place of an attribute. What an operator lacks here is composed of other
/// operations where that is exact; otherwise it is refused.
struct NodeConverter {
  /// The file, for messages.
  let path: String
  /// The opset, from 7 to 21, whose definitions apply.
  let operatorSet: Int
  /// The names that any node reads, and those of the outputs: side outputs outside of it need not
  /// be made.
  let readNames: Set<String>
  /// The graph so far.
  var builder: GraphBuilder
  /// How many branches of an `If` the node that is being converted lies in.
  var branchDepth = 0
  /// The weights that no node has read yet.
  private var initializers: [String: ONNXTensorProto]
  private(set) var external: ExternalData
  /// Weights that were found to be finite, so that many readers of one tensor check it once.
  private var finiteWeights: Set<String> = []

  /// Begins the conversion of a file.
  init(
    path: String, operatorSet: Int, readNames: Set<String>, builder: GraphBuilder,
    initializers: [String: ONNXTensorProto], external: ExternalData
  ) {
    self.path = path
    self.operatorSet = operatorSet
    self.readNames = readNames
    self.builder = builder
    self.initializers = initializers
    self.external = external
  }

  /// Converts a node whose inputs exist.
  ///
  /// - Throws: `ModelError` for an operator that is not known, an attribute or an input that it
  ///   does not have, and shapes that do not fit.
  mutating func convert(_ node: ONNXNodeProto) throws(ModelError) {
    var source = try SourceNode(node, path: path)
    guard ONNXImporter.isDefaultDomain(node.domain),
      let converter = Self.converters[node.opType]
    else {
      let known = Self.converters.keys.sorted().joined(separator: ", ")
      throw source.fault(
        "the operation is not supported", remedy: "supported are \(known)")
    }
    for input in node.input where !input.isEmpty {
      try load(input, for: source)
      // Sorting has found a maker for every name, so this one makes the tensor only as a second
      // output, such as the indices of `MaxPool`.
      guard builder.facts[input] != nil else {
        throw source.fault(
          "its input \(quoted(input)) is a side output, which is not supported",
          remedy: "export the network simplified for inference")
      }
    }
    try converter(&self, &source)
    try source.attributes.finish()
  }

  /// All operators that are known, by their ONNX names.
  static let converters: [String: Converter] = [
    arrangementConverters, compositionConverters, constantConverters, elementConverters,
    logicConverters, normalizationConverters, poolingConverters, reductionConverters,
    resizingConverters, standardizationConverters, weightConverters,
  ].reduce(into: [:]) { all, table in
    all.merge(table) { _, _ in preconditionFailure("two tables know the same operation") }
  }

  /// Decodes an initializer when it is first read, which keeps its encoded and decoded forms from
  /// being in memory for all weights at once.
  mutating func load(_ name: String, for source: SourceNode) throws(ModelError) {
    guard let tensor = initializers.removeValue(forKey: name) else { return }
    builder.add(try tensorValues(tensor, source), name: name)
  }

  /// Decodes an initializer that is an output of the network.
  mutating func loadOutput(_ name: String) throws(ModelError) {
    guard let tensor = initializers.removeValue(forKey: name) else { return }
    let path = path
    let constant = try ConstantTensor(tensor, external: &external) { cause, remedy in
      ONNXImporter.fault(path, cause, remedy: remedy)
    }
    builder.add(constant, name: name)
  }

  /// Decodes a tensor that a node holds or reads.
  mutating func tensorValues(
    _ tensor: ONNXTensorProto, _ source: SourceNode
  ) throws(ModelError) -> ConstantTensor {
    try ConstantTensor(tensor, external: &external) { cause, remedy in
      source.fault(cause, remedy: remedy)
    }
  }

  // MARK: What is known about inputs

  /// The shape of an input that must be there, for the input size in the file.
  func shape(_ index: Int, of source: SourceNode) throws(ModelError) -> TensorShape {
    guard let fact = builder.facts[try source.required(index)] else {
      throw source.fault("\(source.inputs.count) inputs do not fit the operation")
    }
    return fact.shape
  }

  /// The values of an input that follow from the file alone; `nil` when it is left out.
  ///
  /// - Parameters:
  ///   - index: The input.
  ///   - source: The node.
  ///   - what: What the values are, for messages, in the plural.
  /// - Returns: The values.
  /// - Throws: `ModelError` when they depend on the image.
  func constant(
    _ index: Int, of source: SourceNode, _ what: String
  ) throws(ModelError) -> ConstantTensor? {
    guard let name = source.input(index) else { return nil }
    guard let constant = builder.constants[name] else {
      throw source.fault(
        "its \(what) \(quoted(name)) are not constants of the file, which is not supported",
        remedy: "export the network simplified for inference")
    }
    return constant
  }

  /// A vector of integers, or one integer, that follows from the file alone; `nil` when it is left
  /// out.
  ///
  /// - Throws: `ModelError` when the values depend on the image or are not integers.
  func integers(
    _ index: Int, of source: SourceNode, _ what: String
  ) throws(ModelError) -> [Int]? {
    guard let constant = try constant(index, of: source, what) else { return nil }
    guard let values = constant.integers, constant.shape.rank <= 1 else {
      throw source.fault("its \(what) are not a vector of integers")
    }
    return values
  }

  /// Weights: finite floating-point numbers that follow from the file alone; `nil` when they are
  /// left out.
  ///
  /// - Throws: `ModelError` when they depend on the image, are not floating-point numbers or not
  ///   finite.
  mutating func weights(
    _ index: Int, of source: SourceNode
  ) throws(ModelError) -> (shape: TensorShape, values: [Float])? {
    guard let constant = try constant(index, of: source, "weights") else { return nil }
    let name = source.inputs[index]
    guard let values = constant.floats else {
      throw source.fault("its weights \(quoted(name)) are not floating-point numbers")
    }
    if !finiteWeights.contains(name) {
      // One NaN of a damaged file would pass through every later layer, and show only in the atlas.
      guard values.allSatisfy(\.isFinite) else {
        throw source.fault("its weights \(quoted(name)) hold a value that is not a finite number")
      }
      finiteWeights.insert(name)
    }
    return (constant.shape, values)
  }

  /// Charges weights that are computed from those of the file to the allowance.
  ///
  /// A file may name one tensor in a million nodes; each that folds a factor into it or transposes
  /// it makes a copy.
  mutating func allow(_ count: Int, _ source: SourceNode) throws(ModelError) {
    guard count <= builder.allowance.elementCount else {
      throw source.fault("its weights are used too often to be kept in memory")
    }
    builder.allowance.remove(count)
  }

  // MARK: Making nodes

  /// Emits an operation of exactly one input.
  mutating func convertUnary(
    _ source: SourceNode, _ operation: Operation
  ) throws(ModelError) {
    try source.expectInputs(1...1)
    try emit(operation, source.inputs, source)
  }

  /// Emits an operation whose inputs are those of the node, as many as `inputs` allows.
  mutating func convert(
    _ source: SourceNode, inputs: ClosedRange<Int>, _ operation: Operation
  ) throws(ModelError) {
    try source.expectInputs(inputs)
    try emit(operation, source.inputs, source)
  }

  /// Adds a node that makes the source's first output.
  mutating func emit(
    _ operation: Operation, _ inputs: [String], _ source: SourceNode
  ) throws(ModelError) {
    try emit(operation, inputs, source, output: source.output)
  }

  /// Adds a node that makes the tensor `output`.
  ///
  /// - Throws: `ModelError` when the operation does not fit its inputs.
  mutating func emit(
    _ operation: Operation, _ inputs: [String], _ source: SourceNode, output: String
  ) throws(ModelError) {
    do throws(GraphError) {
      try builder.add(
        Node(name: source.name, operation: operation, inputs: inputs, output: output))
    } catch {
      throw ONNXImporter.fault(path, error.description, remedy: "export the network again")
    }
  }

  /// Adds a node that makes a tensor which the file does not name.
  ///
  /// - Returns: The tensor's name.
  mutating func intermediate(
    _ operation: Operation, _ inputs: [String], _ source: SourceNode
  ) throws(ModelError) -> String {
    let name = builder.freshName(source.output)
    try emit(operation, inputs, source, output: name)
    return name
  }

  /// Adds a number as a constant, to be an input of the source's nodes.
  mutating func scalar(_ value: Float, _ source: SourceNode) -> String {
    builder.add(ConstantTensor(shape: [], elements: .floats([value])), near: source.output)
  }

  /// Adds integers as a constant vector, to be an input of the source's nodes: attributes of old
  /// opsets become the inputs of new ones.
  mutating func add(_ values: [Int], _ source: SourceNode) -> String {
    builder.add(ConstantTensor(values), near: source.output)
  }
}
