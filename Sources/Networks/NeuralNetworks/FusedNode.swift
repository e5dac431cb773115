internal import NetworkGraphs

/// A node as it is run: a convolution may carry the ReLU that follows it.
struct FusedNode {
  let name: String
  let operation: Operation
  let inputs: [String]
  let output: String
  let appendsReLU: Bool
}

extension NetworkGraph {
  /// Joins every convolution with the ReLU behind it, unless something else reads the value between.
  ///
  /// - Parameter wanted: Tensors that must remain.
  /// - Returns: The nodes, in the same order.
  func fusingReLUs(keeping wanted: Set<String>) -> [FusedNode] {
    var readers: [String: Int] = [:]
    for node in nodes { for input in node.inputs { readers[input, default: 0] += 1 } }
    var makers: [String: Int] = [:]
    var fused: [FusedNode] = []
    for node in nodes {
      if case .relu = node.operation, let input = node.inputs.first, readers[input] == 1,
        !wanted.contains(input), let index = makers[input],
        case .convolution = fused[index].operation, !fused[index].appendsReLU
      {
        let maker = fused[index]
        fused[index] = FusedNode(
          name: maker.name, operation: maker.operation, inputs: maker.inputs, output: node.output,
          appendsReLU: true)
        makers[node.output] = index
        continue
      }
      makers[node.output] = fused.count
      fused.append(
        FusedNode(
          name: node.name, operation: node.operation, inputs: node.inputs, output: node.output,
          appendsReLU: false))
    }
    return fused
  }
}
