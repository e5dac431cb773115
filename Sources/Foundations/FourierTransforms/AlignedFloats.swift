internal import CFFTW

/// Memory for a fixed number of floats, aligned for the processor's vectors.
///
/// A Swift array is aligned to 16 bytes, and moves when it is copied; FFTW's plans are made for an
/// address. Several threads may write to it, each to its own part, as with `DisjointWrites`.
package final class AlignedFloats: @unchecked Sendable {
  /// The number of floats.
  package let count: Int
  let base: UnsafeMutablePointer<Float>

  /// Allocates memory for `count` zeros.
  ///
  /// The corresponding FFTW function is `fftwf_malloc`.
  package init(count: Int) {
    precondition(count >= 0, "cannot allocate \(count) floats")
    // For 0 bytes FFTW may return no address at all.
    guard let base = fftwf_alloc_real(max(1, count)) else {
      preconditionFailure("out of memory for \(count) floats")
    }
    base.initialize(repeating: 0, count: max(1, count))
    (self.count, self.base) = (count, base)
  }

  deinit { fftwf_free(base) }

  /// One element; only the thread it belongs to may touch it.
  package subscript(index: Int) -> Float {
    get {
      precondition(index >= 0 && index < count, "element \(index) of \(count)")
      return base[index]
    }
    set {
      precondition(index >= 0 && index < count, "element \(index) of \(count)")
      base[index] = newValue
    }
  }

  /// The part of the memory that one thread owns.
  package func withMutableSpan<Result>(
    _ range: Range<Int>, _ body: (inout MutableSpan<Float>) -> Result
  ) -> Result {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= count, "\(range) is not within \(count) floats")
    var span = MutableSpan(_unsafeStart: base + range.lowerBound, count: range.count)
    return body(&span)
  }

  /// All of the memory, while nobody writes.
  package func withSpan<Result>(_ body: (Span<Float>) -> Result) -> Result {
    body(Span(_unsafeStart: base, count: count))
  }
}
