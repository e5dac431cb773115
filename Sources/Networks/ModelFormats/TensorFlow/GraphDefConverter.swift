import NeuralNetworks

/// Turns the nodes of a GraphDef into nodes of a graph, in order of computation.
///
/// TensorFlow stores maps as height × width × channels (NHWC), the engine computes on channels ×
/// height × width (NCHW). A map whose channels are last in the file is therefore stored with its
/// channels first, under the same name. Where an operation needs the file's own order of
/// dimensions, the tensor is transposed into one named `…:nhwc`, where it needs a map, into
/// `…:nchw`: a colon occurs in no name of the file.
struct GraphDefConverter {
  /// A tensor of the graph, with the order of its dimensions.
  struct Tensor {
    /// Its name in the graph.
    let name: String
    /// Whether it is a map of four dimensions whose channels are last in the file, and first here.
    let isMap: Bool
  }

  /// What a node's output has become.
  enum Value {
    /// Values of the file, not decoded yet.
    case constant(name: String, TFTensorProto)
    /// A tensor of the graph.
    case tensor(Tensor)
    /// Nothing, for a reason that users of its layers are told.
    case missing(reason: String, dependsOnImage: Bool)
  }

  /// The graph's input.
  let image: GraphDefImage
  /// What each tensor of the file has become, by its name in a graph.
  private var values: [String: Value] = [:]
  /// What is known about each tensor of the graph, for an image of the size in the file.
  private(set) var facts: [String: TensorFact]
  private var nodes: [Node] = []
  /// The tensors of the graph that depend on the image's values.
  private var dependent: Set<String>
  /// The tensors whose values depend on the sizes of tensors, which another image or batch may
  /// change.
  private(set) var sized: Set<String> = []
  /// The tensors that have names of the file.
  private var named: Set<String> = []
  /// Why tensors that depend on the image, or unsupported nodes before them, cannot be computed.
  private(set) var missing: [String: String] = [:]
  /// How many values of constants may still be decoded.
  private var valueAllowance: Int
  /// How many nodes the graph may have.
  private let nodeLimit: Int
  private var foldingAllowance = FoldingAllowance(elementCount: 1 << 24)

  /// Begins a graph.
  ///
  /// - Parameters:
  ///   - image: Its input.
  ///   - fileSize: The file's size in bytes, in proportion to which the numbers of values and nodes
  ///     are bounded.
  init(image: GraphDefImage, fileSize: Int) {
    self.image = image
    // A list may fill a large tensor with one number, so values are not bounded by bytes.
    valueAllowance = fileSize + 1 << 24
    // One node of the file may become several, `Split` thousands: a few bytes may not ask for
    // millions.
    nodeLimit = min(fileSize / 8 + 4096, 1 << 22)
    dependent = [image.name]
    facts = [image.name: TensorFact(shape: image.shape)]
    values[image.name] = .tensor(
      Tensor(name: image.name, isMap: image.format == .channelsLast))
  }

  /// Converts a node whose inputs were converted before, or records why it cannot be.
  ///
  /// A GraphDef may hold nodes that no layer needs, for training or for reading files; a node that
  /// cannot be converted therefore spoils only what depends on it.
  mutating func convert(_ node: GraphDefNode) {
    guard node.name != image.name else { return }
    do throws(GraphDefFault) {
      let results = try results(of: node)
      for (index, value) in results.enumerated() {
        let name = index == 0 ? node.name : "\(node.name):\(index)"
        values[name] = value
        if case .tensor(let tensor) = value, tensor.name == name { named.insert(name) }
      }
    } catch {
      let dependsOnImage = node.inputs.contains { input in
        switch values[input.node] {
        case .tensor(let tensor): dependent.contains(tensor.name)
        case .missing(_, let dependsOnImage): dependsOnImage
        case .constant, nil: false
        }
      }
      values[node.name] = .missing(reason: error.cause, dependsOnImage: dependsOnImage)
      if dependsOnImage { missing[node.name] = error.cause }
    }
  }

  /// The graph of what could be converted.
  ///
  /// Its results are the floating-point tensors that no node of the file reads, or if there are
  /// none (a network that ends in an operation that is not supported), that no node of the graph
  /// reads. A GraphDef does not name its results.
  ///
  /// - Parameter read: The tensors that some node of the file reads.
  /// - Returns: The graph; `nil` when nothing that could be converted depends on the image.
  /// - Complexity: O(nodes).
  func graph(read: Set<GraphDefNode.Reference>) -> NetworkGraph? {
    var needed: Set<String> = []
    var kept: [Node] = []
    for node in nodes.reversed()
    where needed.contains(node.output)
      || dependent.contains(node.output) && named.contains(node.output)
    {
      needed.formUnion(node.inputs)
      kept.append(node)
    }
    let read = Set(read.lazy.map(\.tensor))
    let results = kept.reversed().map(\.output).filter {
      dependent.contains($0) && facts[$0]?.type == .float && named.contains($0)
    }
    let ends = results.filter { !read.contains($0) }
    let outputs = ends.isEmpty ? results.filter { !needed.contains($0) } : ends
    guard !outputs.isEmpty else { return nil }
    return NetworkGraph(
      inputName: image.name, inputShape: image.shape, nodes: kept.reversed(), outputNames: outputs,
      unavailable: missing)
  }

  // MARK: What nodes read

