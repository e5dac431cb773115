import NeuralNetworks
import Randomness
import TestTags
import Testing

/// Tangents against gradients and against differences.
@Suite(.tags(.quick)) struct TangentTests {
  @Test(
    "⟨J u, v⟩ = ⟨u, Jᵀ v⟩ for every operation, three tangents at once",
    arguments: OperationNetwork.all)
  func operationIsAdjoint(_ network: OperationNetwork) throws {
    try Adjoint(network.graph, to: "out", point: network.data()).check()
  }

  @Test(
    "⟨J u, v⟩ = ⟨u, Jᵀ v⟩ for small networks, in both formats", arguments: SmallNetwork.all,
    Set([Precision.float32, .fastest]))
  func networkIsAdjoint(_ network: SmallNetwork, precision: Precision) throws {
    var adjoint = Adjoint(
      network.graph, to: network.graph.outputNames[0], point: network.point())
    adjoint.precision = precision
    try adjoint.check()
  }

  @Test("the relaxations of max pools are adjoint both ways", arguments: MaxPoolRule.allCases)
  func relaxationIsAdjoint(_ rule: MaxPoolRule) throws {
    for roundsUp in [false, true] {
      for channels in [16, 5] {
        let graph = SmallNetwork.pooled(channels: channels, roundsUp: roundsUp)
        var random = RandomStream(seed: 21, purpose: .evaluation)
        let point = (0..<graph.inputShape.elementCount).map { _ in random.normalPair().0 }
        var adjoint = Adjoint(graph, to: "out", point: point)
        adjoint.rules = BackwardRules(maxPool: rule)
        try adjoint.check()
      }
    }
  }

  @Test("a tangent is the derivative along it, from an inner tensor to a later one")
  func equalsDifferences() throws {
    let graph = SmallNetwork.inception(channels: 16).graph
    let shapes = try graph.facts(input: graph.inputShape)
    let inner = try #require(shapes["stem"]?.shape)
    var random = RandomStream(seed: 22, purpose: .evaluation)
    let point = (0..<inner.elementCount).map { _ in random.normalPair().0 }
    let direction = (0..<inner.elementCount).map { _ in random.normalPair().0 }
    let network = try CompiledNetwork(
      graph, from: "stem", input: inner, reading: ["out"],
      pushing: Pushforward(from: "stem", to: ["out"], count: 2), weights: PreparedWeights())
    func output(_ distance: Float) throws -> [Float] {
      network.withInput { input in
        for index in point.indices { input[index] = point[index] + distance * direction[index] }
      }
      try network.forward()
      return try network.withOutput("out") { output in output.indices.map { output[$0] } }
    }
    let step: Float = 1e-3
    let (up, down) = (try output(step), try output(-step))
    _ = try output(0)
    network.withTangent(1) { tangent in
      for index in direction.indices { tangent[index] = direction[index] }
    }
    try network.pushforward()
    let exact = network.withTangent(1, of: "out") { tangent in
      tangent.indices.map { tangent[$0] }
    }
    let none = network.withTangent(0, of: "out") { tangent in
      tangent.indices.allSatisfy { tangent[$0] == 0 }
    }
    #expect(none)
    let largest = exact.reduce(0) { max($0, abs($1)) }
    // Where a ReLU or a maximum changes sides between the two points the difference is another one.
    let differing = exact.indices.count {
      abs((up[$0] - down[$0]) / (2 * step) - exact[$0]) > 2e-3 * largest
    }
    #expect(differing <= exact.count / 50, "\(differing) of \(exact.count) differ")
  }

  @Test("a batch of tangents has the same bits as each by itself, whatever the others are")
  func tangentsAreIndependent() throws {
    let graph = SmallNetwork.inception(channels: 16).graph
    let network = try CompiledNetwork(
      graph, input: graph.inputShape, reading: [],
      pushing: Pushforward(from: graph.inputName, to: ["out"], count: 4),
      weights: PreparedWeights())
    var random = RandomStream(seed: 23, purpose: .evaluation)
    network.withInput { input in
      for index in input.indices { input[index] = random.normalPair().0 }
    }
    try network.forward()
    let count = graph.inputShape.elementCount
    let tangents = (0..<4).map { _ in (0..<count).map { _ in random.normalPair().0 } }
    func push(_ order: [Int]) throws -> [[Float]] {
      for (place, index) in order.enumerated() {
        network.withTangent(place) { tangent in
          for element in tangent.indices { tangent[element] = tangents[index][element] }
        }
      }
      try network.pushforward()
      return order.indices.map { place in
        network.withTangent(place, of: "out") { span in span.indices.map { span[$0] } }
      }
    }
    let forth = try push([0, 1, 2, 3])
    let back = try push([3, 2, 1, 0])
    #expect(forth == back.reversed())
    #expect(try push([1, 1, 1, 1])[3] == forth[1])
    #expect(forth[0] != forth[1])
  }

  @Test(
    "a rule that is not linear has no tangents, and says so",
    arguments: [ReLURule.deconvnet, .guided, .redirected])
  func refusesNonlinearRules(_ rule: ReLURule) {
    let graph = SmallNetwork.inception(channels: 16).graph
    #expect {
      try CompiledNetwork(
        graph, input: graph.inputShape, reading: [],
        pushing: Pushforward(from: graph.inputName, to: ["out"], count: 1),
        rules: BackwardRules(relu: rule), weights: PreparedWeights())
    } throws: {
      "\($0)".contains("is not linear in the gradient")
    }
  }

  @Test("a target that the source does not lead to is an error")
  func refusesEarlierTargets() {
    let graph = SmallNetwork.inception(channels: 16).graph
    #expect {
      try CompiledNetwork(
        graph, input: graph.inputShape, reading: [],
        pushing: Pushforward(from: "mixed", to: ["stem"], count: 1), weights: PreparedWeights())
    } throws: {
      "\($0)".contains("Of stem, none depends on tensor mixed")
    }
  }
}

