import Glibc
import Matrices

extension Node {
  /// The elements that an operation with sums reads or makes, whichever are more.
  func sumLength(_ constants: [ConstantTensor], _ shape: TensorShape) -> Int {
    let most = max(shape.elementCount, constants.map(\.elements.count).max() ?? 0)
    let inner: Int
    switch operation {
    case .matrixProduct: inner = constants[0].shape.dimensions.last ?? 1
    case .innerProduct(let product): inner = product.weights.columnCount
    default: return most
    }
    // Both are at most 2³¹.
    return max(most, shape.elementCount * inner)
  }

  /// The output's elements, for operations with sums over constants of floating-point numbers.
  func sums(_ constants: [ConstantTensor], _ shape: TensorShape) -> ConstantTensor.Elements? {
    guard let values = constants[0].floats else { return nil }
    let input = constants[0].shape
    switch operation {
    case .mean(let axes, _): return .floats(means(values, input, axes: axes, shape))
    case .softmax(let axis): return .floats(softmax(values, input, axis: axis))
    case .innerProduct(let product): return .floats(products(values, product))
    case .matrixProduct:
      return constants[1].floats.map {
        .floats(matrixProducts(values, input, $0, constants[1].shape, shape))
      }
    default: return nil
    }
  }

  private func means(
    _ values: [Float], _ input: TensorShape, axes: [Int]?, _ shape: TensorShape
  ) -> [Float] {
    let axes = Set((axes ?? Array(0..<input.rank)).compactMap(input.dimensionIndex))
    let kept = input.dimensions.indices.filter { !axes.contains($0) }
    let dropped = input.dimensions.indices.filter(axes.contains)
    let length = dropped.reduce(1) { $0 * input.dimensions[$1] }
    let count = shape.elementCount
    guard count > 0, length > 0 else { return [Float](repeating: 0, count: count) }
    let order = kept + dropped
    let strides = input.strides
    let lines = ConstantTensor.Elements.floats(values).strided(
      TensorShape(order.map { input.dimensions[$0] }), strides: order.map { strides[$0] })
    guard case .floats(let sorted) = lines else { return [] }
    return (0..<count).map { line in
      let sum = sorted[line * length..<(line + 1) * length].reduce(0) { $0 + Double($1) }
      return Float(sum / Double(length))
    }
  }

  private func softmax(_ values: [Float], _ input: TensorShape, axis: Int) -> [Float] {
    let dimension = input.dimensionIndex(axis) ?? 0
    let (size, stride) = (input.dimensions[dimension], input.strides[dimension])
    var result = values
    for block in Swift.stride(from: 0, to: values.count, by: max(size * stride, 1)) {
      for place in 0..<stride {
        let line = (0..<size).map { block + place + $0 * stride }
        let largest = line.map { values[$0] }.max() ?? 0
        var sum = 0.0
        for index in line {
          result[index] = expf(values[index] - largest)
          sum += Double(result[index])
        }
        for index in line { result[index] = Float(Double(result[index]) / sum) }
      }
    }
    return result
  }

  private func products(_ values: [Float], _ product: InnerProduct) -> [Float] {
    let (rowCount, length) = (product.weights.rowCount, product.weights.columnCount)
    guard length > 0 else { return [] }
    var result: [Float] = []
    for start in stride(from: 0, to: values.count, by: length) {
      for row in 0..<rowCount {
        var sum = Double(product.bias[row])
        for place in 0..<length {
          sum += Double(values[start + place]) * Double(product.weights[row, place])
        }
        result.append(Float(sum))
      }
    }
    return result
  }

  private func matrixProducts(
    _ a: [Float], _ aShape: TensorShape, _ b: [Float], _ bShape: TensorShape, _ shape: TensorShape
  ) -> [Float] {
    let left = aShape.rank > 1 ? aShape : TensorShape([1] + aShape.dimensions)
    let right = bShape.rank > 1 ? bShape : TensorShape(bShape.dimensions + [1])
    let (rowCount, length) = (left.dimensions[left.rank - 2], left.dimensions[left.rank - 1])
    let columnCount = right.dimensions[right.rank - 1]
    let stacks = TensorShape(left.dimensions.dropLast(2)).broadcast(
      with: TensorShape(right.dimensions.dropLast(2)))
    guard shape.elementCount > 0, let stacks else { return [] }
    func starts(_ shape: TensorShape) -> [Int] {
      let stack = TensorShape(shape.dimensions.dropLast(2))
      let size = shape.dimensions.suffix(2).reduce(1, *)
      let numbers = ConstantTensor.Elements.integers(Array(0..<stack.elementCount)).strided(
        stacks, strides: stack.strides(spreadOver: stacks))
      guard case .integers(let places) = numbers else { return [] }
      return places.map { $0 * size }
    }
    var result: [Float] = []
    result.reserveCapacity(shape.elementCount)
    for (aStart, bStart) in zip(starts(left), starts(right)) {
      for row in 0..<rowCount {
        for column in 0..<columnCount {
          var sum = 0.0
          for place in 0..<length {
            sum +=
              Double(a[aStart + row * length + place])
              * Double(b[bStart + place * columnCount + column])
          }
          result.append(Float(sum))
        }
      }
    }
    return result
  }
}