  /// What one of a node's inputs has become.
  ///
  /// - Throws: `GraphDefFault` when there is no such input, or it could not be converted; the
  ///   reason is that of the first node that failed.
  func value(_ index: Int, of node: GraphDefNode) throws(GraphDefFault) -> Value {
    guard node.inputs.indices.contains(index) else {
      throw node.fault("it has \(node.inputs.count) inputs, too few")
    }
    let reference = node.inputs[index]
    if case .missing(let reason, _)? = values[reference.node] { throw GraphDefFault(reason) }
    guard let value = values[reference.tensor] else {
      // An input that exists comes before the node, unless it depends on the node.
      throw node.fault(
        "its input \(quoted(reference.tensor)) does not exist, or depends on the node itself")
    }
    return value
  }

  /// One of a node's inputs as a tensor of the graph; a constant is decoded and added when it is
  /// first read.
  mutating func tensor(_ index: Int, of node: GraphDefNode) throws(GraphDefFault) -> Tensor {
    switch try value(index, of: node) {
    case .constant(let name, let values):
      guard facts[name] == nil else { return Tensor(name: name, isMap: false) }
      return try constant(try read(values, for: node), as: name, for: node)
    case .tensor(let tensor): return tensor
    case .missing(let reason, _): throw GraphDefFault(reason)
    }
  }

  /// The values of an input that does not depend on the image, in the file's order of dimensions.
  ///
  /// - Parameters:
  ///   - index: The input.
  ///   - node: The node.
  ///   - what: What the values are, for messages, in the plural.
  /// - Returns: The values.
  /// - Throws: `GraphDefFault` when they depend on the image, or on sizes that another image
  ///   changes.
  mutating func constant(
    _ index: Int, of node: GraphDefNode, _ what: String
  ) throws(GraphDefFault) -> ConstantTensor {
    switch try value(index, of: node) {
    case .constant(_, let values): return try read(values, for: node)
    case .tensor(let tensor):
      guard !sized.contains(tensor.name),
        let constant = facts[try plain(tensor, for: node).name]?.constant
      else { throw node.fault("its \(what) depend on the image, which is not supported") }
      return constant
    case .missing(let reason, _): throw GraphDefFault(reason)
    }
  }

  /// The values of an input that are finite floating-point numbers, and their dimensions in the
  /// file's order.
  mutating func weights(
    _ index: Int, of node: GraphDefNode
  ) throws(GraphDefFault) -> (dimensions: [Int], values: [Float]) {
    let constant = try constant(index, of: node, "weights")
    guard let values = constant.floats, values.allSatisfy(\.isFinite) else {
      throw node.fault("its weights are not finite floating-point numbers")
    }
    return (constant.shape.dimensions, values)
  }

  /// A short list of integers that does not depend on the image; one integer is a list too.
  ///
  /// - Throws: `GraphDefFault` for other values, or more than 16: axes, sizes and padding of at
  ///   most 8 dimensions.
  mutating func integers(
    _ index: Int, of node: GraphDefNode, _ what: String
  ) throws(GraphDefFault) -> [Int] {
    let constant = try constant(index, of: node, what)
    guard let values = constant.integers, constant.shape.rank <= 2, values.count <= 16 else {
      throw node.fault("its \(what) are not a short list of whole numbers")
    }
    return values
  }

  /// Decodes a constant, charging it to the allowance.
  private mutating func read(
    _ tensor: TFTensorProto, for node: GraphDefNode
  ) throws(GraphDefFault) -> ConstantTensor {
    let constant: ConstantTensor
    do throws(GraphDefFault) {
      constant = try ConstantTensor(tensor, limit: valueAllowance)
    } catch {
      throw node.fault(error.cause)
    }
    valueAllowance -= constant.elements.count
    // What the file holds may be computed with; what one number fills has the allowance of all.
    if !tensor.tensorContent.isEmpty { foldingAllowance.add(4 * constant.elements.count) }
    return constant
  }

  // MARK: What nodes make

  /// Adds a node to the graph.
  ///
  /// - Parameters:
  ///   - operation: What it computes.
  ///   - inputs: The tensors that it reads.
  ///   - output: The tensor that it makes: the source's own name, or one with a colon that says
  ///     what it is.
  ///   - isMap: Whether the output is a map that the file holds with its channels last.
  ///   - source: The node of the file, for its name.
  /// - Returns: The output.
  /// - Throws: `GraphDefFault` when the operation does not fit its inputs, or a limit is reached.
  @discardableResult
  mutating func add(
    _ operation: Operation, _ inputs: [Tensor], as output: String, isMap: Bool = false,
    for source: GraphDefNode
  ) throws(GraphDefFault) -> Tensor {
    let node = Node(
      name: source.name, operation: operation, inputs: inputs.map(\.name), output: output)
    guard facts[output] == nil else {
      throw source.fault("a tensor of the name \(quoted(output)) already exists")
    }
    guard nodes.count < nodeLimit else {
      throw source.fault("it and the nodes before it need more than \(nodeLimit) operations")
    }
    do throws(GraphError) {
      facts[output] = try node.fact(
        ofInputs: node.inputFacts(among: facts), allowance: &foldingAllowance)
    } catch {
      throw GraphDefFault(error.description)
    }
    let isShape = if case .shape = operation { true } else { false }
    if !isShape, node.inputs.contains(where: dependent.contains) { dependent.insert(output) }
    // Two kinds of dependence: values of the image, and sizes, which are known now but may be
    // others when the network is compiled for another image.
    if isShape || node.inputs.contains(where: sized.contains) { sized.insert(output) }
    nodes.append(node)
    return Tensor(name: output, isMap: isMap)
  }

  /// Adds a constant to the graph.
  mutating func constant(
    _ value: ConstantTensor, as output: String, for source: GraphDefNode
  ) throws(GraphDefFault) -> Tensor {
    try add(.constant(value), [], as: output, for: source)
  }
}
