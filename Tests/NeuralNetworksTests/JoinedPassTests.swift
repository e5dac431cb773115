import Matrices
import NeuralNetworks
import Randomness
import TestTags
import Testing

/// What compiling joins into fewer passes: each network with its inner tensors read, which keeps every
/// node apart, against the same one without.
@Suite(.tags(.quick)) struct JoinedPassTests {
  @Test("joined nodes compute what they compute apart", arguments: JoinedNetwork.all)
  func equalsApart(_ network: JoinedNetwork) throws {
    let graph = network.graph
    let constants = Set(
      graph.nodes.filter { if case .constant = $0.operation { true } else { false } }.map(\.output))
    let all = graph.nodes.map(\.output).filter { !constants.contains($0) }
    let (apart, _) = try run(graph, reading: all)
    let (joined, profile) = try run(graph, reading: ["out"])
    let largest = apart.reduce(0) { max($0, abs($1)) }
    #expect(largest > 0.1)
    for index in apart.indices {
      #expect(abs(apart[index] - joined[index]) <= 1e-5 * largest, "element \(index)")
    }
    for name in network.goneOperations {
      #expect(!profile.contains(name), "\(name) is still there")
    }
  }

  @Test(
    "memory that is used again holds the right values, pass after pass",
    arguments: SmallNetwork.all.map(\.graph) + JoinedNetwork.all.map(\.graph)
      + [SmallNetwork.chain])
  func memoryUsedAgain(_ graph: NetworkGraph) throws {
    let name = graph.outputNames[0]
    // With a gradient wanted every tensor keeps its memory.
    let (once, twice) = (
      try CompiledNetwork(
        graph, input: graph.inputShape, reading: [], seeding: [name], weights: PreparedWeights()),
      try CompiledNetwork(
        graph, input: graph.inputShape, reading: [name], weights: PreparedWeights())
    )
    for pass in 0..<3 {
      var random = RandomStream(seed: 20, purpose: .evaluation, item: pass)
      let image = (0..<graph.inputShape.elementCount).map { _ in random.normalPair().0 }
      let results = try [once, twice].map { network in
        network.withInput { input in for index in image.indices { input[index] = image[index] } }
        try network.forward()
        return try network.withOutput(name) { span in span.indices.map { span[$0] } }
      }
      let largest = results[0].reduce(0) { max($0, abs($1)) }
      for index in results[0].indices {
        #expect(
          abs(results[0][index] - results[1][index]) <= 1e-5 * largest,
          "pass \(pass), element \(index)")
      }
    }
  }

  @Test("the gradient of joined nodes equals central differences", arguments: JoinedNetwork.all)
  func matchesCentralDifferences(_ network: JoinedNetwork) throws {
    try GradientCheck(network.graph, target: "out", point: network.point()).run()
  }

  @Test("⟨J u, v⟩ = ⟨u, Jᵀ v⟩ of joined nodes", arguments: JoinedNetwork.all)
  func isAdjoint(_ network: JoinedNetwork) throws {
    try Adjoint(network.graph, to: "out", point: network.point()).check()
  }

  @Test("inner tensors keep gradients of their own", arguments: JoinedNetwork.all)
  func innerGradients(_ network: JoinedNetwork) throws {
    let graph = network.graph
    let inner = graph.nodes.filter { node in
      if case .constant = node.operation { false } else { node.output != "out" }
    }.map(\.output)
    var gradients: [[String: [Float]]] = []
    // All at once, and one at a time, when the others may be joined.
    for names in [inner] + inner.map({ [$0] }) {
      let compiled = try CompiledNetwork(
        graph, input: graph.inputShape, reading: [], seeding: ["out"], differentiating: names,
        weights: PreparedWeights())
      let point = network.point()
      compiled.withInput { input in for index in point.indices { input[index] = point[index] } }
      try compiled.forward()
      compiled.withSeed(of: "out") { seed in
        for index in seed.indices { seed[index] = Float(index % 7) - 2.5 }
      }
      try compiled.pullback()
      gradients.append(
        Dictionary(
          uniqueKeysWithValues: names.map { name in
            (name, compiled.withGradient(of: name) { span in span.indices.map { span[$0] } })
          }))
    }
    for (name, found) in gradients.dropFirst().flatMap({ $0 }) {
      let expected = try #require(gradients[0][name])
      let largest = expected.reduce(1e-3) { max($0, abs($1)) }
      for index in expected.indices {
        #expect(
          abs(found[index] - expected[index]) <= 1e-4 * largest, "\(name), element \(index)")
      }
    }
  }

  /// The output's elements, and the operations of the forward pass.
  private func run(
    _ graph: NetworkGraph, reading names: [String]
  ) throws -> (output: [Float], operations: Set<String>) {
    let compiled = try CompiledNetwork(
      graph, input: graph.inputShape, reading: names, weights: PreparedWeights())
    var random = RandomStream(seed: 20, purpose: .evaluation)
    compiled.withInput { input in
      for index in input.indices { input[index] = random.normalPair().0 }
    }
    try compiled.forward()
    let output = try compiled.withOutput("out") { span in span.indices.map { span[$0] } }
    return (output, Set(try compiled.profile(repetitions: 1).map(\.operation)))
  }
}

