internal import OneDNN

/// What the operators that take elements by their index have in common.
///
///     y[i, j, …] = x[rows[i], columns[j], …], or a constant where there is no source
///     x̄[r, c, …] = Σ ȳ[i, j, …] over rows[i] = r, columns[j] = c      pullback
///     ẏ[i, j, …] = ẋ[rows[i], columns[j], …], or 0                    pushforward
///
/// Slices, split outputs, gathers, expansions and paddings differ in the index maps alone. Each says,
/// dimension by dimension, which element of the input an index of the output stands for.
protocol IndexedOperator: Operator {
  /// The index maps for an input of known shape.
  ///
  /// - Parameters:
  ///   - input: The input's shape.
  ///   - output: The output's.
  ///   - node: The node, for messages.
  ///   - inputs: The facts of its inputs.
  /// - Returns: The copy that makes the output.
  /// - Throws: `GraphError` when an index depends on the image's values.
  func indexedCopy(
    from input: TensorShape, to output: TensorShape, _ node: Node, _ inputs: [TensorFact?]
  ) throws(GraphError) -> IndexedCopy
}

extension IndexedOperator {
  /// A copy in plain order, or in the layout of the input for operators that ask for it and take all
  /// channels as they are.
  ///
  /// Pullback: every element of the gradient goes back to where its value came from. Pushforward: the
  /// same copy of the tangents, 0 for the filling.
  func compileCopy(
    _ node: LoweredNode, to output: TensorSlot, with compiler: NetworkCompiler
  ) throws -> CompiledOperator {
    let input = try compiler.input(0, of: node)
    // Of the first input only the shape; what it holds depends on the image.
    let facts: [TensorFact?] =
      [TensorFact(shape: input.shape)] + node.inputs.dropFirst().map { compiler.facts[$0] }
    let copy: IndexedCopy
    do {
      copy = try indexedCopy(from: input.shape, to: output.shape, node.node, facts)
        .stored(in: input.format.layout)
    } catch {
      throw NetworkError(unsupported: name, "\(error)")
    }
    return CompiledOperator(
      forward: [
        .kernel(IndexedCopyKernel(copy, result: try output.value(), source: try input.value()))
      ],
      pullback: {
        guard compiler.isDifferentiated(input) else { return [] }
        let contribution = try compiler.gradientContribution(of: input)
        return [
          .kernel(
            IndexedCopyPullbackKernel(
              copy, sourceGradient: contribution.memory, resultGradient: try output.gradient()))
        ] + contribution.then
      },
      pushforward: { tangents in
        guard let tangent = try tangents.tangent(of: input) else { return TangentSteps(push: []) }
        let result = try tangents.makeTangent(of: output)
        // The filling is a constant, whose tangent is 0.
        var linear = copy
        linear.filling = 0
        let views = try zip(
          tangents.views(of: tangent, like: input), tangents.views(of: result, like: output))
        return TangentSteps(
          push: views.map { .kernel(IndexedCopyKernel(linear, result: $1, source: $0)) })
      })
  }
}

/// result[i, j, …] ← source[rows[i], columns[j], …]: slices, split outputs, gathered, repeated and
/// padded tensors, all in plain order.
///
/// Adjoint: every element of the gradient goes back to where its value came from, added up. Maps are
/// per dimension, so their memory is the sum of the sizes, not their product.
struct IndexedCopy {
  /// For each dimension and each index of the result the index of the source, or −1 for the filling.
  let maps: [[Int32]]
  /// The source's sizes.
  let source: TensorShape
  /// What stands where there is no source.
  var filling: Float = 0

  /// The copy of what lies in memory, of maps in some layout of which all channels are taken.
  func stored(in layout: TensorLayout) -> IndexedCopy {
    let stored = TensorShape(layout.storedDimensions(of: source.dimensions))
    guard stored != source || layout == .channelsLast else { return self }
    /// A dimension that is taken whole.
    func all(_ index: Int) -> [Int32] { (0..<stored.dimensions[index]).map(Int32.init) }
    precondition(maps.count == 4 && maps[1].count == source.dimensions[1], "\(maps.count) maps")
    let maps =
      switch layout {
      case .plain, .any: maps
      case .channelsLast: [maps[0], maps[2], maps[3], maps[1]]
      case .blocked: [maps[0], all(1), maps[2], maps[3], all(4)]
      }
    return IndexedCopy(maps: maps, source: stored, filling: filling)
  }

  /// Whether the result is the source itself.
  var isIdentity: Bool {
    zip(maps, source.dimensions).allSatisfy { map, size in
      map.count == size && zip(map, Int32(0)...).allSatisfy { $0 == $1 }
    }
  }

  /// Whether every element of the source appears exactly once, so that a gradient need not be cleared.
  var isPermutation: Bool {
    zip(maps, source.dimensions).allSatisfy { map, size in
      map.count == size && Set(map).count == size && !map.contains(-1)
    }
  }

  /// Checks once what the loops rely on, which index without bounds checks.
  ///
  /// - Complexity: O(sum of the result's sizes).
  func check(result: TensorMemory, source memory: TensorMemory) {
    precondition(
      maps.count == source.rank
        && result.storedCount >= maps.reduce(1) { $0 * $1.count }
        && memory.storedCount >= source.elementCount
        && zip(maps, source.dimensions).allSatisfy { map, size in
          map.allSatisfy { (-1..<size).contains(Int($0)) }
        }, "indices that leave \(source)")
  }
}