/// Gradients from several tensors, read at several.
@Suite(.tags(.quick)) struct InnerGradientTests {
  @Test(
    "seeds at several tensors add up, and inner gradients are those of a network that begins there")
  func seedsAddUp() throws {
    let graph = SmallNetwork.inception(channels: 16).graph
    let seeds = ["stem", "mixed", "out"]
    let wanted = [graph.inputName, "stem", "a", "mixed"]
    let all = try gradients(graph, seeds: seeds, at: wanted)
    var sums: [String: [Float]] = [:]
    for seed in seeds {
      let reached = seed == "stem" ? [graph.inputName, "stem"] : wanted
      for (name, gradient) in try gradients(graph, seeds: [seed], at: reached) {
        sums[name] = sums[name].map { zip($0, gradient).map { $0 + $1 } } ?? gradient
      }
    }
    for name in wanted {
      let (together, apart) = (try #require(all[name]), try #require(sums[name]))
      let largest = apart.reduce(0) { max($0, abs($1)) }
      #expect(largest > 0, "\(name)")
      // Sums of a few Floats in another order.
      #expect(
        zip(together, apart).allSatisfy { abs($0 - $1) <= 1e-5 * largest }, "\(name) differs")
    }
  }

  @Test("asking for inner gradients does not change the image's, to the bit", arguments: [16, 5])
  func snapshotsChangeNothing(channels: Int) throws {
    let graph = SmallNetwork.inception(channels: channels).graph
    let plain = try gradients(graph, seeds: ["out"], at: [graph.inputName])
    let both = try gradients(
      graph, seeds: ["out"], at: [graph.inputName, "stem", "a", "b", "mixed", "out"])
    #expect(plain[graph.inputName] == both[graph.inputName])
    // Of the seeded tensor itself, the seed.
    #expect(both["out"] == seed(count: both["out"]?.count ?? 0, of: "out"))
  }

  @Test("a network that begins at an inner tensor has the whole network's outputs and gradients")
  func beginsInside() throws {
    let graph = SmallNetwork.inception(channels: 16).graph
    let whole = try CompiledNetwork(
      graph, input: graph.inputShape, reading: ["stem"], seeding: ["out"],
      differentiating: ["stem"], weights: PreparedWeights())
    var random = RandomStream(seed: 24, purpose: .evaluation)
    whole.withInput { input in
      for index in input.indices { input[index] = random.normalPair().0 }
    }
    try whole.forward()
    let stem = try whole.withOutput("stem") { span in span.indices.map { span[$0] } }
    let part = try CompiledNetwork(
      graph, from: "stem", input: whole.shape(of: "stem"), reading: [], seeding: ["out"],
      weights: PreparedWeights())
    part.withInput { input in for index in stem.indices { input[index] = stem[index] } }
    try part.forward()
    func result(_ network: CompiledNetwork) throws -> ([Float], [Float]) {
      network.withSeed(of: "out") { span in
        let values = seed(count: span.count, of: "out")
        for index in values.indices { span[index] = values[index] }
      }
      try network.pullback()
      return (
        try network.withOutput("out") { span in span.indices.map { span[$0] } },
        network.withGradient(of: "stem") { span in span.indices.map { span[$0] } }
      )
    }
    let (a, b) = (try result(whole), try result(part))
    #expect(a.0 == b.0)
    let largest = a.1.reduce(0) { max($0, abs($1)) }
    #expect(zip(a.1, b.1).allSatisfy { abs($0 - $1) <= 1e-6 * largest })
  }

  @Test("a network cannot begin at a tensor that a skip connection goes around")
  func refusesSkips() throws {
    let graph = NetworkGraph(
      inputName: "data", inputShape: [1, 4],
      nodes: [
        Node(name: "f", operation: .unary(.tanh), inputs: ["data"], output: "f"),
        Node(name: "sum", operation: .binary(.add), inputs: ["data", "f"], output: "out"),
      ], outputNames: ["out"])
    #expect {
      try CompiledNetwork(
        graph, from: "f", input: [1, 4], reading: ["out"], weights: PreparedWeights())
    } throws: {
      "\($0)".contains("begin at an earlier tensor")
    }
  }

  private func gradients(
    _ graph: NetworkGraph, seeds: [String], at tensors: [String]
  ) throws -> [String: [Float]] {
    let network = try CompiledNetwork(
      graph, input: graph.inputShape, reading: [], seeding: seeds, differentiating: tensors,
      weights: PreparedWeights())
    var random = RandomStream(seed: 25, purpose: .evaluation)
    network.withInput { input in
      for index in input.indices { input[index] = random.normalPair().0 }
    }
    try network.forward()
    for name in seeds {
      network.withSeed(of: name) { span in
        let values = seed(count: span.count, of: name)
        for index in values.indices { span[index] = values[index] }
      }
    }
    try network.pullback()
    return Dictionary(
      uniqueKeysWithValues: tensors.map { name in
        (name, network.withGradient(of: name) { span in span.indices.map { span[$0] } })
      })
  }

  private func seed(count: Int, of name: String) -> [Float] {
    var random = RandomStream(seed: 26, purpose: .evaluation, item: name.utf8.count)
    return (0..<count).map { _ in random.normalPair().0 }
  }
}

