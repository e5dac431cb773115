/// What an operator is told about a node when it is asked for receptive fields, along one side of the
/// image.
struct ReceptiveFieldRule {
  typealias Line = ReceptiveField.Line

  let node: Node
  let inputs: [TensorFact?]
  let output: TensorShape
  /// A number for an order of places that this node makes.
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

  /// Read as a tensor of the output's shape, aligned at the last dimension.
  ///
  /// Positions that are there once and repeated are those of the whole image.
  func broadcast(_ line: Line, _ shape: TensorShape) -> Line {
    guard var place = line.place else { return line }
    let size = shape.dimensions[place.dimension]
    place.dimension += output.rank - shape.rank
    guard size == output.dimensions[place.dimension] else {
      return Line(reach: line.reach == .unknown ? .unknown : .all, place: nil)
    }
    return Line(reach: line.reach, place: place)
  }

  /// Of elements that depend on several tensors at the same index.
  func union(_ lines: [Line]) -> Line {
    guard let first = lines.first else { return Line(reach: .unknown, place: nil) }
    return lines.dropFirst().reduce(first) { $0.union($1) }
  }
}
