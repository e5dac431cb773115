internal import Matrices

extension NetworkGraph {
  /// The number of weights that each node brings, by the tensor that it makes.
  ///
  /// Counted are the weights in operations and the constants of several floating-point numbers that
  /// operations read, with the first node that reads them. A bias of zeros alone is no weight: files
  /// leave it out.
  ///
  /// - Complexity: O(nodes + elements of the constants).
  package func parameterCounts() -> [String: Int] {
    var constants: [String: Int] = [:]
    var counts: [String: Int] = [:]
    for node in nodes {
      if case .constant(let tensor) = node.operation, tensor.type == .float {
        constants[node.output] = tensor.elements.count
        continue
      }
      var count = node.operation.parameterCount
      for input in node.inputs {
        guard let elements = constants.removeValue(forKey: input), elements > 1 else { continue }
        count += elements
      }
      counts[node.output] = count
    }
    return counts
  }
}

extension Operation {
  /// The number of weights in the operation.
  var parameterCount: Int {
    func bias(_ values: [Float]) -> Int { values.contains { $0 != 0 } ? values.count : 0 }
    return switch self {
    case .convolution(let layer): layer.weights.count + bias(layer.bias)
    case .innerProduct(let layer): layer.weights.elements.count + bias(layer.bias)
    case .channelAffine(let layer): layer.scale.count + layer.shift.count
    case .layerNormalization(let layer): layer.scale.count + layer.shift.count
    default: 0
    }
  }
}
