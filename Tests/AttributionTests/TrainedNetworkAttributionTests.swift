import Attribution
import Images
import ModelFormats
import Models
import NeuralNetworks
import TestSupport
import TestTags
import Testing

/// Attribution in trained networks, whose last layer an average pool and a fully connected layer follow.
@Suite(.tags(.quick), .serialized) struct TrainedNetworkAttributionTests {
  @Test("in the default network's last layer effects of all positions and the bias are the logits")
  func defaultNetwork() throws {
    let repository = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
    try expectCompleteness(repository + "/Data/models/synthetic-world/synthetic-world.onnx")
  }

  @Test(
    "in GoogLeNet's last layer effects of all positions and the bias are the logits",
    .enabled(if: SharedModels.have("googlenet"), Comment(rawValue: SharedModels.absence)))
  func googLeNet() throws {
    try expectCompleteness(SharedModels.path + "/googlenet/googlenet.onnx")
  }

  private func expectCompleteness(_ path: String) throws {
    let network = try TrainedNetwork.load(path: path)
    let (layer, logits) = (
      try network.layer(named: "mixed5b"), try #require(network.card.logits)
    )
    let size = network.preprocessing.size
    let (folder, weights) = (try TemporaryFolder(), PreparedWeights())
    // Soft rings of color: something that excites the layer.
    let pixels = (0..<size.height).flatMap { y in
      (0..<size.width).flatMap { x in
        let ring = (x - 60) * (x - 60) + (y - 40) * (y - 40)
        return [UInt8(ring / 40 % 256), UInt8((ring / 90 + x) % 256), UInt8((y + 3 * x) / 4 % 256)]
      }
    }
    let image = try folder.write(
      "image.png",
      PNGWriter.encode(RGBImage(width: size.width, height: size.height, pixels: pixels)))

    let attribution = try LogitAttribution(
      network: network, layer: layer, logits: logits, weights: weights)
    try attribution.show(image)
    let positions = (0..<layer.shape.positionCount).map {
      (y: $0 / layer.shape.width, x: $0 % layer.shape.width)
    }
    let effects = try attribution.effects(at: positions)
    let scores = try attribution.scores()
    let intervention = try LayerIntervention(
      network: network, layer: layer, logits: logits, weights: weights)
    // Without any activation the logits are the bias.
    try intervention.show([Float](repeating: 0, count: try attribution.values().count))
    let bias = intervention.scores
    let largest = scores.reduce(0) { max($0, abs($1)) }
    #expect(largest > 1 && attribution.classCount == scores.count)
    for index in scores.indices {
      let sum = stride(from: index, to: effects.count, by: scores.count).reduce(0.0) {
        $0 + Double(effects[$1])
      }
      #expect(abs(sum + Double(bias[index]) - Double(scores[index])) < 1e-5 * Double(largest))
    }
    // A position's effect is what its ablation takes.
    try intervention.show(attribution.values())
    let place = positions[positions.count / 2]
    let ablation = try intervention.ablationEffects(at: [(place.y, place.x)])
    let effect = effects[
      positions.count / 2 * scores.count..<(positions.count / 2 + 1) * scores.count]
    for (ablated, effect) in zip(ablation, effect) {
      #expect(abs(ablated - effect) < 1e-5 * largest)
    }
  }
}
