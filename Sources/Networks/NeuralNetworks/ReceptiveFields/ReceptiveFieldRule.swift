/// What a node makes of the receptive fields of its inputs, along one side of the image.
struct ReceptiveFieldRule {
  typealias Line = ReceptiveField.Line

  let node: Node
  let inputs: [TensorFact?]
  let output: TensorShape
  /// A number for an order of places that this node makes.
  let order: Int

  /// The output's line, from those of the inputs; `nil` for one that does not depend on the image.
  ///
  /// - Precondition: One of them is not `nil`; the shapes are those that the node gives.
  func line(_ lines: [Line?]) -> Line {
    let present = lines.compactMap { $0 }
    switch node.operation {
    case .binary, .equal, .select:
      let spread = zip(lines, inputs).compactMap { line, input in
        line.flatMap { line in input.map { self.spread(line, $0.shape) } }
      }
      return union(spread)
    case .concatenation(let axis): return concatenated(present, axis: axis)
    case .matrixProduct: return multiplied(lines)
    default: break
    }
    // What is left has one input that can depend on the image, indices apart.
    guard lines.count >= 1, let line = lines[0], let shape = inputs[0]?.shape, present.count == 1
    else { return union(present.map(\.lost)) }
    switch node.operation {
    case .convolution(let convolution):
      let padding = convolution.resolvedPadding(forHeight: side(shape, 2), width: side(shape, 3))
      return windowed(
        line.summed(over: [1]), shape, convolution.kernel, convolution.stride,
        convolution.dilation, padding)
    case .maxPool(let window), .averagePool(let window, _):
      let padding = window.resolvedPadding(forHeight: side(shape, 2), width: side(shape, 3))
      return windowed(line, shape, window.kernel, window.stride, window.dilation, padding)
    case .globalAveragePool: return line.summed(over: 2..<max(shape.rank, 2))
    case .mean(let axes, let keepsDimensions):
      let dropped = (axes ?? Array(0..<shape.rank)).compactMap(shape.dimensionIndex)
      var result = line.summed(over: dropped)
      if !keepsDimensions, let dimension = result.place?.dimension {
        result.place?.dimension -= dropped.count { $0 < dimension }
      }
      return result
    case .softmax(let axis): return line.mixed(over: [shape.dimensionIndex(axis) ?? 0])
    case .layerNormalization(let layer):
      return line.mixed(over: (shape.dimensionIndex(layer.axis) ?? 0)..<shape.rank)
    case .localResponseNormalization: return line.mixed(over: [1])
    case .innerProduct: return line.summed(over: [shape.rank - 1])
    case .unary, .cast, .identity, .channelAffine: return line
    case .expand: return spread(line, shape)
    default: return rearranged(line, shape)
    }
  }

  private func union(_ lines: [Line]) -> Line {
    guard let first = lines.first else { return Line(reach: .unknown, place: nil) }
    return lines.dropFirst().reduce(first) { $0.union($1) }
  }

  private func side(_ shape: TensorShape, _ dimension: Int) -> Int {
    dimension < shape.rank ? shape.dimensions[dimension] : 1
  }

  /// Through windows along rows and columns of a map.
  private func windowed(
    _ line: Line, _ shape: TensorShape, _ kernel: Extent, _ stride: Extent, _ dilation: Extent,
    _ padding: Padding
  ) -> Line {
    guard var place = line.place, place.dimension >= 2 else { return line }
    let isRow = place.dimension == 2
    let (kernel, step, dilation, before) =
      isRow
      ? (kernel.height, stride.height, dilation.height, padding.top)
      : (kernel.width, stride.width, dilation.width, padding.left)
    let count = output.dimensions[place.dimension]
    if kernel == 1, step == 1, before == 0, count == shape.dimensions[place.dimension] {
      return line
    }
    guard place.isDirect(in: shape), place.stride * step <= 1 << 20 else { return line.lost }
    var reach = line.reach
    if case .pixels(let range) = reach {
      let first = range.lowerBound - before * place.stride
      let last = range.upperBound + ((kernel - 1) * dilation - before) * place.stride
      reach = ReceptiveField.Reach.pixels(first...last).limited
    }
    place.stride *= step
    place.count = count
    return Line(reach: reach, place: place)
  }

  /// Read as a tensor of the output's shape, aligned at the last dimension.
  ///
  /// Positions that are there once and repeated are those of the whole image.
  private func spread(_ line: Line, _ shape: TensorShape) -> Line {
    guard var place = line.place else { return line }
    let size = shape.dimensions[place.dimension]
    place.dimension += output.rank - shape.rank
    guard size == output.dimensions[place.dimension] else {
      return Line(reach: line.reach == .unknown ? .unknown : .all, place: nil)
    }
    return Line(reach: line.reach, place: place)
  }

  private func concatenated(_ lines: [Line], axis: Int) -> Line {
    guard inputs.count > 1 else { return union(lines) }
    let dimension = output.dimensionIndex(axis)
    guard lines.contains(where: { $0.place?.dimension == dimension }) else { return union(lines) }
    // Positions laid one after the other: an order of its own.
    guard let first = lines.first, let place = first.place,
      lines.allSatisfy({
        $0.place?.dimension == place.dimension && $0.place?.stride == place.stride
      })
    else { return union(lines.map(\.lost)) }
    return union(
      lines.map {
        $0.scattered(
          along: place.dimension, count: output.dimensions[place.dimension], order: order)
      })
  }

  /// A product of matrices sums over the last dimension of a and the last but one of b.
  private func multiplied(_ lines: [Line?]) -> Line {
    var parts: [Line] = []
    for (index, line) in lines.enumerated() {
      guard var line, let shape = inputs[index]?.shape else { continue }
      guard shape.rank > 1, output.rank >= shape.rank else {
        parts.append(line.lost)
        continue
      }
      line = line.summed(over: [shape.rank - 1 - index])
      let isOfMatrix = (line.place?.dimension ?? 0) >= shape.rank - 2
      if isOfMatrix {
        line.place?.dimension += output.rank - shape.rank
      } else {
        line = spread(line, shape)
      }
      parts.append(line)
    }
    if parts.count == 2, let place = parts[0].place, let other = parts[1].place, place != other {
      // One position against another.
      let reach = parts[0].reach.union(parts[1].reach)
      return Line(reach: reach == .unknown ? .unknown : .all, place: place)
    }
    return union(parts)
  }
}
