/// Indices sorted into bins.
package struct BinnedIndices: Sendable, Equatable {
  /// The indices, bin after bin, ascending within a bin.
  package let order: [Int32]
  /// Where each bin begins in `order`, and the length of `order` at the end.
  package let starts: [Int]

  /// Makes bins from their parts.
  ///
  /// - Precondition: The starts ascend from 0 to the number of indices.
  package init(order: [Int32], starts: [Int]) {
    precondition(
      starts.first == 0 && starts.last == order.count,
      "bins from \(starts.first ?? -1) to \(starts.last ?? -1) over \(order.count) indices")
    (self.order, self.starts) = (order, starts)
  }

  /// The number of bins.
  package var count: Int { starts.count - 1 }

  /// The positions of a bin's indices in `order`.
  @inlinable
  package func range(ofBin bin: Int) -> Range<Int> { starts[bin]..<starts[bin + 1] }

  /// The indices of a bin, ascending.
  @inlinable
  package subscript(bin bin: Int) -> ArraySlice<Int32> { order[range(ofBin: bin)] }
}

/// Sorts the indices of some bin numbers by bin, and within a bin by index.
///
/// A counting sort (Knuth, The Art of Computer Programming, volume 3, section 5.2, algorithm D).
///
/// - Parameters:
///   - bins: The bin of each index; an index whose bin is negative is left out.
///   - binCount: The number of bins.
/// - Returns: The indices that have a bin.
/// - Precondition: Bins are below `binCount`; there are fewer than 2³¹ indices.
/// - Complexity: O(indices + bins), on the calling thread.
package func countingSort(_ bins: [Int32], binCount: Int) -> BinnedIndices {
  precondition(bins.count <= Int(Int32.max), "too many indices: \(bins.count)")
  var starts = [Int](repeating: 0, count: binCount + 1)
  for bin in bins where bin >= 0 { starts[Int(bin) + 1] += 1 }
  starts.formRunningSums()
  var next = starts
  var order = [Int32](repeating: 0, count: starts[binCount])
  for (index, bin) in bins.enumerated() where bin >= 0 {
    order[next[Int(bin)]] = Int32(truncatingIfNeeded: index)
    next[Int(bin)] += 1
  }
  return BinnedIndices(order: order, starts: starts)
}

extension Array where Element: FixedWidthInteger {
  /// Replaces each element by the sum of all up to and including it.
  ///
  /// Counts that stand one place behind their bin, after a leading 0, thereby become the starts of
  /// the bins, with their total at the end.
  @inlinable
  package mutating func formRunningSums() {
    var sum: Element = 0
    for index in indices {
      sum += self[index]
      self[index] = sum
    }
  }
}
