import Models
import NeuralNetworks

/// The tensors of a network that depend on the image, for an image of some size.
struct TensorList {
  let network: TrainedNetwork
  let size: Extent
  /// In order of computation, the input first.
  let entries: [TensorEntry]
  /// The first node that the size does not suit.
  let fault: GraphError?
  private let readers: [String: [Node]]
  private let makers: [String: Node]
  /// The number of operations on the longest path from the image to a tensor.
  private let depths: [String: Int]

  /// Lists the tensors.
  ///
  /// - Throws: `GraphError` when the network does not take images of that size at all.
  init(_ network: TrainedNetwork, size: Extent) throws(GraphError) {
    let graph = try network.graph.withGlobalPoolsMarked()
    let input = try graph.imageShape(height: size.height, width: size.width)
    let (facts, fault) = try graph.fittingFacts(input: input)
    let fields = graph.receptiveFields(facts)
    let parameters = graph.parameterCounts()
    let aliases = Dictionary(grouping: network.card.layers.keys) { network.card.layers[$0] }
    let modules = Dictionary(grouping: graph.modules.keys) { graph.modules[$0] }
    func entry(_ name: String, _ node: Node?, _ fact: TensorFact, _ operation: String)
      -> TensorEntry?
    {
      guard let field = fields[name] else { return nil }
      return TensorEntry(
        name: name, operation: operation, fact: fact, parameterCount: parameters[name] ?? 0,
        operationCount: node?.floatingPointOperations(facts) ?? 0, field: field,
        aliases: (aliases[name] ?? []).sorted(),
        modules: (modules[name] ?? []).sorted { ($0.utf8.count, $0) < ($1.utf8.count, $1) },
        suitability: graph.suitability(of: name, facts, fields) ?? .unsuited("it is not computed"))
    }
    let image = TensorFact(shape: input)
    var entries = [entry(graph.inputName, nil, image, "input")].compactMap { $0 }
    // The operation's words are the file's own, not those of the pools that were marked as global.
    for (node, original) in zip(graph.nodes, network.graph.nodes) {
      guard let fact = facts[node.output],
        let entry = entry(node.output, node, fact, original.operation.summary)
      else { continue }
      entries.append(entry)
    }
    self.network = network
    self.size = size
    self.entries = entries
    self.fault = fault
    var readers: [String: [Node]] = [:]
    for node in graph.nodes {
      for name in Set(node.inputs) { readers[name, default: []].append(node) }
    }
    self.readers = readers
    var depths = [graph.inputName: 0]
    for node in graph.nodes {
      if let depth = node.inputs.compactMap({ depths[$0] }).max() {
        depths[node.output] = depth + 1
      }
    }
    self.depths = depths
    makers = Dictionary(graph.nodes.map { ($0.output, $0) }) { first, _ in first }
  }

  /// The tensors of which an atlas can be made.
  var suitable: [TensorEntry] { entries.filter { $0.map != nil } }

  /// The map with the longest path from the image; where most of the work comes behind all maps, as
  /// for tokens, the last tensor before the classes.
  var deepest: TensorEntry? {
    let maps = suitable.filter { $0.map.map { $0.positionCount > 1 } ?? false }
    // The last one of equals.
    let map = maps.reversed().max { depths[$0.name, default: 0] < depths[$1.name, default: 0] }
    guard let map, let last = entries.lastIndex(where: { $0.name == maps.last?.name }) else {
      return lastBeforeClasses
    }
    func work(_ entries: some Sequence<TensorEntry>) -> Double {
      entries.reduce(0) { $0 + Double($1.operationCount) }
    }
    return work(entries[...last]) < work(entries[(last + 1)...]) ? lastBeforeClasses : map
  }

  private var lastBeforeClasses: TensorEntry? {
    let card = network.card
    let classes = Set(
      network.graph.outputNames + [card.logits, card.probabilities].compactMap { $0 })
    return suitable.last { !classes.contains($0.name) } ?? suitable.last
  }

  /// What it takes to compute a tensor: the weights and operations of all that it depends on.
  func cost(of name: String) -> (parameters: Int, operations: Double) {
    var needed: Set<String> = []
    var waiting = [name]
    while let name = waiting.popLast() {
      guard needed.insert(name).inserted else { continue }
      waiting += makers[name]?.inputs ?? []
    }
    return entries.reduce((0, 0)) { sum, entry in
      guard needed.contains(entry.name) else { return sum }
      return (sum.0 + entry.parameterCount, sum.1 + Double(entry.operationCount))
    }
  }

  /// Those that one would choose: first the ones with aliases, then the results of blocks, the last
  /// ones of a resolution that has no blocks, and the deepest.
  var layers: [TensorEntry] {
    let suitable = self.suitable
    let named = suitable.filter { !$0.aliases.isEmpty }
    let byName = Dictionary(entries.map { ($0.name, $0) }) { first, _ in first }
    let blocks = suitable.filter { endsBlock($0, byName) }
    let resolutions = Set(blocks.map(\.stride))
    let last = suitable.filter {
      !resolutions.contains($0.stride) && precedesCoarser($0, byName)
    }
    var chosen = Set(blocks.map { afterActivation($0, byName) } + last.map(\.name))
    chosen.subtract(named.map(\.name))
    if let deepest, deepest.aliases.isEmpty { chosen.insert(deepest.name) }
    return named + suitable.filter { chosen.contains($0.name) }
  }

  /// Whether branches meet here: channels laid side by side, or a sum of two maps.
  private func endsBlock(_ entry: TensorEntry, _ byName: [String: TensorEntry]) -> Bool {
    guard let node = makers[entry.name], entry.stride != nil else { return false }
    switch node.operation {
    case .concatenation(let axis): return axis == 1 || axis == 1 - 4
    case .binary(.add): return node.inputs.count { byName[$0]?.stride != nil } == 2
    default: return false
    }
  }

  /// Whether a map of larger strides is made of this one.
  private func precedesCoarser(_ entry: TensorEntry, _ byName: [String: TensorEntry]) -> Bool {
    guard let stride = entry.stride else { return false }
    return (readers[entry.name] ?? []).contains { reader in
      guard let next = byName[reader.output]?.stride else { return false }
      return next.height > stride.height || next.width > stride.width
    }
  }

  /// What a block's result becomes by a function that alone reads it.
  private func afterActivation(
    _ entry: TensorEntry, _ byName: [String: TensorEntry]
  ) -> String {
    guard let reader = readers[entry.name]?.first, readers[entry.name]?.count == 1,
      case .unary = reader.operation, byName[reader.output] != nil
    else { return entry.name }
    return reader.output
  }
}
