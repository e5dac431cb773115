import Dispatch
import Synchronization

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
/// - Throws: The error of the first range, in their order, whose body throws; no further ranges are
///   handed out then.
public func parallelFor<Failure: Error>(
  count: Int, grain: Int, _ body: @Sendable (Range<Int>) throws(Failure) -> Void
) throws(Failure) {
  precondition(grain > 0, "the grain must be positive, got \(grain)")
  guard count > 0 else { return }
  let rangeCount = (count + grain - 1) / grain
  try parallelWorkers(count: min(Parallelism.threadCount, rangeCount), itemCount: rangeCount) {
    (_, rangeIndex) throws(Failure) in
    let start = rangeIndex * grain
    try body(start..<min(start + grain, count))
  }
}

/// The results of `body` for the indices `0..<count`, in their order, computed on several threads.
///
/// - Parameters:
///   - count: The number of indices.
///   - grain: How many consecutive indices a thread takes at a time.
///   - body: The result of one index.
/// - Returns: `count` results.
/// - Throws: The error of the first index whose body throws.
public func parallelMap<Result: Sendable, Failure: Error>(
  count: Int, grain: Int = 1, _ body: @Sendable (Int) throws(Failure) -> Result
) throws(Failure) -> [Result] {
  var results = [Result?](repeating: nil, count: count)
  try results.withUnsafeMutableBufferPointer { (buffer) throws(Failure) in
    let slots = Slots(base: buffer)
    try parallelFor(count: count, grain: grain) { (range) throws(Failure) in
      for index in range { slots.base[index] = try body(index) }
    }
  }
  return results.map { result in
    guard let result else { preconditionFailure("a result is missing") }
    return result
  }
}

/// Hands the items `0..<itemCount` one after the other to `count` workers.
///
/// `body` gets the worker's index and the item's index; one worker handles one item at a time, so
/// what belongs to a worker (scratch memory, a compiled network) needs no lock.
///
/// - Parameters:
///   - count: The number of workers; with one, all items are handled on the calling thread.
///   - itemCount: The number of items.
///   - body: The work for one item.
/// - Throws: The error of the first item, in their order, whose body throws. When one does, no
///   further items are handed out. All items before the first that fails have been handed out by
///   then, so which error is thrown does not depend on threads.
public func parallelWorkers<Failure: Error>(
  count: Int, itemCount: Int,
  _ body: @Sendable (_ worker: Int, _ item: Int) throws(Failure) -> Void
) throws(Failure) {
  let workerCount = min(count, itemCount)
  Parallelism.observer?.record(workerCount)
  guard workerCount > 1 else {
    for item in 0..<max(0, itemCount) { try body(0, item) }
    return
  }
  // Dispatch's threads do not inherit the caller's task-local values: without one of their own,
  // loops inside `body` would each use all processors.
  let innerThreadCount = max(1, Parallelism.threadCount / workerCount)
  // Items are handed out one by one, not divided beforehand: slow ones then hold up nobody.
  let next = Atomic<Int>(0)
  let firstFailure = Mutex<(item: Int, error: Failure)?>(nil)
  // Half a microsecond for eight short items, where a task group takes twenty: tasks go through an
  // executor, and would make every caller asynchronous.
  DispatchQueue.concurrentPerform(iterations: workerCount) { worker in
    Parallelism.withThreadCount(innerThreadCount) {
      while true {
        let item = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard item < itemCount else { return }
        do throws(Failure) {
          try body(worker, item)
        } catch {
          next.store(itemCount, ordering: .relaxed)
          firstFailure.withLock { first in
            if first.map({ item < $0.item }) ?? true { first = (item, error) }
          }
          return
        }
      }
    }
  }
  if let failure = firstFailure.withLock({ $0 }) { throw failure.error }
}

/// The results of the items `0..<itemCount`, which `count` workers compute one after the other, in their order.
///
/// - Parameters:
///   - workerCount: The number of workers; see `parallelWorkers`.
///   - itemCount: The number of items.
///   - body: The result of one item, by the worker of that index.
/// - Returns: `itemCount` results.
/// - Throws: The error of the first item, in their order, whose body throws.
public func parallelMap<Result: Sendable, Failure: Error>(
  workerCount: Int, itemCount: Int,
  _ body: @Sendable (_ worker: Int, _ item: Int) throws(Failure) -> Result
) throws(Failure) -> [Result] {
  var results = [Result?](repeating: nil, count: itemCount)
  try results.withUnsafeMutableBufferPointer { (buffer) throws(Failure) in
    let slots = Slots(base: buffer)
    try parallelWorkers(count: workerCount, itemCount: itemCount) {
      (worker, item) throws(Failure) in
      slots.base[item] = try body(worker, item)
    }
  }
  return results.map { result in
    guard let result else { preconditionFailure("a result is missing") }
    return result
  }
}

/// Runs two things at the same time: `body` with all threads that its caller has, and beside it
/// something that mostly waits, such as a write to a disk.
///
/// - Returns: What `body` returns.
/// - Throws: The error of `beside`, if it throws, else that of `body`; either runs to its end.
public func parallel<Result>(
  beside: @escaping @Sendable () throws -> Void, _ body: () throws -> Result
) throws -> Result {
  let failure = Box<(any Error)?>(nil)
  let group = DispatchGroup()
  DispatchQueue.global().async(group: group) {
    do { try beside() } catch { failure.value.withLock { $0 = error } }
  }
  let result = Swift.Result { try body() }
  group.wait()
  if let failure = failure.value.withLock({ $0 }) { throw failure }
  return try result.get()
}

/// A value that closures share.
private final class Box<Value>: Sendable {
  let value: Mutex<Value>

  init(_ value: sending Value) { self.value = Mutex(value) }
}

/// Memory of which each thread writes its own elements.
private struct Slots<Element>: @unchecked Sendable {
  let base: UnsafeMutableBufferPointer<Element>
}
