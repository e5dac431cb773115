/// Elementwise work on tensors of the same layout and format, as they lie in memory.
///
/// A bfloat16 number is the upper half of a `Float`; as an integer with a sign it is positive when the
/// number is, so a ReLU and its mask need no conversion.
extension TensorMemory {
  /// Sets every element to max(x, 0) of the other's: the forward half of a ReLU.
  public func rectify(_ source: TensorMemory) {
    check(source)
    switch format {
    case .float32:
      let (output, input) = (floats, source.floats)
      for index in 0..<storedCount { output[index] = max(input[index], 0) }
    case .bfloat16:
      let (output, input) = (halves, source.halves)
      for index in 0..<storedCount { output[index] = max(input[index], 0) }
    }
  }

  /// Clears every element where `value` is not positive: the gradient of a ReLU, in place.
  public func mask(wherePositive value: TensorMemory) {
    check(value)
    switch format {
    case .float32:
      let (output, value) = (floats, value.floats)
      for index in 0..<storedCount { output[index] = value[index] > 0 ? output[index] : 0 }
    case .bfloat16:
      let (output, value) = (halves, value.halves)
      for index in 0..<storedCount { output[index] = value[index] > 0 ? output[index] : 0 }
    }
  }

  /// Clears every element where `value` is not between 0 and `upper`: the gradient of a clip, in
  /// place.
  ///
  /// - Precondition: `upper` is positive.
  public func mask(wherePositive value: TensorMemory, andLessThan upper: Float) {
    check(value)
    switch format {
    case .float32:
      let (output, value) = (floats, value.floats)
      for index in 0..<storedCount {
        output[index] = value[index] > 0 && value[index] < upper ? output[index] : 0
      }
    case .bfloat16:
      // The values were rounded when they were clipped, and so is their limit.
      let bits = upper.bitPattern
      let limit = Int16(truncatingIfNeeded: (bits &+ 0x7FFF &+ (bits >> 16 & 1)) >> 16)
      let (output, value) = (halves, value.halves)
      for index in 0..<storedCount {
        output[index] = value[index] > 0 && value[index] < limit ? output[index] : 0
      }
    }
  }

  /// Adds another tensor, element by element.
  public func add(_ other: TensorMemory) {
    check(other)
    switch format {
    case .float32:
      let (output, other) = (floats, other.floats)
      for index in 0..<storedCount { output[index] += other[index] }
    case .bfloat16:
      let (output, other) = (halves, other.halves)
      for index in 0..<storedCount { output[index] = sum(output[index], other[index]) }
    }
  }

  /// Adds another tensor, then clears every element where `value` is not positive.
  public func add(_ other: TensorMemory, maskedWherePositive value: TensorMemory) {
    check(other)
    check(value)
    switch format {
    case .float32:
      let (output, other, value) = (floats, other.floats, value.floats)
      for index in 0..<storedCount {
        output[index] = value[index] > 0 ? output[index] + other[index] : 0
      }
    case .bfloat16:
      let (output, other, value) = (halves, other.halves, value.halves)
      for index in 0..<storedCount {
        let total = sum(output[index], other[index])
        output[index] = value[index] > 0 ? total : 0
      }
    }
  }

  /// Copies another tensor's elements.
  public func copy(_ source: TensorMemory) {
    check(source)
    base.copyMemory(from: source.base, byteCount: storedCount * format.byteCount)
  }

  /// Sets every element to 0.
  public func clear() {
    base.initializeMemory(as: UInt8.self, repeating: 0, count: storedCount * format.byteCount)
  }

  private var halves: UnsafeMutablePointer<Int16> { base.assumingMemoryBound(to: Int16.self) }

  private func check(_ other: TensorMemory) {
    precondition(
      other.storedCount == storedCount && other.format == format,
      "tensors of \(storedCount) and \(other.storedCount) elements in memory, or of other formats")
  }
}

/// The sum of two bfloat16 numbers, rounded to the nearest, to even between two.
@inline(__always)
private func sum(_ a: Int16, _ b: Int16) -> Int16 {
  let total =
    Float(bitPattern: UInt32(UInt16(bitPattern: a)) << 16)
    + Float(bitPattern: UInt32(UInt16(bitPattern: b)) << 16)
  let bits = total.bitPattern
  return Int16(truncatingIfNeeded: (bits &+ 0x7FFF &+ (bits >> 16 & 1)) >> 16)
}