extension SmallNetwork {
  /// A long chain of tensors of several sizes, some read again much later, through layouts and shapes.
  static var chain: NetworkGraph {
    var nodes = [
      Node(
        name: "stem", operation: .convolution(convolution(3, 16, kernel: 3, padding: 1)),
        inputs: ["data"], output: "t0")
    ]
    func add(_ operation: Operation, _ inputs: [String]) {
      let output = "t\(nodes.count)"
      nodes.append(Node(name: output, operation: operation, inputs: inputs, output: output))
    }
    for start in stride(from: 0, to: 40, by: 8) {
      add(.convolution(convolution(16, 32, kernel: 1)), ["t\(start)"])
      add(.unary(.tanh), ["t\(start + 1)"])
      add(.maxPool(window(3, stride: 1, padding: 1)), ["t\(start + 2)"])
      add(.transpose([0, 2, 3, 1]), ["t\(start + 3)"])
      add(.softmax(axis: -1), ["t\(start + 4)"])
      add(.transpose([0, 3, 1, 2]), ["t\(start + 5)"])
      add(.convolution(convolution(32, 16, kernel: 1)), ["t\(start + 6)"])
      // The first and the last tensor of the link before.
      add(.binary(.add), ["t\(start + 7)", "t\(max(0, start - 8))"])
    }
    add(.flatten(axis: 1), ["t40"])
    add(.unary(.sigmoid), ["t41"])
    add(.binary(.multiply), ["t41", "t42"])
    return NetworkGraph(
      inputName: "data", inputShape: [2, 3, 11, 9], nodes: nodes,
      outputNames: ["t\(nodes.count - 1)"])
  }
}

/// A network of which some nodes are joined.
struct JoinedNetwork: CustomTestStringConvertible {
  let testDescription: String
  let graph: NetworkGraph
  /// What a profile of the joined network does not contain.
  let goneOperations: [String]

  /// The input is `data`, the last output `out`; each node is an operation, its inputs and its output.
  private init(
    _ name: String, gone: [String], input: TensorShape = [2, 16, 6, 5],
    constants: [String: ConstantTensor] = [:], _ nodes: [(Operation, [String], String)]
  ) {
    testDescription = name
    goneOperations = gone
    graph = NetworkGraph(
      inputName: "data", inputShape: input,
      nodes: constants.sorted { $0.key < $1.key }.map {
        Node(name: $0.key, operation: .constant($0.value), inputs: [], output: $0.key)
      } + nodes.map { Node(name: $0.2, operation: $0.0, inputs: $0.1, output: $0.2) },
      outputNames: ["out"])
  }

  func point() -> [Float] {
    var random = RandomStream(seed: 20, purpose: .evaluation)
    return (0..<graph.inputShape.elementCount).map { _ in random.normalPair().0 }
  }

  static let all: [JoinedNetwork] = sums + functions + transposes + copies

  private static func number(_ value: Float) -> ConstantTensor {
    ConstantTensor(shape: [], elements: .floats([value]))
  }

  private static func convolution(
    _ kernel: Int = 1, _ stride: Int = 1, padding: Int = 0, groups: Int = 1, dilation: Int = 1
  ) -> Operation {
    var result = SmallNetwork.convolution(
      16, 16, kernel: kernel, stride: stride, padding: padding, groups: groups)
    result.dilation = Extent(height: dilation, width: dilation)
    return .convolution(result)
  }

