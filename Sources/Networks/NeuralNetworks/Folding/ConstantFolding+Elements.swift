extension Node {
  /// The output's elements, for functions of each element of constants.
  func elementwise(
    _ constants: [ConstantTensor], _ shape: TensorShape
  ) throws(GraphError) -> ConstantTensor.Elements? {
    switch operation {
    case .filled(let value):
      return value.elements.strided(
        shape, strides: [Int](repeating: 0, count: shape.rank))
    case .cast(let type): return constants[0].elements.cast(to: type)
    case .unary(let function): return applied(function, to: constants[0].elements)
    default: break
    }
    let parts = constants.map { constant in
      constant.shape == shape
        ? constant.elements
        : constant.elements.strided(shape, strides: constant.shape.strides(spreadOver: shape))
    }
    switch (operation, parts[0], parts[1]) {
    case (.binary(let function), .floats(let a), .floats(let b)):
      return .floats(zip(a, b).map { function.value($0, $1) })
    case (.binary(let function), .integers(let a), .integers(let b)):
      var result: [Int] = []
      result.reserveCapacity(a.count)
      for index in a.indices {
        guard let value = function.value(a[index], b[index]) else {
          throw GraphError(self, "\(a[index]) and \(b[index]) have no result")
        }
        result.append(value)
      }
      return .integers(result)
    case (.equal, .floats(let a), .floats(let b)): return .booleans(zip(a, b).map(==))
    case (.equal, .integers(let a), .integers(let b)): return .booleans(zip(a, b).map(==))
    case (.equal, .booleans(let a), .booleans(let b)): return .booleans(zip(a, b).map(==))
    case (.select, .booleans(let condition), _): return selected(condition, parts[1], parts[2])
    default: return nil
    }
  }

  private func selected(
    _ condition: [Bool], _ a: ConstantTensor.Elements, _ b: ConstantTensor.Elements
  ) -> ConstantTensor.Elements? {
    func chosen<Element>(_ a: [Element], _ b: [Element]) -> [Element] {
      condition.indices.map { condition[$0] ? a[$0] : b[$0] }
    }
    return switch (a, b) {
    case (.floats(let a), .floats(let b)): .floats(chosen(a, b))
    case (.integers(let a), .integers(let b)): .integers(chosen(a, b))
    case (.booleans(let a), .booleans(let b)): .booleans(chosen(a, b))
    default: nil
    }
  }

  private func applied(
    _ function: UnaryFunction, to elements: ConstantTensor.Elements
  ) -> ConstantTensor.Elements? {
    switch elements {
    case .floats(let values): .floats(values.map { function.value($0) })
    case .integers(let values): .integers(values.map { function.value($0) })
    case .booleans: nil
    }
  }
}

extension ConstantTensor.Elements {
  /// The same values as another type: towards zero, and "not 0" for truth values.
  func cast(to type: ElementType) -> Self {
    switch (self, type) {
    case (.floats, .float), (.integers, .integer), (.booleans, .boolean): self
    case (.floats(let values), .integer): .integers(values.map(Int.init(clamping:)))
    case (.floats(let values), .boolean): .booleans(values.map { $0 != 0 })
    case (.integers(let values), .float): .floats(values.map { Float($0) })
    case (.integers(let values), .boolean): .booleans(values.map { $0 != 0 })
    case (.booleans(let values), .float): .floats(values.map { $0 ? 1 : 0 })
    case (.booleans(let values), .integer): .integers(values.map { $0 ? 1 : 0 })
    }
  }
}

extension Int {
  /// The whole number towards zero; the nearest one for what is too large, 0 for what is no number.
  init(clamping value: Float) {
    let whole = value.rounded(.towardZero)
    self = Int(exactly: whole) ?? (whole.isNaN ? 0 : whole < 0 ? .min : .max)
  }
}
