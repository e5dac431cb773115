internal import OneDNN

/// Memory for the values of a network of which no derivative is asked for: what nothing reads any more
/// serves later tensors, so that they are still in the caches when they are written.
///
/// Nodes are compiled in the order in which they run. A tensor takes memory before its node is compiled
/// and gives it back after its last reader was.
final class MemoryPool {
  /// Memory that nobody uses.
  private var free: [TensorMemory] = []
  /// Memory in use, by tensor.
  private var used: [String: TensorMemory] = [:]
  /// The index of the last node that reads each tensor.
  private let lastReaders: [String: Int]

  /// - Parameter lastReaders: For each tensor that nobody outside wants, the index of the last node that
  ///   reads it.
  init(lastReaders: [String: Int]) { self.lastReaders = lastReaders }

  /// Gives memory to a tensor that has none.
  ///
  /// None to one whose last block is padded: it must begin with zeros.
  func lend(to slot: TensorSlot) throws {
    guard !slot.hasValue, lastReaders[slot.name] != nil,
      slot.storedDimensions.reduce(1, *) == slot.shape.elementCount, slot.shape.elementCount > 0
    else { return }
    let (count, format) = (slot.shape.elementCount, slot.format.numbers)
    // The smallest one that is large enough, but not one many times as large.
    let best = free.indices
      .filter { free[$0].format == format && (count...4 * count).contains(free[$0].storedCount) }
      .min { free[$0].storedCount < free[$1].storedCount }
    let memory =
      try best.map { free.remove(at: $0) }
      ?? TensorMemory(TensorDescriptor([count], format: format))
    used[slot.name] = memory
    slot.use(value: try memory.viewed(as: slot.descriptor))
  }

  /// Takes back the memory of what a node was the last one to read.
  func takeBack(after index: Int, _ slots: [TensorSlot]) {
    for slot in slots where lastReaders[slot.name] == index {
      if let memory = used.removeValue(forKey: slot.name) { free.append(memory) }
    }
  }

  /// Leaves a tensor's memory to it, since another tensor lies there as well.
  func keep(_ slot: TensorSlot) { used[slot.name] = nil }
}
