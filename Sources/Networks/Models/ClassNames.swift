public import NeuralNetworks

/// Finds labels by what people call their classes.
///
/// A class is called by its label's identifier, by its text, or by the first of the text's synonyms;
/// case does not count, and an underscore counts as a space.
public struct LabelIndex: Sendable {
  private var known: [String: Int?] = [:]

  /// Indexes labels.
  public init(_ labels: [Label]) {
    for (index, label) in labels.enumerated() {
      learn(label.text, index)
      if let synonym = label.text.split(separator: ",").first, synonym.count < label.text.count {
        learn(String(synonym), index)
      }
    }
    for (index, label) in labels.enumerated() {
      if let identifier = label.identifier { known[Self.comparable(identifier)] = .some(index) }
    }
  }

  /// The label of a name; nil where none has it, or two have (ImageNet has two cranes).
  public subscript(name: String) -> Int? { known[Self.comparable(name)] ?? nil }

  private mutating func learn(_ name: String, _ index: Int) {
    let name = Self.comparable(name)
    if let other = known[name], other != index {
      known[name] = .some(nil)
    } else {
      known[name] = .some(index)
    }
  }

  private static func comparable(_ name: String) -> String {
    String(name.lowercased().map { $0 == "_" ? " " : $0 })
  }
}

extension TrainedNetwork {
  /// The tensor of the network's logits: the card's, else the network's last output, or what that is the
  /// softmax of.
  ///
  /// - Throws: `ModelError` when the network has no output that is a vector.
  /// - Complexity: O(nodes).
  public func logits() throws(ModelError) -> String {
    if let logits = card.logits { return logits }
    func fault(_ cause: String) -> ModelError {
      ModelError(
        "find the logits of", path, cause,
        remedy: "name the tensor before the softmax in the card's field logits")
    }
    guard let output = graph.outputNames.last else { throw fault("it has no output") }
    let size = preprocessing.size
    let tensor = graph.logits(behind: output) ?? output
    do throws(GraphError) {
      let facts = try graph.facts(input: graph.imageShape(height: size.height, width: size.width))
      guard let shape = facts[tensor]?.shape else { throw GraphError("it is not computed") }
      guard shape.elementCount > 1,
        shape.dimensions.last == shape.elementCount || shape.rank < 2
          || shape.dimensions[1] == shape.elementCount
      else {
        throw GraphError("its sizes are \(shape), and logits are a vector")
      }
    } catch { throw fault("its card names none, and of its output \(quoted(tensor)), \(error)") }
    return tensor
  }

  /// The number of classes.
  ///
  /// - Parameter logits: The tensor of logits.
  /// - Returns: How many logits there are.
  /// - Throws: `ModelError` when it is not computed.
  /// - Complexity: O(nodes).
  public func classCount(of logits: String) throws(ModelError) -> Int {
    let size = preprocessing.size
    do throws(GraphError) {
      let facts = try graph.facts(input: graph.imageShape(height: size.height, width: size.width))
      guard let shape = facts[logits]?.shape else { throw GraphError("it is not computed") }
      return shape.elementCount
    } catch {
      throw ModelError(
        "use network", path, "of its logits \(quoted(logits)), \(error)",
        remedy: "name the tensor before the softmax in the card's field logits")
    }
  }

  /// What a class is called: the first of its label's synonyms, or its number.
  ///
  /// - Parameter index: An index of the logits.
  /// - Returns: The name; `class 7` where there is no label.
  public func className(_ index: Int) -> String {
    guard labels.indices.contains(index) else { return "class \(index)" }
    // ImageNet's labels list synonyms: "tench, Tinca tinca".
    let first = labels[index].text.prefix { $0 != "," }
    return first.isEmpty ? labels[index].text : String(first)
  }

  /// The class of a name or a number.
  ///
  /// - Parameters:
  ///   - name: A label's identifier, text or first synonym, whatever the case; or the index of a logit.
  ///   - count: The number of classes.
  /// - Returns: The index of its logit.
  /// - Throws: `ModelError` with the nearest names, when there is no such class or there are two.
  /// - Complexity: O(labels).
  public func classIndex(named name: String, of count: Int) throws(ModelError) -> Int {
    if let index = Int(name) {
      guard (0..<count).contains(index) else {
        throw ModelError(
          "use class", name, "the network \(path) has \(count) classes",
          remedy: "give a number from 0 to \(count - 1), or a name")
      }
      return index
    }
    if let index = LabelIndex(labels)[name], index < count { return index }
    guard !labels.isEmpty else {
      throw ModelError(
        "use class", quoted(name), "the network \(path) has no labels",
        remedy: "give a number from 0 to \(count - 1), or name a file of labels in the card")
    }
    // Names that two classes share are told apart by their numbers.
    let same = (0..<min(count, labels.count)).filter {
      className($0).lowercased() == name.lowercased()
    }
    guard same.isEmpty else {
      throw ModelError(
        "use class", quoted(name), "\(same.count) classes of \(path) are called so",
        remedy: "give one of the numbers \(same.map(String.init).joined(separator: ", "))")
    }
    let synonyms = labels.prefix(count).flatMap { label in
      label.text.split(separator: ",").map { String($0.drop { $0 == " " }) }
    }
    let containing = synonyms.filter { $0.lowercased().contains(name.lowercased()) }
    let near = containing.isEmpty ? nearestNames(to: name, among: synonyms) : containing
    let list = near.prefix(5).map(quoted).joined(separator: ", ")
    throw ModelError(
      "use class", quoted(name), "the network \(path) has no class of that name",
      remedy: "the nearest are \(list)")
  }
}

extension NetworkGraph {
  /// What the softmax reads whose result a tensor is; nil for other tensors.
  ///
  /// - Complexity: O(nodes).
  public func logits(behind tensor: String) -> String? {
    var name = tensor
    while let node = nodes.first(where: { $0.output == name }) {
      switch node.operation {
      case .softmax: return node.inputs[0]
      case .flatten, .reshape, .squeeze, .unsqueeze, .identity: name = node.inputs[0]
      default: return nil
      }
    }
    return nil
  }
}
