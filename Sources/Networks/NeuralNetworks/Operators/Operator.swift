internal import OneDNN

/// Everything the project knows about one operation, in one place.
///
/// A conforming type is one file of this folder. It says what the operation's output is before the
/// network runs (type, shape, value where that is known, cost, receptive field), and how it runs: in
/// which memory format, forward, backward (*pullback*, the transposed Jacobian times a gradient) and
/// forward again along tangents (*pushforward*, the Jacobian times a tangent). Nothing here has a
/// default, so that the compiler asks a new operation for each of them; `Operation` is the only list
/// of all operators.
///
/// The files say it in one notation: x̄ is the gradient with respect to x, ẋ a tangent of x; with J the
/// Jacobian ∂y/∂x, the pullback is x̄ = Jᵀ ȳ and the pushforward ẏ = J ẋ. A constant has neither.
///
/// Rules of the graph get the node, for messages, and the facts of its inputs (`nil`: left out); there
/// are as many as `arity` allows, and the first `arity.lowerBound` are there.
protocol Operator: Sendable {
  /// The name in messages and tables.
  var name: String { get }

  /// How many inputs the operator takes; the first ones must be there.
  var arity: ClosedRange<Int> { get }

  /// The number of weights it holds; inputs that are constants of the graph are not among them.
  var parameterCount: Int { get }

  /// What the output's elements are.
  ///
  /// - Throws: `GraphError` when the inputs' types do not suit the operator.
  func elementType(_ node: Node, _ inputs: [TensorFact?]) throws(GraphError) -> ElementType

  /// The output's shape; whether it `isReasonable` is for the caller to see.
  ///
  /// - Throws: `GraphError` that names the node and what does not fit.
  func shape(_ node: Node, _ inputs: [TensorFact?]) throws(GraphError) -> TensorShape

  /// The output's elements where they do not depend on the image.
  ///
  /// - Parameters:
  ///   - node: The node.
  ///   - inputs: The facts of its inputs.
  ///   - constants: The inputs' values, or `nil` when one of them depends on the image.
  ///   - shape: The output's shape.
  ///   - allowance: What may still be computed before the network runs.
  /// - Returns: `nil` when they depend on the image, or are left to the engine, which runs the operator
  ///   on constants (`Node.computed`).
  /// - Throws: `GraphError` when more would be computed than is allowed, or there is no result.
  func folded(
    _ node: Node, _ inputs: [TensorFact?], _ constants: [ConstantTensor]?, shape: TensorShape,
    allowance: inout FoldingAllowance
  ) throws(GraphError) -> ConstantTensor.Elements?

  /// The floating-point operations of a forward pass: two for each multiply-add of convolutions and
  /// matrix products, 0 for everything else, which no peak is stated for.
  func operationCount(_ inputs: [TensorShape?], output: TensorShape) -> Int

  /// What the output's elements depend on along one side of the image.
  ///
  /// - Parameters:
  ///   - lines: The same of the inputs; `nil` for one that does not depend on the image. At least one
  ///     is not `nil`.
  ///   - rule: The node, the facts of its inputs and its output's shape.
  /// - Returns: The output's line.
  func receptiveField(
    _ lines: [ReceptiveField.Line?], _ rule: ReceptiveFieldRule
  ) -> ReceptiveField.Line

  /// In which memory format the operator wants the inputs that depend on the image, and leaves its
  /// output.
  func formats(_ request: FormatRequest) throws -> FormatChoice

  /// The steps that run it, in the formats that `formats` chose.
  ///
  /// - Throws: `NetworkError` for what the engine does not have, `OneDNNError` when there is no kernel
  ///   or no memory.
  func compile(_ node: LoweredNode, to output: TensorSlot, with compiler: NetworkCompiler) throws
    -> CompiledOperator
}

/// What an operator compiles to: steps forward, and recipes for those backward and along tangents.
///
/// The pullback is made after all nodes, in reverse order, when it is known which reader writes a
/// gradient first and which ones add to it. The pushforward is made only when tangents are asked for.
struct CompiledOperator {
  /// Computes the output.
  let forward: [Step]
  /// Adds the inputs' gradients, for an output's that is complete; it is called once, after the nodes
  /// that read it.
  let pullback: () throws -> [Step]
  /// Computes the output's tangents from the inputs'.
  let pushforward: (TangentCompiler) throws -> TangentSteps
}

/// The steps of a pushforward.
struct TangentSteps {
  /// What depends on the values alone (derivatives, the indices of maxima): run once a forward pass.
  var linearization: [Step] = []
  /// What is run for each batch of tangents.
  var push: [Step]
}

// MARK: Checks common to several operators

extension Operator {
  /// An expected type of an input; one that is left out suits.
  func expect(
    _ type: ElementType?, _ expected: ElementType, _ node: Node
  ) throws(GraphError) {
    guard type == nil || type == expected else {
      throw GraphError(
        node, "\(expected.rawValue) elements expected, found \(type?.rawValue ?? "none")")
    }
  }

  /// An error about types that do not go together.
  func mismatch(_ node: Node, _ inputs: [TensorFact?]) -> GraphError {
    let found = inputs.prefix(4).map { $0?.type.rawValue ?? "none" }.joined(separator: ", ")
    return GraphError(node, "elements of types that do not go together: \(found)")
  }

