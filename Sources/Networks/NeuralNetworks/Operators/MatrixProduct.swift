internal import OneDNN

/// The matrix products of the last two dimensions; those before are broadcast. [a, b]
///
///     Y = A B
///     Ā = Σ Ȳ Bᵀ    B̄ = Σ Aᵀ Ȳ      pullback, the sum over the products that a matrix took part in
///     Ẏ = Ȧ B + A Ḃ                 pushforward
///
/// ONNX `MatMul`, NumPy's `matmul`; with a constant second factor importers make it an `InnerProduct`
/// where they can. oneDNN: `dnnl_matmul_desc_init`, transposition by strides. Attention is two of them
/// around a softmax.
struct MatrixProduct: Operator {
  var name: String { "matrix product" }
  var arity: ClosedRange<Int> { 2...2 }
  var parameterCount: Int { 0 }

  func elementType(_ node: Node, _ inputs: [TensorFact?]) throws(GraphError) -> ElementType {
    try floatType(node, inputs)
  }

  /// As NumPy's `matmul`: a vector is a row on the left, a column on the right.
  func shape(_ node: Node, _ inputs: [TensorFact?]) throws(GraphError) -> TensorShape {
    let (a, b) = (try firstShape(node, inputs), inputs[1]?.shape ?? [])
    let (left, right) = (a.asMatrix(onTheLeft: true), b.asMatrix(onTheLeft: false))
    let stacks = TensorShape(left.dimensions.dropLast(2)).broadcast(
      with: TensorShape(right.dimensions.dropLast(2)))
    guard a.rank > 0, b.rank > 0, let stacks,
      left.dimensions[left.rank - 1] == right.dimensions[right.rank - 2]
    else { throw GraphError(node, "matrices that do not go together: \(a), \(b)") }
    var sizes = stacks.dimensions
    if a.rank > 1 { sizes.append(left.dimensions[left.rank - 2]) }
    if b.rank > 1 { sizes.append(right.dimensions[right.rank - 1]) }
    return TensorShape(sizes)
  }

  func folded(
    _ node: Node, _ inputs: [TensorFact?], _ constants: [ConstantTensor]?, shape: TensorShape,
    allowance: inout FoldingAllowance
  ) throws(GraphError) -> ConstantTensor.Elements? {
    guard let constants else { return nil }
    let inner = constants[0].shape.dimensions.last ?? 1
    let read = max(constants[0].elements.count, constants[1].elements.count)
    // Both factors are at most 2³¹.
    try allowance.take(max(read, shape.elementCount, shape.elementCount * inner), for: node)
    guard let a = constants[0].floats, let b = constants[1].floats else { return nil }
    return .floats(products(a, constants[0].shape, b, constants[1].shape, shape))
  }

  /// Products of constants, row-major, each element summed in double precision.
  private func products(
    _ a: [Float], _ aShape: TensorShape, _ b: [Float], _ bShape: TensorShape, _ shape: TensorShape
  ) -> [Float] {
    let left = aShape.asMatrix(onTheLeft: true)
    let right = bShape.asMatrix(onTheLeft: false)
    let (rowCount, length) = (left.dimensions[left.rank - 2], left.dimensions[left.rank - 1])
    let columnCount = right.dimensions[right.rank - 1]
    let stacks = TensorShape(left.dimensions.dropLast(2)).broadcast(
      with: TensorShape(right.dimensions.dropLast(2)))
    guard shape.elementCount > 0, let stacks else { return [] }
    /// Where each factor of the stack begins.
    func starts(_ shape: TensorShape) -> [Int] {
      let size = shape.dimensions.suffix(2).reduce(1, *)
      return TensorShape(shape.dimensions.dropLast(2)).indices(broadcastTo: stacks).map {
        $0 * size
      }
    }
    var result: [Float] = []
    result.reserveCapacity(shape.elementCount)
    for (aStart, bStart) in zip(starts(left), starts(right)) {
      for row in 0..<rowCount {
        for column in 0..<columnCount {
          var sum = 0.0
          for index in 0..<length {
            sum +=
              Double(a[aStart + row * length + index])
              * Double(b[bStart + index * columnCount + column])
          }
          result.append(Float(sum))
        }
      }
    }
    return result
  }

  func operationCount(_ inputs: [TensorShape?], output: TensorShape) -> Int {
    product(output.elementCount, 2 * (inputs.first??.dimensions.last ?? 1))
  }