  private static let affine = Operation.channelAffine(
    ChannelAffine(
      scale: (0..<16).map { 0.1 * Float($0) - 0.6 }, shift: (0..<16).map { 0.05 * Float($0) }))

  private static let sums: [JoinedNetwork] =
    [1, 4, 16].map { groups in
      JoinedNetwork(
        "branches of \(groups) groups", gone: ["addition", "batch normalization"],
        [
          (convolution(3, padding: 1, groups: groups), ["data"], "a"),
          (convolution(1, groups: groups), ["data"], "b"), (affine, ["data"], "c"),
          (.binary(.add), ["b", "a"], "ab"), (.binary(.add), ["ab", "c"], "abc"),
          (.unary(.relu), ["abc"], "out"),
        ])
    } + [
      JoinedNetwork(
        "branches with strides and holes", gone: ["addition"],
        [
          (convolution(5, 2, padding: 2), ["data"], "a"),
          (convolution(3, 2, padding: 2, dilation: 2), ["data"], "b"),
          (convolution(1, 2), ["data"], "c"),
          (.binary(.add), ["a", "b"], "ab"), (.binary(.add), ["c", "ab"], "out"),
        ]),
      JoinedNetwork(
        "branches that read different elements", gone: [],
        [
          (convolution(2, dilation: 2), ["data"], "a"), (convolution(3), ["data"], "b"),
          (.binary(.add), ["a", "b"], "out"),
        ]),
      JoinedNetwork(
        "sum and ReLU", gone: ["addition", "ReLU"],
        [
          (convolution(), ["data"], "a"), (.unary(.relu), ["a"], "r"), (convolution(), ["r"], "b"),
          (.binary(.add), ["b", "r"], "s"), (.unary(.relu), ["s"], "out"),
        ]),
      JoinedNetwork(
        "sum and clip", gone: ["addition"],
        [
          (convolution(), ["data"], "a"), (.unary(.sigmoid), ["a"], "b"),
          (.binary(.add), ["b", "data"], "s"), (.unary(.clip(lower: 0, upper: 1)), ["s"], "out"),
        ]),
      JoinedNetwork(
        "batch normalization and ReLU", gone: ["batch normalization", "ReLU"],
        [(affine, ["data"], "a"), (.unary(.relu), ["a"], "b"), (convolution(), ["b"], "out")]),
    ]

  private static let functions: [JoinedNetwork] =
    [UnaryFunction.swish, .hardSwish, .gelu, .sigmoid].flatMap { function in
      [1, 16].map { groups in
        JoinedNetwork(
          "convolution of \(groups) groups and \(function.name)", gone: [function.name],
          [
            (convolution(3, padding: 1, groups: groups), ["data"], "a"),
            (.unary(function), ["a"], "out"),
          ])
      }
    } + [
      JoinedNetwork(
        "fully connected layer and GELU", gone: ["GELU"], input: [2, 3, 5],
        [
          (
            .innerProduct(
              InnerProduct(
                weights: Matrix(
                  rowCount: 4, columnCount: 5, elements: (0..<20).map { 0.1 * Float($0) - 1 }),
                bias: [0.1, 0.2, 0.3, 0.4])), ["data"], "a"
          ), (.unary(.gelu), ["a"], "out"),
        ]),
      JoinedNetwork(
        "hard swish, spelled out", gone: ["addition", "clip", "multiplication"],
        constants: ["3": number(3), "6": number(6)],
        [
          (convolution(), ["data"], "x"), (.binary(.add), ["3", "x"], "a"),
          (.unary(.clip(lower: 0, upper: 6)), ["a"], "b"), (.binary(.divide), ["b", "6"], "c"),
          (.binary(.multiply), ["c", "x"], "out"),
        ]),
      JoinedNetwork(
        "group normalization of one group", gone: ["reshape", "batch normalization"],
        constants: ["flat": ConstantTensor([0, 1, -1]), "sizes": ConstantTensor([2, 16, 6, 5])],
        [
          (convolution(), ["data"], "x"), (.reshape(allowsZero: false), ["x", "flat"], "a"),
          (
            .layerNormalization(
              LayerNormalization(
                axis: 2, epsilon: 1e-3, scale: (0..<480).map { 1 + 0.001 * Float($0) },
                shift: (0..<480).map { 0.002 * Float($0) })), ["a"], "b"
          ), (.reshape(allowsZero: false), ["b", "sizes"], "c"), (affine, ["c"], "d"),
          (convolution(), ["d"], "out"),
        ]),
      normalization("a product", square: (.binary(.multiply), ["c", "c"])),
      normalization("a power", square: (.binary(.power), ["c", "2"])),
    ]

