internal import OneDNN

/// a where the condition holds, else b. [condition, a, b]
///
///     y = c ? a : b
///     ā = Σ c ȳ,  b̄ = Σ (1 − c) ȳ      pullback, the sum over the elements that an operand meets
///     ẏ = c ? ȧ : ḃ                    pushforward
///
/// ONNX `Where`, broadcast as in NumPy. A condition has no gradient: where it depends on the image y
/// may jump, which no derivative shows.
struct Selection: Operator {
  var name: String { "selection" }
  var arity: ClosedRange<Int> { 3...3 }
  var parameterCount: Int { 0 }

  func elementType(_ node: Node, _ inputs: [TensorFact?]) throws(GraphError) -> ElementType {
    try expect(inputs[0]?.type, .boolean, node)
    guard let type = inputs[1]?.type, type == inputs[2]?.type else {
      throw mismatch(node, inputs)
    }
    return type
  }

  func shape(_ node: Node, _ inputs: [TensorFact?]) throws(GraphError) -> TensorShape {
    try broadcastShape(node, inputs)
  }

  func folded(
    _ node: Node, _ inputs: [TensorFact?], _ constants: [ConstantTensor]?, shape: TensorShape,
    allowance: inout FoldingAllowance
  ) throws(GraphError) -> ConstantTensor.Elements? {
    guard let constants else { return nil }
    try allowance.take(shape.elementCount, for: node)
    guard case .booleans(let condition) = constants[0].broadcast(to: shape) else { return nil }
    func chosen<Element>(_ a: [Element], _ b: [Element]) -> [Element] {
      condition.indices.map { condition[$0] ? a[$0] : b[$0] }
    }
    switch (constants[1].broadcast(to: shape), constants[2].broadcast(to: shape)) {
    case (.floats(let a), .floats(let b)): return .floats(chosen(a, b))
    case (.integers(let a), .integers(let b)): return .integers(chosen(a, b))
    case (.booleans(let a), .booleans(let b)): return .booleans(chosen(a, b))
    case (.floats, _), (.integers, _), (.booleans, _): return nil
    }
  }

  func operationCount(_ inputs: [TensorShape?], output: TensorShape) -> Int { 0 }

  func receptiveField(
    _ lines: [ReceptiveField.Line?], _ rule: ReceptiveFieldRule
  ) -> ReceptiveField.Line { rule.broadcast(lines) }

  func formats(_ request: FormatRequest) -> FormatChoice { .plain }

  /// A loop for each operand over the elements that are taken from it.
  func compile(
    _ node: LoweredNode, to output: TensorSlot, with compiler: NetworkCompiler
  ) throws -> CompiledOperator {
    let condition = try compiler.operand(node.inputs[0], .plain)
    // Listed once when compiling, so that the loops need no odometer.
    let shape = TensorShape(output.shape.describable)
    let taken = condition.shape.indices(broadcastTo: shape)
    let branches = try [(1, true), (2, false)].map { index, holds in
      let operand = try compiler.operand(node.inputs[index], .plain)
      return (
        operand: operand,
        choice: Choice(
          condition: condition.value, conditionIndices: taken, holds: holds,
          indices: TensorShape(operand.storedDimensions.leading(to: shape.rank))
            .indices(broadcastTo: shape))
      )
    }
    let value = try output.value()
    return CompiledOperator(
      forward: branches.map { branch in
        .loop { branch.choice.copy(branch.operand.value, to: value) }
      },
      pullback: {
        var steps: [Step] = []
        let gradient = try output.gradient()
        for (operand, choice) in branches {
          guard let slot = operand.slot, compiler.isDifferentiated(slot) else { continue }
          let contribution = try compiler.gradientContribution(of: slot)
          steps.append(.loop { choice.add(gradient, to: contribution.memory) })
          steps += contribution.then
        }
        return steps
      },
      pushforward: { tangents in
        let along = try branches.map { branch in
          try branch.operand.slot.flatMap { try tangents.tangent(of: $0) }
        }
        guard along.contains(where: { $0 != nil }) else { return TangentSteps(push: []) }
        let result = try tangents.makeTangent(of: output)
        // Elements that come from an operand without tangents stay 0.
        var push = [Step.loop { result.clear() }]
        for (branch, tangent) in zip(branches, along) {
          guard let tangent else { continue }
          let views = try zip(
            tangents.views(of: tangent, like: branch.operand.slot),
            tangents.views(of: result, like: output))
          push += views.map { source, target in
            .loop { branch.choice.copy(source, to: target) }
          }
        }
        return TangentSteps(push: push)
      })
  }

  /// Which elements of a result are taken from one of the two operands, and where they come from.
  private struct Choice {
    /// 1 where it holds, 0 where not.
    let condition: TensorMemory
    /// For each element of the result, the condition's.
    let conditionIndices: [Int]
    /// Whether they are taken where the condition holds, or where it does not.
    let holds: Bool
    /// For each element of the result, the operand's.
    let indices: [Int]

    /// Writes the elements that are taken from the operand, and leaves the others.
    func copy(_ source: TensorMemory, to result: TensorMemory) {
      condition.withElements { condition in
        source.withElements { source in
          result.withMutableElements { result in
            for index in indices.indices where (condition[conditionIndices[index]] != 0) == holds {
              result[index] = source[indices[index]]
            }
          }
        }
      }
    }

    /// Clears the gradient of the operand, then adds that of the elements that were taken from it, in
    /// the result's order.
    func add(_ gradient: TensorMemory, to result: TensorMemory) {
      result.clear()
      condition.withElements { condition in
        gradient.withElements { gradient in
          result.withMutableElements { result in
            for index in indices.indices where (condition[conditionIndices[index]] != 0) == holds {
              result[indices[index]] += gradient[index]
            }
          }
        }
      }
    }
  }
}
