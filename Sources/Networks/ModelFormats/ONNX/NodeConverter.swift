import Models
import NeuralNetworks

/// Makes the nodes of a graph that compute what a node of a file does.
typealias Converter =
  @Sendable (
    _ converter: inout NodeConverter, _ source: inout SourceNode
  ) throws(ModelError) -> Void

/// Turns nodes of an ONNX file into nodes of a graph, in order of computation.
///
/// Which operations are known is said by the tables `…Converters`, each at the top of the file that
/// holds its conversions.
struct NodeConverter {
  let path: String
  let operatorSet: Int
  /// The names that any node reads, and those of the outputs.
  let readNames: Set<String>
  var builder: GraphBuilder
  private var initializers: [String: ONNXTensorProto]
  private var external: ExternalData
  /// Weights that were found to be finite numbers.
  private var finiteWeights: Set<String> = []

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
      guard builder.facts[input] != nil else {
        throw source.fault(
          "its input \(quoted(input)) is a side output, which is not supported",
          remedy: "export the network simplified for inference")
      }
    }
    try converter(&self, &source)
    try source.attributes.finish()
  }

  /// All operations that are known, by their ONNX names.
  static let converters: [String: Converter] = [
    arrangementConverters, constantConverters, elementConverters, normalizationConverters,
    poolingConverters, weightConverters,
  ].reduce(into: [:]) { all, table in
    all.merge(table) { _, _ in preconditionFailure("two tables know the same operation") }
  }

  /// Reads an initializer when it is first used.
  mutating func load(_ name: String, for source: SourceNode) throws(ModelError) {
    guard let tensor = initializers.removeValue(forKey: name) else { return }
    builder.add(try tensorValues(tensor, source), name: name)
  }

  /// Reads an initializer that is an output of the network.
  mutating func loadOutput(_ name: String) throws(ModelError) {
    guard let tensor = initializers.removeValue(forKey: name) else { return }
    let path = path
    let constant = try ConstantTensor(tensor, external: &external) { cause, remedy in
      ONNXImporter.fault(path, cause, remedy: remedy)
    }
    builder.add(constant, name: name)
  }

  /// The values of a tensor that a node holds or reads.
  mutating func tensorValues(
    _ tensor: ONNXTensorProto, _ source: SourceNode
  ) throws(ModelError) -> ConstantTensor {
    try ConstantTensor(tensor, external: &external) { cause, remedy in
      source.fault(cause, remedy: remedy)
    }
  }

  // MARK: What is known about inputs

  /// The shape of an input that must be there.
  func shape(_ index: Int, of source: SourceNode) throws(ModelError) -> TensorShape {
    guard let fact = builder.facts[try source.required(index)] else {
      throw source.fault("\(source.inputs.count) inputs do not fit the operation")
    }
    return fact.shape
  }

  /// The values of an input that depend on the file alone; `nil` when it is left out.
  ///
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

  /// Whole numbers that depend on the file alone; `nil` when they are left out.
  func integers(
    _ index: Int, of source: SourceNode, _ what: String
  ) throws(ModelError) -> [Int]? {
    guard let constant = try constant(index, of: source, what) else { return nil }
    guard let values = constant.integers, constant.shape.rank <= 1 else {
      throw source.fault("its \(what) are not a vector of integers")
    }
    return values
  }

  /// Weights: finite numbers that depend on the file alone; `nil` when they are left out.
  mutating func weights(
    _ index: Int, of source: SourceNode
  ) throws(ModelError) -> (shape: TensorShape, values: [Float])? {
    guard let constant = try constant(index, of: source, "weights") else { return nil }
    let name = source.inputs[index]
    guard let values = constant.floats else {
      throw source.fault("its weights \(quoted(name)) are not floating-point numbers")
    }
    if !finiteWeights.contains(name) {
      guard values.allSatisfy(\.isFinite) else {
        throw source.fault("its weights \(quoted(name)) hold a value that is not a finite number")
      }
      finiteWeights.insert(name)
    }
    return (constant.shape, values)
  }

  /// Allows for weights that are worked out from those of the file.
  mutating func allow(_ count: Int, _ source: SourceNode) throws(ModelError) {
    guard count <= builder.allowance.elementCount else {
      throw source.fault("its weights are used too often to be kept in memory")
    }
    builder.allowance.remove(count)
  }

  // MARK: Making nodes

  /// Emits an operation of one input.
  mutating func convertUnary(
    _ source: SourceNode, _ operation: Operation
  ) throws(ModelError) {
    try source.expectInputs(1...1)
    try emit(operation, source.inputs, source)
  }

  /// Emits an operation that reads as many inputs as it has.
  mutating func convert(
    _ source: SourceNode, inputs: ClosedRange<Int>, _ operation: Operation
  ) throws(ModelError) {
    try source.expectInputs(inputs)
    try emit(operation, source.inputs, source)
  }

  /// Adds a node that makes the source's output.
  mutating func emit(
    _ operation: Operation, _ inputs: [String], _ source: SourceNode
  ) throws(ModelError) {
    try emit(operation, inputs, source, output: source.output)
  }

  /// Adds a node that makes a given tensor.
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

  /// Adds a number as an input of the source's node.
  mutating func scalar(_ value: Float, _ source: SourceNode) -> String {
    builder.add(ConstantTensor(shape: [], elements: .floats([value])), near: source.output)
  }

  /// Adds integers as an input of the source's node.
  mutating func add(_ values: [Int], _ source: SourceNode) -> String {
    builder.add(ConstantTensor(values), near: source.output)
  }
}
