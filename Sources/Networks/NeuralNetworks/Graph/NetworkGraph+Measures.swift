extension NetworkGraph {
  /// The names of the tensors that depend on the image's values, in order of computation, the input
  /// first: weights and shapes are not among them.
  ///
  /// - Complexity: O(nodes).
  public var tensorNames: [String] {
    var names = [inputName]
    var known: Set<String> = [inputName]
    for node in nodes {
      // The sizes of a tensor that depends on the image do not depend on it.
      if case .shape = node.operation { continue }
      guard node.inputs.contains(where: known.contains) else { continue }
      known.insert(node.output)
      names.append(node.output)
    }
    return names
  }

  /// The maps that an atlas would see in an image of the given size: every tensor of floating-point
  /// numbers that depends on the image and is a map or a vector.
  ///
  /// - Parameters:
  ///   - inputHeight: The image's rows, at least 1.
  ///   - inputWidth: The image's columns, at least 1.
  /// - Returns: The sizes by tensor name, the input among them.
  /// - Throws: `GraphError` with the node and what does not fit, as `facts(input:)` does, and for an
  ///   input that is no image.
  /// - Complexity: O(nodes).
  public func shapes(inputHeight: Int, inputWidth: Int) throws(GraphError) -> [String: MapShape] {
    let facts = try facts(input: imageShape(height: inputHeight, width: inputWidth))
    return facts.compactMapValues { fact in
      fact.type == .float && fact.constant == nil ? fact.shape.map : nil
    }
  }

  /// The input's shape for one image of the given size.
  ///
  /// - Throws: `GraphError` when the input is no image, or the size is none.
  public func imageShape(height: Int, width: Int) throws(GraphError) -> TensorShape {
    guard inputShape.rank == 4 else {
      throw GraphError("input \(quoted(inputName)): \(inputShape) is not an image")
    }
    let shape: TensorShape = [1, inputShape.dimensions[1], height, width]
    guard shape.isReasonable, shape.map != nil else {
      throw GraphError("input \(quoted(inputName)): \(shape) is not a size of an image")
    }
    return shape
  }

  /// The floating-point operations of one image's forward pass: two for each multiply-add of
  /// convolutions, fully connected layers and matrix products; the rest is not counted.
  ///
  /// The gradient with respect to the input takes as many again, of matrix products up to twice as
  /// many.
  ///
  /// - Parameters:
  ///   - target: Count only what this tensor needs; nil counts the whole network.
  ///   - inputHeight: Rows of the image.
  ///   - inputWidth: Columns of the image.
  /// - Returns: The number of operations.
  /// - Throws: `GraphError` when the tensor does not exist or the size does not fit.
  public func floatingPointOperations(
    to target: String? = nil, inputHeight: Int, inputWidth: Int
  ) throws(GraphError) -> Int {
    try floatingPointOperations(
      to: target, input: imageShape(height: inputHeight, width: inputWidth))
  }

  /// The floating-point operations of a forward pass for an input of the given shape.
  public func floatingPointOperations(
    to target: String? = nil, input: TensorShape
  ) throws(GraphError) -> Int {
    let graph = try withGlobalPoolsMarked().truncated(to: target.map { [$0] } ?? outputNames)
    let facts = try graph.facts(input: input)
    var total = 0
    for node in graph.nodes where facts[node.output]?.constant == nil {
      let (sum, overflows) = total.addingReportingOverflow(node.floatingPointOperations(facts))
      total = overflows ? .max : sum
    }
    return total
  }

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
      var count = node.operation.rules.parameterCount
      for input in node.inputs {
        // Removed, so that a constant that several nodes read counts once; a single number (an epsilon,
        // a factor) is no weight.
        guard let elements = constants.removeValue(forKey: input), elements > 1 else { continue }
        count += elements
      }
      counts[node.output] = count
    }
    return counts
  }
}

extension Node {
  /// The floating-point operations of the node, 0 for what is not counted.
  ///
  /// - Parameter facts: The facts of its inputs and its output.
  /// - Returns: The number of operations.
  package func floatingPointOperations(_ facts: [String: TensorFact]) -> Int {
    guard let output = facts[output]?.shape else { return 0 }
    return operation.rules.operationCount(inputs.map { facts[$0]?.shape }, output: output)
  }
}
