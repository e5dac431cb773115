import CommandLine
import FoundationEssentials
import Models
import NeuralNetworks
import Numerics

/// What a network's file and card say, before it is run.
struct NetworkCheck {
  let network: TrainedNetwork
  let list: TensorList
  private let cardPath: String

  init(_ network: TrainedNetwork, card: String?) throws {
    self.network = network
    list = try TensorList(network, size: network.preprocessing.size)
    cardPath = ModelCard.path(besides: network.path, explicit: card)
  }

  func reportFile() {
    let sizes = network.files.compactMap { path in
      (try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? Int
    }
    let size = sizes.reduce(0, +)
    let others = sizes.count - 1
    let parameters = list.entries.reduce(0) { $0 + $1.parameterCount }
    report(
      .ok, "file",
      """
      \(network.path)\(others > 0 ? " and \(counted(others, "file")) of weights" : ""), \
      \(decimal(Double(size) / 1e6)) MB: \
      \(list.entries.count - 1) operations on the image, \(grouped(parameters)) parameters
      """)
  }

  func reportCard() {
    let isThere = fileExists(cardPath)
    if isThere { report(.ok, "card", cardPath) }
    for warning in network.warnings {
      guard let (subject, text) = Self.assumption(warning) else {
        report(.warning, "card", warning)
        continue
      }
      if !isThere, subject.contains(cardPath) {
        report(.missing, "card", "\(cardPath): give one beside the network, or by --card")
      }
      report(.assumed, subject.contains(cardPath) ? "card" : "input", text)
    }
  }

  /// The two halves of a warning about what was assumed.
  private static func assumption(_ warning: String) -> (subject: Substring, text: String)? {
    let words = ": assumed "
    guard let range = warning.firstRange(of: words) else {
      guard let range = warning.firstRange(of: "; assumed ") else { return nil }
      return (warning[..<range.lowerBound], String(warning[range.upperBound...]))
    }
    return (warning[..<range.lowerBound], String(warning[range.upperBound...]))
  }

  func reportInput() {
    let preprocessing = network.preprocessing
    let size = preprocessing.size
    let channels = preprocessing.channels.map { channel in
      switch channel.source {
      case .red: "R"
      case .green: "G"
      case .blue: "B"
      case .luma: "gray"
      }
    }
    let values = preprocessing.channels.map { channel in
      let (black, white) = (channel.offset, 255 * channel.scale + channel.offset)
      return "\(decimal(Double(black)))…\(decimal(Double(white)))"
    }
    let isSame = Set(values).count == 1
    report(
      .ok, "input",
      """
      \(quoted(network.graph.inputName)), \(channels.count) × \(size.height) × \(size.width), \
      \(channels.joined()) of \(isSame ? values[0] : values.joined(separator: ", ")) from black to \
      white
      """)
  }

  func reportClasses() {
    let card = network.card
    let named = card.probabilities ?? card.logits
    let classes = named.flatMap { name in list.entries.first { $0.name == name } }
    let count = classes?.fact.shape.map?.channels
    if network.labels.isEmpty {
      report(
        .missing, "labels",
        "the card names none, so that classes have numbers only; give a file of one name per line")
    } else if let count {
      report(.ok, "labels", "\(network.labels.count) for \(count) classes")
    } else {
      report(
        .ok, "labels", "\(network.labels.count); the card names no tensor of classes to compare")
    }
    for (field, tensor) in [("logits", card.logits), ("probabilities", card.probabilities)] {
      guard let tensor else {
        let likely = field == "logits" ? likelyLogits : likelyProbabilities
        report(
          .missing, field,
          "the card names none" + (likely.map { "; likely \(quoted($0))" } ?? ""))
        continue
      }
      let shape = list.entries.first { $0.name == tensor }?.fact.shape.description ?? "not computed"
      report(.ok, field, "\(quoted(tensor)), \(shape)")
    }
    if !card.layers.isEmpty { report(.ok, "aliases", "\(card.layers.count) layers") }
  }

  /// What makes the last tensor, and copies of a tensor before it.
  private var lastOperation: Node? {
    let makers = Dictionary(network.graph.nodes.map { ($0.output, $0) }) { first, _ in first }
    var node = list.entries.last.flatMap { makers[$0.name] }
    while case .identity = node?.operation { node = node?.inputs.first.flatMap { makers[$0] } }
    return node
  }

  /// The last vector, or what the last softmax is made of.
  private var likelyLogits: String? {
    guard let node = lastOperation else { return nil }
    if case .softmax = node.operation { return node.inputs.first }
    return list.entries.last { $0.name == node.output && $0.fact.shape.rank == 2 }?.name
  }

  private var likelyProbabilities: String? {
    guard let node = lastOperation, case .softmax = node.operation else { return nil }
    return node.output
  }

  func reportOperations() {
    let listed = Set(list.entries.map(\.name))
    let names = network.graph.nodes.filter { listed.contains($0.output) }.map(\.operation.name)
    let counts = Dictionary(names.map { ($0, 1) }, uniquingKeysWith: +)
    let sorted = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    report(
      .ok, "operations",
      "all supported: " + sorted.map { "\($0.value) \($0.key)" }.joined(separator: ", "))
  }

  /// Checks that there is a layer of which an atlas can be made.
  func requireLayers() throws {
    guard list.deepest != nil else {
      throw StageError(
        "Cannot make an atlas of \(network.path): none of its tensors is a map, tokens or a vector; export it with an input of one image."
      )
    }
  }

  func reportLayers() {
    let layers = list.layers
    let maps =
      layers.contains { $0.name == list.deepest?.name && $0.stride == nil }
      ? layers : layers.filter { $0.stride != nil }
    let named = maps.filter { !$0.aliases.isEmpty }
    let names = (named.isEmpty ? maps : named).suffix(3).map { quoted($0.aliases.first ?? $0.name) }
    report(
      .ok, "atlas",
      "\(list.suitable.count) layers, for instance \(names.joined(separator: ", ")); "
        + "atlas-network summary --layers lists those to choose from")
  }
}
