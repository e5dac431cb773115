import ModelFormats
import NetworkGraphs

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
    func entry(_ name: String, _ node: Node?, _ fact: TensorFact, _ operation: String)
      -> TensorEntry?
    {
      guard let field = fields[name] else { return nil }
      return TensorEntry(
        name: name, operation: operation, fact: fact, parameterCount: parameters[name] ?? 0,
        operationCount: node?.floatingPointOperations(facts) ?? 0, field: field,
        aliases: (aliases[name] ?? []).sorted(),
        suitability: node == nil ? .doesNotSuit : Self.suitability(fact, field))
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
    makers = Dictionary(graph.nodes.map { ($0.output, $0) }) { first, _ in first }
  }

  private static func suitability(
    _ fact: TensorFact, _ field: ReceptiveField
  ) -> TensorEntry.Suitability {
    guard fact.type == .float, fact.shape.map != nil else { return .doesNotSuit }
    guard fact.shape.rank == 4 else { return .suits }
    return field.isOfMap.map { $0 ? .suits : .doesNotSuit } ?? .maySuit
  }

  /// The tensors of which an atlas can be made.
  var suitable: [TensorEntry] { entries.filter { $0.suitability == .suits } }

  /// The last map, or the last vector where there is none.
  var deepest: TensorEntry? {
    suitable.last { $0.fact.shape.map.map { $0.positionCount > 1 } ?? false } ?? suitable.last
  }

  /// Those that one would choose: first the ones with aliases, then the results of blocks and the
  /// last ones before the resolution changes.
  var layers: [TensorEntry] {
    let suitable = entries.filter { $0.suitability != .doesNotSuit }
    let named = suitable.filter { !$0.aliases.isEmpty }
    let byName = Dictionary(entries.map { ($0.name, $0) }) { first, _ in first }
    var chosen = Set(suitable.filter { endsBlock($0, byName) }.map { afterActivation($0, byName) })
    chosen.subtract(named.map(\.name))
    if let deepest, deepest.aliases.isEmpty { chosen.insert(deepest.name) }
    return named + suitable.filter { chosen.contains($0.name) }
  }

  private func endsBlock(_ entry: TensorEntry, _ byName: [String: TensorEntry]) -> Bool {
    guard let node = makers[entry.name], entry.stride != nil else { return false }
    if case .concatenation(let axis) = node.operation, axis == 1 || axis == 1 - 4 { return true }
    if case .binary(.add) = node.operation,
      node.inputs.count(where: { byName[$0]?.stride != nil }) == 2
    {
      return true
    }
    return (readers[entry.name] ?? []).contains { reader in
      guard let stride = entry.stride, let next = byName[reader.output] else { return false }
      guard let after = next.stride else { return false }
      return after.height > stride.height || after.width > stride.width
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
