import NeuralNetworks
import Randomness
import TestTags
import Testing

@Suite(.tags(.quick)) struct ShapesTests {
  /// Counts windows one by one: every start that the rule allows.
  private func countedWindows(
    side: Int, reach: Int, stride: Int, before: Int, after: Int, roundsUp: Bool
  ) -> Int {
    var count = 0
    var start = -before
    while roundsUp
      ? count == 0 || (start < side && start + reach < side + after + stride)
      : start + reach <= side + after
    {
      count += 1
      start += stride
    }
    return count
  }

  @Test("padding worked out from the map makes size / stride windows, rounded up")
  func samePadding() throws {
    var random = RandomStream(seed: 3, purpose: .evaluation)
    for _ in 0..<1000 {
      let (kernel, stride) = (1 + random.integer(below: 5), 1 + random.integer(below: 4))
      let dilation = 1 + random.integer(below: 3)
      let side = 1 + random.integer(below: 30)
      let isUpper = random.integer(below: 2) == 1
      let operation = convolution(
        3, 1, kernel: kernel, stride: stride, dilation: dilation,
        rule: isUpper ? .sameUpper : .sameLower)
      guard case .convolution(let layer) = operation else { continue }
      let padding = layer.resolvedPadding(forHeight: side, width: side)
      let count = (side + stride - 1) / stride
      let reach = (kernel - 1) * dilation + 1
      #expect(padding.top + padding.bottom == max((count - 1) * stride + reach - side, 0))
      #expect((0...1).contains((padding.bottom - padding.top) * (isUpper ? 1 : -1)))
      let shapes = try network([node(operation, ["image"], "c")])
        .shapes(inputHeight: side, inputWidth: side)
      #expect(shapes["c"] == MapShape(channels: 1, height: count, width: count))
    }
  }

  @Test("pooling has as many windows as can be counted one by one")
  func poolingWindows() throws {
    var random = RandomStream(seed: 1, purpose: .evaluation)
    for _ in 0..<3000 {
      let (kernel, stride) = (1 + random.integer(below: 5), 1 + random.integer(below: 6))
      let (before, after) = (random.integer(below: kernel), random.integer(below: kernel))
      let side = max(1, kernel - before - after) + random.integer(below: 20)
      let roundsUp = random.integer(below: 2) == 1
      let window = PoolingWindow(
        kernel: square(kernel), stride: square(stride),
        padding: Padding(top: before, left: after, bottom: after, right: before),
        roundsUp: roundsUp)
      let shapes = try network([node(.maxPool(window), ["image"], "pool")])
        .shapes(inputHeight: side, inputWidth: side)
      let height = countedWindows(
        side: side, reach: kernel, stride: stride, before: before, after: after,
        roundsUp: roundsUp)
      let width = countedWindows(
        side: side, reach: kernel, stride: stride, before: after, after: before,
        roundsUp: roundsUp)
      #expect(
        shapes["pool"] == MapShape(channels: 3, height: height, width: width),
        "side \(side), \(window)")
    }
  }

  @Test("a convolution has as many windows as lie inside the padded map")
  func convolutionWindows() throws {
    var random = RandomStream(seed: 2, purpose: .evaluation)
    for _ in 0..<1000 {
      let (kernel, stride) = (1 + random.integer(below: 4), 1 + random.integer(below: 4))
      let dilation = 1 + random.integer(below: 3)
      let (before, after) = (random.integer(below: 4), random.integer(below: 4))
      let reach = (kernel - 1) * dilation + 1
      let side = reach + random.integer(below: 15)
      let operation = convolution(
        3, 6, kernel: kernel, stride: stride, dilation: dilation,
        padding: Padding(top: before, left: before, bottom: after, right: after), groups: 3)
      let shapes = try network([node(operation, ["image"], "c")])
        .shapes(inputHeight: side, inputWidth: side)
      let count = countedWindows(
        side: side, reach: reach, stride: stride, before: before, after: after, roundsUp: false)
      #expect(shapes["c"] == MapShape(channels: 6, height: count, width: count))
    }
  }

  @Test("a chain of all operations has the shapes worked out by hand")
  func chain() throws {
    let same = LocalResponseNormalization(size: 5, alpha: 1, beta: 0.75, bias: 1)
    let pool = PoolingWindow(kernel: square(3), stride: square(2), roundsUp: true)
    let graph = network([
      node(convolution(3, 4), ["image"], "a"),
      node(.unary(.relu), ["a"], "b"),
      node(.localResponseNormalization(same), ["b"], "c"),
      node(.maxPool(pool), ["c"], "d"),
      node(.averagePool(PoolingWindow(kernel: square(1)), countsPadding: false), ["d"], "e"),
      node(.concatenation(axis: 1), ["d", "e", "d"], "f"),
      node(.identity, ["f"], "g"),
      node(.flatten(axis: 1), ["g"], "h"),
      node(innerProduct(12 * 6 * 5, 7), ["h"], "i"),
      node(.softmax(axis: -1), ["i"], "j"),
      node(.globalAveragePool, ["g"], "k"),
    ])
    let shapes = try graph.shapes(inputHeight: 12, inputWidth: 10).mapValues(\.description)
    #expect(
      shapes == [
        "image": "3 × 12 × 10", "a": "4 × 12 × 10", "b": "4 × 12 × 10", "c": "4 × 12 × 10",
        "d": "4 × 6 × 5", "e": "4 × 6 × 5", "f": "12 × 6 × 5", "g": "12 × 6 × 5",
        "h": "360 × 1 × 1", "i": "7 × 1 × 1", "j": "7 × 1 × 1", "k": "12 × 1 × 1",
      ])
    #expect(graph.tensorNames == ["image"] + "abcdefghijk".map(String.init))
  }

  @Test("what does not fit is an error that names the node and the cause")
  func errors() {
    let cases: [(nodes: [Node], cause: String)] = [
      (
        [node(convolution(4, 4), ["image"], "x")],
        "4 input channels of maps expected, found 1 × 3 × 12 × 10"
      ),
      ([node(convolution(3, 4, kernel: 13), ["image"], "x")], "its kernel spans 13"),
      ([node(convolution(3, 4, stride: 0), ["image"], "x")], "are no window"),
      (
        [node(convolution(3, 4, padding: Padding(top: .max)), ["image"], "x")],
        "are no window"
      ),
      (
        [
          node(
            .maxPool(PoolingWindow(kernel: square(2), padding: Padding(right: 2))), ["image"], "x")
        ], "its padding reaches its kernel"
      ),
      ([node(innerProduct(359, 7), ["image"], "x")], "359 values expected, found 1 × 3 × 12 × 10"),
      (
        [
          node(.globalAveragePool, ["image"], "y"),
          node(.concatenation(axis: 1), ["image", "y"], "x"),
        ],
        "tensors of different sizes"
      ),
      (
        [node(.unary(.relu), ["y"], "x"), node(.unary(.relu), ["image"], "y")],
        "no node before it produces its input \"y\""
      ),
      ([node(.unary(.relu), [], "x")], "it has no input"),
      ([node(.unary(.relu), ["image", "image"], "x")], "one input expected, found 2"),
      (
        [node(.unary(.relu), ["image"], "x"), node(.unary(.relu), ["image"], "x")], "exists already"
      ),
    ]
    for (nodes, cause) in cases {
      let error = #expect(throws: GraphError.self) {
        try network(nodes).shapes(inputHeight: 12, inputWidth: 10)
      }
      #expect(error?.description.contains("node \"x node\"") == true)
      #expect(error?.description.contains(cause) == true, "\(error?.description ?? "")")
    }
  }

  @Test(
    "sizes that cannot be counted are errors",
    arguments: [(0, 1), (1, -1), (Int.max, 1), (1, Int.max), (1 << 20, 1 << 20)])
  func impossibleSizes(height: Int, width: Int) {
    #expect(throws: GraphError.self) {
      try network([]).shapes(inputHeight: height, inputWidth: width)
    }
  }

  @Test("doubling the channels again and again ends in an error")
  func doubling() {
    let nodes = (0..<100).map { node(.concatenation(axis: 1), ["\($0)", "\($0)"], "\($0 + 1)") }
    #expect(throws: GraphError.self) {
      try network([node(.unary(.relu), ["image"], "0")] + nodes).shapes(
        inputHeight: 1, inputWidth: 1)
    }
  }
}
