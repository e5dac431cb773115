import NeuralNetworks

/// A graph that grows node by node while an ONNX file is read.
///
/// Shapes are computed at once, for the input's size in the file. What depends on constants of the
/// file alone is computed at once too and leaves no node: exporters write shape arithmetic
/// (`Shape`, `Gather`, `Concat`, `Reshape`) and masks as nodes. A constant becomes a node only
/// where another node reads it.
struct GraphBuilder {
  /// The name of the graph's only input.
  let inputName: String
  /// The input's shape, for which facts are computed.
  let inputShape: TensorShape
  /// What is known about every tensor so far: shape, element type, and values that do not depend on
  /// the image's.
  private(set) var facts: [String: TensorFact]
  /// The tensors that depend on the file alone.
  private(set) var constants: [String: ConstantTensor] = [:]
  /// How many elements may still be computed from constants.
  var allowance: FoldingAllowance
  private var nodes: [Node] = []
  /// The tensors whose values, not only sizes, depend on the image.
  private var dependsOnImage: Set<String>
  private var names: Set<String>
  private var serial = 1
  /// The names that the node of the file that is being converted was given.
  private var freshNames: [String] = []
  /// What nodes of the graph read.
  private var readByNodes: Set<String> = []

  /// Begins a graph.
  ///
  /// - Parameters:
  ///   - inputName: The name of the input.
  ///   - inputShape: Its shape.
  ///   - names: All names of the file: tensors that are added get others.
  ///   - allowance: The elements that may be computed from constants.
  init(
    inputName: String, inputShape: TensorShape, names: Set<String>, allowance: FoldingAllowance
  ) {
    self.inputName = inputName
    self.inputShape = inputShape
    self.names = names
    self.allowance = allowance
    facts = [inputName: TensorFact(shape: inputShape)]
    dependsOnImage = [inputName]
  }

  /// Adds a tensor of the file, and allows 16 times as many elements to be computed.
  ///
  /// Folding is paid for by what the file holds: a reader may transpose, convert and standardize its
  /// weights (a dozen passes over them), but a few bytes (`ConstantOfShape`, `Expand`) cannot ask for
  /// gigabytes.
  mutating func add(_ constant: ConstantTensor, name: String) {
    allowance.add(16 * constant.elements.count)
    constants[name] = constant
    facts[name] = TensorFact(constant)
  }

  /// Adds a constant that the file does not name.
  ///
  /// - Parameters:
  ///   - constant: The values.
  ///   - name: A tensor's name, which its own will resemble.
  /// - Returns: Its name.
  mutating func add(_ constant: ConstantTensor, near name: String) -> String {
    let name = freshName(name)
    add(constant, name: name)
    return name
  }

  /// Adds a node, or, if all its inputs are constants, the values that it computes.
  ///
  /// - Throws: `GraphError` when it does not fit its inputs, its output's name is taken, or the
  ///   allowance is spent.
  mutating func add(_ node: Node) throws(GraphError) {
    let fact = try node.fact(ofInputs: node.inputFacts(among: facts), allowance: &allowance)
    guard facts.updateValue(fact, forKey: node.output) == nil else {
      throw GraphError("node \(quoted(node.name)): \(quoted(node.output)) already exists")
    }
    // Values that follow from the input's shape alone, not from constants, stay nodes: another
    // batch or image size computes them anew.
    if let constant = fact.constant, node.inputs.allSatisfy({ $0.isEmpty || constants[$0] != nil })
    {
      constants[node.output] = constant
      return
    }
    // `Shape` reads the size of a tensor, not its values: what follows does not depend on the image
    // and is kept only where something needs it.
    let isShape = if case .shape = node.operation { true } else { false }
    if !isShape, node.inputs.contains(where: dependsOnImage.contains) {
      dependsOnImage.insert(node.output)
    }
    readByNodes.formUnion(node.inputs)
    nodes.append(node)
  }

  /// Lets go of constants: those given, which nothing of the file reads any more, and those that the
  /// last node of the file was converted through.
  ///
  /// Weights that are computed in several passes would otherwise be kept once for each.
  mutating func release(_ names: some Sequence<String>) {
    for name in Array(names) + freshNames
    where constants[name] != nil && !readByNodes.contains(name) {
      constants[name] = nil
      facts[name] = nil
    }
    freshNames = []
  }

  /// Whether a tensor's values, not only sizes, depend on the image.
  func dependsOnImage(_ name: String) -> Bool { dependsOnImage.contains(name) }

  /// How many nodes there are, to come back to.
  var nodeCount: Int { nodes.count }

  /// Removes the nodes from the given number on, and tensors that were made beside them: what a node
  /// of the file had become before it was found to be none that can be computed.
  mutating func removeNodes(from count: Int, tensors: [String]) {
    for name in nodes[count...].map(\.output) + tensors {
      facts[name] = nil
      constants[name] = nil
      dependsOnImage.remove(name)
    }
    nodes.removeSubrange(count...)
  }

  /// The tensors of floating-point numbers that depend on the image and of which nothing else that
  /// does is made.
  var ends: [String] {
    let read = Set(nodes.filter { dependsOnImage.contains($0.output) }.flatMap(\.inputs))
    return nodes.map(\.output).filter {
      dependsOnImage.contains($0) && !read.contains($0) && facts[$0]?.type == .float
    }
  }

  /// A name that no tensor of the file has, made of one that a tensor has: `conv (2)`.
  mutating func freshName(_ name: String) -> String {
    var candidate = name
    // One counter for all names: with one per name, a file of many equal names would take quadratic
    // time.
    while !names.insert(candidate).inserted {
      serial += 1
      candidate = "\(name) (\(serial))"
    }
    freshNames.append(candidate)
    return candidate
  }

  /// The graph: the nodes that depend on the image, and what these and the outputs need.
  ///
  /// - Parameters:
  ///   - outputs: The names of the network's results.
  ///   - unavailable: Why tensors of the file cannot be computed.
  ///   - modules: The tensors of modules by their paths.
  /// - Returns: The graph, constants that are read first, then nodes in order of computation.
  /// - Complexity: O(nodes).
  func graph(
    outputs: [String], unavailable: [String: String] = [:], modules: [String: String] = [:]
  ) -> NetworkGraph {
    var needed = Set(outputs)
    var kept: [Node] = []
    // Backwards, so that all readers of a node have been seen when it is its turn.
    for node in nodes.reversed()
    where dependsOnImage.contains(node.output) || needed.contains(node.output) {
      needed.formUnion(node.inputs)
      kept.append(node)
    }
    kept.reverse()
    var read: Set<String> = []
    var known: [Node] = []
    for name in kept.flatMap(\.inputs) + outputs {
      guard let constant = constants[name], read.insert(name).inserted else { continue }
      known.append(Node(name: name, operation: .constant(constant), inputs: [], output: name))
    }
    return NetworkGraph(
      inputName: inputName, inputShape: inputShape, nodes: known + kept, outputNames: outputs,
      unavailable: unavailable, modules: modules)
  }
}
