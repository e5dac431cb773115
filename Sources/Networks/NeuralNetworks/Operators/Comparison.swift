internal import OneDNN

/// A truth value of two elements; tensors of different shapes are broadcast, as in NumPy. [a, b]
///
/// ONNX `Equal`, `Less`, `LessOrEqual`, `And`, `Or` and `Xor`; `Greater` has its operands the other way
/// round, and `Not` compares with false. Of the image's values a truth value is 1 or 0. Where it
/// changes it jumps, elsewhere its derivative is 0: nothing is compiled backward or along tangents.
public enum Comparison: String, Hashable, Sendable, Operator {
  /// a = b, of any type.
  case equal = "comparison"
  /// a < b.
  case less = "less than"
  /// a ≤ b.
  case lessOrEqual = "at most"
  /// a and b.
  case and
  /// a or b.
  case or
  /// a or b, but not both.
  case exclusiveOr = "exclusive or"

  var name: String { rawValue }
  var arity: ClosedRange<Int> { 2...2 }
  var parameterCount: Int { 0 }

  func elementType(_ node: Node, _ inputs: [TensorFact?]) throws(GraphError) -> ElementType {
    guard let type = inputs[0]?.type, type == inputs[1]?.type else { throw mismatch(node, inputs) }
    switch self {
    case .equal: break
    case .less, .lessOrEqual: guard type != .boolean else { throw mismatch(node, inputs) }
    case .and, .or, .exclusiveOr: try expect(type, .boolean, node)
    }
    return .boolean
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
    switch (constants[0].broadcast(to: shape), constants[1].broadcast(to: shape)) {
    case (.floats(let a), .floats(let b)): return .booleans(zip(a, b).map(holds))
    case (.integers(let a), .integers(let b)): return .booleans(zip(a, b).map(holds))
    case (.booleans(let a), .booleans(let b)):
      return .booleans(zip(a, b).map { holds($0 ? 1 : 0, $1 ? 1 : 0) })
    case (.floats, _), (.integers, _), (.booleans, _): return nil
    }
  }

  /// Whether it holds; truth values are 1 and 0.
  @inline(__always)
  private func holds<Number: Comparable & ExpressibleByIntegerLiteral>(
    _ a: Number, _ b: Number
  ) -> Bool {
    switch self {
    case .equal: a == b
    case .less: a < b
    case .lessOrEqual: a <= b
    case .and: a != 0 && b != 0
    case .or: a != 0 || b != 0
    case .exclusiveOr: (a != 0) != (b != 0)
    }
  }

  func operationCount(_ inputs: [TensorShape?], output: TensorShape) -> Int { 0 }

  func receptiveField(
    _ lines: [ReceptiveField.Line?], _ rule: ReceptiveFieldRule
  ) -> ReceptiveField.Line { rule.broadcast(lines) }

  func formats(_ request: FormatRequest) -> FormatChoice { .plain }

  /// A loop over the elements that meet.
  func compile(
    _ node: LoweredNode, to output: TensorSlot, with compiler: NetworkCompiler
  ) throws -> CompiledOperator {
    let a = try compiler.operand(node.inputs[0], .plain)
    let b = try compiler.operand(node.inputs[1], .plain)
    let result = output.storedDimensions
    let plan = Broadcast(
      result: result, a: a.storedDimensions.leading(to: result.count),
      b: b.storedDimensions.leading(to: result.count))
    let value = try output.value()
    plan.check(value, a.value, b.value)
    return CompiledOperator(
      forward: [.loop { compare(plan, value, a.value, b.value) }], pullback: { [] },
      pushforward: { _ in TangentSteps(push: []) })
  }

  /// result ← 1 where it holds, else 0.
  private func compare(
    _ plan: Broadcast, _ result: TensorMemory, _ a: TensorMemory, _ b: TensorMemory
  ) {
    let inner = plan.inner
    a.withElements { a in
      b.withElements { b in
        result.withMutableElements { result in
          plan.forEachRun { index, startA, startB in
            for i in 0..<inner.count {
              let isTrue = holds(a[startA + i * inner.a], b[startB + i * inner.b])
              result[index + i] = isTrue ? 1 : 0
            }
          }
        }
      }
    }
  }
}