  /// The type of operators that compute with floating-point numbers alone.
  func floatType(_ node: Node, _ inputs: [TensorFact?]) throws(GraphError) -> ElementType {
    for input in inputs { try expect(input?.type, .float, node) }
    return .float
  }

  /// The type of operators that rearrange their first input, the others being integers that say how.
  func sameType(_ node: Node, _ inputs: [TensorFact?]) throws(GraphError) -> ElementType {
    guard let type = inputs.first??.type else { throw mismatch(node, inputs) }
    for input in inputs.dropFirst() { try expect(input?.type, .integer, node) }
    return type
  }

  /// The first input's shape.
  func firstShape(_ node: Node, _ inputs: [TensorFact?]) throws(GraphError) -> TensorShape {
    guard let shape = inputs.first??.shape else { throw GraphError(node, "it has no input") }
    return shape
  }

  /// The shape over which all inputs are spread, as NumPy's broadcasting does.
  func broadcastShape(_ node: Node, _ inputs: [TensorFact?]) throws(GraphError) -> TensorShape {
    var result: TensorShape = []
    for input in inputs {
      guard let shape = input?.shape, let next = result.broadcast(with: shape) else {
        let found = inputs.map { $0?.shape.description ?? "none" }.joined(separator: ", ")
        throw GraphError(node, "shapes that do not go together: \(found)")
      }
      result = next
    }
    return result
  }
}

extension Node {
  /// What the node's output is, for inputs of which the given facts are known (`nil`: left out).
  ///
  /// - Throws: `GraphError` that names the node and what does not fit.
  package func fact(
    ofInputs inputs: [TensorFact?], allowance: inout FoldingAllowance
  ) throws(GraphError) -> TensorFact {
    let rules = operation.rules
    try checkArity(rules.arity, inputs)
    let type = try rules.elementType(self, inputs)
    let shape = try rules.shape(self, inputs)
    guard shape.isReasonable else {
      let start = TensorShape(Array(shape.dimensions.prefix(9)))
      throw GraphError(self, "its output is too large: \(start)\(shape.rank > 9 ? " …" : "")")
    }
    var constants: [ConstantTensor]? = []
    for case let input? in inputs {
      guard let constant = input.constant else {
        constants = nil
        break
      }
      constants?.append(constant)
    }
    // Offered even when an input is not known: the shape of an image is, whatever is in it.
    let elements = try rules.folded(self, inputs, constants, shape: shape, allowance: &allowance)
    if let elements { return TensorFact(ConstantTensor(shape: shape, elements: elements)) }
    if constants != nil, type == .float,
      let elements = try computed(inputs, shape: shape, allowance: &allowance)
    {
      return TensorFact(ConstantTensor(shape: shape, elements: elements))
    }
    return TensorFact(shape: shape, type: type)
  }

  private func checkArity(
    _ arity: ClosedRange<Int>, _ inputs: [TensorFact?]
  ) throws(GraphError) {
    guard inputs.count >= arity.lowerBound else {
      throw GraphError(
        self,
        inputs.isEmpty
          ? "it has no input"
          : "\(arity.lowerBound) inputs expected, found \(inputs.count)")
    }
    guard inputs.count <= arity.upperBound else {
      let expected = arity.upperBound == 1 ? "one input" : "\(arity.upperBound) inputs"
      throw GraphError(self, "\(expected) expected, found \(inputs.count)")
    }
    // A list of any length has no optional entries.
    let required = arity.upperBound == .max ? inputs[...] : inputs.prefix(arity.lowerBound)
    guard required.allSatisfy({ $0 != nil }) else {
      throw GraphError(self, "an input that it needs is left out")
    }
  }

  /// The values of an input that must be known before the network runs; `nil` when it is left out.
  ///
  /// - Throws: `GraphError` when they are not known or no vector of integers.
  func integers(
    _ inputs: [TensorFact?], _ index: Int, _ what: String
  ) throws(GraphError) -> [Int]? {
    guard inputs.indices.contains(index), let fact = inputs[index] else { return nil }
    guard let values = fact.constant?.integers else {
      throw GraphError(
        self,
        fact.type == .integer
          ? "its \(what) depend on the image's values, which is not supported"
          : "its \(what) are not integers")
    }
    guard fact.shape.rank <= 1 else { throw GraphError(self, "its \(what) are not a vector") }
    return values
  }

  /// The index of a dimension of the input.
  ///
  /// - Throws: `GraphError` when it does not exist.
  package func dimensionIndex(_ axis: Int, of shape: TensorShape) throws(GraphError) -> Int {
    guard let index = shape.dimensionIndex(axis) else {
      throw GraphError(self, "axis \(axis) is out of range for \(shape)")
    }
    return index
  }

  /// The indices of some dimensions of the input.
  ///
  /// - Throws: `GraphError` when one does not exist or stands there twice.
  package func dimensionIndices(
    _ axes: [Int], of shape: TensorShape
  ) throws(GraphError) -> [Int] {
    guard axes.count <= shape.rank else {
      throw GraphError(self, "\(axes.count) axes are more than \(shape) has")
    }
    var result: [Int] = []
    for axis in axes {
      let index = try dimensionIndex(axis, of: shape)
      guard !result.contains(index) else { throw GraphError(self, "axis \(axis) appears twice") }
      result.append(index)
    }
    return result
  }
}
