import NeuralNetworks

extension GraphDefConverter {
  /// `Concat`, whose axis is the first input, and `ConcatV2`, whose axis is the last.
  mutating func concatenation(
    _ node: GraphDefNode, axisInput: Int
  ) throws(GraphDefFault) -> Tensor {
    let axis = try integers(axisInput, of: node, "axis")
    guard axis.count == 1, node.inputs.count >= 2 else {
      throw node.fault("an axis and tensors expected, found \(node.inputs.count) inputs")
    }
    var inputs: [Tensor] = []
    for index in node.inputs.indices where index != axisInput {
      inputs.append(try tensor(index, of: node))
    }
    // All must be in one order of dimensions; beside a map the others have four dimensions too.
    if inputs.contains(where: \.isMap) {
      for index in inputs.indices {
        inputs[index] = try map(inputs[index], .channelsLast, for: node)
      }
    }
    return try add(
      .concatenation(axis: try self.axis(axis[0], of: inputs[0], for: node)), inputs,
      as: node.name, isMap: inputs[0].isMap, for: node)
  }

  /// `Split` into equal outputs, whose axis is the first input, and `SplitV` into outputs of given
  /// sizes.
  ///
  /// - Returns: The outputs; the first has the node's name, others `name:1` and so on, as in
  ///   TensorFlow.
  /// - Throws: `GraphDefFault` for more than 4096 outputs, or sizes that do not fit.
  mutating func splitOutputs(
    _ node: GraphDefNode, _ operation: GraphDefOperation
  ) throws(GraphDefFault) -> [Tensor] {
    let isEqual = operation == .split
    let input = try tensor(isEqual ? 1 : 0, of: node)
    let axis = try integers(isEqual ? 0 : 2, of: node, "axis")
    let count = try node.integer("num_split")
    guard axis.count == 1, (1...4096).contains(count) else {
      throw node.fault("it has \(count) outputs")
    }
    let dimension = try self.axis(axis[0], of: input, for: node)
    let size = facts[input.name]?.shape.dimensions[dimension] ?? 0
    let sizes: [Int]? = isEqual ? nil : try constant(1, of: node, "sizes").integers
    guard isEqual ? size.isMultiple(of: count) : sizes?.count == count else {
      throw node.fault("\(size) elements cannot be split into \(count) outputs")
    }
    var result: [Tensor] = []
    for index in 0..<count {
      result.append(
        try add(
          .splitOutput(index: index, count: count, sizes: sizes, axis: dimension), [input],
          as: index == 0 ? node.name : "\(node.name):\(index)", isMap: input.isMap, for: node))
    }
    return result
  }

  /// `Reshape`, of the elements in the file's order; a result of four dimensions is taken for maps.
  ///
  /// The order matters: a classifier's first dense layer has one weight for each element of a
  /// flattened map, height first, channels last.
  mutating func reshape(_ node: GraphDefNode) throws(GraphDefFault) -> Tensor {
    let input = try plain(try tensor(0, of: node), for: node)
    let (shape, rank) = try reshapeSizes(node, input)
    guard rank == 4, image.format == .channelsLast else {
      return try add(.reshape(allowsZero: false), [input, shape], as: node.name, for: node)
    }
    let array = try add(
      .reshape(allowsZero: false), [input, shape], as: "\(node.name):nhwc", for: node)
    return try add(
      .transpose([0, 3, 1, 2]), [array], as: node.name, isMap: true, for: node)
  }

  /// The sizes that `Reshape` wants, and how many there are.
  ///
  /// - Throws: `GraphDefFault` for sizes that are not integers, or 0.
  private mutating func reshapeSizes(
    _ node: GraphDefNode, _ input: Tensor
  ) throws(GraphDefFault) -> (tensor: Tensor, count: Int) {
    let isComputed = if case .tensor = try value(1, of: node) { true } else { false }
    if isComputed {
      let shape = try tensor(1, of: node)
      return (shape, facts[shape.name]?.shape.elementCount ?? 0)
    }
    var sizes = try integers(1, of: node, "sizes")
    guard !sizes.contains(0) else {
      throw node.fault("tensors without elements are not supported")
    }
    // A batch size that the file fixes is left open, as the engine computes other batches too: -1
    // stands for whatever fits, 0 for the input's own size.
    if let first = sizes.first, first == image.batchSize {
      if !sizes.contains(-1) {
        sizes[0] = -1
      } else if dimensions(of: input).first == 1 {
        sizes[0] = 0
      }
    }
    let shape = try constant(ConstantTensor(sizes), as: "\(node.name):sizes", for: node)
    return (shape, sizes.count)
  }

