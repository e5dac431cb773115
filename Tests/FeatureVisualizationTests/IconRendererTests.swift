import FeatureVisualization
import ModelFormats
import Models
import NeuralNetworks
import ParallelLoops
import Randomness
import TestSupport
import Testing

/// Icons of a small network.
@Suite(.serialized) final class IconRendererTests {
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

  private func parameters(steps: Int, attempts: Int = 1, seed: UInt64 = 0) -> IconParameters {
    var parameters = IconParameters()
    parameters.sidePixels = Self.side
    parameters.stepCount = steps
    parameters.attemptCount = attempts
    parameters.seed = seed
    return parameters
  }

  private func render(
    _ targets: [IconTarget], layer: String = IconRendererTests.layer, _ parameters: IconParameters
  ) throws -> [Icon] {
    try IconRenderer(network: network, layer: layer, parameters: parameters).render(targets)
  }

  private func direction(_ index: Int) -> IconTarget {
    let direction = randomValues(InceptionModel.channelCount, item: index)
    return IconTarget(
      index: index, objective: .direction(DirectionObjective(direction: direction)),
      direction: direction)
  }

  static let kinds = ["direction", "channel", "neuron", "logit"]

  @Test(
    "the objective rises with the steps, under transforms that were not optimised for",
    arguments: kinds)
  func rises(kind: String) throws {
    let (target, layer) =
      switch kind {
      case "direction": (direction(3), Self.layer)
      case "channel": (IconTarget(index: 5, objective: .channel(5)), Self.linearLayer)
      case "neuron": (IconTarget(index: 6, objective: .neuron(6)), Self.linearLayer)
      default: (IconTarget(index: 7, objective: .logit(7)), "fc")
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

  @Test("an icon is the same alone or among others, on one thread or two")
  func independence() throws {
    let targets = (0..<5).map(direction)
    let parameters = parameters(steps: 6, attempts: 2)
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
        && a.transformedFidelity == b.transformedFidelity && a.attempt == b.attempt,
      sourceLocation: sourceLocation)
  }

  @Test("the seed and the target's index decide the icon")
  func seeds() throws {
    let target = direction(0)
    let moved = IconTarget(
      index: 1, objective: target.objective, direction: target.direction)
    let first = try render([target], parameters(steps: 4))[0]
    expectEqual(first, try render([target], parameters(steps: 4))[0])
    #expect(try render([target], parameters(steps: 4, seed: 1))[0].pixels != first.pixels)
    #expect(try render([moved], parameters(steps: 4))[0].pixels != first.pixels)
  }

  @Test("of several attempts the one with the best score under unseen transforms is kept")
  func attempts() throws {
    for isDirection in [true, false] {
      let targets = (0..<6).map {
        isDirection ? direction($0) : IconTarget(index: $0, objective: .channel($0))
      }
      // The first n attempts are the same, whatever n is.
      let layer = isDirection ? Self.layer : Self.linearLayer
      let best = try (1...4).map {
        try render(targets, layer: layer, parameters(steps: 3, attempts: $0))
      }
      var changeCount = 0
      for target in targets.indices {
        for count in 1..<4 {
          let (former, icon) = (best[count - 1][target], best[count][target])
          if icon.attempt == former.attempt {
            expectEqual(icon, former)
          } else {
            #expect(icon.attempt == count && score(icon) > score(former))
            changeCount += 1
          }
        }
      }
      // Each of 4 attempts is the best of all with the same chance; 1/2 + 1/3 + 1/4 changes a target.
      #expect(changeCount >= 2 && changeCount <= 14)
    }
  }

  private func score(_ icon: Icon) -> Float { icon.transformedFidelity ?? icon.objective }

  @Test("fidelity is the cosine that the stored pixels evoke in a network compiled apart")
  func fidelity() throws {
    let targets = (0..<4).map(direction)
    let parameters = parameters(steps: 12)
    let compiled = try CompiledNetwork(
      network.graph, inputHeight: Self.side, inputWidth: Self.side, reading: [Self.layer],
      weights: PreparedWeights())
    // The card's: blue, green, red, less a mean, over 64.
    let channels = NetworkChannels(
      order: [2, 1, 0], scale: SIMD3(repeating: 1 / 64), offset: SIMD3(-104, -117, -123) / 64)
    let warp = Warp(
      inputSide: Self.side, outputSide: Self.side, border: parameters.border, channels: channels)
    for (target, icon) in zip(targets, try render(targets, parameters)) {
      let plain = try cosine(compiled, target) { input in
        for index in input.indices {
          let (channel, place) = index.quotientAndRemainder(dividingBy: Self.side * Self.side)
          let level = Float(icon.pixels[3 * place + 2 - channel])
          input[index] = (level - [104, 117, 123][channel]) / 64
        }
      }
      #expect(abs(plain - (icon.fidelity ?? .nan)) < 1e-5)

      var sum: Float = 0
      for index in 0..<parameters.heldOutCount {
        var stream = RandomStream(
          seed: 0, purpose: .heldOutTransform, item: target.index, step: index)
        let transform = parameters.transforms.draw(
          using: &stream, inputSide: Self.side, outputSide: Self.side)
        sum += try cosine(compiled, target) { input in
          var workspace = warp.makeWorkspace()
          warp.apply(
            transform, to: dequantized(icon.pixels), using: &workspace, into: &input)
        }
      }
      let transformed = sum / Float(parameters.heldOutCount)
      #expect(abs(transformed - (icon.transformedFidelity ?? .nan)) < 1e-5)
    }
  }

  /// The cosine between a target and what an input evokes at the layer's centre.
  private func cosine(
    _ compiled: CompiledNetwork, _ target: IconTarget, _ fill: (inout MutableSpan<Float>) -> Void
  ) throws -> Float {
    compiled.withInput(fill)
    try compiled.forward()
    let shape = try compiled.map(of: Self.layer)
    let evoked = try compiled.withOutput(Self.layer) { output in
      (0..<shape.channels).map { output[$0 * shape.positionCount + shape.center] }
    }
    let direction = try #require(target.direction)
    let lengths = (dot(evoked, evoked) * dot(direction, direction)).squareRoot()
    return Float(dot(evoked, direction) / lengths)
  }
}
