internal import OneDNN
internal import Synchronization

/// Weights in the layouts that the kernels want, shared by all compiled copies of a network.
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
    let prepared = layout == plain ? source : try source.reordered(to: layout)
    memories.withLock { $0[key, default: []].append(prepared) }
    return prepared
  }
}
