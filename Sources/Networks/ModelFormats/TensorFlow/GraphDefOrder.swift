import Models
import NeuralNetworks

/// Sorts nodes so that every tensor is made before it is read.
///
/// A GraphDef has no order of its own. Nodes that are in such an order keep it: each node is
/// preceded only by what it still needs (a depth-first search with its own stack, as a chain may be
/// longer than the thread's stack allows). A node that depends on itself comes before one of its
/// inputs, and inputs that do not exist are left alone: both are reported when such a node is
/// converted.
///
/// - Parameters:
///   - nodes: The nodes as they stand in the file.
///   - path: The file, for messages.
/// - Returns: The same nodes, sorted.
/// - Throws: `ModelError` for nodes without a name, with an invalid one, and two of one name.
/// - Complexity: O(nodes + inputs).
func orderedNodes(
  _ nodes: [GraphDefNode], path: String
) throws(ModelError) -> [GraphDefNode] {
  var indices: [String: Int] = [:]
  indices.reserveCapacity(nodes.count)
  for (index, node) in nodes.enumerated() {
    // A colon separates a tensor's index from its node's name; TensorFlow's own names are short.
    guard (1...1024).contains(node.name.utf8.count), !node.name.utf8.contains(UInt8(ascii: ":")),
      indices.updateValue(index, forKey: node.name) == nil
    else {
      throw GraphDefImporter.fault(
        path, "\(node.title) has no name, an invalid one or that of another node",
        remedy: "freeze the network again")
    }
  }
  var isSeen = [Bool](repeating: false, count: nodes.count)
  var order: [GraphDefNode] = []
  order.reserveCapacity(nodes.count)
  for root in nodes.indices where !isSeen[root] {
    var stack = [(node: root, nextInput: 0)]
    isSeen[root] = true
    while let (node, nextInput) = stack.last {
      guard nextInput < nodes[node].inputs.count else {
        order.append(nodes[node])
        stack.removeLast()
        continue
      }
      stack[stack.count - 1].nextInput += 1
      guard let maker = indices[nodes[node].inputs[nextInput].node], !isSeen[maker] else {
        continue
      }
      isSeen[maker] = true
      stack.append((maker, 0))
    }
  }
  return order
}