  private static func normalization(
    _ name: String, square: (Operation, [String])
  ) -> JoinedNetwork {
    JoinedNetwork(
      "layer normalization, spelled out with \(name)", gone: ["subtraction", "mean", "division"],
      input: [3, 4, 11], constants: ["e": number(1e-3), "2": number(2)],
      [
        (.mean(axes: [-1], keepsDimensions: true), ["data"], "m"),
        (.binary(.subtract), ["data", "m"], "c"), (square.0, square.1, "q"),
        (.mean(axes: [2], keepsDimensions: true), ["q"], "v"), (.binary(.add), ["v", "e"], "w"),
        (.unary(.squareRoot), ["w"], "s"), (.binary(.divide), ["c", "s"], "out"),
      ])
  }

  private static let (last, first) = ([0, 2, 3, 1], [0, 3, 1, 2])

  private static let transposes: [JoinedNetwork] = [
    JoinedNetwork(
      "functions, sums and gates between transpositions", gone: ["transpose"],
      constants: [
        "k": ConstantTensor(shape: [16], elements: .floats((0..<16).map { 0.2 * Float($0) - 1 }))
      ],
      [
        (convolution(3, padding: 1), ["data"], "a"), (.transpose(last), ["a"], "b"),
        (.unary(.tanh), ["b"], "c"), (.binary(.multiply), ["c", "k"], "d"),
        (.mean(axes: [1, 2], keepsDimensions: true), ["d"], "e"), (.unary(.sigmoid), ["e"], "f"),
        (.binary(.multiply), ["d", "f"], "g"), (.binary(.add), ["g", "b"], "h"),
        (.transpose(first), ["h"], "i"), (convolution(), ["i"], "out"),
      ]),
    JoinedNetwork(
      "a split and a concatenation between transpositions", gone: ["transpose"],
      [
        (convolution(), ["data"], "a"), (.transpose(last), ["a"], "b"),
        (.splitOutput(index: 0, count: 2, sizes: nil, axis: -1), ["b"], "c"),
        (.splitOutput(index: 1, count: 2, sizes: nil, axis: 3), ["b"], "d"),
        (.unary(.tanh), ["d"], "e"), (.concatenation(axis: -1), ["e", "c"], "f"),
        (.transpose(first), ["f"], "g"), (convolution(), ["g"], "out"),
      ]),
    JoinedNetwork(
      "a mean that drops dimensions behind a transposition", gone: ["transpose"],
      [
        (convolution(), ["data"], "a"), (.transpose(last), ["a"], "b"),
        (.unary(.tanh), ["b"], "c"), (.mean(axes: [1, -2], keepsDimensions: false), ["c"], "out"),
      ]),
    JoinedNetwork(
      "a transposition that something else reads", gone: [],
      [
        (convolution(), ["data"], "a"), (.transpose(last), ["a"], "b"),
        (.unary(.tanh), ["b"], "c"), (.softmax(axis: -1), ["c"], "s"),
        (.binary(.multiply), ["c", "s"], "d"), (.transpose(first), ["d"], "out"),
      ]),
  ]

  private static let copies: [JoinedNetwork] = [
    JoinedNetwork(
      "a slice of everything, and shapes of the same memory",
      gone: ["slice", "reshape", "flatten"],
      constants: [
        "0": ConstantTensor([0]), "99": ConstantTensor([99]), "1": ConstantTensor([1]),
        "sizes": ConstantTensor([2, 4, -1]),
      ],
      [
        (.unary(.tanh), ["data"], "a"), (.slice, ["a", "0", "99", "1"], "b"),
        (.flatten(axis: 1), ["b"], "c"), (.reshape(allowsZero: false), ["c", "sizes"], "d"),
        (.unary(.sigmoid), ["d"], "e"), (.binary(.multiply), ["e", "d"], "out"),
      ])
  ]
}