  /// `Transpose`; between NHWC and NCHW only the name changes, as the elements already are in NCHW.
  ///
  /// Networks that were trained in NCHW on a GPU may hold such pairs around their convolutions.
  mutating func transpose(_ node: GraphDefNode) throws(GraphDefFault) -> Tensor {
    let input = try tensor(0, of: node)
    let order = try integers(1, of: node, "order")
    if input.isMap, order == [0, 3, 1, 2] {
      return try add(.identity, [input], as: node.name, for: node)
    }
    if !input.isMap, rank(of: input) == 4, order == [0, 2, 3, 1] {
      return try add(.identity, [input], as: node.name, isMap: true, for: node)
    }
    return try add(.transpose(order), [try plain(input, for: node)], as: node.name, for: node)
  }

  /// `Squeeze` of stated dimensions; of all that have size 1 only for values that do not depend on
  /// an image.
  ///
  /// - Throws: `GraphDefFault` otherwise: which dimensions have size 1 would depend on the image's
  ///   size and batch.
  mutating func squeeze(_ node: GraphDefNode) throws(GraphDefFault) -> Tensor {
    let stated = try node.integers("squeeze_dims") ?? []
    let tensor = try tensor(0, of: node)
    if stated.isEmpty, facts[tensor.name]?.constant != nil {
      return try add(
        .squeeze(axes: nil), [try plain(tensor, for: node)], as: node.name, for: node)
    }
    guard !stated.isEmpty, stated.count <= 8 else {
      throw node.fault("removing every dimension of size 1 is not supported")
    }
    let (input, axes) = try reducible(tensor, stated, node)
    return try add(.squeeze(axes: axes), [input], as: node.name, for: node)
  }

  /// `Mean` over some dimensions; over rows and columns of a map it is global average pooling.
  mutating func mean(_ node: GraphDefNode) throws(GraphDefFault) -> Tensor {
    let stated = try integers(1, of: node, "axes")
    let input = try tensor(0, of: node)
    guard try node.flag("keep_dims") else {
      let (input, axes) = try reducible(input, stated, node)
      return try add(
        .mean(axes: axes, keepsDimensions: false), [input], as: node.name, for: node)
    }
    let axes = try axes(stated, of: input, for: node)
    return try add(
      // Pooling over the whole map follows an image of another size than the file's.
      input.isMap && Set(axes) == [2, 3]
        ? .globalAveragePool : .mean(axes: axes, keepsDimensions: true), [input],
      as: node.name, isMap: input.isMap, for: node)
  }

  /// A tensor and some of its dimensions, such that the others, without them, are in the file's
  /// order.
  private mutating func reducible(
    _ tensor: Tensor, _ stated: [Int], _ node: GraphDefNode
  ) throws(GraphDefFault) -> (tensor: Tensor, axes: [Int]) {
    let axes = try axes(stated, of: tensor, for: node)
    // A map without its channels, or without rows and columns, is the same in NHWC and NCHW: the
    // transposition is saved where networks reduce, in global pooling.
    if !tensor.isMap || axes.contains(1) || Set(axes).isSuperset(of: [2, 3]) {
      return (tensor, axes)
    }
    let plain = try plain(tensor, for: node)
    return (plain, try self.axes(stated, of: plain, for: node))
  }

  /// `ExpandDims`: one new dimension of size 1; negative axes count from the end of the result.
  mutating func expandDimensions(_ node: GraphDefNode) throws(GraphDefFault) -> Tensor {
    let axis = try integers(1, of: node, "axis")
    guard axis.count == 1 else { throw node.fault("one axis expected, found \(axis.count)") }
    return try add(
      .unsqueeze(axes: axis), [try plain(try tensor(0, of: node), for: node)], as: node.name,
      for: node)
  }

  /// `Pack`: tensors of one shape along a new dimension; in frozen networks mostly the sizes for
  /// `Reshape`.
  mutating func stack(_ node: GraphDefNode) throws(GraphDefFault) -> Tensor {
    let axis = try node.integer("axis", default: 0)
    guard (1...4096).contains(node.inputs.count), (-8...8).contains(axis) else {
      throw node.fault("\(node.inputs.count) inputs along axis \(axis) are not supported")
    }
    var inputs: [Tensor] = []
    for index in node.inputs.indices {
      let input = try plain(try tensor(index, of: node), for: node)
      inputs.append(
        try add(.unsqueeze(axes: [axis]), [input], as: "\(node.name):row\(index)", for: node))
    }
    return try add(.concatenation(axis: axis), inputs, as: node.name, for: node)
  }

