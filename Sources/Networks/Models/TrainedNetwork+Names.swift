import NeuralNetworks

extension TrainedNetwork {
  /// The names by which layers can be called: the card's aliases, then the tensors', each in order
  /// of computation.
  ///
  /// - Complexity: O(tensors + aliases).
  public var layerNames: [String] {
    let tensors = graph.tensorNames
    let aliases = Dictionary(grouping: card.layers.keys) { card.layers[$0] }
    return tensors.flatMap { (aliases[$0] ?? []).sorted() } + tensors
  }

  /// The tensor that a layer's name stands for: an alias of the card, the tensor's own name, or the
  /// path of the module that makes it (`layer3.1`), where the file tells.
  ///
  /// - Parameter layer: The name that the user gave.
  /// - Returns: The tensor's name in `graph`.
  /// - Throws: `ModelError` with names that are near, or those of layers that suit, when there is no
  ///   such layer; with the reason when it cannot be computed.
  public func tensorName(for layer: String) throws(ModelError) -> String {
    if let tensor = card.layers[layer] { return tensor }
    let tensors = Set(graph.tensorNames)
    if tensors.contains(layer) { return layer }
    let named = graph.modules[layer] ?? layer
    if tensors.contains(named) { return named }
    if let reason = graph.unavailable[named] {
      throw ModelError(
        "use network", path, "its layer \(quoted(layer)) cannot be computed: \(reason)",
        remedy: "choose a layer before that; \(Self.listing) lists them")
    }
    throw unknown(layer)
  }

  /// An error about a layer that does not exist.
  ///
  /// Names of exported tensors are long and alike: a few near ones are quicker than a list, and where
  /// none is near, those of layers that one would choose.
  private func unknown(_ layer: String) -> ModelError {
    let modules = graph.modules.keys.sorted { ($0.utf8.count, $0) < ($1.utf8.count, $1) }
    let names = layerNames.filter { $0 != graph.inputName }
    let near = nearNames(to: layer, among: card.layers.keys.sorted() + modules + names)
    let shown = near.isEmpty ? usualLayers : near
    let list = shown.map(quoted).joined(separator: ", ")
    return ModelError(
      "use network", path, "it has no layer \(quoted(layer))",
      remedy: near.isEmpty
        ? "it has, for instance, \(list); \(Self.listing) lists those that suit"
        : "the nearest names are \(list); \(Self.listing) lists those that suit")
  }

  /// A few layers that one would choose: those with aliases, else the modules of maps nearest to the
  /// whole network, else the last map of each resolution; the last of many.
  var usualLayers: [String] {
    let size = preprocessing.size
    guard let graph = try? graph.withGlobalPoolsMarked(),
      let input = try? graph.imageShape(height: size.height, width: size.width),
      let facts = try? graph.fittingFacts(input: input).facts
    else { return [] }
    let fields = graph.receptiveFields(facts)
    func isMap(_ tensor: String) -> Bool {
      guard let form = graph.suitability(of: tensor, facts, fields)?.form,
        let fact = facts[tensor]
      else { return false }
      return form.map(of: fact.shape).positionCount > 1
    }
    let tensors = graph.tensorNames.filter(isMap)
    let place = Dictionary(tensors.enumerated().map { ($1, $0) }) { first, _ in first }
    func sorted(_ names: [String: String]) -> [String] {
      names.filter { place[$0.value] != nil }.sorted {
        (place[$0.value] ?? 0, $0.key) < (place[$1.value] ?? 0, $1.key)
      }.map(\.key)
    }
    let aliases = sorted(card.layers)
    if !aliases.isEmpty { return aliases.suffix(5) }
    for depth in 0..<4 {
      let modules = sorted(graph.modules.filter { $0.key.count { $0 == "." } == depth })
      if modules.count > 2 { return modules.suffix(5) }
    }
    var lastOfStride: [Int: String] = [:]
    for tensor in tensors {
      if let stride = fields[tensor]?.rows.positions?.stride { lastOfStride[stride] = tensor }
    }
    return lastOfStride.sorted { $0.key < $1.key }.map(\.value).suffix(5)
  }
}
