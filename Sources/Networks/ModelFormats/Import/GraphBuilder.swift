import NeuralNetworks

/// A graph that grows node by node while a file is read, whatever the file's format.
///
/// Shapes are worked out at once, for the input's size in the file. What depends on constants of the
/// file alone is computed at once too and leaves no node; a constant becomes a node only where
/// another node reads it.
struct GraphBuilder {
  let inputName: String
  let inputShape: TensorShape
  /// What is known about every tensor so far.
  private(set) var facts: [String: TensorFact]
  /// The tensors that depend on the file alone.
  private(set) var constants: [String: ConstantTensor] = [:]
  /// What may still be computed from constants.
  var allowance: FoldingAllowance
  private var nodes: [Node] = []
  private var dependsOnImage: Set<String>
  private var names: Set<String>
  private var serial = 1

  /// Begins a graph.
  ///
  /// - Parameters:
  ///   - inputName: The name of the input.
  ///   - inputShape: Its sizes.
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

  /// Adds a tensor of the file; four times as many elements may be computed from it.
  mutating func add(_ constant: ConstantTensor, name: String) {
    allowance.add(4 * constant.elements.count)
    constants[name] = constant
    facts[name] = TensorFact(constant)
  }

  /// Adds a constant under a name of its own.
  ///
  /// - Returns: The name.
  mutating func add(_ constant: ConstantTensor, near name: String) -> String {
    let name = freshName(name)
    add(constant, name: name)
    return name
  }

  /// Adds a node, or the values that it gives.
  ///
  /// - Throws: `GraphError` when it does not fit its inputs.
  mutating func add(_ node: Node) throws(GraphError) {
    let fact = try node.fact(ofInputs: node.inputFacts(among: facts), allowance: &allowance)
    guard facts.updateValue(fact, forKey: node.output) == nil else {
      throw GraphError("node \(quoted(node.name)): \(quoted(node.output)) already exists")
    }
    if let constant = fact.constant, node.inputs.allSatisfy({ $0.isEmpty || constants[$0] != nil })
    {
      constants[node.output] = constant
      return
    }
    let isShape = if case .shape = node.operation { true } else { false }
    if !isShape, node.inputs.contains(where: dependsOnImage.contains) {
      dependsOnImage.insert(node.output)
    }
    nodes.append(node)
  }

  /// A name that no tensor of the file has, made of one that a tensor has.
  mutating func freshName(_ name: String) -> String {
    var candidate = name
    while !names.insert(candidate).inserted {
      serial += 1
      candidate = "\(name) (\(serial))"
    }
    return candidate
  }

  /// The graph: the nodes that depend on the image, and what these and the outputs need.
  ///
  /// - Complexity: O(nodes).
  func graph(outputs: [String]) -> NetworkGraph {
    var needed = Set(outputs)
    var kept: [Node] = []
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
      inputName: inputName, inputShape: inputShape, nodes: known + kept, outputNames: outputs)
  }
}
