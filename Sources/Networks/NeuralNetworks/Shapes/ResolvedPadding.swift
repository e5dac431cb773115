/// The elements that a padding operation puts around its input, or cuts off where negative: one
/// number for each dimension.
package struct ResolvedPadding: Hashable, Sendable {
  /// Elements before the first one.
  package var before: [Int]
  /// Elements behind the last one.
  package var after: [Int]
  /// The value around it, where the content is constant; `nil` stands for 0.
  package var value: ConstantTensor?

  /// The value as a number.
  package var number: Float { value?.floats?.first ?? 0 }
}

extension Node {
  /// What a padding operation puts around its input.
  ///
  /// - Precondition: The operation is `pad`.
  /// - Parameter inputs: The facts of the node's inputs.
  /// - Returns: The amounts, one for each dimension.
  /// - Throws: `GraphError` for amounts that are not known, cut off more than there is, or mirror
  ///   more than there is.
  package func resolvedPadding(_ inputs: [TensorFact?]) throws(GraphError) -> ResolvedPadding {
    guard case .pad(let content) = operation else {
      preconditionFailure("\(operation.name) puts nothing around its input")
    }
    guard let shape = inputs.first??.shape else { throw GraphError(self, "it has no input") }
    let amounts = try integers(inputs, 1, "amounts") ?? []
    let axes = try integers(inputs, 3, "axes") ?? Array(0..<shape.rank)
    let dimensions = try dimensionIndices(axes, of: shape)
    guard amounts.count == 2 * dimensions.count else {
      throw GraphError(self, "\(amounts.count) amounts do not fit \(dimensions.count) dimensions")
    }
    var result = ResolvedPadding(
      before: [Int](repeating: 0, count: shape.rank),
      after: [Int](repeating: 0, count: shape.rank), value: try paddingValue(inputs))
    for (place, dimension) in dimensions.enumerated() {
      let size = shape.dimensions[dimension]
      let (before, after) = (amounts[place], amounts[place + dimensions.count])
      guard (-(1 << 31)...1 << 31).contains(before), (-(1 << 31)...1 << 31).contains(after) else {
        throw GraphError(self, "\(before) and \(after) elements cannot be put around \(shape)")
      }
      let rest = size + min(before, 0) + min(after, 0)
      let most =
        switch content {
        case .constant: Int.max
        case .edge: rest > 0 ? Int.max : 0
        case .reflection: max(rest - 1, 0)
        }
      guard rest >= 0, max(before, after) <= most else {
        throw GraphError(
          self, "\(before) and \(after) elements around \(size) are more than it has to give")
      }
      result.before[dimension] = before
      result.after[dimension] = after
    }
    return result
  }

  private func paddingValue(_ inputs: [TensorFact?]) throws(GraphError) -> ConstantTensor? {
    guard inputs.count > 2, let fact = inputs[2] else { return nil }
    guard let value = fact.constant, value.elements.count == 1 else {
      throw GraphError(
        self, "the value around it is not one number of the file, which is not supported")
    }
    return value
  }
}