  /// A product of matrices sums over the last dimension of a and the last but one of b.
  ///
  /// The rows of a and the columns of b remain, and so do stacks, which are broadcast. In attention
  /// both factors have positions: every position then depends on all of them.
  func receptiveField(
    _ lines: [ReceptiveField.Line?], _ rule: ReceptiveFieldRule
  ) -> ReceptiveField.Line {
    var parts: [ReceptiveField.Line] = []
    for (index, line) in lines.enumerated() {
      guard var line, let shape = rule.inputs[index]?.shape else { continue }
      guard shape.rank > 1, rule.output.rank >= shape.rank else {
        parts.append(line.lost)
        continue
      }
      // Index 0 is a, summed over its last dimension; 1 is b, over the one before.
      line = line.summed(over: [shape.rank - 1 - index])
      let isOfMatrix = (line.positions?.dimension ?? 0) >= shape.rank - 2
      if isOfMatrix {
        line.positions?.dimension += rule.output.rank - shape.rank
      } else {
        line = rule.broadcast(line, shape)
      }
      parts.append(line)
    }
    if parts.count == 2, let positions = parts[0].positions, let other = parts[1].positions,
      positions != other
    {
      // One position against another.
      let reach = parts[0].reach.union(parts[1].reach)
      return ReceptiveField.Line(reach: reach == .unknown ? .unknown : .all, positions: positions)
    }
    return rule.union(parts)
  }

  // MARK: Engine

  func formats(_ request: FormatRequest) -> FormatChoice { .plain }

  /// One primitive over the whole stack where both factors traverse it alike, else one product after
  /// the other.
  func compile(
    _ node: LoweredNode, to output: TensorSlot, with compiler: NetworkCompiler
  ) throws -> CompiledOperator {
    let (a, b) = try (
      compiler.operand(node.inputs[0], .plain), compiler.operand(node.inputs[1], .plain)
    )
    let plan = try MatrixProductPlan(a.shape, b.shape)
    let operations = operationCount([a.shape], output: output.shape) / max(plan.groups.count, 1)
    let forward = try plan.forward()
    /// result ← A B.
    func multiply(
      _ a: TensorMemory, _ b: TensorMemory, into result: TensorMemory
    ) throws -> [Step] {
      try plan.groups.map { group in
        try compiler.run(
          forward,
          [
            (.source, try a.part(plan.a, at: group.a * plan.sizeA)),
            (.weights, try b.part(plan.b, at: group.b * plan.sizeB)),
            (.destination, try result.part(plan.result, at: group.result * plan.sizeResult)),
          ], counting: operations)
      }
    }
    return CompiledOperator(
      forward: try multiply(a.value, b.value, into: try output.value()),
      pullback: {
        var steps: [Step] = []
        let gradient = try output.gradient()
        if let slot = a.slot, compiler.isDifferentiated(slot) {
          let contribution = try compiler.gradientContribution(of: slot)
          let product = try plan.firstPullback()
          steps += try plan.collect(
            \.a, plan.sizeA, plan.a, into: contribution.memory, counting: operations, compiler
          ) { group, target in
            (
              product,
              [
                (.source, try gradient.part(plan.result, at: group.result * plan.sizeResult)),
                (.weights, try b.value.part(plan.transposedB, at: group.b * plan.sizeB)),
                (.destination, target),
              ]
            )
          }
          steps += contribution.then
        }
        if let slot = b.slot, compiler.isDifferentiated(slot) {
          let contribution = try compiler.gradientContribution(of: slot)
          let product = try plan.secondPullback()
          steps += try plan.collect(
            \.b, plan.sizeB, plan.b, into: contribution.memory, counting: operations, compiler
          ) { group, target in
            (
              product,
              [
                (.source, try a.value.part(plan.transposedA, at: group.a * plan.sizeA)),
                (.weights, try gradient.part(plan.result, at: group.result * plan.sizeResult)),
                (.destination, target),
              ]
            )
          }
          steps += contribution.then
        }
        return steps
      },
      pushforward: { tangents in
        let alongA = try a.slot.flatMap { try tangents.tangent(of: $0) }
        let alongB = try b.slot.flatMap { try tangents.tangent(of: $0) }
        guard alongA != nil || alongB != nil else { return TangentSteps(push: []) }
        let results = try tangents.views(of: try tangents.makeTangent(of: output), like: output)
        // A primitive overwrites its destination, so A Ḃ is formed apart and added.
        let scratch = try TensorMemory(output.descriptor)
        let viewsA = try alongA.map { try tangents.views(of: $0, like: a.slot) }
        let viewsB = try alongB.map { try tangents.views(of: $0, like: b.slot) }
        var push: [Step] = []
        for (index, result) in results.enumerated() {
          if let viewsA { push += try multiply(viewsA[index], b.value, into: result) }
          guard let viewsB else { continue }
          push += try multiply(a.value, viewsB[index], into: viewsA == nil ? result : scratch)
          if viewsA != nil { push.append(.accumulate(result, from: scratch, mask: nil)) }
        }
        return TangentSteps(push: push)
      })
  }
}

