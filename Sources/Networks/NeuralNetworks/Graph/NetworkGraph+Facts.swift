/// What is known about a tensor before the network runs, for an input of a given shape.
public struct TensorFact: Sendable {
  /// Its sizes.
  public let shape: TensorShape
  /// What its elements are.
  public let type: ElementType
  /// Its values, when they do not depend on the image's values.
  public let constant: ConstantTensor?

  /// A tensor of which only the shape and the type are known.
  public init(shape: TensorShape, type: ElementType = .float) {
    self.shape = shape
    self.type = type
    constant = nil
  }

  /// A tensor whose values are known.
  public init(_ constant: ConstantTensor) {
    shape = constant.shape
    type = constant.type
    self.constant = constant
  }
}

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
    // One allowance for all: a file of many small nodes must not add up to what one may not ask for.
    for node in nodes {
      let fact = try node.fact(ofInputs: node.inputFacts(among: facts), allowance: &allowance)
      guard facts.updateValue(fact, forKey: node.output) == nil else {
        throw GraphError(node, "its output \(quoted(node.output)) exists already")
      }
    }
    return facts
  }

  /// What is known about the tensors that can be computed for an input of the given shape, which
  /// need not be all of them.
  ///
  /// - Parameter input: The input's sizes.
  /// - Returns: The facts by tensor name, the input among them, and the first node that does not fit;
  ///   nodes that need what others do not give are no fault of their own.
  /// - Throws: `GraphError` for an input that is no shape.
  /// - Complexity: O(nodes + elements of the constants).
  package func fittingFacts(
    input: TensorShape
  ) throws(GraphError) -> (facts: [String: TensorFact], fault: GraphError?) {
    guard input.isReasonable else {
      throw GraphError("input \(quoted(inputName)): \(input) is not a shape")
    }
    var facts = [inputName: TensorFact(shape: input)]
    var allowance = FoldingAllowance()
    var fault: GraphError?
    for node in nodes
    where node.inputs.allSatisfy({ $0.isEmpty || facts[$0] != nil }) && facts[node.output] == nil {
      // Only the first fault is told; later ones are mostly its consequences.
      do {
        facts[node.output] = try node.fact(
          ofInputs: node.inputFacts(among: facts), allowance: &allowance)
      } catch { fault = fault ?? error }
    }
    return (facts, fault)
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

  /// Allows more, up to 2⁴⁰: sums of what is allowed cannot overflow.
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
        throw GraphError(self, "no node before it produces its input \(quoted(name))")
      }
      result.append(fact)
    }
    return result
  }
}
