import Models
import NeuralNetworks

/// The tensors of a file that cannot be computed, each with everything that stands in its way.
///
/// One operation that is not known, in a decoder or a second head, takes away what depends on it, not
/// the network. Who asks for a tensor behind it is told all unknown operations on the way at once,
/// not one after the other.
struct MissingTensors {
  /// What stands in the way.
  private enum Obstacle {
    /// An operation that is not known, and the first node that has it.
    case operation(String, node: String)
    /// A node that cannot be converted, with the reason.
    case fault(String)
  }

  /// So many obstacles are told of a tensor; the kinds of operations are few, and a damaged file's
  /// faults are alike.
  private static let limit = 16

  private var obstacles: [Obstacle] = []
  private var operations: [String: Int] = [:]
  /// For each tensor indices into `obstacles`, ascending.
  private var causes: [String: [Int]] = [:]
  /// The tensors that depend on the image, in order of computation.
  private(set) var names: [String] = []
  private var dependent: Set<String> = []

  /// Whether everything can be computed.
  var isEmpty: Bool { causes.isEmpty }

  /// Whether operations that are not known are among the reasons.
  var hasUnknownOperations: Bool { !operations.isEmpty }

  /// Whether a tensor cannot be computed.
  func contains(_ name: String) -> Bool { causes[name] != nil }

  /// Whether a tensor that cannot be computed depends on the image.
  func dependsOnImage(_ name: String) -> Bool { dependent.contains(name) }

  /// Records the outputs of a node whose operation is not known.
  mutating func add(_ node: ONNXNodeProto, dependsOnImage: Bool) {
    let domain = ONNXImporter.isDefaultDomain(node.domain) ? "" : node.domain + "."
    let operation = domain + node.opType
    let index = operations[operation] ?? obstacles.count
    if index == obstacles.count {
      obstacles.append(.operation(operation, node: name(of: node)))
      operations[operation] = index
    }
    add(node.output, [index], after: node.input, dependsOnImage)
  }

  /// Records tensors that cannot be made.
  ///
  /// - Parameters:
  ///   - outputs: Their names; empty ones are none.
  ///   - fault: The reason; `nil` when it is that of the inputs alone.
  ///   - inputs: What they are made of.
  ///   - dependsOnImage: Whether they depend on the image.
  mutating func add(
    _ outputs: [String], fault: String?, after inputs: [String] = [], dependsOnImage: Bool
  ) {
    var own: [Int] = []
    if let fault {
      own = [obstacles.count]
      obstacles.append(.fault(fault))
    }
    add(outputs, own, after: inputs, dependsOnImage)
  }

  private mutating func add(
    _ outputs: [String], _ own: [Int], after inputs: [String], _ dependsOnImage: Bool
  ) {
    let all = Set(own).union(inputs.prefix(64).flatMap { causes[$0] ?? [] })
    let list = Array(all.sorted().prefix(Self.limit))
    for output in outputs where !output.isEmpty {
      causes[output] = list
      // One that was recorded as a side output before its node was found to be none at all is there.
      if dependsOnImage, dependent.insert(output).inserted { names.append(output) }
    }
  }

  /// Why each tensor that depends on the image cannot be computed.
  var reasons: [String: String] {
    var texts: [[Int]: String] = [:]
    return Dictionary(
      uniqueKeysWithValues: names.map { name in
        let list = causes[name] ?? []
        let text = texts[list] ?? reason(list)
        texts[list] = text
        return (name, text)
      })
  }

  /// Why a tensor cannot be computed.
  func reason(of name: String) -> String? { causes[name].map { reason($0) } }

  /// Everything that stands in the way of some tensor.
  var reason: String { reason(Array(obstacles.indices.prefix(Self.limit))) }

  private func reason(_ indices: [Int]) -> String {
    var operations: [String] = []
    var faults: [String] = []
    for index in indices {
      switch obstacles[index] {
      case .operation(let name, let node):
        operations.append("\(quoted(name)) (node \(quoted(node)))")
      case .fault(let text): faults.append(text)
      }
    }
    if let last = operations.popLast() {
      let text =
        operations.isEmpty
        ? "the operation \(last) is not supported"
        : "the operations \(operations.joined(separator: ", ")) and \(last) are not supported"
      return ([text] + faults.prefix(1)).joined(separator: "; ")
    }
    return faults.first ?? "it is not computed"
  }
}
