import Attribution
import Foundation
import ModelFormats
import Models
import NeuralNetworks
import Patches
import Randomness
import TestTags
import Testing

@Suite(.tags(.slow), .leftOutOfQuickTests) struct InsertionTests {
  @Test("a cell counts by what its mean does to the logits in the square where it does most")
  func effects() throws {
    let repository = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
    let network = try TrainedNetwork.load(
      path: repository + "/Data/models/planted-world/planted-world.onnx")
    let logits = try #require(network.card.logits)
    let layer = try network.layer(named: "mixed4c")
    let size = network.preprocessing.size
    var random = RandomStream(seed: 1, purpose: .evaluation)
    let inputs = (0..<3).map { _ in
      (0..<3 * size.height * size.width).map { _ in random.normalPair().0 }
    }
    let means = (0..<5).map { _ in
      (0..<layer.shape.channels).map { _ in max(0, random.normalPair().0) }
    }
    let pairs = [
      ClassPair(source: 1, target: 2, confusability: 0),
      ClassPair(source: 1, target: 7, confusability: 0),
    ]
    let effects = try CellInsertion(network, layer: layer, logits: logits)
      .effects(of: means, in: inputs, pairs: pairs)
    #expect(effects.map(\.count) == [5, 5])

    // The same by interventions at one image and square at a time.
    let weights = PreparedWeights()
    let shape = try network.graph.imageShape(height: size.height, width: size.width)
    let below = try CompiledNetwork(
      network.graph, input: shape, reading: [layer.tensor], weights: weights)
    let above = try LayerIntervention(
      network: network, layer: layer, logits: logits, weights: weights)
    let extent = Extent(height: layer.shape.height, width: layer.shape.width)
    func logOdds(_ scores: [Float], _ index: Int) -> Double {
      var (own, others) = (0.0, 0.0)
      for (other, score) in scores.enumerated() {
        if other == index { own = exp(Double(score)) } else { others += exp(Double(score)) }
      }
      return log(own / others)
    }
    func changed(_ placement: Placement, to mean: [Float]) throws -> [Float] {
      let (side, origin) = (placement.side(in: extent), placement.origin(in: extent))
      var positions: [(y: Int, x: Int)] = []
      for y in 0..<side { for x in 0..<side { positions.append((origin.y + y, origin.x + x)) } }
      let losses = try above.ablationEffects(at: positions, replacement: mean)
      return zip(above.scores, losses).map { $0 - $1 }
    }
    for (number, pair) in pairs.enumerated() {
      for (cell, mean) in means.enumerated() {
        var best = -Double.infinity
        for placement in Placement.sweep([0.2, 0.4]) {
          var sum = 0.0
          for input in inputs {
            below.withInput { values in for index in input.indices { values[index] = input[index] }
            }
            try below.forward()
            try above.show(
              below.withOutput(layer.tensor) { values in values.indices.map { values[$0] } })
            let after = try changed(placement, to: mean)
            sum += logOdds(after, pair.target) - logOdds(above.scores, pair.target)
          }
          best = max(best, sum / Double(inputs.count))
        }
        let found = effects[number][cell].contrast
        #expect(abs(found - best) < 1e-3 * max(1, abs(best)), "\(found) \(best)")
      }
    }
  }
}
