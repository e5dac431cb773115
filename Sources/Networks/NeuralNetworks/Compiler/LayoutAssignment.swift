internal import OneDNN

/// Decides in which memory format each tensor lies, and puts conversions where a node wants its input
/// in another one.
///
/// The rule: a convolution decides for its input and its result, by asking oneDNN which layout has a
/// fast kernel. Pooling, normalization across channels and functions of each element work in whatever
/// layout their input lies in. Sums and products of maps, in single precision, follow their operand.
/// Everything else works in plain order, in single precision. Each operator's `formats` says which.
struct LayoutAssignment {
  /// The nodes, conversions among them.
  private(set) var nodes: [LoweredNode] = []
  /// How each tensor lies, the copies among them.
  private(set) var formats: [String: MemoryFormat]
  /// What is known about the graph's tensors.
  private let facts: [String: TensorFact]
  /// The number format of maps between convolutions.
  private let mapNumbers: NumberFormat
  /// The names of the copies made so far, and what each is a copy of.
  private var copies: [Copy: String] = [:]
  private var originals: [String: String] = [:]

  private struct Copy: Hashable {
    let name: String
    let format: MemoryFormat
  }

  init(facts: [String: TensorFact], input: String, mapNumbers: NumberFormat) {
    self.facts = facts
    self.mapNumbers = mapNumbers
    formats = [input: .plain]
  }

  /// The shape of a tensor or of a copy of one.
  func shape(of name: String) -> TensorShape? { facts[originals[name] ?? name]?.shape }

  /// Adds a node after the conversions that it needs.
  mutating func add(_ node: LoweredNode) throws {
    let choice = try choice(for: node)
    var node = node
    for (index, name) in node.inputs.enumerated() where formats[name] != nil {
      // A reorder reads any format: a conversion before it would be a second copy.
      guard let input = choice.input else { continue }
      node.inputs[index] = converted(name, to: input)
    }
    formats[node.output] = choice.output
    nodes.append(node)
  }

  /// What the operator chooses, plain order where nothing it reads depends on the image.
  private func choice(for node: LoweredNode) throws -> FormatChoice {
    let inputs = node.inputs.compactMap { name in
      formats[name].flatMap { format in shape(of: name).map { (shape: $0, format: format) } }
    }
    guard !inputs.isEmpty, let output = shape(of: node.output) else { return .plain }
    return try node.operation.rules.formats(
      FormatRequest(
        inputs: inputs, inputCount: node.inputs.count, output: output, mapNumbers: mapNumbers,
        appended: node.appended))
  }

  /// A tensor in a given format: itself, or a copy that is made once.
  private mutating func converted(_ name: String, to format: MemoryFormat) -> String {
    guard formats[name] != format else { return name }
    let copy = Copy(name: name, format: format)
    if let known = copies[copy] { return known }
    // A file may hold a tensor of this very name.
    var fresh = "\(name) (\(format))"
    while facts[fresh] != nil || originals[fresh] != nil { fresh += " " }
    copies[copy] = fresh
    originals[fresh] = name
    formats[fresh] = format
    nodes.append(
      LoweredNode(
        name: name, operation: .identity, inputs: [name], output: fresh, isConversion: true))
    return fresh
  }
}
