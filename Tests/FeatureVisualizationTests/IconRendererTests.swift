import FeatureVisualization
import ModelFormats
import Models
import NeuralNetworks
import ParallelLoops
import Randomness
import TestSupport
import TestTags
import Testing

/// Icons of a small network.
@Suite(.tags(.quick), .serialized) final class IconRendererTests {
  private static let side = 32
  private static let layer = "mixed/output"
  /// A layer before its ReLU, where no unit is dead.
  private static let linearLayer = "mixed/1x1_linear"
  private let folder: TemporaryFolder
  private let network: TrainedNetwork

  init() throws {
    folder = try TemporaryFolder()
    network = try TrainedNetwork.load(path: InceptionModel.write(to: folder))
  }

  private func parameters(steps: Int, restarts: Int = 1, seed: UInt64 = 0) -> IconParameters {
    var parameters = IconParameters()
    parameters.sidePixels = Self.side
    parameters.schedule.maximumStepCount = steps
    parameters.schedule.minimumGain = 0
    parameters.restartCount = restarts
    parameters.seed = seed
    return parameters
  }

  private func render(
    _ targets: [IconTarget], layer: String = IconRendererTests.layer, _ parameters: IconParameters
  ) throws -> [Icon] {
    try IconRenderer(network: network, tensors: [layer], parameters: parameters).render(targets)
  }

  private func vector(_ index: Int) -> [Float] {
    randomValues(InceptionModel.channelCount, item: index)
  }

  private func direction(_ index: Int) -> IconTarget {
    IconTarget(index: index, objective: .direction(vector(index), of: Self.layer))
  }

  static let kinds = ["direction", "channel", "neuron", "logit", "probability"]

  @Test(
    "the objective rises with the steps, under views that were not optimized for",
    arguments: kinds)
  func rises(kind: String) throws {
    let (target, layer) =
      switch kind {
      case "direction": (direction(3), Self.layer)
      case "channel":
        (IconTarget(index: 5, objective: .channel(5, of: Self.linearLayer)), Self.linearLayer)
      case "neuron":
        (IconTarget(index: 6, objective: .neuron(6, of: Self.linearLayer)), Self.linearLayer)
      case "logit": (IconTarget(index: 7, objective: .logit(7, of: "fc")), "fc")
      default: (IconTarget(index: 7, objective: .probability(7, ofLogits: "fc")), "fc")
      }
    let icons = try [0, 10, 80].map { try render([target], layer: layer, parameters(steps: $0))[0] }
    #expect(icons[0].objective < icons[1].objective && icons[1].objective < icons[2].objective)
    #expect(icons[2].objective > 2 * abs(icons[0].objective))
    #expect(icons.allSatisfy { $0.pixels.count == 3 * Self.side * Self.side })
    if kind == "direction" {
      let fidelities = icons.compactMap(\.fidelity)
      #expect(fidelities.count == 3 && fidelities[0] < fidelities[2] && fidelities[2] <= 1)
    } else {
      #expect(icons.allSatisfy { $0.fidelity == nil && $0.transformedFidelity == nil })
    }
  }

  @Test("units that the first image leaves at 0 behind a ReLU are found", arguments: [true, false])
  func deadStarts(isChannel: Bool) throws {
    var parameters = parameters(steps: 60)
    parameters.keepsObjectiveByStep = true
    let targets = (0..<InceptionModel.channelCount).map { unit in
      IconTarget(
        index: unit,
        objective: isChannel ? .channel(unit, of: Self.layer) : .neuron(unit, of: Self.layer))
    }
    let icons = try render(targets, parameters)
    let dead = icons.filter { $0.objectiveByStep[0] == 0 }
    #expect(!dead.isEmpty, "no unit is dead at the start: the test shows nothing")
    // Without redirected gradients none would be; random weights leave some units that no image excites.
    let found = dead.count { $0.objective > 0 && $0.objectiveByStep[59] > 0 }
    #expect(3 * found > 2 * dead.count, "\(found) of \(dead.count) found")
    // Alone or among others, revived or not.
    for index in icons.indices where icons[index].objectiveByStep[0] == 0 {
      expectEqual(icons[index], try render([targets[index]], parameters)[0])
    }
  }

  @Test("an icon is the same alone or among others, on one thread or two")
  func independence() throws {
    let targets = (0..<5).map(direction)
    let parameters = parameters(steps: 6, restarts: 2)
    let (serial, _) = try Parallelism.observingWorkers(threadCount: 1) {
      try render(targets, parameters)
    }
    let (reversed, workerCount) = try Parallelism.observingWorkers(threadCount: 2) {
      try render(targets.reversed(), parameters)
    }
    #expect(workerCount == 2)
    let parallel = reversed.reversed()
    for (index, pair) in zip(serial, parallel).enumerated() {
      expectEqual(pair.0, pair.1)
      expectEqual(pair.0, try render([targets[index]], parameters)[0])
    }
    #expect(Set(serial.map(\.pixels)).count == 5)
  }

  private func expectEqual(_ a: Icon, _ b: Icon, sourceLocation: SourceLocation = #_sourceLocation)
  {
    #expect(
      a.pixels == b.pixels && a.fidelity == b.fidelity && a.objective == b.objective
        && a.transformedFidelity == b.transformedFidelity && a.restart == b.restart,
      sourceLocation: sourceLocation)
  }

  @Test("the seed and the target's index decide the icon")
  func seeds() throws {
    let target = direction(0)
    let moved = IconTarget(index: 1, objective: target.objective)
    let first = try render([target], parameters(steps: 4))[0]
    expectEqual(first, try render([target], parameters(steps: 4))[0])
    #expect(try render([target], parameters(steps: 4, seed: 1))[0].pixels != first.pixels)
    #expect(try render([moved], parameters(steps: 4))[0].pixels != first.pixels)
  }

  @Test("of several restarts the one with the best score under unseen views is kept")
  func restarts() throws {
    for isDirection in [true, false] {
      let targets = (0..<6).map {
        isDirection
          ? direction($0)
          : IconTarget(index: $0, objective: .channel($0, of: Self.linearLayer))
      }
      // The first n restarts are the same, whatever n is.
      let layer = isDirection ? Self.layer : Self.linearLayer
      let best = try (1...4).map {
        try render(targets, layer: layer, parameters(steps: 3, restarts: $0))
      }
      var changeCount = 0
      for target in targets.indices {
        for count in 1..<4 {
          let (former, icon) = (best[count - 1][target], best[count][target])
          if icon.restart == former.restart {
            expectEqual(icon, former)
          } else {
            #expect(icon.restart == count && score(icon) > score(former))
            changeCount += 1
          }
        }
      }
      // Each of 4 restarts is the best of all with the same chance; 1/2 + 1/3 + 1/4 changes a target.
      #expect(changeCount >= 2 && changeCount <= 14)
    }
  }

  private func score(_ icon: Icon) -> Float { icon.transformedFidelity ?? icon.objective }

  @Test("terms at several tensors are optimized together")
  func severalTensors() throws {
    let vector = vector(4)
    let objective =
      Objective.direction(vector, of: Self.layer) + 0.2 * Objective.logit(3, of: "fc")
      - 0.1 * Objective.squaredNorm(of: "conv1")
    let renderer = try IconRenderer(
      network: network, tensors: ["conv1", Self.layer, "fc"], parameters: parameters(steps: 40))
    // In one batch with icons of a single term, which have the same bytes as alone.
    let targets = [direction(3), IconTarget(index: 4, objective: objective), direction(5)]
    let icons = try renderer.render(targets)
    expectEqual(icons[0], try renderer.render([targets[0]])[0])
    expectEqual(icons[1], try renderer.render([targets[1]])[0])
    let start = try IconRenderer(
      network: network, tensors: objective.tensors, parameters: parameters(steps: 0)
    ).render([targets[1]])[0]
    #expect(icons[1].objective > start.objective + 0.3 * abs(start.objective))
    let fidelity = try #require(icons[1].fidelity)
    #expect(fidelity > (start.fidelity ?? 1))
  }

  @Test("an objective's value at each step is kept when asked for")
  func objectiveByStep() throws {
    var parameters = parameters(steps: 60, restarts: 2)
    let plain = try render([direction(1), direction(2)], parameters)
    #expect(plain.allSatisfy { $0.objectiveByStep.isEmpty })
    parameters.keepsObjectiveByStep = true
    let traced = try render([direction(1), direction(2)], parameters)
    for (icon, same) in zip(traced, plain) {
      expectEqual(icon, same)
      #expect(icon.objectiveByStep.count == 60)
      // Views differ from step to step, means of ten of them less so.
      let (first, last) = (icon.objectiveByStep.prefix(10), icon.objectiveByStep.suffix(10))
      #expect(last.reduce(0, +) > 1.2 * first.reduce(0, +))
    }
  }

  @Test("pixels can be optimized in place of a spectrum")
  func pixels() throws {
    var parameters = parameters(steps: 40)
    let fourier = try render([direction(1)], parameters)[0]
    parameters.parameterization = .pixels
    let icon = try render([direction(1)], parameters)[0]
    parameters.schedule.maximumStepCount = 0
    let start = try render([direction(1)], parameters)[0]
    #expect(icon.objective > start.objective && icon.pixels != fourier.pixels)
    // Neighbors differ more, for the same contrast, without the spectrum's preference for low
    // frequencies.
    func roughness(_ icon: Icon) -> Double {
      let pixels = icon.pixels.map(Double.init)
      let mean = pixels.reduce(0, +) / Double(pixels.count)
      let contrast = pixels.reduce(0) { $0 + abs($1 - mean) }
      return zip(pixels, pixels.dropFirst(3)).reduce(0) { $0 + abs($1.0 - $1.1) } / contrast
    }
    #expect(roughness(icon) > 1.2 * roughness(fourier))
  }

  @Test("a network written down for one image is rendered one icon at a time")
  func writtenForOneImage() throws {
    var graph = network.graph
    let index = try #require(graph.nodes.firstIndex { $0.output == "flat" })
    graph.nodes[index] = Node(
      name: "flat", operation: .reshape(allowsZero: false), inputs: ["average", "sizes"],
      output: "flat")
    graph.nodes.insert(
      Node(
        name: "sizes", operation: .constant(ConstantTensor([1, InceptionModel.channelCount])),
        inputs: [], output: "sizes"), at: index)
    let single = TrainedNetwork(
      graph: graph, inputShape: network.inputShape, card: network.card,
      preprocessing: network.preprocessing, labels: network.labels, path: network.path,
      warnings: [])
    let targets = (0..<3).map { IconTarget(index: $0, objective: .logit($0, of: "fc")) }
    let parameters = parameters(steps: 6)
    let icons = try IconRenderer(network: single, tensors: ["fc"], parameters: parameters)
      .render(targets)
    // The same network otherwise: the same icons, but for what kernels of one image round elsewhere.
    for (icon, other) in zip(icons, try render(targets, layer: "fc", parameters)) {
      #expect(abs(icon.objective - other.objective) < 1e-2 * abs(other.objective))
    }
  }

  @Test("errors surface: a layer or target that is not there, images that are no color")
  func errors() throws {
    #expect(throws: GraphError.self) {
      try IconRenderer(
        network: network, tensors: ["mixed/outputs"], parameters: parameters(steps: 1))
    }
    for objective in [Objective.channel(48, of: Self.layer), .channel(0, of: "conv1")] {
      #expect(throws: VisualizationError.self) {
        try render([IconTarget(index: 0, objective: objective)], parameters(steps: 1))
      }
    }
    var preprocessing = network.preprocessing
    preprocessing.channels = [InputChannel(source: .luma, scale: 1, offset: 0)]
    let gray = TrainedNetwork(
      graph: network.graph, inputShape: network.inputShape, card: network.card,
      preprocessing: preprocessing, labels: [], path: network.path, warnings: [])
    #expect(throws: VisualizationError.self) {
      try IconRenderer(network: gray, tensors: [Self.layer], parameters: parameters(steps: 1))
    }
  }

  @Test(
    "fidelity is the cosine that the stored pixels evoke in a network compiled apart",
    arguments: [true, false])
  func fidelity(isBorderGray: Bool) throws {
    let targets = (0..<4).map(direction)
    var parameters = parameters(steps: 12)
    parameters.border = isBorderGray ? .gray(0.5) : .replicate
    let compiled = try CompiledNetwork(
      network.graph, inputHeight: Self.side, inputWidth: Self.side, reading: [Self.layer],
      weights: PreparedWeights())
    // The card's: blue, green, red, less a mean, over 64.
    let gray = (SIMD3(repeating: 127.5) - SIMD3<Float>(104, 117, 123)) / 64
    let warp = Warp(
      inputSide: Self.side, outputSide: Self.side,
      border: isBorderGray ? .constant(gray) : .replicate)
    func encoded(_ pixels: [UInt8]) -> [Float] {
      (0..<pixels.count).map { index in
        let (channel, pixel) = index.quotientAndRemainder(dividingBy: Self.side * Self.side)
        return (Float(pixels[3 * pixel + 2 - channel]) - [104, 117, 123][channel]) / 64
      }
    }
    for (target, icon) in zip(targets, try render(targets, parameters)) {
      let image = encoded(icon.pixels)
      let plain = try cosine(compiled, target.index) { input in
        for index in input.indices { input[index] = image[index] }
      }
      #expect(abs(plain - (icon.fidelity ?? .nan)) < 1e-5)

      var sum: Float = 0
      for index in 0..<parameters.heldOutCount {
        var stream = RandomStream(
          seed: 0, purpose: .heldOutTransform, item: target.index, step: index)
        let map = warp.draw(using: &stream)
        sum += try cosine(compiled, target.index) { input in
          var workspace = warp.makeWorkspace()
          warp.apply(to: image.span, map, using: &workspace, into: &input)
        }
      }
      let transformed = sum / Float(parameters.heldOutCount)
      #expect(abs(transformed - (icon.transformedFidelity ?? .nan)) < 1e-5)
    }
  }

  /// The cosine between a target's direction and what an input evokes at the layer's center.
  private func cosine(
    _ compiled: CompiledNetwork, _ target: Int, _ fill: (inout MutableSpan<Float>) -> Void
  ) throws -> Float {
    compiled.withInput(fill)
    try compiled.forward()
    let shape = try compiled.map(of: Self.layer)
    let evoked = try compiled.withOutput(Self.layer) { output in
      (0..<shape.channels).map { output[$0 * shape.positionCount + shape.center] }
    }
    let direction = vector(target)
    let lengths = (dot(evoked, evoked) * dot(direction, direction)).squareRoot()
    return Float(dot(evoked, direction) / lengths)
  }
}
