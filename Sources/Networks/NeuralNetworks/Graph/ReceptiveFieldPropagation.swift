extension NetworkGraph {
  /// The receptive fields of the tensors that depend on the image: which pixels an element depends
  /// on, and how far apart those of neighboring elements are.
  ///
  /// Rows and columns are followed apart through windows, branches, steps and rearrangements, as
  /// intervals of pixels (Araujo, Norris and Sim 2019, "Computing receptive fields of convolutional
  /// neural networks", Distill, https://distill.pub/2019/computing-receptive-fields); where branches
  /// meet, an element depends on the smallest interval that holds those of all of them.
  ///
  /// - Parameter input: The image's sizes, 1 × channels × height × width.
  /// - Returns: The fields by tensor name, the input among them.
  /// - Throws: `GraphError` as `facts(input:)` does.
  /// - Complexity: O(nodes + elements of the constants).
  public func receptiveFields(
    input: TensorShape
  ) throws(GraphError) -> [String: ReceptiveField] {
    receptiveFields(try facts(input: input))
  }

  /// The receptive fields of the tensors of which there are facts.
  ///
  /// - Precondition: The input's fact is there and has 4 dimensions.
  package func receptiveFields(_ facts: [String: TensorFact]) -> [String: ReceptiveField] {
    guard let image = facts[inputName]?.shape, image.rank == 4 else {
      preconditionFailure("the input is no image")
    }
    func line(_ dimension: Int) -> ReceptiveField.Line {
      .init(
        reach: .pixels(0...0),
        positions: .init(
          dimension: dimension, divisor: 1, count: image.dimensions[dimension], stride: 1))
    }
    // A pixel of the image depends on itself.
    var fields = [inputName: ReceptiveField(rows: line(2), columns: line(3))]
    for (index, node) in nodes.enumerated() {
      // Sizes and constants do not depend on the image's values, and have no field.
      if case .shape = node.operation { continue }
      guard let output = facts[node.output], output.constant == nil else { continue }
      let sources = node.inputs.map { facts[$0]?.constant == nil ? fields[$0] : nil }
      guard sources.contains(where: { $0 != nil }) else { continue }
      let rule = ReceptiveFieldRule(
        node: node, inputs: node.inputs.map { facts[$0] }, output: output.shape, order: index + 1)
      fields[node.output] = ReceptiveField(
        rows: node.operation.rules.receptiveField(sources.map { $0?.rows }, rule),
        columns: node.operation.rules.receptiveField(sources.map { $0?.columns }, rule))
    }
    return fields
  }
}

/// What an operator is told about a node when it is asked for receptive fields, along one side of the
/// image.
struct ReceptiveFieldRule {
  typealias Line = ReceptiveField.Line

  let node: Node
  let inputs: [TensorFact?]
  let output: TensorShape
  /// A number for an order of positions that this node makes.
  let order: Int

  /// For operators whose first input alone can depend on the image, what they make of its line.
  ///
  /// If another one depends on it as well, nothing is known.
  func only(
    _ lines: [Line?], _ body: (_ line: Line, _ shape: TensorShape) -> Line = { line, _ in line }
  ) -> Line {
    let present = lines.compactMap { $0 }
    guard lines.count >= 1, let line = lines[0], let shape = inputs[0]?.shape, present.count == 1
    else { return lost(lines) }
    return body(line, shape)
  }

  /// For operators that are not followed: all pixels where it was so before, else not known.
  func lost(_ lines: [Line?]) -> Line { union(lines.compactMap { $0?.lost }) }

  /// For operators that broadcast their inputs and read elements at the same index.
  func broadcast(_ lines: [Line?]) -> Line {
    union(
      zip(lines, inputs).compactMap { line, input in
        line.flatMap { line in input.map { broadcast(line, $0.shape) } }
      })
  }

  /// Of a sum: where an addend of the result's own shape keeps its positions and the way of the other
  /// was not followed, the sum's are the first one's.
  ///
  /// A residual connection carries each element to the same place, so an element of the sum depends on
  /// its position whatever is added. What else it depends on is not known.
  func sum(_ lines: [Line?]) -> Line {
    let result = broadcast(lines)
    guard result.positions == nil, result.reach == .unknown else { return result }
    let kept = zip(lines, inputs).compactMap { line, input in
      input?.shape == output && line?.positions?.order == 0 ? line : nil
    }
    guard kept.count == 1 else { return result }
    return Line(reach: .unknown, positions: kept[0].positions)
  }

  /// Read as a tensor of the output's shape, aligned at the last dimension.
  ///
  /// Positions that are there once and repeated are those of the whole image.
  func broadcast(_ line: Line, _ shape: TensorShape) -> Line {
    guard var positions = line.positions else { return line }
    let size = shape.dimensions[positions.dimension]
    positions.dimension += output.rank - shape.rank
    guard size == output.dimensions[positions.dimension] else {
      return Line(reach: line.reach == .unknown ? .unknown : .all, positions: nil)
    }
    return Line(reach: line.reach, positions: positions)
  }

  /// Of elements that depend on several tensors at the same index.
  func union(_ lines: [Line]) -> Line {
    guard let first = lines.first else { return Line(reach: .unknown, positions: nil) }
    return lines.dropFirst().reduce(first) { $0.union($1) }
  }
}
