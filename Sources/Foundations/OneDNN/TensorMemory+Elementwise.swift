/// Elementwise work on tensors of the same layout, as they lie in memory.
extension TensorMemory {
  /// Sets every element to max(x, 0) of the other's: the forward half of a ReLU.
  public func rectify(_ source: TensorMemory) {
    let (output, input) = pointers(with: source)
    for index in 0..<storedCount { output[index] = max(input[index], 0) }
  }

  /// Clears every element where `value` is not positive: the gradient of a ReLU, in place.
  public func mask(wherePositive value: TensorMemory) {
    let (output, value) = pointers(with: value)
    for index in 0..<storedCount { output[index] = value[index] > 0 ? output[index] : 0 }
  }

  /// Adds another tensor, element by element.
  public func add(_ other: TensorMemory) {
    let (output, other) = pointers(with: other)
    for index in 0..<storedCount { output[index] += other[index] }
  }

  /// Adds another tensor, then clears every element where `value` is not positive.
  public func add(_ other: TensorMemory, maskedWherePositive value: TensorMemory) {
    let (output, other) = pointers(with: other)
    let (_, value) = pointers(with: value)
    for index in 0..<storedCount {
      output[index] = value[index] > 0 ? output[index] + other[index] : 0
    }
  }

  /// Copies another tensor's elements.
  public func copy(_ source: TensorMemory) {
    let (output, input) = pointers(with: source)
    output.update(from: input, count: storedCount)
  }

  /// Sets every element to 0.
  public func clear() { base.update(repeating: 0, count: storedCount) }

  private func pointers(
    with other: TensorMemory
  ) -> (UnsafeMutablePointer<Float>, UnsafePointer<Float>) {
    precondition(
      other.storedCount == storedCount,
      "tensors of \(storedCount) and \(other.storedCount) elements in memory")
    return (base, UnsafePointer(other.base))
  }
}
