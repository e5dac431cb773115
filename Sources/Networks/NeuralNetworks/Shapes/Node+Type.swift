extension Node {
  /// What the output's elements are.
  ///
  /// - Throws: `GraphError` when the inputs' types do not suit the operation.
  func outputType(_ inputs: [TensorFact?]) throws(GraphError) -> ElementType {
    let types = inputs.map { $0?.type }
    switch operation {
    case .convolution, .innerProduct, .channelAffine, .layerNormalization,
      .localResponseNormalization, .maxPool, .averagePool, .globalAveragePool, .mean, .softmax,
      .matrixProduct:
      for type in types { try expect(type, .float) }
      return .float
    case .unary(let function):
      if function.takesIntegers, types[0] == .integer { return .integer }
      try expect(types[0], .float)
      return .float
    case .binary:
      guard let type = types[0], type == types[1], type != .boolean else {
        throw mismatch(types)
      }
      return type
    case .equal:
      guard types[0] == types[1] else { throw mismatch(types) }
      return .boolean
    case .select:
      try expect(types[0], .boolean)
      guard let type = types[1], type == types[2] else { throw mismatch(types) }
      return type
    case .cast(let type): return type
    case .constant(let tensor): return tensor.type
    case .filled(let tensor):
      try expect(types[0], .integer)
      return tensor.type
    case .shape: return .integer
    case .concatenation:
      guard let type = types[0], types.allSatisfy({ $0 == type }) else { throw mismatch(types) }
      return type
    case .slice, .gather, .reshape, .expand:
      for type in types.dropFirst() { try expect(type, .integer) }
    case .pad:
      try expect(types[1], .integer)
      if types.count > 2, let value = types[2], value != types[0] { throw mismatch(types) }
      if types.count > 3 { try expect(types[3], .integer) }
    case .piece, .flatten, .transpose, .squeeze, .unsqueeze, .identity: break
    }
    guard let type = types[0] else { throw mismatch(types) }
    return type
  }

  private func expect(_ type: ElementType?, _ expected: ElementType) throws(GraphError) {
    guard type == nil || type == expected else {
      throw GraphError(
        self, "\(expected.rawValue) elements expected, found \(type?.rawValue ?? "none")")
    }
  }

  private func mismatch(_ types: [ElementType?]) -> GraphError {
    let found = types.prefix(4).map { $0?.rawValue ?? "none" }.joined(separator: ", ")
    return GraphError(self, "elements of types that do not go together: \(found)")
  }
}

extension UnaryFunction {
  /// Whether integers have this function too.
  var takesIntegers: Bool {
    switch self {
    case .relu, .clip, .negative, .absolute: true
    default: false
    }
  }
}
