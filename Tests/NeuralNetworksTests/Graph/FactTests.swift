import NeuralNetworks
import TestTags
import Testing

@Suite(.tags(.quick)) struct FactTests {
  private typealias Case = (
    operation: NeuralNetworks.Operation, inputs: [TensorFact?], shape: TensorShape
  )

  @Test("every operation has the shape that its definition gives")
  func shapes() throws {
    let layer = LayerNormalization(
      axis: -2, epsilon: 0, scale: .init(repeating: 1, count: 20),
      shift: .init(repeating: 0, count: 20))
    let affine = ChannelAffine(scale: [1, 2, 3], shift: [0, 0, 0])
    let cases: [Case] = [
      (innerProduct(5, 7), [image([2, 4, 5])], [2, 4, 7]),
      (innerProduct(5, 7), [image([5])], [7]),
      (.channelAffine(affine), [image([2, 3, 4])], [2, 3, 4]),
      (.layerNormalization(layer), [image([2, 4, 5])], [2, 4, 5]),
      (.globalAveragePool, [image([2, 3, 4, 5, 6])], [2, 3, 1, 1, 1]),
      (.mean(axes: [-1, 1], keepsDimensions: true), [image([2, 3, 4])], [2, 1, 1]),
      (.mean(axes: [-1, 1], keepsDimensions: false), [image([2, 3, 4])], [2]),
      (.mean(axes: nil, keepsDimensions: false), [image([2, 3, 4])], []),
      (.softmax(axis: -3), [image([2, 3, 4])], [2, 3, 4]),
      (.matrixProduct, [image([5, 1, 2, 3]), image([4, 3, 7])], [5, 4, 2, 7]),
      (.matrixProduct, [image([3]), image([4, 3, 7])], [4, 7]),
      (.matrixProduct, [image([4, 2, 3]), image([3])], [4, 2]),
      (.matrixProduct, [image([3]), image([3])], []),
      (.binary(.add), [image([2, 1, 4]), image([3, 1])], [2, 3, 4]),
      (.select, [image([4], .boolean), image([2, 1]), image([])], [2, 4]),
      (.concatenation(axis: -1), [image([2, 3]), image([2, 0]), image([2, 4])], [2, 7]),
      (.splitOutput(index: 1, count: 3, sizes: [1, 2, 4], axis: -1), [image([2, 7])], [2, 2]),
      (.splitOutput(index: 2, count: 3, sizes: nil, axis: 0), [image([7, 2])], [1, 2]),
      (
        .slice, [image([9, 8]), integers([-2]), integers([.min]), integers([1]), integers([-3])],
        [9, 3]
      ),
      (.gather(axis: 1), [image([2, 3, 4]), integers([0, -3, 2, 1], [2, 2])], [2, 2, 2, 4]),
      (.gather(axis: -1), [image([2, 3]), integers([1], [])], [2]),
      (.flatten(axis: 0), [image([2, 3])], [1, 6]),
      (.flatten(axis: 2), [image([2, 3])], [6, 1]),
      (.flatten(axis: -1), [image([2, 3, 4])], [6, 4]),
      (.reshape(allowsZero: false), [image([2, 3, 4]), integers([0, -1, 2])], [2, 6, 2]),
      (.reshape(allowsZero: true), [image([0, 3]), integers([5, 0])], [5, 0]),
      (.transpose(nil), [image([2, 3, 4])], [4, 3, 2]),
      (.transpose([1, 2, 0]), [image([2, 3, 4])], [3, 4, 2]),
      (.squeeze(axes: nil), [image([1, 3, 1])], [3]),
      (.squeeze(axes: [-1]), [image([1, 3, 1])], [1, 3]),
      (.unsqueeze(axes: [0, -1]), [image([3])], [1, 3, 1]),
      (.expand, [image([3, 1]), integers([2, 1, 4])], [2, 3, 4]),
      (.pad(.constant), [image([3, 4]), integers([1, -2, 0, 5])], [4, 7]),
      (.pad(.reflection), [image([3, 4]), integers([2, 3]), nil, integers([1])], [3, 9]),
      (.cast(.integer), [image([2])], [2]),
      (.shape(start: -1, end: nil), [image([2, 3])], [1]),
      (.filled(ConstantTensor([7])), [integers([2, 0])], [2, 0]),
      (.range, [integers([7]), integers([0]), integers([-3])], [3]),
      (.range, [integers([7]), integers([0]), integers([.max])], [0]),
    ]
    for (operation, inputs, shape) in cases {
      #expect(try fact(operation, inputs).shape == shape, "\(operation.name)")
    }
  }

  @Test("what does not fit, is of the wrong type or cannot be counted is an error")
  func errors() {
    let map = image([1, 3, 4, 4])
    let huge = image([1 << 31])
    let cases: [(NeuralNetworks.Operation, [TensorFact?], String)] = [
      (.unary(.relu), [nil], "left out"),
      (.binary(.add), [map], "2 inputs expected, found 1"),
      (.select, [map, map, map], "boolean elements expected, found float"),
      (.unary(.tanh), [integers([1])], "float elements expected, found integer"),
      (.binary(.add), [map, integers([1])], "types that do not go together: float, integer"),
      (.binary(.add), [image([3]), image([4])], "do not go together: 3, 4"),
      (.mean(axes: [0, -4], keepsDimensions: true), [map], "axis -4 appears twice"),
      (.mean(axes: [4], keepsDimensions: true), [map], "axis 4 is out of range for"),
      (.mean(axes: nil, keepsDimensions: true), [image([0])], "nothing to take the mean of"),
      (.softmax(axis: .min), [map], "is out of range for"),
      (.matrixProduct, [image([2, 3]), image([2, 3])], "matrices that do not go together"),
      (.matrixProduct, [image([]), image([3])], "matrices that do not go together"),
      (.concatenation(axis: 0), [image([2]), image([2, 1])], "different ranks"),
      (.concatenation(axis: 0), [huge, huge], "too large"),
      (.splitOutput(index: 0, count: 2, sizes: [1, .max], axis: 0), [image([2])], "its outputs"),
      (.splitOutput(index: 0, count: 2, sizes: [-1, 3], axis: 0), [image([2])], "its outputs"),
      (.splitOutput(index: 2, count: 2, sizes: nil, axis: 0), [image([2])], "no output 2 of 2"),
      (.slice, [map, image([1], .integer), integers([1])], "which is not supported"),
      (.slice, [map, integers([1]), integers([1, 2])], "do not fit each other"),
      (
        .slice, [map, integers([0]), integers([1]), nil, integers([0])], "its step is 0"
      ),
      (
        .slice, [map, integers([0, 0]), integers([1, 1]), integers([1, -3])],
        "axis -3 appears twice"
      ),
      (.gather(axis: 0), [map, integers([1])], "index 1 is out of range for size 1"),
      (.gather(axis: 1), [map, integers([.min])], "is out of range for size 3"),
      (.gather(axis: 1), [map, floats([0])], "integer elements expected"),
      (.flatten(axis: 5), [map], "axis 5 is out of range"),
      (.reshape(allowsZero: false), [map, integers([-1, -1])], "cannot be read as"),
      (.reshape(allowsZero: false), [map, integers([-2, 24])], "cannot be read as"),
      (.reshape(allowsZero: false), [map, integers([1 << 40, 1 << 40, -1])], "cannot be read as"),
      (.reshape(allowsZero: false), [image([0]), integers([0, -1])], "cannot be read as"),
      (
        .reshape(allowsZero: false), [map, integers(.init(repeating: 1, count: 1000))],
        "cannot be read as"
      ),
      (.transpose([0, 1, 2]), [map], "3 axes expected"),
      (.transpose([0, 1, 2, 2]), [map], "axis 2 appears twice"),
      (.squeeze(axes: [1]), [map], "only dimensions of size 1"),
      (.unsqueeze(axes: [0, 0]), [map], "axis 0 appears twice"),
      (.unsqueeze(axes: Array(0..<5)), [map], "too many"),
      (.expand, [image([3]), integers([1 << 40])], "cannot be repeated"),
      (.expand, [image([1]), integers([1 << 40])], "too large"),
      (.expand, [image([3]), integers([-1])], "cannot be repeated"),
      (.pad(.constant), [image([4]), integers([-3, -2])], "more than it has to give"),
      (.pad(.reflection), [image([4]), integers([4, 0])], "more than it has to give"),
      (.pad(.edge), [image([2]), integers([-2, 1])], "more than it has to give"),
      (.pad(.constant), [image([4]), integers([.max, .min])], "cannot be put around"),
      (.pad(.constant), [image([4]), integers([1])], "1 amounts do not fit"),
      (
        .pad(.constant), [image([4]), integers([1, 1]), integers([1])],
        "types that do not go together"
      ),
      (.range, [integers([1]), integers([2]), integers([0])], "do not go together"),
      (.range, [integers([.min]), integers([.max]), integers([1])], "do not go together"),
      (.range, [integers([1, 2]), integers([2]), integers([1])], "not one number each"),
      (.range, [integers([0]), integers([1 << 39]), integers([1])], "too large"),
      (.range, [image([]), integers([2]), integers([1])], "of one type"),
      (.filled(ConstantTensor([7])), [integers([-1])], "negative"),
      (.filled(ConstantTensor([7])), [integers([1 << 40])], "too large"),
      (.filled(ConstantTensor([7])), [integers([1 << 30])], "are still allowed"),
      (.filled(ConstantTensor([7])), [integers(.init(repeating: 1, count: 1000))], "too large"),
    ]
    for (operation, inputs, cause) in cases {
      let error = #expect(throws: GraphError.self, "\(cause)") { try fact(operation, inputs) }
      let line = error?.description ?? ""
      #expect(line.contains(cause) && !line.contains("\n") && line.utf8.count < 500, "\(line)")
    }
  }

  @Test("constants together are bounded, however many nodes make them")
  func allowance() {
    let sizes = Node(
      name: "s", operation: .constant(ConstantTensor([1 << 20])), inputs: [], output: "s")
    let nodes = (0..<100).map {
      node(.filled(ConstantTensor([1])), ["s"], "\($0)")
    }
    let error = #expect(throws: GraphError.self) {
      try network([sizes] + nodes).facts(input: [1])
    }
    #expect(error?.description.contains("are still allowed") == true)
  }

  @Test("a chain of 100,000 nodes is walked at once")
  func chain() throws {
    let nodes = (0..<100_000).map { node(.unary(.relu), ["\($0)"], "\($0 + 1)") }
    var graph = network(nodes)
    graph.inputName = "0"
    #expect(try graph.facts(input: [2, 3])["100000"]?.shape == [2, 3])
    #expect(try graph.truncated(to: ["99999"]).nodes.count == 99_999)
    #expect(graph.tensorNames.count == 100_001)
  }

  @Test("operations are counted where numbers are multiplied and added")
  func cost() throws {
    let graph = network(
      [
        node(
          convolution(
            3, 6, kernel: 3, padding: Padding(top: 1, left: 1, bottom: 1, right: 1), groups: 3),
          ["image"], "c"),
        node(.reshape(allowsZero: false), ["c", "sizes"], "tokens"),
        node(.constant(ConstantTensor([1, 6, -1])), [], "sizes"),
        node(.transpose([0, 2, 1]), ["tokens"], "columns"),
        node(.matrixProduct, ["tokens", "columns"], "products"),
        node(innerProduct(6, 5), ["products"], "result"),
      ].sorted { $0.inputs.isEmpty && !$1.inputs.isEmpty }, outputs: ["result"])
    let places = 12 * 10
    let expected = 2 * (6 * 9 * places + 6 * 6 * places + 6 * 6 * 5)
    #expect(try graph.floatingPointOperations(inputHeight: 12, inputWidth: 10) == expected)
    #expect(
      try graph.floatingPointOperations(to: "c", input: [2, 3, 12, 10]) == 2 * 2 * 6 * 9 * places)
  }
}
