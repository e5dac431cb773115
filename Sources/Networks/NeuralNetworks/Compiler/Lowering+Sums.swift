extension Lowering {
  /// A sum of convolutions of one tensor is one convolution, whose weights are their sum.
  ///
  /// Networks that are trained with parallel branches and meant to run with one (Ding et al., "RepVGG",
  /// CVPR 2021, section 3.3; MobileOne) are often exported as they were trained. A batch normalization
  /// beside convolutions is a 1 × 1 convolution. Only where nothing else reads, and nobody wants, the
  /// branches' results.
  ///
  /// - Complexity: O(nodes + weights · branches).
  mutating func joinParallelConvolutions() {
    let readers = readerCounts
    let makers = makers
    var doomed: Set<Int> = []
    for index in nodes.indices {
      guard case .binary(.add) = nodes[index].operation,
        let first = makers[nodes[index].inputs[0]], let second = makers[nodes[index].inputs[1]],
        first != second, nodes[first].inputs[0] == nodes[second].inputs[0],
        [first, second].allSatisfy({
          isInner(nodes[$0].output, readers) && isMap(nodes[$0].output)
            && shape(nodes[$0].output) == shape(nodes[index].output)
        }), let sum = sum(nodes[first].operation, nodes[second].operation)
      else { continue }
      nodes[index].operation = .convolution(sum)
      nodes[index].inputs = [nodes[first].inputs[0]]
      doomed.formUnion([first, second])
    }
    remove(doomed)
  }

  private func sum(_ a: Operation, _ b: Operation) -> Convolution? {
    switch (a, b) {
    case (.convolution(let a), .convolution(let b)): a.adding(b) ?? b.adding(a)
    case (.convolution(let a), .channelAffine(let b)), (.channelAffine(let b), .convolution(let a)):
      Convolution(b, groups: a.groups).flatMap { a.adding($0) ?? $0.adding(a) }
    default: nil
    }
  }
}

extension Convolution {
  /// An affine map of the channels as a 1 × 1 convolution, of as many groups as another one.
  ///
  /// - Returns: `nil` where the channels have no such groups.
  fileprivate init?(_ affine: ChannelAffine, groups: Int) {
    let count = affine.scale.count
    guard count > 0, count.isMultiple(of: groups) else { return nil }
    let size = count / groups
    var weights = [Float](repeating: 0, count: count * size)
    for channel in 0..<count { weights[channel * size + channel % size] = affine.scale[channel] }
    self.init(
      weights: weights, bias: affine.shift, inputChannels: count, outputChannels: count,
      kernel: Extent(height: 1, width: 1), groups: groups)
  }

  /// The sum of this convolution and another one of the same tensor, if that reads no elements but
  /// those that this one reads.
  fileprivate func adding(_ other: Convolution) -> Convolution? {
    guard paddingRule == .explicit, other.paddingRule == .explicit, groups == other.groups,
      stride == other.stride, inputChannels == other.inputChannels,
      outputChannels == other.outputChannels
    else { return nil }
    let rows = Self.places(
      other.kernel.height, other.dilation.height, before: other.padding.top,
      in: kernel.height, dilation.height, before: padding.top)
    let columns = Self.places(
      other.kernel.width, other.dilation.width, before: other.padding.left,
      in: kernel.width, dilation.width, before: padding.left)
    guard let rows, let columns else { return nil }
    var result = self
    for (index, value) in other.bias.enumerated() { result.bias[index] += value }
    let planeCount = outputChannels * (inputChannels / groups)
    for plane in 0..<planeCount {
      for (i, row) in rows.enumerated() {
        for (j, column) in columns.enumerated() {
          result.weights[(plane * kernel.height + row) * kernel.width + column] +=
            other.weights[(plane * rows.count + i) * columns.count + j]
        }
      }
    }
    return result
  }

  /// Along one side, which taps of a kernel read the elements that those of a smaller one read; `nil`
  /// if not all of them have one.
  private static func places(
    _ count: Int, _ step: Int, before padding: Int, in whole: Int, _ wholeStep: Int,
    before wholePadding: Int
  ) -> [Int]? {
    var result: [Int] = []
    for tap in 0..<count {
      let distance = tap * step - padding + wholePadding
      guard distance >= 0, distance.isMultiple(of: wholeStep), distance / wholeStep < whole else {
        return nil
      }
      result.append(distance / wholeStep)
    }
    return result
  }
}
