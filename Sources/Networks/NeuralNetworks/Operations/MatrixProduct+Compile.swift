internal import Matrices
internal import OneDNN

extension NetworkCompiler {
  /// y = W x + b for every vector along the last dimension.
  ///
  /// Pullback: Wᵀ times the gradient.
  func compile(
    _ layer: InnerProduct, _ node: LoweredNode, from input: TensorSlot, to output: TensorSlot
  ) throws -> CompiledWork {
    let (outputs, inputs) = (layer.weights.rowCount, layer.weights.columnCount)
    let rows = output.shape.elementCount / max(outputs, 1)
    let plain = try TensorDescriptor([outputs, inputs])
    let open = try TensorDescriptor([outputs, inputs], layout: .any)
    let biasDescriptor = try TensorDescriptor([outputs])
    let source = try TensorDescriptor([rows, inputs])
    let destination = try TensorDescriptor([rows, outputs])
    let forward = try Primitive.innerProduct(
      source: source, weights: open, bias: biasDescriptor, destination: destination)
    let prepared = try weights.weights(
      of: node.output, layer.weights.elements, plain: plain, layout: forward.weights ?? plain)
    let bias = try weights.weights(
      of: node.output, as: .bias, layer.bias, plain: biasDescriptor, layout: biasDescriptor)
    let step = try run(
      forward,
      [
        (.source, try input.value().viewed(as: source)), (.weights, prepared), (.bias, bias),
        (.destination, try output.value().viewed(as: destination)),
      ])
    return CompiledWork(forward: [step]) { [self] () throws in
      guard isDifferentiated(input) else { return [] }
      let backward = try Primitive.innerProductPullback(
        sourceGradient: source, weights: open, destinationGradient: destination,
        forward: forward)
      let transposed = try weights.weights(
        of: node.output, layer.weights.elements, plain: plain, layout: backward.weights ?? plain)
      let share = try gradientShare(of: input)
      return [
        try run(
          backward,
          [
            (.sourceGradient, try share.memory.viewed(as: source)), (.weights, transposed),
            (.destinationGradient, try output.gradient().viewed(as: destination)),
          ])
      ] + share.then
    }
  }

