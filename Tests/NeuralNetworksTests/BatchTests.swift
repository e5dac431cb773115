import NeuralNetworks
import Randomness
import TestTags
import Testing

/// Several images at once, as icons are optimized.
@Suite(.tags(.quick)) struct BatchTests {
  @Test(
    "an image's values and gradient do not depend on its index or on the others",
    arguments: Set([Precision.float32, .fastest]), [16, 5])
  func imagesAreIndependent(_ precision: Precision, channels: Int) throws {
    let graph = SmallNetwork.inception(channels: channels).graph
    var random = RandomStream(seed: 8, purpose: .evaluation)
    let images = (0..<4).map { _ in (0..<3 * 11 * 9).map { _ in random.normalPair().0 } }
    let forth = try run(graph, images, precision)
    let back = try run(graph, images.reversed(), precision)
    #expect(forth.outputs == back.outputs.reversed())
    #expect(forth.gradients == back.gradients.reversed())
    let alone = try run(graph, [images[1], images[1], images[1], images[1]], precision)
    #expect(alone.outputs[3] == forth.outputs[1])
    #expect(alone.gradients[3] == forth.gradients[1])
    #expect(forth.outputs[0] != forth.outputs[1])
  }

  private func run(
    _ graph: NetworkGraph, _ images: [[Float]], _ precision: Precision
  ) throws -> (outputs: [[Float]], gradients: [[Float]]) {
    let compiled = try CompiledNetwork(
      graph, input: [images.count, 3, 11, 9], reading: [], seeding: ["out"], precision: precision,
      weights: PreparedWeights())
    for (number, image) in images.enumerated() {
      compiled.withInput(image: number) { input in
        for index in image.indices { input[index] = image[index] }
      }
      compiled.withSeed(of: "out", image: number) { seed in
        for index in 0..<seed.count { seed[index] = Float(index % 5) - 2 }
      }
    }
    try compiled.forward()
    var outputs: [[Float]] = []
    try compiled.forEachOutput("out") { _, values in
      outputs.append(values.indices.map { values[$0] })
    }
    try compiled.pullback()
    let gradients = images.indices.map { number in
      compiled.withGradient(of: graph.inputName, image: number) { span in
        span.indices.map { span[$0] }
      }
    }
    return (outputs, gradients)
  }
}