  /// `StridedSlice`, Python's `x[a:b:c, d]` with positive steps.
  ///
  /// Bit i of `begin_mask` or `end_mask` leaves that bound of dimension i open; a bit of
  /// `shrink_axis_mask` takes one element of a dimension and removes it.
  ///
  /// - Throws: `GraphDefFault` for new dimensions (`new_axis_mask`), an ellipsis, or steps
  ///   backwards.
  mutating func stridedSlice(_ node: GraphDefNode) throws(GraphDefFault) -> Tensor {
    let input = try tensor(0, of: node)
    var starts = try integers(1, of: node, "starts")
    var ends = try integers(2, of: node, "ends")
    let steps = try integers(3, of: node, "steps")
    guard try node.integer("ellipsis_mask", default: 0) == 0,
      try node.integer("new_axis_mask", default: 0) == 0, starts.count == ends.count,
      starts.count == steps.count, starts.count <= rank(of: input), steps.allSatisfy({ $0 > 0 })
    else { throw node.fault("slices with new dimensions or backwards are not supported") }
    let masks = [
      try node.integer("begin_mask", default: 0), try node.integer("end_mask", default: 0),
      try node.integer("shrink_axis_mask", default: 0),
    ]
    var dropped: [Int] = []
    for index in starts.indices {
      let bits = masks.map { $0 >> index & 1 == 1 }
      if bits[2] {
        dropped.append(index)
        // The end of the last element is the dimension's own: -1 + 1 would be 0, an empty range.
        ends[index] = starts[index] == -1 ? Int(Int32.max) : starts[index] &+ 1
        continue
      }
      if bits[0] { starts[index] = 0 }
      if bits[1] { ends[index] = Int(Int32.max) }
    }
    let name = dropped.isEmpty ? node.name : "\(node.name):slice"
    let source = dropped.isEmpty ? input : try plain(input, for: node)
    let slice = try slice(source, starts, ends, steps, as: name, for: node)
    guard !dropped.isEmpty else { return slice }
    return try add(.squeeze(axes: dropped), [slice], as: node.name, for: node)
  }

  /// `Slice`: of each dimension so many elements from a start; −1 for all that follow.
  mutating func slice(_ node: GraphDefNode) throws(GraphDefFault) -> Tensor {
    let input = try tensor(0, of: node)
    let starts = try integers(1, of: node, "starts")
    let sizes = try integers(2, of: node, "sizes")
    guard starts.count == rank(of: input), sizes.count == starts.count,
      (starts + sizes).allSatisfy({ (-1...Int(Int32.max)).contains($0) })
    else { throw node.fault("its starts and sizes do not fit its input") }
    let ends = starts.indices.map {
      sizes[$0] == -1 ? Int(Int32.max) : starts[$0] + sizes[$0]
    }
    let steps = starts.map { _ in 1 }
    return try slice(input, starts, ends, steps, as: node.name, for: node)
  }

  /// Emits a slice whose ranges are in the file's order of dimensions; the axes translate it.
  private mutating func slice(
    _ input: Tensor, _ starts: [Int], _ ends: [Int], _ steps: [Int], as name: String,
    for node: GraphDefNode
  ) throws(GraphDefFault) -> Tensor {
    let axes = try axes(Array(starts.indices), of: input, for: node)
    var inputs = [input]
    for (what, values) in [("starts", starts), ("ends", ends), ("axes", axes), ("steps", steps)] {
      inputs.append(try constant(ConstantTensor(values), as: "\(node.name):\(what)", for: node))
    }
    return try add(.slice, inputs, as: name, isMap: input.isMap, for: node)
  }

  /// `Pad` and `PadV2` by a constant, and `MirrorPad`: two amounts for each dimension, before and
  /// after.
  ///
  /// - Throws: `GraphDefFault` for `MirrorPad` with `SYMMETRIC`, which repeats the edge's elements
  ///   too; the engine knows `REFLECT` only.
  mutating func pad(
    _ node: GraphDefNode, _ operation: GraphDefOperation
  ) throws(GraphDefFault) -> Tensor {
    let input = try tensor(0, of: node)
    let rank = rank(of: input)
    let stated = try integers(1, of: node, "amounts")
    guard stated.count == 2 * rank, stated.allSatisfy({ (0...65_536).contains($0) }) else {
      throw node.fault("its amounts are \(stated.prefix(9)), not two for each dimension")
    }
    var amounts = [Int](repeating: 0, count: 2 * rank)
    for index in 0..<rank {
      let axis = try self.axis(index, of: input, for: node)
      // TensorFlow pairs both sides of each dimension; the engine, like ONNX, lists all beginnings,
      // then all ends.
      (amounts[axis], amounts[rank + axis]) = (stated[2 * index], stated[2 * index + 1])
    }
    var content = PaddingContent.constant
    if operation == .mirrorPad {
      guard try node.word("mode") == "REFLECT" else {
        throw node.fault("padding that repeats the edge (SYMMETRIC) is not supported")
      }
      content = .reflection
    }
    var inputs = [
      input, try constant(ConstantTensor(amounts), as: "\(node.name):amounts", for: node),
    ]
    if operation == .pad2 { inputs.append(try tensor(2, of: node)) }
    return try add(.pad(content), inputs, as: node.name, isMap: input.isMap, for: node)
  }
}
