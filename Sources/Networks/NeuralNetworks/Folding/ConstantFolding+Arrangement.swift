extension Node {
  /// The output's elements, for operations that arrange those of constants.
  func rearranged(
    _ constants: [ConstantTensor], _ inputs: [TensorFact?], _ shape: TensorShape
  ) throws(GraphError) -> ConstantTensor.Elements {
    let input = constants[0]
    switch operation {
    case .concatenation(let axis): return concatenated(constants, shape, axis: axis)
    case .slice, .piece:
      let slice = try resolvedSlice(inputs)
      let strides = input.shape.strides
      let offset = zip(slice.starts, strides).reduce(0) { $0 + $1.0 * $1.1 }
      return input.elements.strided(
        shape, strides: zip(slice.steps, strides).map { $0 * $1 }, offset: offset)
    case .gather(let axis): return try gathered(input, at: constants[1], axis: axis)
    case .transpose(let order):
      let strides = input.shape.strides
      return input.elements.strided(
        shape, strides: try transposition(order, of: input.shape).map { strides[$0] })
    case .expand:
      return input.elements.strided(shape, strides: input.shape.strides(spreadOver: shape))
    case .pad(let content):
      return padded(input, shape, try resolvedPadding(inputs), content)
    default: preconditionFailure("\(operation.name) arranges nothing")
    }
  }

  private func concatenated(
    _ constants: [ConstantTensor], _ shape: TensorShape, axis: Int
  ) -> ConstantTensor.Elements {
    let dimension = shape.dimensionIndex(axis) ?? 0
    let lineCount = shape.dimensions[..<dimension].reduce(1, *)
    func joined<Element>(_ parts: [[Element]]) -> [Element] {
      var result: [Element] = []
      result.reserveCapacity(shape.elementCount)
      for line in 0..<lineCount {
        for part in parts {
          let length = part.count / lineCount
          result.append(contentsOf: part[line * length..<(line + 1) * length])
        }
      }
      return result
    }
    guard shape.elementCount > 0 else { return constants[0].elements.empty }
    // The parts that hold something; their number is bounded by the elements.
    switch constants[0].elements {
    case .floats: return .floats(joined(constants.compactMap(\.floats).filter { !$0.isEmpty }))
    case .integers:
      return .integers(joined(constants.compactMap(\.integers).filter { !$0.isEmpty }))
    case .booleans:
      return .booleans(joined(constants.compactMap(\.booleans).filter { !$0.isEmpty }))
    }
  }

  private func gathered(
    _ input: ConstantTensor, at indices: ConstantTensor, axis: Int
  ) throws(GraphError) -> ConstantTensor.Elements {
    let dimension = try dimensionIndex(axis, of: input.shape)
    let size = input.shape.dimensions[dimension]
    let chosen = try checkedPlaces(indices, in: size)
    let inner = input.shape.dimensions[(dimension + 1)...].reduce(1, *)
    let outer = input.shape.dimensions[..<dimension].reduce(1, *)
    guard inner > 0, outer > 0, !chosen.isEmpty else { return input.elements.empty }
    var places: [Int] = []
    places.reserveCapacity(outer * chosen.count * inner)
    for block in 0..<outer {
      for place in chosen {
        let start = (block * size + place) * inner
        places.append(contentsOf: start..<start + inner)
      }
    }
    return input.elements.elements(at: places)
  }

  /// Cuts off what is negative, then looks up every element of the result.
  private func padded(
    _ input: ConstantTensor, _ shape: TensorShape, _ padding: ResolvedPadding,
    _ content: PaddingContent
  ) -> ConstantTensor.Elements {
    guard shape.elementCount > 0 else { return input.elements.empty }
    let strides = input.shape.strides
    // For each dimension, where each index of the result comes from; -1 for around the input.
    let sources = (0..<shape.rank).map { dimension in
      let cutOff = max(-padding.before[dimension], 0)
      let size = input.shape.dimensions[dimension] - cutOff - max(-padding.after[dimension], 0)
      return (0..<shape.dimensions[dimension]).map { index in
        let place = index - max(padding.before[dimension], 0)
        if (0..<size).contains(place) { return (place + cutOff) * strides[dimension] }
        switch content {
        case .constant: return -1
        case .edge: return (min(max(place, 0), size - 1) + cutOff) * strides[dimension]
        case .reflection:
          let mirrored = place < 0 ? -place : 2 * (size - 1) - place
          return (mirrored + cutOff) * strides[dimension]
        }
      }
    }
    var places = [0]
    for line in sources {
      places = places.flatMap { start in
        line.map { start < 0 || $0 < 0 ? -1 : start + $0 }
      }
    }
    func filled<Element>(_ values: [Element], _ value: Element) -> [Element] {
      places.map { $0 < 0 ? value : values[$0] }
    }
    switch input.elements {
    case .floats(let values): return .floats(filled(values, padding.number))
    case .integers(let values):
      return .integers(filled(values, padding.value?.integers?.first ?? 0))
    case .booleans(let values):
      return .booleans(filled(values, padding.value?.booleans?.first ?? false))
    }
  }
}

extension ConstantTensor.Elements {
  /// No elements of the same type.
  var empty: Self {
    switch self {
    case .floats: .floats([])
    case .integers: .integers([])
    case .booleans: .booleans([])
    }
  }
}
