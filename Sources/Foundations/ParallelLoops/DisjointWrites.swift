/// A view of memory into whose disjoint parts several threads write.
///
/// The one place where parallel loops share a mutable array: each range of a `parallelFor` writes
/// its own elements and nobody else's.
public struct DisjointWrites<Element: BitwiseCopyable>: @unchecked Sendable {
  // Bounds are checked by the buffer in debug builds alone; that ranges are disjoint is the
  // caller's promise, which no type of Swift can express.
  @usableFromInline let base: UnsafeMutableBufferPointer<Element>

  @usableFromInline init(_ base: UnsafeMutableBufferPointer<Element>) { self.base = base }

  /// One element; only the range it belongs to may touch it.
  @inlinable
  public subscript(index: Int) -> Element {
    get { base[index] }
    nonmutating set { base[index] = newValue }
  }

  /// The part of the memory that one range owns, for kernels that take a span.
  ///
  /// - Precondition: `range` lies within the memory.
  @inlinable
  public func withMutableSpan<Result>(
    _ range: Range<Int>, _ body: (inout MutableSpan<Element>) -> Result
  ) -> Result {
    precondition(
      range.lowerBound >= 0 && range.upperBound <= base.count,
      "\(range) is not within \(base.count) elements")
    var span = MutableSpan(_unsafeElements: UnsafeMutableBufferPointer(rebasing: base[range]))
    return body(&span)
  }
}

extension Array where Element: BitwiseCopyable {
  /// Lets several threads write disjoint elements while `body` runs.
  @inlinable
  public mutating func withDisjointWrites<Result>(
    _ body: (DisjointWrites<Element>) throws -> Result
  ) rethrows -> Result {
    try withUnsafeMutableBufferPointer { try body(DisjointWrites($0)) }
  }

  /// Makes an array whose elements several threads write.
  ///
  /// Without the zeros that `init(repeating:count:)` would write first, for arrays as large as the
  /// data.
  ///
  /// - Parameters:
  ///   - count: The number of elements.
  ///   - body: Writes every element; those left out hold anything.
  @inlinable
  public init(count: Int, _ body: (DisjointWrites<Element>) -> Void) {
    self.init(unsafeUninitializedCapacity: count) { buffer, initializedCount in
      body(DisjointWrites(UnsafeMutableBufferPointer(rebasing: buffer[..<count])))
      initializedCount = count
    }
  }
}

// One function for each number of arrays: Swift's parameter packs cannot hold `inout` arguments.

/// Lets several threads write disjoint elements of two arrays while `body` runs.
@inlinable
public func withDisjointWrites<A: BitwiseCopyable, B: BitwiseCopyable, Result>(
  of a: inout [A], _ b: inout [B],
  _ body: (DisjointWrites<A>, DisjointWrites<B>) throws -> Result
) rethrows -> Result {
  try a.withDisjointWrites { a in try b.withDisjointWrites { b in try body(a, b) } }
}

/// Lets several threads write disjoint elements of three arrays while `body` runs.
@inlinable
public func withDisjointWrites<
  A: BitwiseCopyable, B: BitwiseCopyable, C: BitwiseCopyable, Result
>(
  of a: inout [A], _ b: inout [B], _ c: inout [C],
  _ body: (DisjointWrites<A>, DisjointWrites<B>, DisjointWrites<C>) throws -> Result
) rethrows -> Result {
  try withDisjointWrites(of: &a, &b) { a, b in try c.withDisjointWrites { c in try body(a, b, c) } }
}

/// Lets several threads write disjoint elements of four arrays while `body` runs.
@inlinable
public func withDisjointWrites<
  A: BitwiseCopyable, B: BitwiseCopyable, C: BitwiseCopyable, D: BitwiseCopyable, Result
>(
  of a: inout [A], _ b: inout [B], _ c: inout [C], _ d: inout [D],
  _ body: (
    DisjointWrites<A>, DisjointWrites<B>, DisjointWrites<C>, DisjointWrites<D>
  ) throws -> Result
) rethrows -> Result {
  try withDisjointWrites(of: &a, &b) { a, b in
    try withDisjointWrites(of: &c, &d) { c, d in try body(a, b, c, d) }
  }
}
