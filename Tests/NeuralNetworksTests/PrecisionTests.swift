import NeuralNetworks
import Randomness
import TestTags
import Testing

@Suite(
  .tags(.quick),
  .enabled(if: Precision.fastest == .bfloat16, "this processor does not compute in bfloat16"))
struct PrecisionTests {
  @Test("bfloat16 agrees with single precision as far as its digits go", arguments: networks)
  func agrees(_ network: SmallNetwork) throws {
    let single = try run(network.graph, .float32)
    let half = try run(network.graph, .bfloat16)
    // Eight bits of accuracy: values and weights are off by up to 0.4 % each, gradients by more where
    // a ReLU or a maximum decides otherwise.
    #expect(distance(half.output, single.output) < 0.02)
    #expect(distance(half.gradient, single.gradient) < 0.15)
  }

  @Test("results in bfloat16 repeat to the bit in a second copy")
  func repeats() throws {
    let graph = SmallNetwork.inception(channels: 16).graph
    let first = try run(graph, .bfloat16)
    let second = try run(graph, .bfloat16)
    #expect(first.output == second.output)
    #expect(first.gradient == second.gradient)
    #expect(try run(graph, .float32).output != first.output)
  }

  private static let networks = SmallNetwork.all.filter { $0.name != "softmax" }

  private func run(
    _ graph: NetworkGraph, _ precision: Precision
  ) throws -> (output: [Float], gradient: [Float]) {
    let target = graph.outputNames[0]
    let compiled = try CompiledNetwork(
      graph, input: graph.inputShape, reading: [], seeding: [target], precision: precision,
      weights: PreparedWeights())
    var random = RandomStream(seed: 6, purpose: .evaluation)
    compiled.withInput { input in
      for index in 0..<input.count { input[index] = random.normalPair().0 }
    }
    try compiled.forward()
    let output = try compiled.withOutput(target) { output in output.indices.map { output[$0] } }
    compiled.withSeed(of: target) { seed in
      for index in 0..<seed.count { seed[index] = random.normalPair().0 }
    }
    try compiled.pullback()
    return (
      output, compiled.withGradient(of: graph.inputName) { span in span.indices.map { span[$0] } }
    )
  }

  /// |a − b| / |b|.
  private func distance(_ a: [Float], _ b: [Float]) -> Float {
    let difference = zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
    return (difference / b.reduce(0) { $0 + $1 * $1 }).squareRoot()
  }
}
