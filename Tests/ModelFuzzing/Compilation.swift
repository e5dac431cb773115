import NeuralNetworks

/// Compiles a small graph with the engine and runs it once, forward and backward.
///
/// A network that cannot be compiled is good if it says so in one line.
func compiled(_ graph: NetworkGraph) -> Outcome {
  guard isSmall(graph) else { return .graph }
  for precision in Set([Precision.float32, .fastest]) {
    do {
      let network = try CompiledNetwork(
        graph, input: graph.inputShape, reading: graph.outputNames, precision: precision,
        weights: PreparedWeights())
      fill(network)
      try network.forward()
      for output in graph.outputNames { try network.withOutput(output) { _ in } }
      guard let target = target(of: graph) else { continue }
      let both = try CompiledNetwork(
        graph, input: graph.inputShape, reading: [], seeding: [target], precision: precision,
        weights: PreparedWeights())
      fill(both)
      try both.forward()
      both.withSeed(of: target) { seed in for index in 0..<seed.count { seed[index] = 1 } }
      try both.pullback()
    } catch {
      let line = "\(error)"
      guard !line.contains("\n"), line.utf8.count < 4096 else {
        return .fault("an error that is not one short line: \(line.prefix(200))")
      }
    }
  }
  return .graph
}

/// Whether a graph is quick to run: a damaged file may still be a network, of any size.
private func isSmall(_ graph: NetworkGraph) -> Bool {
  guard let facts = try? graph.facts(input: graph.inputShape),
    let operations = try? graph.floatingPointOperations(input: graph.inputShape)
  else { return false }
  var elements = 0
  for fact in facts.values { elements += fact.shape.elementCount }
  return elements < 1 << 21 && operations < 1 << 28
}

/// An output that depends on the image.
private func target(of graph: NetworkGraph) -> String? {
  guard let facts = try? graph.facts(input: graph.inputShape) else { return nil }
  return graph.outputNames.last {
    facts[$0].map { $0.constant == nil && $0.type == .float } ?? false
  }
}

private func fill(_ network: CompiledNetwork) {
  network.withInput { input in
    for index in 0..<input.count { input[index] = Float(index % 7) - 3 }
  }
}
