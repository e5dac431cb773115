extension NetworkGraph {
  /// What is known about every tensor before the network runs, for an input of the given shape.
  ///
  /// Tensors that do not depend on the image's values get their values: constants, the shapes of
  /// tensors, and what is computed from them.
  ///
  /// - Parameter input: The input's sizes.
  /// - Returns: The facts by tensor name, the input among them.
  /// - Throws: `GraphError` with the node and what does not fit: a tensor that nothing makes before
  ///   it is read, shapes or types that disagree, values that depend on the image where they must
  ///   not, more than 2³¹ elements in a tensor or too many in the constants together.
  /// - Complexity: O(nodes + elements of the constants).
  public func facts(input: TensorShape) throws(GraphError) -> [String: TensorFact] {
    guard input.isReasonable else {
      throw GraphError("input \(quoted(inputName)): \(input) is not a shape")
    }
    var facts = [inputName: TensorFact(shape: input)]
    facts.reserveCapacity(nodes.count + 1)
    var allowance = FoldingAllowance()
    for node in nodes {
      let fact = try node.fact(ofInputs: node.inputFacts(among: facts), allowance: &allowance)
      guard facts.updateValue(fact, forKey: node.output) == nil else {
        throw GraphError(node, "its output \(quoted(node.output)) exists already")
      }
    }
    return facts
  }
}

/// How much may still be computed and stored for tensors that are known before the network runs.
///
/// Few bytes of a file can ask for many elements; the allowance bounds memory and time.
package struct FoldingAllowance {
  /// Elements that may still be made.
  package private(set) var elementCount: Int

  /// An allowance of 2²⁵ elements unless stated: what networks compute from shapes has thousands.
  package init(elementCount: Int = 1 << 25) { self.elementCount = elementCount }

  /// Allows more, up to 2⁴⁰.
  package mutating func add(_ count: Int) {
    elementCount = min(elementCount + min(count, 1 << 40), 1 << 40)
  }

  /// Takes some away.
  ///
  /// - Precondition: There are as many.
  package mutating func remove(_ count: Int) {
    precondition(count <= elementCount, "\(count) elements are not allowed")
    elementCount -= count
  }

  /// Takes some away before they are made.
  package mutating func take(_ count: Int, for node: Node) throws(GraphError) {
    guard count <= elementCount else {
      throw GraphError(
        node,
        """
        \(count) elements would be computed before the network runs, \(elementCount) are still \
        allowed
        """)
    }
    elementCount -= count
  }
}

extension Node {
  /// The facts of the node's inputs, `nil` for one that is left out.
  ///
  /// - Throws: `GraphError` for an input that is not among the facts.
  package func inputFacts(
    among facts: [String: TensorFact]
  ) throws(GraphError) -> [TensorFact?] {
    var result: [TensorFact?] = []
    for name in inputs {
      guard !name.isEmpty else {
        result.append(nil)
        continue
      }
      guard let fact = facts[name] else {
        throw GraphError(self, "nothing makes its input \(quoted(name)) before it")
      }
      result.append(fact)
    }
    return result
  }

  /// What the node's output is, for inputs of which the given facts are known (`nil`: left out).
  ///
  /// - Throws: `GraphError` that names the node and what does not fit.
  package func fact(
    ofInputs inputs: [TensorFact?], allowance: inout FoldingAllowance
  ) throws(GraphError) -> TensorFact {
    try checkArity(inputs)
    let type = try outputType(inputs)
    let shape = try outputShape(inputs)
    guard shape.isReasonable else {
      let start = TensorShape(Array(shape.dimensions.prefix(9)))
      throw GraphError(self, "its output is too large: \(start)\(shape.rank > 9 ? " …" : "")")
    }
    if let constant = try folded(inputs, shape: shape, allowance: &allowance) {
      return TensorFact(constant)
    }
    return TensorFact(shape: shape, type: type)
  }

  /// How many inputs the operation takes; the first ones must be there.
  private var arity: ClosedRange<Int> {
    switch operation {
    case .constant: 0...0
    case .binary, .equal, .matrixProduct, .gather, .reshape, .expand: 2...2
    case .select: 3...3
    case .slice: 3...5
    case .pad: 2...4
    case .concatenation: 1...Int.max
    default: 1...1
    }
  }

  private func checkArity(_ inputs: [TensorFact?]) throws(GraphError) {
    let arity = arity
    guard inputs.count >= arity.lowerBound else {
      throw GraphError(
        self,
        inputs.isEmpty
          ? "it has no input"
          : "\(arity.lowerBound) inputs expected, found "
            + "\(inputs.count)")
    }
    guard inputs.count <= arity.upperBound else {
      let expected = arity.upperBound == 1 ? "one input" : "\(arity.upperBound) inputs"
      throw GraphError(self, "\(expected) expected, found \(inputs.count)")
    }
    let isList = if case .concatenation = operation { true } else { false }
    let required = isList ? inputs[...] : inputs.prefix(arity.lowerBound)
    guard required.allSatisfy({ $0 != nil }) else {
      throw GraphError(self, "an input that it needs is left out")
    }
  }
}
