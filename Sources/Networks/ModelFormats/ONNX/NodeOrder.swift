import Models
import NeuralNetworks

/// Sorts nodes so that every tensor is made before it is read.
///
/// ONNX demands such an order, but not every writer keeps to it. Nodes that have one keep it: each
/// node is preceded only by what it still needs (a depth-first search with its own stack, as a
/// chain may be longer than the thread's stack allows).
///
/// - Parameters:
///   - nodes: The nodes as they stand in the file.
///   - given: The names of the input and the initializers.
///   - path: The file, for messages.
/// - Returns: The same nodes, sorted.
/// - Throws: `ModelError` for an output without a name, two tensors of one name, an input that no
///   node produces, a cycle.
/// - Complexity: O(nodes + inputs).
func orderedNodes(
  _ nodes: [ONNXNodeProto], given: Set<String>, path: String
) throws(ModelError) -> [ONNXNodeProto] {
  let makers = try makers(of: nodes, given: given, path: path)
  enum State { case waiting, open, done }
  var states = [State](repeating: .waiting, count: nodes.count)
  var order: [ONNXNodeProto] = []
  order.reserveCapacity(nodes.count)
  for root in nodes.indices where states[root] == .waiting {
    var stack = [(node: root, nextInput: 0)]
    states[root] = .open
    while let (node, nextInput) = stack.last {
      guard nextInput < nodes[node].input.count else {
        states[node] = .done
        order.append(nodes[node])
        stack.removeLast()
        continue
      }
      stack[stack.count - 1].nextInput += 1
      let name = nodes[node].input[nextInput]
      guard !name.isEmpty, !given.contains(name) else { continue }
      guard let maker = makers[name] else {
        // The distance between names is slow to find; of very many, some must do.
        let names = Array(makers.keys.sorted().prefix(10_000))
        let nearest = nearestNames(to: name, among: names, count: 3).map(quoted)
        throw ONNXImporter.fault(
          path,
          """
          \(title(of: nodes[node])) reads \(quoted(name)), which no node produces (nearest: \
          \(nearest.joined(separator: ", ")))
          """,
          remedy: "export the network again")
      }
      switch states[maker] {
      case .done: continue
      // A node that is still open is among those that wait for this one: a cycle.
      case .open:
        throw ONNXImporter.fault(
          path, "\(title(of: nodes[node])) depends on itself through \(quoted(name))",
          remedy: "export the network without loops")
      case .waiting:
        states[maker] = .open
        stack.append((maker, 0))
      }
    }
  }
  return order
}

/// The index of the node that makes each tensor.
///
/// - Throws: `ModelError` for a node whose first output has no name, and for two tensors of one
///   name: ONNX graphs are in single-assignment form.
private func makers(
  of nodes: [ONNXNodeProto], given: Set<String>, path: String
) throws(ModelError) -> [String: Int] {
  var makers: [String: Int] = [:]
  for (index, node) in nodes.enumerated() {
    guard node.output.first?.isEmpty == false else {
      throw ONNXImporter.fault(
        path, "\(title(of: node)) has no first output, which is not supported",
        remedy: "export the network again")
    }
    for name in node.output where !name.isEmpty {
      guard !given.contains(name), makers.updateValue(index, forKey: name) == nil else {
        throw ONNXImporter.fault(
          path, "\(title(of: node)) produces \(quoted(name)), which already exists",
          remedy: "export the network with one name per tensor")
      }
    }
  }
  return makers
}
