extension ReceptiveFieldRule {
  /// Through an operation that arranges elements of one tensor.
  func rearranged(_ line: Line, _ shape: TensorShape) -> Line {
    guard let place = line.place else { return line }
    switch node.operation {
    case .flatten, .reshape, .squeeze, .unsqueeze: return reshaped(line, place, shape)
    case .transpose(let order):
      guard let order = try? node.transposition(order, of: shape),
        let dimension = order.firstIndex(of: place.dimension)
      else { return line.lost }
      var result = line
      result.place?.dimension = dimension
      return result
    case .slice, .piece: return sliced(line, place, shape)
    case .pad: return padded(line, place, shape)
    case .gather(let axis): return gathered(line, place, shape, axis: axis)
    default: return line.lost
    }
  }

  /// The same elements in another shape: the place is found again where a dimension, or a part of one
  /// that a division and a remainder can tell, runs over the same elements.
  private func reshaped(
    _ line: Line, _ place: ReceptiveField.Place, _ shape: TensorShape
  ) -> Line {
    guard shape.elementCount > 0, output.elementCount == shape.elementCount else {
      return line.lost
    }
    // In the order of elements, places change every `distance` and begin again after `period`.
    let distance = shape.strides[place.dimension] * place.divisor
    let period = distance * place.count
    let strides = output.strides
    func distances(_ dimension: Int) -> (stride: Int, period: Int) {
      (strides[dimension], strides[dimension] * output.dimensions[dimension])
    }
    let dimensions = output.dimensions.indices
    let same = dimensions.first { distances($0) == (distance, period) }
    let part = dimensions.first {
      let (stride, whole) = distances($0)
      return distance.isMultiple(of: stride) && whole.isMultiple(of: period)
    }
    guard let dimension = same ?? part else { return line.lost }
    var result = line
    result.place?.dimension = dimension
    result.place?.divisor = distance / strides[dimension]
    return result
  }

  private func sliced(
    _ line: Line, _ place: ReceptiveField.Place, _ shape: TensorShape
  ) -> Line {
    guard let slice = try? node.resolvedSlice(inputs) else { return line.lost }
    let dimension = place.dimension
    let (start, step) = (slice.starts[dimension], slice.steps[dimension])
    let count = slice.counts[dimension]
    if start == 0, step == 1, count == shape.dimensions[dimension] { return line }
    guard place.isDirect(in: shape), step > 0, step <= 1 << 20, place.stride * step <= 1 << 20
    else { return line.scattered(along: dimension, count: count, order: order) }
    var result = line.moved(by: start * place.stride)
    result.place?.stride *= step
    result.place?.count = count
    return result
  }

  private func padded(
    _ line: Line, _ place: ReceptiveField.Place, _ shape: TensorShape
  ) -> Line {
    guard let padding = try? node.resolvedPadding(inputs) else { return line.lost }
    let (before, after) = (padding.before[place.dimension], padding.after[place.dimension])
    if before == 0, after == 0 { return line }
    let count = output.dimensions[place.dimension]
    guard place.isDirect(in: shape) else {
      return line.scattered(along: place.dimension, count: count, order: order)
    }
    var result = line.moved(by: -before * place.stride)
    result.place?.count = count
    return result
  }

  private func gathered(
    _ line: Line, _ place: ReceptiveField.Place, _ shape: TensorShape, axis: Int
  ) -> Line {
    guard let axis = shape.dimensionIndex(axis), inputs.count == 2, let indices = inputs[1]?.shape
    else { return line.lost }
    if place.dimension == axis {
      switch indices.rank {
      case 0: return Line(reach: line.reach, place: nil)
      case 1:
        return line.scattered(along: axis, count: output.dimensions[axis], order: order)
      default: return line.lost
      }
    }
    var result = line
    if place.dimension > axis { result.place?.dimension += indices.rank - 1 }
    return result
  }
}

extension ReceptiveField.Line {
  /// The pixels so much farther on.
  func moved(by distance: Int) -> Self {
    guard case .pixels(let range) = reach else { return self }
    let moved = range.lowerBound + distance...range.upperBound + distance
    return Self(reach: ReceptiveField.Reach.pixels(moved).limited, place: place)
  }
}
