import Activations
import Attribution
import Images
import ModelFormats
import Models
import NeuralNetworks
import TestSupport
import TestTags
import Testing

/// Effects on logits, against the network's own values.
@Suite(.tags(.quick), .serialized) struct LogitAttributionTests {
  private let folder: TemporaryFolder
  private let weights = PreparedWeights()

  init() throws { folder = try TemporaryFolder() }

  /// A network's file and an image of its size with many frequencies.
  private func network(_ model: SmallModel, height: Int, width: Int, card: String = "{}") throws
    -> (network: TrainedNetwork, image: String)
  {
    try folder.write("net.json", card)
    let network = try TrainedNetwork.load(path: folder.write("net.onnx", model.bytes))
    let pixels = (0..<3 * height * width).map { UInt8(truncatingIfNeeded: $0 &* $0 / 7 &+ 31 * $0) }
    return (
      network,
      try folder.write(
        "image.png",
        PNGWriter.encode(RGBImage(width: width, height: height, pixels: pixels)))
    )
  }

  private func inception() throws -> (network: TrainedNetwork, image: String) {
    try network(InceptionModel.model, height: 48, width: 48)
  }

  private func attribution(
    _ network: TrainedNetwork, _ layer: String, _ logits: String = "fc",
    _ way: LogitAttribution.Way = .pushforward(tangentCount: 3), maxPool: MaxPoolRule = .exact,
    pathSteps: Int = 0
  ) throws -> LogitAttribution {
    try LogitAttribution(
      network: network, layer: network.layer(named: layer), logits: logits, way: way,
      maxPool: maxPool, pathSteps: pathSteps, weights: weights)
  }

  /// A layer's attribution and interventions, both at the same image.
  private func interventions(_ layer: String) throws -> (LogitAttribution, LayerIntervention) {
    let (network, image) = try inception()
    let attribution = try attribution(network, layer)
    try attribution.show(image)
    let intervention = try LayerIntervention(
      network: network, layer: attribution.layer, logits: "fc", weights: weights)
    try intervention.show(attribution.values())
    return (attribution, intervention)
  }

  /// The network from a layer on.
  private func top(
    _ network: TrainedNetwork, from layer: String, to logits: String
  ) throws -> CompiledNetwork {
    let size = network.preprocessing.size
    let facts = try network.graph.facts(
      input: network.graph.imageShape(height: size.height, width: size.width))
    return try CompiledNetwork(
      network.graph, from: layer, input: #require(facts[layer]?.shape), reading: [logits],
      weights: weights)
  }

  private func largest(_ values: [Float]) -> Float { values.reduce(0) { max($0, abs($1)) } }

  private func output(_ network: CompiledNetwork, _ logits: String, of input: [Float]) throws
    -> [Float]
  {
    network.withInput { span in for index in input.indices { span[index] = input[index] } }
    try network.forward()
    return try network.withOutput(logits) { output in output.indices.map { output[$0] } }
  }

  @Test("where logits are linear in the layer, effects of all positions and the bias are the logit")
  func completeness() throws {
    let (network, image) = try inception()
    let attribution = try attribution(network, "mixed/output")
    try attribution.show(image)
    let effects = try attribution.effects(at: attribution.layer.shape.positions)
    let count = attribution.layer.shape.positionCount * attribution.layer.shape.channels
    let bias = try output(
      top(network, from: "mixed/output", to: "fc"), "fc", of: [Float](repeating: 0, count: count))
    let scores = try attribution.scores()
    #expect(attribution.classCount == 10 && scores.count == 10)
    let rounding = 1e-6 * Double(largest(scores))
    for index in scores.indices {
      let sum = stride(from: index, to: effects.count, by: 10).reduce(0.0) {
        $0 + Double(effects[$1])
      }
      #expect(abs(sum + Double(bias[index]) - Double(scores[index])) < rounding)
    }
  }

  @Test(
    "pushforward and pullback agree, for every rule of max pools",
    arguments: ["conv1", "pool1", "mixed/output"], MaxPoolRule.allCases)
  func ways(layer: String, maxPool: MaxPoolRule) throws {
    let (network, image) = try inception()
    let pushed = try attribution(network, layer, maxPool: maxPool)
    let pulled = try attribution(network, layer, "fc", .pullback, maxPool: maxPool)
    try pushed.show(image)
    try pulled.show(image)
    let positions = [(y: 3, x: 2), (0, 0), (11, 11), (5, 7)]
    let effects = try pushed.effects(at: positions)
    let limit = 1e-5 * largest(effects)
    #expect(limit > 0)
    for index in 0..<10 {
      let pulled = try pulled.effects(onClass: index, at: positions)
      for (position, effect) in pulled.enumerated() {
        #expect(abs(effect - effects[position * 10 + index]) <= limit)
      }
    }
  }

  @Test(
    "effects are the logits' derivatives along the activation, in every form of a layer",
    arguments: [
      ("inception", "conv1", "fc"), ("inception", "average", "fc"),
      ("tokens with a class token", "stem", "result"),
      ("tokens with a class token", "block", "result"),
      ("tokens with a class token", "placed", "result"), ("channels last", "last", "result"),
      ("channels last", "sum", "result"),
    ])
  func derivatives(model: String, layer: String, logits: String) throws {
    let (network, image) =
      model == "inception"
      ? try inception()
      : try network(
        #require(LayerForms.all.first { $0.name == model }).model, height: 32, width: 32)
    let attribution = try attribution(network, layer, logits)
    try attribution.show(image)
    let top = try top(network, from: attribution.layer.tensor, to: logits)
    let whole = try CompiledNetwork(
      network.graph, inputHeight: network.preprocessing.size.height,
      inputWidth: network.preprocessing.size.width, reading: [attribution.layer.tensor],
      weights: weights)
    let read = whole.withInput { input in
      Result { () throws(ImageError) in
        try network.preprocessing.readInput(image, into: &input)
      }
    }
    _ = try read.get()
    try whole.forward()
    let values = try whole.withOutput(attribution.layer.tensor) { output in
      output.indices.map { output[$0] }
    }
    let shape = whole.shape(of: attribution.layer.tensor)
    let positions = attribution.layer.shape.positions
    let chosen = [0, positions.count / 2, positions.count - 1].map { positions[$0] }
    let effects = try attribution.effects(at: chosen)
    let scale = largest(effects)
    for (number, position) in chosen.enumerated() {
      let elements = attribution.layer.form.elements(y: position.y, x: position.x, of: shape)
      let activation = try attribution.activation(y: position.y, x: position.x)
      #expect(activation == elements.map { values[$0] })
      func scaled(_ factor: Float) throws -> [Float] {
        var values = values
        for element in elements { values[element] *= factor }
        return try output(top, logits, of: values)
      }
      let (above, below) = (try scaled(1.01), try scaled(0.99))
      for index in 0..<attribution.classCount {
        let difference = (above[index] - below[index]) / 0.02
        let effect = effects[number * attribution.classCount + index]
        #expect(abs(difference - effect) <= 0.02 * scale + 1e-3)
      }
    }
  }

  @Test("a position's effects do not depend on the others that are asked for")
  func independence() throws {
    let (network, image) = try inception()
    let attribution = try attribution(network, "conv1")
    try attribution.show(image)
    let positions = (0..<7).map { (y: 3 * $0, x: 23 - 2 * $0) }
    let together = try attribution.effects(at: positions)
    for (index, position) in positions.enumerated().reversed() {
      let alone = try attribution.effects(at: [position])
      #expect(alone == Array(together[10 * index..<10 * index + 10]))
    }
    #expect(try attribution.effects(at: []).isEmpty)
  }

  @Test("where logits are linear in the layer, ablation and integrated gradients are the effects")
  func linearInterventions() throws {
    let (attribution, intervention) = try interventions("mixed/output")
    let mean = [Float](repeating: 0.25, count: attribution.layer.shape.channels)
    // Ablation is a difference of logits, far larger than itself.
    let rounding = 1e-6 * largest(try attribution.scores())
    for (y, x) in [(0, 0), (4, 9)] {
      let effects = try attribution.effects(at: [(y, x)])
      let activation = try attribution.activation(y: y, x: x)
      let ablation = try intervention.ablationEffects(at: [(y, x)])
      let integrated = try intervention.integratedGradients(y: y, x: x, stepCount: 3)
      // Replaced by itself nothing changes; what was replaced before is back.
      let same = try intervention.ablationEffects(at: [(y, x)], replacement: activation)
      let other = try intervention.ablationEffects(at: [(y, x)], replacement: mean)
      for index in effects.indices {
        #expect(abs(ablation[index] - effects[index]) < rounding)
        #expect(abs(integrated[index] - effects[index]) < 1e-5 * largest(effects))
        #expect(same[index] == 0)
      }
      #expect(other != ablation)
    }
  }

  @Test("integrated gradients of many steps are the effect of ablation in any layer")
  func integration() throws {
    let (_, intervention) = try interventions("conv1")
    for (y, x) in [(5, 6), (12, 12), (20, 3)] {
      let ablation = try intervention.ablationEffects(at: [(y, x)])
      let integrated = try intervention.integratedGradients(y: y, x: x, stepCount: 400)
      for index in ablation.indices {
        #expect(abs(ablation[index] - integrated[index]) <= 0.02 * largest(ablation) + 1e-5)
      }
    }
  }

  @Test(
    "with steps effects are complete: those of all positions are what the layer does to the logits")
  func pathCompleteness() throws {
    let (network, image) = try inception()
    let (derivative, intervention) = try interventions("conv1")
    let whole = try intervention.ablationEffects(at: derivative.layer.shape.positions)
    let fine = try attribution(network, "conv1", pathSteps: 200)
    try fine.show(image)
    let together = try fine.effectsOfAll()
    for index in whole.indices {
      #expect(abs(together[index] - whole[index]) < 0.01 * largest(whole))
    }
    // The derivative at the image comes less near.
    let alone = try derivative.effectsOfAll()
    func distance(_ values: [Float]) -> Float { largest(zip(values, whole).map { $0 - $1 }) }
    #expect(distance(together) < distance(alone))
    // One by one they add up to all, and both ways agree.
    let few = try attribution(network, "conv1", pathSteps: 2)
    try few.show(image)
    let places = few.layer.shape.positions
    let rows = try few.effects(at: places)
    let sum = try few.effectsOfAll()
    let back = try attribution(network, "conv1", "fc", .pullback, pathSteps: 2)
    try back.show(image)
    for index in sum.indices {
      let column = stride(from: index, to: rows.count, by: sum.count).map { rows[$0] }
      #expect(abs(column.reduce(0, +) - sum[index]) < 1e-3 * largest(sum))
      let pulled = try back.effects(onClass: index, at: places)
      #expect(zip(column, pulled).allSatisfy { abs($0 - $1) < 1e-4 * largest(rows) })
    }
  }

  @Test("where logits are linear in the layer, steps change nothing")
  func stepsOfLinear() throws {
    let (network, image) = try inception()
    let (derivative, path) = (
      try attribution(network, "mixed/output"),
      try attribution(network, "mixed/output", pathSteps: 3)
    )
    try derivative.show(image)
    try path.show(image)
    let (one, other) = (
      try derivative.effects(at: [(1, 2), (4, 9)]), try path.effects(at: [(1, 2), (4, 9)])
    )
    #expect(zip(one, other).allSatisfy { abs($0 - $1) < 1e-5 * largest(one) })
  }

  @Test("logits that are a map, and layers behind the logits, are refused")
  func errors() throws {
    let (network, _) = try inception()
    #expect(throws: (any Error).self) { try attribution(network, "conv1", "mixed/output") }
    #expect(throws: (any Error).self) { try attribution(network, "fc", "average") }
  }
}
