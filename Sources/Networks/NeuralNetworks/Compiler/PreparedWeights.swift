internal import OneDNN
internal import Synchronization

/// Weights in the layouts that the kernels want, shared by all compiled copies of a network.
///
/// A copy for each thread would otherwise reorder and hold its own: GoogLeNet's weigh 28 MB in each
/// layout, one forward and one backward. Keys are names, so a store must serve one network only.
///
/// Safe to use from several threads.
public final class PreparedWeights: Sendable {
  private let memories = Mutex<[Key: [TensorMemory]]>([:])

  /// What a tensor is to the node or constant of a name; names are a file's, and say nothing else.
  enum Role {
    case weights, bias, constant
  }

  private struct Key: Hashable {
    let name: String
    let role: Role
  }

  /// Makes an empty store.
  public init() {}

  /// The weights of a node in a layout, reordered when they are first asked for.
  ///
  /// - Parameters:
  ///   - name: The tensor that the node makes, or the constant's name.
  ///   - role: What the weights are to it.
  ///   - elements: The weights, row-major.
  ///   - plain: Their sizes.
  ///   - layout: The layout and number format that a kernel wants.
  /// - Returns: The prepared weights, for every copy the same memory; nobody may write it.
  /// - Throws: `OneDNNError` when memory is lacking.
  func weights(
    of name: String, as role: Role = .weights, _ elements: [Float], plain: TensorDescriptor,
    layout: TensorDescriptor
  ) throws -> TensorMemory {
    let key = Key(name: name, role: role)
    let known = memories.withLock { $0[key]?.first { $0.descriptor == layout } }
    if let known { return known }
    let source = try TensorMemory(plain)
    precondition(
      source.storedCount == elements.count,
      "\(elements.count) weights for \(source.storedCount) elements")
    source.withMutableElements { target in
      for index in 0..<target.count { target[index] = elements[index] }
    }
    // Outside the lock: two threads may prepare the same weights, to the same bytes, and either copy
    // is good.
    let prepared = layout == plain ? source : try source.reordered(to: layout)
    memories.withLock { $0[key, default: []].append(prepared) }
    return prepared
  }
}
