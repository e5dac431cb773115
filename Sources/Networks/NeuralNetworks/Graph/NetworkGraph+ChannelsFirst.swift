extension NetworkGraph {
  /// A network of images batch × height × width × channels as one of batch × channels × height ×
  /// width: the input of the same name is transposed into what the nodes read.
  ///
  /// Transpositions that cancel each other out are gone, so that a network that begins with its own
  /// loses both.
  ///
  /// - Precondition: The input has 4 dimensions.
  /// - Complexity: O(nodes).
  public func withChannelsFirst() -> NetworkGraph {
    precondition(inputShape.rank == 4, "\(inputShape) is not an image")
    var result = self
    // Readers get a transposed tensor of another name, so that the input's stays the file's.
    let inner = result.renameReaders(of: inputName, " (channels last)")
    let sizes = inputShape.dimensions
    result.inputShape = [sizes[0], sizes[3], sizes[1], sizes[2]]
    result.nodes.insert(
      Node(
        name: inner, operation: .transpose([0, 2, 3, 1]), inputs: [inputName], output: inner),
      at: 0)
    return result.withoutOppositeTransposes(added: [inner])
  }

  /// A network of gray images as one of color images: their mean over the channels is its input.
  ///
  /// - Precondition: The input has 4 dimensions, of channels one.
  /// - Complexity: O(nodes).
  public func withColorInput() -> NetworkGraph {
    precondition(
      inputShape.rank == 4 && inputShape.dimensions[1] == 1, "\(inputShape) is not a gray image")
    var result = self
    let gray = result.renameReaders(of: inputName, " (gray)")
    result.inputShape.dimensions[1] = 3
    result.nodes.insert(
      Node(
        name: gray, operation: .mean(axes: [1], keepsDimensions: true), inputs: [inputName],
        output: gray), at: 0)
    return result
  }

  /// Has the readers of a tensor read another one, whose name is the tensor's with a suffix.
  private mutating func renameReaders(of name: String, _ suffix: String) -> String {
    let names = Set(nodes.map(\.output))
    var inner = name + suffix
    while names.contains(inner) { inner += "'" }
    for index in nodes.indices {
      for input in nodes[index].inputs.indices where nodes[index].inputs[input] == name {
        nodes[index].inputs[input] = inner
      }
    }
    return inner
  }

  /// The network with every transposition of a transposed tensor read from the tensor itself; one
  /// that puts the dimensions back is an identity.
  ///
  /// - Parameter added: Names of tensors that may go when nothing reads them any more.
  /// - Returns: The network, its other tensors as they were.
  /// - Complexity: O(nodes).
  package func withoutOppositeTransposes(added: Set<String> = []) -> NetworkGraph {
    /// For each transposed tensor: what it is transposed from, and how.
    var sources: [String: (input: String, order: [Int])] = [:]
    var result = self
    for (index, node) in nodes.enumerated() {
      guard case .transpose(let order?) = node.operation, let input = node.inputs.first,
        order.count <= 8
      else { continue }
      // Only orders that are permutations are combined; others are an error when shapes are inferred.
      guard let source = sources[input], Set(order) == Set(source.order.indices),
        order.count == source.order.count
      else {
        sources[node.output] = (input, order)
        continue
      }
      let combined = order.map { source.order[$0] }
      result.nodes[index].inputs[0] = source.input
      sources[node.output] = (source.input, combined)
      result.nodes[index].operation =
        combined == Array(combined.indices) ? .identity : .transpose(combined)
    }
    // Tensors of the file stay, read or not: a caller may want them by name.
    let read = Set(result.nodes.flatMap(\.inputs)).union(outputNames)
    result.nodes.removeAll { added.contains($0.output) && !read.contains($0.output) }
    return result
  }
}
