import Dispatch
import Synchronization

/// How many threads the parallel loops use.
///
/// Results never depend on it: work is cut into pieces whose number and order are fixed by the
/// problem, and a piece is computed by one thread.
public enum Parallelism {
  private static let requested = Atomic<Int>(0)

  /// The number of threads; at first, the number of processors this process may use.
  public static var threadCount: Int {
    get {
      let count = requested.load(ordering: .relaxed)
      return count > 0 ? count : availableProcessorCount()
    }
    set {
      precondition(newValue > 0, "at least one thread is needed, got \(newValue)")
      requested.store(newValue, ordering: .relaxed)
    }
  }
}

/// Calls `body` for consecutive ranges that together make up `0..<count`, on several threads.
///
/// The ranges hold `grain` indices each (the last one may be shorter) and are handed out in order.
/// `body` must write only to what belongs to its range; then the result is the same for any number
/// of threads.
///
/// - Parameters:
///   - count: The number of indices.
///   - grain: The number of indices in a range; choose it so that a range takes well over 10 µs.
///   - body: The work for one range.
public func parallelFor(count: Int, grain: Int, _ body: @Sendable (Range<Int>) -> Void) {
  precondition(grain > 0, "the grain must be positive, got \(grain)")
  guard count > 0 else { return }
  let rangeCount = (count + grain - 1) / grain
  parallelWorkers(count: min(Parallelism.threadCount, rangeCount), itemCount: rangeCount) {
    _, rangeIndex in
    let start = rangeIndex * grain
    body(start..<min(start + grain, count))
  }
}

/// Hands the items `0..<itemCount` one after the other to `count` workers.
///
/// `body` gets the worker's index and the item's index; one worker handles one item at a time, so
/// what belongs to a worker (scratch memory, a compiled network) needs no lock.
public func parallelWorkers(
  count: Int, itemCount: Int, _ body: @Sendable (_ worker: Int, _ item: Int) -> Void
) {
  let workerCount = min(count, itemCount)
  guard workerCount > 1 else {
    for item in 0..<itemCount { body(0, item) }
    return
  }
  let next = Atomic<Int>(0)
  DispatchQueue.concurrentPerform(iterations: workerCount) { worker in
    while true {
      let item = next.wrappingAdd(1, ordering: .relaxed).oldValue
      guard item < itemCount else { return }
      body(worker, item)
    }
  }
}

/// A view of memory into whose disjoint parts several threads write.
///
/// The one place where parallel loops share a mutable array: each range of a `parallelFor` writes
/// its own elements and nobody else's.
public struct DisjointWrites<Element: BitwiseCopyable>: @unchecked Sendable {
  @usableFromInline let base: UnsafeMutableBufferPointer<Element>

  @usableFromInline init(_ base: UnsafeMutableBufferPointer<Element>) { self.base = base }

  /// One element; only the range it belongs to may touch it.
  @inlinable
  public subscript(index: Int) -> Element {
    get { base[index] }
    nonmutating set { base[index] = newValue }
  }

  /// The part of the memory that one range owns, for kernels that take a span.
  @inlinable
  public func withMutableSpan<Result>(
    _ range: Range<Int>, _ body: (inout MutableSpan<Element>) -> Result
  ) -> Result {
    precondition(range.lowerBound >= 0 && range.upperBound <= base.count, "range out of bounds")
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
