extension NetworkGraph {
  /// The network with some tensors read as maps: under their names stand batch × channels × rows ×
  /// columns, whatever the file's order is; a vector is batch × channels.
  ///
  /// The file's own tensor gets another name, and those that read it read that. So extraction samples
  /// channels at positions, and objectives name a layer, in every network alike.
  ///
  /// - Parameters:
  ///   - tensors: The tensors; names that do not exist are left alone.
  ///   - input: The input's shape for one image, for which tokens are put into rows and columns.
  /// - Returns: The network, with `input` as its own size.
  /// - Throws: `GraphError` when a tensor does not suit an atlas, or the size does not fit.
  /// - Complexity: O(nodes).
  public func withMaps(
    of tensors: [String], input: TensorShape
  ) throws(GraphError) -> NetworkGraph {
    // Only the network at its own size tells a global pool.
    var result = try withGlobalPoolsMarked()
    result.inputShape = input
    let facts = try result.truncated(to: tensors.filter(Set(tensorNames).contains))
      .facts(input: input)
    let fields = result.truncatedFields(facts)
    for tensor in Set(tensors).sorted() {
      guard tensor != inputName, let fact = facts[tensor] else { continue }
      switch LayerSuitability(fact, fields[tensor]) {
      case .suits(let form): result.rearrange(tensor, fact.shape, form)
      case .unsuited(let reason):
        throw GraphError("the tensor \(quoted(tensor)), \(fact.shape), suits no atlas: \(reason)")
      }
    }
    return result
  }

  /// The input's shape for several images at once, where the network takes them.
  ///
  /// - Parameters:
  ///   - image: The shape of one.
  ///   - count: How many are wanted.
  ///   - tensors: What is read of the network.
  /// - Returns: `count` images, or one where the network's shapes work out for one alone, such as with
  ///   a batch size in a reshape.
  public func batch(of image: MapShape, count: Int, for tensors: [String]) -> TensorShape {
    let shape: TensorShape = [count, image.channels, image.height, image.width]
    do throws(GraphError) {
      let facts = try withGlobalPoolsMarked().truncated(to: tensors).facts(input: shape)
      let isWhole = tensors.allSatisfy { facts[$0]?.shape.dimensions.first == count }
      return isWhole ? shape : TensorShape(image)
    } catch {
      // What does not fit for one image either is said when that is compiled.
      return TensorShape(image)
    }
  }

  /// The receptive fields of the tensors of which there are facts, none for an input that is no image.
  private func truncatedFields(_ facts: [String: TensorFact]) -> [String: ReceptiveField] {
    facts[inputName]?.shape.rank == 4 ? receptiveFields(facts) : [:]
  }

  /// Puts a map in a tensor's place.
  private mutating func rearrange(_ tensor: String, _ shape: TensorShape, _ form: ActivationForm) {
    var names = Set(nodes.map(\.output))
    func fresh(_ what: String) -> String {
      var name = "\(tensor) (\(what))"
      while !names.insert(name).inserted { name += "'" }
      return name
    }
    var added: [Node] = []
    func add(_ operation: Operation, _ inputs: [String], _ output: String) -> String {
      added.append(Node(name: output, operation: operation, inputs: inputs, output: output))
      return output
    }
    func sizes(_ values: [Int]) -> String {
      add(.constant(ConstantTensor(values)), [], fresh("sizes"))
    }
    /// Tokens with a position alone, then in rows and columns; 0 stands for the batch as it is.
    func placed(_ name: String, _ axis: Int, _ first: Int, _ count: Int, _ wanted: [Int]) -> String
    {
      var name = name
      if count != shape.dimensions[axis] {
        let ends = [sizes([first]), sizes([first + count]), sizes([axis])]
        name = add(.slice, [name] + ends, fresh("tokens of positions"))
      }
      return add(.reshape(allowsZero: false), [name, sizes(wanted)], fresh("rows and columns"))
    }
    let file = fresh("as in the file")
    switch form {
    case .map: return
    case .channelsLast: _ = add(.transpose([0, 3, 1, 2]), [file], tensor)
    case .tokens(let first, let rows, let columns):
      let channels = shape.dimensions[2]
      let map = placed(file, 1, first, rows * columns, [0, rows, columns, channels])
      _ = add(.transpose([0, 3, 1, 2]), [map], tensor)
    case .channelTokens(let first, let rows, let columns):
      let channels = shape.dimensions[1]
      let map = placed(file, 2, first, rows * columns, [0, channels, rows, columns])
      _ = add(.identity, [map], tensor)
    case .vector:
      guard shape.rank != 2 else { return }
      _ = add(.reshape(allowsZero: false), [file, sizes([0, -1])], tensor)
    }
    guard let maker = nodes.firstIndex(where: { $0.output == tensor }) else { return }
    nodes[maker].output = file
    for index in nodes.indices {
      for input in nodes[index].inputs.indices where nodes[index].inputs[input] == tensor {
        nodes[index].inputs[input] = file
      }
    }
    nodes.insert(contentsOf: added, at: maker + 1)
  }
}