  /// y = A B for the last two dimensions of both; the leading ones of one may be missing or 1.
  ///
  /// Pullback: Ȳ Bᵀ and Aᵀ Ȳ, each summed where its matrix was used several times.
  func compileMatrixProduct(
    _ node: LoweredNode, to output: TensorSlot
  ) throws -> CompiledWork {
    let operands = try (operand(node.inputs[0], .plain), operand(node.inputs[1], .plain))
    // A vector is a row on the left and a column on the right.
    var (a, b) = (operands.0.shape.dimensions, operands.1.shape.dimensions)
    if a.count == 1 { a = [1] + a }
    if b.count == 1 { b = b + [1] }
    let (rows, inner, columns) = (a[a.count - 2], a[a.count - 1], b[b.count - 1])
    let leading = TensorShape(Array(a.dropLast(2)))
      .broadcast(with: TensorShape(Array(b.dropLast(2))))
    guard let leading else {
      throw NetworkError(unsupported: "matrix product", "shapes do not fit")
    }
    let batch = leading.elementCount
    let placesA = TensorShape(Array(a.dropLast(2))).places(spreadOver: leading)
    let placesB = TensorShape(Array(b.dropLast(2))).places(spreadOver: leading)
    let y = try output.value()
    // One product of all, where both run on alike; else one after the other.
    let isUniform = placesA == Array(0..<batch) && placesB == Array(0..<batch)
    let groups =
      isUniform ? [(0, 0, 0, batch)] : (0..<batch).map { ($0, placesA[$0], placesB[$0], 1) }
    let sizes = MatrixSizes(rows: rows, inner: inner, columns: columns)
    let forward = try sizes.forward(batch: groups.first?.3 ?? 1)
    var steps: [Step.Work] = []
    for (place, placeA, placeB, count) in groups {
      steps.append(
        try run(
          forward,
          [
            (.source, try operands.0.value.part(sizes.a(count), at: placeA * rows * inner)),
            (.weights, try operands.1.value.part(sizes.b(count), at: placeB * inner * columns)),
            (.destination, try y.part(sizes.y(count), at: place * rows * columns)),
          ]))
    }
    return CompiledWork(forward: steps) { [self] () throws in
      let gradient = try output.gradient()
      var steps: [Step.Work] = []
      for (isFirst, slot) in [(true, operands.0.slot), (false, operands.1.slot)] {
        guard let slot, isDifferentiated(slot) else { continue }
        let share = try gradientShare(of: slot)
        let size = isFirst ? rows * inner : inner * columns
        let product =
          try isFirst
          ? sizes.firstPullback(batch: groups.first?.3 ?? 1)
          : sizes.secondPullback(batch: groups.first?.3 ?? 1)
        var filled: Set<Int> = []
        for (place, placeA, placeB, count) in groups {
          let own = isFirst ? placeA : placeB
          let target = try share.memory.part(
            isFirst ? sizes.a(count) : sizes.b(count), at: own * size)
          let y = gradient
          // A matrix that was used before gets its further shares by way of other memory.
          let isNew = filled.insert(own).inserted
          let destination = isNew ? target : try TensorMemory(target.descriptor)
          steps.append(
            try run(
              product,
              isFirst
                ? [
                  (.source, try y.part(sizes.y(count), at: place * rows * columns)),
                  (
                    .weights,
                    try operands.1.value.part(
                      sizes.transposedB(count), at: placeB * inner * columns)
                  ), (.destination, destination),
                ]
                : [
                  (
                    .source,
                    try operands.0.value.part(sizes.transposedA(count), at: placeA * rows * inner)
                  ), (.weights, try y.part(sizes.y(count), at: place * rows * columns)),
                  (.destination, destination),
                ]))
          if !isNew { steps.append(.accumulate(target, from: destination, mask: nil)) }
        }
        steps += share.then
      }
      return steps
    }
  }
}

/// The descriptors of a matrix product and of its gradients.
private struct MatrixSizes {
  let rows, inner, columns: Int

  func a(_ count: Int) throws -> TensorDescriptor {
    try TensorDescriptor([count, rows, inner])
  }
  func b(_ count: Int) throws -> TensorDescriptor {
    try TensorDescriptor([count, inner, columns])
  }
  func y(_ count: Int) throws -> TensorDescriptor {
    try TensorDescriptor([count, rows, columns])
  }
  func transposedA(_ count: Int) throws -> TensorDescriptor {
    try TensorDescriptor([count, inner, rows], strides: [rows * inner, 1, inner])
  }
  func transposedB(_ count: Int) throws -> TensorDescriptor {
    try TensorDescriptor([count, columns, inner], strides: [inner * columns, 1, columns])
  }
  func forward(batch: Int) throws -> Primitive {
    try Primitive.matrixProduct(source: a(batch), weights: b(batch), destination: y(batch))
  }
  func firstPullback(batch: Int) throws -> Primitive {
    try Primitive.matrixProduct(
      source: y(batch), weights: transposedB(batch), destination: a(batch))
  }
  func secondPullback(batch: Int) throws -> Primitive {
    try Primitive.matrixProduct(
      source: transposedA(batch), weights: y(batch), destination: b(batch))
  }
}

extension TensorShape {
  /// For each element of a larger shape, in order, the element of this one that stands there.
  func places(spreadOver whole: TensorShape) -> [Int] {
    let strides = strides(spreadOver: whole)
    var places = [0]
    for (size, stride) in zip(whole.dimensions, strides) {
      places = places.flatMap { place in (0..<size).map { place + $0 * stride } }
    }
    return places
  }
}

extension TensorMemory {
  /// The same memory with other sizes.
  func viewed(as descriptor: TensorDescriptor) throws -> TensorMemory {
    try TensorMemory(descriptor, inside: self, at: 0)
  }

  /// A part of the memory.
  func part(
    _ descriptor: TensorDescriptor, at offset: Int
  ) throws -> TensorMemory {
    try TensorMemory(descriptor, inside: self, at: offset)
  }
}
