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
  /// How many images the file was written down for; `nil` for one, or any number.
  let fixedBatch: Int?
  /// How many nodes, and the outputs, have yet to read each name that any reads.
  private var readerCounts: [String: Int]
  /// The graph so far.
  var builder: GraphBuilder
  /// How many branches of an `If` the node that is being converted lies in.
  var branchDepth = 0
  /// The weights that no node has read yet.
  private var initializers: [String: ONNXTensorProto]
  private(set) var external: ExternalData
  /// What cannot be computed, and why.
  private(set) var missing = MissingTensors()
  /// The tensors of modules.
  private(set) var modules = ModulePaths()
  /// What is tested by each `IsNaN`, by its output.
  var testedForNaN: [String: String] = [:]
  /// What is wrong with the file itself, not with an operation: weights that were cut or lie nowhere.
  private var damage: ModelError?
  /// Weights that were found to be finite, so that many readers of one tensor check it once.
  private var finiteWeights: Set<String> = []

  /// Begins the conversion of a file.
  init(
    path: String, operatorSet: Int, readerCounts: [String: Int],
    fixedBatch: Int?, builder: GraphBuilder,
    initializers: [String: ONNXTensorProto], external: ExternalData
  ) {
    self.path = path
    self.operatorSet = operatorSet
    self.readerCounts = readerCounts
    self.fixedBatch = fixedBatch
    self.builder = builder
    self.initializers = initializers
    self.external = external
  }

  /// Converts a node whose inputs were converted before, or records why it cannot be.
  ///
  /// - Throws: `ModelError` when the file is damaged: its weights were cut, or lie in a file that
  ///   cannot be read.
  mutating func convert(_ node: ONNXNodeProto) throws(ModelError) {
    // A test for values that are no numbers is not computed, but the conversion of what reads it knows
    // of it.
    defer { release(node.input) }
    let isLost = node.input.contains {
      missing.contains($0) && (testedForNaN[$0] == nil || node.opType != "Where")
    }
    let dependsOnImage = node.input.contains {
      builder.dependsOnImage($0) || missing.dependsOnImage($0)
    }
    if dependsOnImage, node.opType != "Shape" { modules.add(node) }
    guard ONNXImporter.isDefaultDomain(node.domain),
      let converter = Self.converters[node.opType]
    else { return missing.add(node, dependsOnImage: dependsOnImage) }
    guard !isLost else {
      return missing.add(
        node.output, fault: nil, after: node.input, dependsOnImage: dependsOnImage)
    }
    let count = builder.nodeCount
    do throws(ModelError) {
      try convert(node, by: converter)
    } catch {
      if let damage { throw damage }
      builder.removeNodes(from: count, tensors: node.output)
      missing.add(node.output, fault: error.cause, dependsOnImage: dependsOnImage)
    }
  }

  /// Whether any node or output reads a tensor: side outputs that none does need not be made.
  func isRead(_ name: String) -> Bool { readerCounts[name] != nil }

  /// Lets go of the constants that a converted node was the last to read.
  private mutating func release(_ inputs: [String]) {
    var unread: [String] = []
    for name in Set(inputs) {
      readerCounts[name, default: 0] -= 1
      if readerCounts[name] == 0 { unread.append(name) }
    }
    builder.release(unread)
  }

  /// Records an input of the file that is not the image: what depends on it cannot be computed.
  mutating func refuse(input name: String) {
    missing.add(
      [name], fault: "it depends on the input \(quoted(name)) beside the image",
      dependsOnImage: false)
  }

  /// Records a second output of a node whose first one is made.
  mutating func refuse(sideOutput name: String, _ cause: String) {
    missing.add([name], fault: cause, dependsOnImage: true)
  }

  /// Records a result of the file that no node makes.
  mutating func refuse(output name: String) {
    missing.add(
      [name],
      fault:
        "the network's output \(quoted(name)) is no node's main output, which is not supported",
      dependsOnImage: true)
  }

  /// Converts a node whose inputs exist.
  ///
  /// - Throws: `ModelError` for an attribute or an input that the operation does not have, and shapes
  ///   that do not fit.
  private mutating func convert(
    _ node: ONNXNodeProto, by converter: Converter
  ) throws(ModelError) {
    var source = try SourceNode(node, path: path)
    for input in node.input where !input.isEmpty && testedForNaN[input] == nil {
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
    resizingConverters, standardizationConverters, tableConverters, weightConverters,
  ].reduce(into: [:]) { all, table in
    all.merge(table) { _, _ in preconditionFailure("two tables know the same operation") }
  }

  /// Decodes an initializer when it is first read, which keeps its encoded and decoded forms from
  /// being in memory for all weights at once.
  mutating func load(_ name: String, for source: SourceNode) throws(ModelError) {
    guard let tensor = initializers.removeValue(forKey: name) else { return }
    do throws(ModelError) {
      builder.add(try tensorValues(tensor, source), name: name)
    } catch {
      missing.add([name], fault: error.cause, dependsOnImage: false)
      throw error
    }
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
    do throws(ModelError) {
      return try ConstantTensor(tensor, external: &external) { cause, remedy in
        source.fault(cause, remedy: remedy)
      }
    } catch {
      // A type that is not supported concerns the nodes that read it; all else is the file's fault.
      if TensorEncoding(tensor.dataType) != nil { damage = error }
      throw error
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