/// Guided and DeconvNet gradients.
@Suite(.tags(.quick)) struct ReLURuleTests {
  @Test(
    "DeconvNet and guided gradients follow their definitions at a ReLU, fused or alone",
    arguments: [ReLURule.deconvnet, .guided], Set([Precision.float32, .fastest]))
  func followDefinition(_ rule: ReLURule, precision: Precision) throws {
    for isFused in [true, false] {
      let graph = SmallNetwork.rectified(fused: isFused)
      let network = try CompiledNetwork(
        graph, input: graph.inputShape, reading: [], seeding: ["out"],
        rules: BackwardRules(relu: rule), precision: precision, weights: PreparedWeights())
      var random = RandomStream(seed: 27, purpose: .evaluation)
      let values = (0..<graph.inputShape.elementCount).map { _ in random.normalPair().0 }
      // Multiples of 1/4 are the same in both formats.
      let seed = values.indices.map { Float($0 % 9 - 4) / 4 }
      network.withInput { input in for index in values.indices { input[index] = values[index] } }
      try network.forward()
      network.withSeed(of: "out") { span in for index in span.indices { span[index] = seed[index] }
      }
      try network.pullback()
      let found = network.withGradient(of: graph.inputName) { span in
        span.indices.map { span[$0] }
      }
      let expected = zip(values, seed).map { x, r -> Float in
        switch rule {
        case .exact: x > 0 ? r : 0
        case .deconvnet: max(r, 0)
        case .guided: x > 0 ? max(r, 0) : 0
        case .redirected: x > 0 ? r : 0
        }
      }
      #expect(found == expected)
      #expect(Set(expected).count > 3)
    }
  }
}

/// Holds tangents against gradients at a point.
struct Adjoint {
  let graph: NetworkGraph
  let target: String
  let point: [Float]
  var rules = BackwardRules.exact
  var precision = Precision.float32

  init(_ graph: NetworkGraph, to target: String, point: [Float]) {
    self.graph = graph
    self.target = target
    self.point = point
  }

  func check() throws {
    let source = graph.inputName
    let network = try CompiledNetwork(
      graph, input: graph.inputShape, reading: [], seeding: [target],
      pushing: Pushforward(from: source, to: [target], count: 3), rules: rules,
      precision: precision, weights: PreparedWeights())
    network.withInput { input in for index in point.indices { input[index] = point[index] } }
    try network.forward()
    var random = RandomStream(seed: 28, purpose: .evaluation)
    let seed = (0..<network.shape(of: target).elementCount).map { _ in random.normalPair().0 }
    network.withSeed(of: target) { span in for i in seed.indices { span[i] = seed[i] } }
    try network.pullback()
    let gradient = network.withGradient(of: source) { span in span.indices.map { span[$0] } }
    let directions = (0..<3).map { _ in point.map { _ in random.normalPair().0 } }
    for (index, direction) in directions.enumerated() {
      network.withTangent(index) { span in for i in direction.indices { span[i] = direction[i] } }
    }
    try network.pushforward()
    for (index, direction) in directions.enumerated() {
      let pushed = network.withTangent(index, of: target) { span in span.indices.map { span[$0] } }
      let (forward, backward) = (product(pushed, seed), product(direction, gradient))
      // Relative to the product of the lengths, which a random pair's inner product may be far below.
      let scale = (product(pushed, pushed) * product(seed, seed)).squareRoot()
      // bfloat16 has 8 bits, and both ways round every map anew.
      let limit = (precision == .float32 ? 1e-5 : 0.02) * max(scale, 1e-6)
      #expect(
        abs(forward - backward) <= limit,
        "\(target): ⟨Ju, v⟩ = \(forward), ⟨u, Jᵀv⟩ = \(backward), |Ju| |v| = \(scale)")
    }
  }

  private func product(_ a: [Float], _ b: [Float]) -> Double {
    zip(a, b).reduce(0) { $0 + Double($1.0) * Double($1.1) }
  }
}
