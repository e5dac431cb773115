import FeatureVisualization
import Matrices
import Models
import NeuralNetworks
import Randomness
import TestTags
import Testing

/// The whole step: parameterization, colors, vignette, encoding, warp, network and objective.
@Suite(.tags(.quick)) struct ImagePipelineTests {
  private static let side = 24
  private static let tensors = ["early", "late", "logits", "probabilities"]

  /// An objective by its name in test output.
  struct Example: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let objective: Objective
    init(_ name: String, _ objective: Objective) {
      testDescription = name
      self.objective = objective
    }
  }

  /// What a layer's activations, between −1 and 1, are compared with.
  private static func vector(_ count: Int, item: Int) -> [Float] {
    randomNumbers(count, item: item).map { 0.5 * $0 }
  }

  /// With eigenvalues 1 … 12, like the inverse of a second moment.
  private static var whitening: Matrix {
    var matrix = Matrix(rowCount: 12, columnCount: 12)
    for index in 0..<12 { matrix[index, index] = Float(index + 1) }
    return matrix
  }

  static let examples: [Example] = [
    Example("channel everywhere", .channel(1, of: "early")),
    Example("neuron at a position", .neuron(4, of: "late", in: .position(row: 1, column: 3))),
    Example("direction", .direction(vector(12, item: 1), of: "late", cosinePower: 0)),
    Example(
      "whitened direction with its angle, in a rectangle",
      .direction(
        vector(12, item: 2), of: "late", in: .rectangle(rows: 1..<4, columns: 0..<2),
        whitening: whitening, cosinePower: 2)),
    Example("distance", .distance(to: vector(8, item: 3), of: "early", in: .everywhere)),
    Example("squared norm", .squaredNorm(of: "late")),
    Example("logit", .logit(2, of: "logits")),
    Example("probability of logits", .probability(3, ofLogits: "logits")),
    Example("log-odds", .logOdds(2, ofLogits: "logits")),
    Example("probability through the network's softmax", .channel(3, of: "probabilities")),
    Example(
      "terms at four tensors, two at one of them",
      Objective.channel(2, of: "early", in: .rectangle(rows: 2..<7, columns: 3..<9))
        - 0.5 * Objective.distance(to: vector(12, item: 4), of: "late", in: .everywhere)
        + 2 * Objective.squaredNorm(of: "late", in: .center, reduction: .sum)
        + 0.3 * Objective.logit(1, of: "logits") + 3 * Objective.channel(4, of: "probabilities")),
  ]

  static let chains = [
    "Fourier, gray border", "pixels, replicated border", "phases, gray border",
  ]

  @Test("the gradient of a step agrees with central differences", arguments: examples, chains)
  func gradient(example: Example, chain: String) throws {
    let pipeline = try pipeline(chain)
    try example.objective.check(shapes: pipeline.shapes)
    let start = pipeline.chain.parameterization.start(seed: 1, item: 4, restart: 0)
    let (value, gradient) = try evaluate(pipeline, start, example.objective)
    #expect(gradient.count == start.count)
    let magnitudes = gradient.map(abs).sorted()
    let steep = magnitudes[magnitudes.count - magnitudes.count / 20]

    // Along the gradient, along random halves of it, and along its steepest twentieth alone.
    var stream = RandomStream(seed: 3, purpose: .evaluation)
    var directions = [gradient]
    for _ in 0..<4 {
      directions.append(gradient.map { stream.uniform() < 0.5 ? $0 : 0 })
    }
    directions.append(gradient.map { abs($0) >= steep ? $0 : 0 })
    for direction in directions {
      let expected = dot(gradient, direction)
      try #require(expected > 0)
      // A step that moves the value by about 1 %: it stands out from the rounding of a forward pass
      // in Float, 10⁻⁶ of the value, by 10⁴, and Richardson's extrapolation takes the error of
      // second order away, so that 10⁻³ is left to the rest of both.
      let step = 0.01 * max(0.1, abs(value)) / expected
      func difference(_ step: Double) throws -> Double {
        let above = try evaluate(pipeline, moved(start, step, direction), example.objective).value
        let below = try evaluate(pipeline, moved(start, -step, direction), example.objective).value
        return (above - below) / (2 * step)
      }
      let measured = (4 * (try difference(step / 2)) - (try difference(step))) / 3
      #expect(abs(measured / expected - 1) < 1e-3, "\(measured) against \(expected)")
    }
  }

  @Test("a probability has the same gradient from the logits as through the softmax")
  func probabilities() throws {
    let pipeline = try pipeline("Fourier, gray border")
    let start = pipeline.chain.parameterization.start(seed: 1, item: 5, restart: 0)
    let (a, fromLogits) = try evaluate(pipeline, start, .probability(0, ofLogits: "logits"))
    let (b, throughSoftmax) = try evaluate(pipeline, start, .channel(0, of: "probabilities"))
    #expect(abs(a - b) < 1e-6)
    let difference = zip(fromLogits, throughSoftmax).map { $0 - $1 }
    let scale = dot(fromLogits, fromLogits).squareRoot()
    // Float's rounding through a dozen sums.
    #expect(scale > 0 && dot(difference, difference).squareRoot() < 1e-5 * scale)
  }

  @Test("what a step measures is what is measured of the finished image, to the bit")
  func measuring() throws {
    let pipeline = try pipeline("Fourier, gray border")
    let start = pipeline.chain.parameterization.start(seed: 2, item: 1, restart: 0)
    let objective = Self.examples[9].objective
    let value = try evaluate(pipeline, start, objective).value
    let image = pipeline.image(of: start)
    let decoy = [Float](repeating: 0.5, count: image.count)
    let reports = try pipeline.measure(
      [decoy, image], for: [.logit(0, of: "logits"), objective], under: [stream(7), stream(4)])
    #expect(Double(reports[1].value) == value)
    // Untransformed it is another number.
    let still = try pipeline.measure([decoy, image], for: [objective, objective])
    #expect(still[1].value != reports[1].value)
  }

  @Test("neither the slot nor the other image matters, to the bit")
  func independence() throws {
    let pipeline = try pipeline("Fourier, gray border")
    let drafts = (0..<3).map { item in
      ImageDraft(
        parameters: pipeline.chain.parameterization.start(seed: 5, item: item, restart: 0),
        objective: Self.examples[[9, 3, 7][item]].objective, stream: stream(item))
    }
    func run(_ chosen: [Int]) throws -> [(parameters: [Float], values: [Float])] {
      var running = chosen.map { drafts[$0] }
      var values = chosen.map { _ in [Float]() }
      for _ in 0..<4 {
        try pipeline.step(&running) { draft, gradient in
          Adam().ascend(&draft.parameters, along: gradient, &draft.optimizerState)
        }
        for slot in running.indices { values[slot].append(running[slot].report.value) }
      }
      return zip(running, values).map { ($0.parameters, $1) }
    }
    let pair = try run([0, 1])
    let swapped = try run([1, 0])
    let alone = try run([0])
    let other = try run([2, 1])
    for (a, b) in [
      (pair[0], swapped[1]), (pair[1], swapped[0]), (pair[0], alone[0]), (pair[1], other[1]),
    ] {
      #expect(a.parameters == b.parameters && a.values == b.values)
    }
    #expect(pair[0].values.count == 4 && Set(pair[0].values).count == 4)
  }

  @Test("every objective rises, in either parameterization", arguments: examples, chains)
  func ascent(example: Example, chain: String) throws {
    let pipeline = try pipeline(chain)
    let start = pipeline.chain.parameterization.start(seed: 6, item: 0, restart: 0)
    let image = pipeline.image(of: start)
    var drafts = [ImageDraft(parameters: start, objective: example.objective, stream: stream(0))]
    for step in 0..<40 {
      drafts[0].stream = stream(step)
      try pipeline.step(&drafts) { draft, gradient in
        Adam().ascend(&draft.parameters, along: gradient, &draft.optimizerState)
      }
    }
    let result = pipeline.image(of: drafts[0].parameters)
    #expect(result.allSatisfy { $0 >= 0 && $0 <= 1 })
    let unseen = stream(1000)
    let reports = try pipeline.measure(
      [image, result], for: [example.objective, example.objective], under: [unseen, unseen])
    #expect(reports[1].value > reports[0].value + 0.05 * abs(reports[0].value))
  }

  @Test("a profile names the parts of a step in their order")
  func profile() throws {
    let pipeline = try pipeline("Fourier, gray border")
    let draft = ImageDraft(
      parameters: pipeline.chain.parameterization.start(seed: 1, item: 1, restart: 0),
      objective: Self.examples[9].objective, stream: stream(0))
    var updateCount = 0
    let entries = try pipeline.profile([draft, draft], repetitions: 3) { _, _ in updateCount += 1 }
    #expect(updateCount == 6)
    let forward = ["Fourier image", "vignette", "input encoding", "warp"]
    let expected =
      forward + ["forward", "objective", "backward"] + forward.reversed().map { $0 + ", backward" }
      + ["optimizer"]
    var parts: [String] = []
    for entry in entries {
      let part = entry.phase == .beside ? entry.operation : "\(entry.phase)"
      if parts.last != part { parts.append(part) }
    }
    #expect(parts == expected)
    #expect(entries.allSatisfy { $0.seconds > 0 && $0.seconds < 1 })
  }

  // MARK: The pipeline under test

  /// One image in the second slot, beside one of another objective.
  private func evaluate(
    _ pipeline: ImagePipeline, _ parameters: [Float], _ objective: Objective
  ) throws -> (value: Double, gradient: [Float]) {
    let decoy = pipeline.chain.parameterization.start(seed: 9, item: 9, restart: 9)
    var drafts = [
      ImageDraft(parameters: decoy, objective: .logit(0, of: "logits"), stream: stream(7)),
      ImageDraft(parameters: parameters, objective: objective, stream: stream(4)),
    ]
    var gradients: [[Float]] = []
    try pipeline.step(&drafts) { _, gradient in
      gradients.append(gradient.indices.map { gradient[$0] })
    }
    return (Double(drafts[1].report.value), gradients[1])
  }

  private func moved(_ start: [Float], _ step: Double, _ direction: [Float]) -> [Float] {
    zip(start, direction).map { Float(Double($0) + step * Double($1)) }
  }

  private func stream(_ item: Int) -> RandomStream {
    RandomStream(seed: 8, purpose: .transform, item: item)
  }

  private func pipeline(_ chain: String) throws -> ImagePipeline {
    let side = Self.side
    let graph = Self.graph
    let encoding = try InputEncoding(
      channels: [.blue, .green, .red].map { InputChannel(source: $0, scale: 1 / 64, offset: -2) },
      side: side)
    let isOfPixels = chain == Self.chains[1]
    let parameterization: any ImageParameterization =
      switch Self.chains.firstIndex(of: chain) {
      case 0: FourierParameterization(side: side)
      case 1:
        PixelParameterization(
          side: side, colors: ColorMap(isDecorrelated: false, range: .clamped))
      default: PhaseParameterization(side: side)
      }
    var views = AffineMapDistribution()
    views.jitters = [2]
    let links = ImageChain(
      parameterization,
      imageTransforms: [Vignette(side: side, strength: 0.6)],
      viewTransforms: [
        encoding,
        Warp(
          inputSide: side, outputSide: side - 4,
          border: isOfPixels
            ? .replicate : .constant(encoding.values(of: SIMD3(repeating: 0.5))), maps: views),
      ])
    let network = try CompiledNetwork(
      graph, input: [2, 3, side - 4, side - 4], reading: [], seeding: Self.tensors,
      weights: PreparedWeights())
    return try ImagePipeline(
      links, network: network, inputName: graph.inputName, tensors: Self.tensors)
  }

  /// Two convolutions, each with a hyperbolic tangent, an average, five classes: smooth everywhere,
  /// since differences across the kink of a ReLU would tell nothing.
  private static var graph: NetworkGraph {
    func convolution(_ inputs: Int, _ outputs: Int, item: Int) -> NeuralNetworks.Operation {
      .convolution(
        Convolution(
          weights: randomNumbers(9 * inputs * outputs, item: item)
            .map { $0 / Float(9 * inputs).squareRoot() },
          bias: randomNumbers(outputs, item: item + 1).map { 0.3 * $0 }, inputChannels: inputs,
          outputChannels: outputs, kernel: Extent(height: 3, width: 3),
          stride: Extent(height: 2, width: 2),
          padding: Padding(top: 1, left: 1, bottom: 1, right: 1)))
    }
    let classes = InnerProduct(
      weights: Matrix(rowCount: 5, columnCount: 12, elements: randomNumbers(60, item: 24)),
      bias: randomNumbers(5, item: 25))
    let nodes: [(NeuralNetworks.Operation, String, String)] = [
      (convolution(3, 8, item: 20), "image", "early_linear"),
      (.unary(.tanh), "early_linear", "early"),
      (convolution(8, 12, item: 22), "early", "late_linear"),
      (.unary(.tanh), "late_linear", "late"),
      (.globalAveragePool, "late", "average"), (.flatten(axis: 1), "average", "flat"),
      (.innerProduct(classes), "flat", "logits"), (.softmax(axis: 1), "logits", "probabilities"),
    ]
    return NetworkGraph(
      inputName: "image", inputShape: [1, 3, side - 4, side - 4],
      nodes: nodes.map { Node(name: $0.2, operation: $0.0, inputs: [$0.1], output: $0.2) },
      outputNames: ["probabilities"])
  }
}