/// Which matrices are multiplied, and their descriptors.
///
/// Backward the same elements are read with other descriptors: a transposed matrix is the same memory
/// with its two strides exchanged, so nothing is copied.
private struct MatrixProductPlan {
  /// The matrices of one product, counted in memory.
  struct Group {
    let result, a, b: Int
  }

  /// The products to run; a single one, of whole stacks, where both operands are complete.
  let groups: [Group]
  /// Stack × rows × inner, stack × inner × columns, stack × rows × columns.
  let a, b, result: TensorDescriptor
  let transposedA, transposedB: TensorDescriptor
  /// Elements of one matrix.
  let sizeA, sizeB, sizeResult: Int

  /// - Throws: `NetworkError` when the stacks cannot be broadcast.
  init(_ shapeA: TensorShape, _ shapeB: TensorShape) throws {
    let a = shapeA.asMatrix(onTheLeft: true).dimensions
    let b = shapeB.asMatrix(onTheLeft: false).dimensions
    let (rows, inner, columns) = (a[a.count - 2], a[a.count - 1], b[b.count - 1])
    let stacks = (TensorShape(a.dropLast(2)), TensorShape(b.dropLast(2)))
    guard let leading = stacks.0.broadcast(with: stacks.1) else {
      throw NetworkError(
        unsupported: "matrix product", "\(shapeA) and \(shapeB) do not go together")
    }
    let all = leading.elementCount
    let (indicesA, indicesB) = (
      stacks.0.indices(broadcastTo: leading), stacks.1.indices(broadcastTo: leading)
    )
    // One product of all, where both traverse it alike; else one after the other.
    let isUniform = indicesA == Array(0..<all) && indicesB == Array(0..<all)
    groups =
      isUniform
      ? [Group(result: 0, a: 0, b: 0)]
      : (0..<all).map { Group(result: $0, a: indicesA[$0], b: indicesB[$0]) }
    let count = isUniform ? all : 1
    (sizeA, sizeB, sizeResult) = (rows * inner, inner * columns, rows * columns)
    self.a = try TensorDescriptor([count, rows, inner])
    self.b = try TensorDescriptor([count, inner, columns])
    result = try TensorDescriptor([count, rows, columns])
    transposedA = try TensorDescriptor([count, inner, rows], strides: [rows * inner, 1, inner])
    transposedB = try TensorDescriptor(
      [count, columns, inner], strides: [inner * columns, 1, columns])
  }

  /// Y = A B.
  func forward() throws -> Primitive {
    try Primitive.matrixProduct(source: a, weights: b, destination: result)
  }

  /// Ā = Ȳ Bᵀ.
  func firstPullback() throws -> Primitive {
    try Primitive.matrixProduct(source: result, weights: transposedB, destination: a)
  }

  /// B̄ = Aᵀ Ȳ.
  func secondPullback() throws -> Primitive {
    try Primitive.matrixProduct(source: transposedA, weights: result, destination: b)
  }

  /// One product a group into the gradient of an operand; a matrix that was used before gets its
  /// further contributions by way of other memory.
  ///
  /// - Parameters:
  ///   - index: Which matrix of a group the operand's is.
  ///   - size: The elements of one of the operand's matrices.
  ///   - descriptor: The descriptor of the operand's part in a product.
  ///   - gradient: The operand's gradient, written.
  ///   - operations: Floating-point operations of one product.
  ///   - compiler: Makes the steps.
  ///   - product: The primitive of a group, and its bindings for a given destination.
  /// - Returns: The steps, in the groups' order, so that sums are formed in the same order always.
  /// - Throws: When memory for a contribution is lacking.
  func collect(
    _ index: KeyPath<Group, Int>, _ size: Int, _ descriptor: TensorDescriptor,
    into gradient: TensorMemory, counting operations: Int, _ compiler: NetworkCompiler,
    _ product: (Group, TensorMemory) throws -> (Primitive, [(Argument, TensorMemory)])
  ) throws -> [Step] {
    var steps: [Step] = []
    var filled: Set<Int> = []
    for group in groups {
      let own = group[keyPath: index]
      let target = try gradient.part(descriptor, at: own * size)
      let isNew = filled.insert(own).inserted
      let destination = isNew ? target : try TensorMemory(target.descriptor)
      let (primitive, bindings) = try product(group, destination)
      steps.append(try compiler.run(primitive, bindings, counting: operations))
      if !isNew { steps.append(.accumulate(target, from: destination, mask: nil)) }
    }
    return steps
  }
}

extension TensorShape {
  /// A vector as a matrix: a row on the left of a product, a column on its right.
  fileprivate func asMatrix(onTheLeft: Bool) -> TensorShape {
    guard rank == 1 else { return self }
    return onTheLeft ? [1, dimensions[0]] : [dimensions[0], 1]
  }
}
