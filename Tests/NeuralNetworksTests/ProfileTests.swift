import NeuralNetworks
import TestTags
import Testing

@Suite(.tags(.quick)) struct ProfileTests {
  @Test("a profile counts the multiply-adds of the graph, once forward and once backward")
  func countsOperations() throws {
    let graph = SmallNetwork.classifier.graph
    let compiled = try CompiledNetwork(
      graph, input: graph.inputShape, reading: [], seeding: ["logits"], weights: PreparedWeights())
    let profile = try compiled.profile(repetitions: 2)
    let expected = try graph.floatingPointOperations(to: "logits", input: graph.inputShape)
    for phase in [ProfileEntry.Phase.forward, .backward] {
      let counted = profile.filter { $0.phase == phase }.reduce(0) { $0 + $1.operationCount }
      #expect(counted == expected, "\(phase)")
    }
    #expect(profile.allSatisfy { $0.seconds > 0 && !$0.operation.isEmpty })
    #expect(Set(profile.map(\.node)).isSuperset(of: ["stem", "pool", "fc"]))
  }
}
