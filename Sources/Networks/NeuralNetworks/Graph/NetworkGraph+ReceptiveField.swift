extension NetworkGraph {
  /// The receptive fields of the tensors that depend on the image: which pixels an element depends
  /// on, and how far apart those of neighbouring elements are.
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
        place: .init(
          dimension: dimension, divisor: 1, count: image.dimensions[dimension], stride: 1))
    }
    var fields = [inputName: ReceptiveField(rows: line(2), columns: line(3))]
    for (index, node) in nodes.enumerated() {
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
