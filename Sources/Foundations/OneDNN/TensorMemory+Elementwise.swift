internal import COneDNN

/// Elementwise work on tensors of the same layout and format, as they lie in memory.
///
/// Those of bfloat16 numbers are in C, beside the module map. All of them run over padding as well,
/// where they keep zeros.
extension TensorMemory {
  /// Sets every element to max(x, 0) of the other's, which may be this tensor itself.
  public func rectify(_ source: TensorMemory) {
    check(source)
    switch format {
    case .float32:
      let (output, input) = (floats, source.floats)
      for index in 0..<storedCount { output[index] = max(input[index], 0) }
    case .bfloat16:
      // As signed integers: bfloat16 has its sign in the same bit.
      bf16_rectify(signed, source.signed, storedCount)
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
      bf16_mask(signed, value.signed, .max, storedCount)
    }
  }

  /// Clears every element where `value` is not between 0 and `upper`: the gradient of a clip, without
  /// other memory.
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
      bf16_mask(signed, value.signed, limit, storedCount)
    }
  }

  /// Carries a gradient back through a clip to 0 … `upper`, in place; where it would vanish from a
  /// whole item, what would move the item's values off the ends of the clip is carried instead.
  ///
  /// - Parameters:
  ///   - value: The clip's result.
  ///   - upper: The upper end; infinity for a ReLU.
  ///   - count: How many items of equal size lie one after the other.
  /// - Precondition: The format is `float32`, and the items have equal sizes.
  public func redirect(by value: TensorMemory, upper: Float, itemCount count: Int) {
    check(value)
    let length = storedCount / max(count, 1)
    precondition(count * length == storedCount, "\(storedCount) elements are not \(count) items")
    for item in 0..<count {
      let (gradient, value) = (floats + item * length, value.floats + item * length)
      let isAlive = (0..<length).contains { index in
        gradient[index] != 0 && value[index] > 0 && value[index] < upper
      }
      for index in 0..<length {
        let (slope, x) = (gradient[index], value[index])
        let isKept =
          isAlive ? x > 0 && x < upper : (x < upper && slope > 0) || (x >= upper && slope < 0)
        gradient[index] = isKept ? slope : 0
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
      bf16_add(halves, other.halves, storedCount)
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
      bf16_add_masked(halves, other.halves, value.signed, storedCount)
    }
  }

  /// Copies another tensor's elements.
  public func copy(_ source: TensorMemory) {
    check(source)
    base.copyMemory(from: source.base, byteCount: storedCount * format.byteCount)
  }

  /// Sets every element to the source's at an index, for several tensors one after the other.
  ///
  /// - Parameters:
  ///   - source: The tensors that are read, all of one size.
  ///   - indices: For each element of one tensor here, the element of one tensor there.
  ///   - count: How many tensors there are.
  /// - Precondition: The indices lie within a tensor of the source.
  public func gather(from source: TensorMemory, at indices: [Int32], repeating count: Int) {
    let length = source.storedCount / max(count, 1)
    precondition(
      storedCount == count * indices.count && format == source.format
        && indices.allSatisfy { $0 >= 0 && $0 < length },
      "\(count) × \(indices.count) elements of \(length) for \(storedCount)")
    // In either format numbers are moved, not converted.
    indices.withUnsafeBufferPointer { indices in
      for tensor in 0..<count {
        switch format {
        case .float32:
          let (output, input) = (floats + tensor * indices.count, source.floats + tensor * length)
          for index in indices.indices { output[index] = input[Int(indices[index])] }
        case .bfloat16:
          let (output, input) = (halves + tensor * indices.count, source.halves + tensor * length)
          for index in indices.indices { output[index] = input[Int(indices[index])] }
        }
      }
    }
  }

  /// Sets every element to 0.
  public func clear() {
    base.initializeMemory(as: UInt8.self, repeating: 0, count: storedCount * format.byteCount)
  }

  private var halves: UnsafeMutablePointer<UInt16> { base.assumingMemoryBound(to: UInt16.self) }
  private var signed: UnsafeMutablePointer<Int16> { base.assumingMemoryBound(to: Int16.self) }

  private func check(_ other: TensorMemory) {
    precondition(
      other.storedCount == storedCount && other.format == format,
      "tensors of \(storedCount) and \(other.storedCount) elements in memory, or of other formats")
  }
}
