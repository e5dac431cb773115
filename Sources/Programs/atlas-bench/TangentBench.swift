import CommandLine
import LinearAlgebra
import ModelFormats
import Models
import NeuralNetworks
import ParallelLoops
import Randomness

/// Tangents of one image from a layer to the logits, as attribution needs them.
struct TangentBench {
  let model: String
  let card: String?
  let layer: String
  /// The positions of the layer at which a tangent starts.
  let positionCount = 32
  /// Tangents at once on each thread; of 2, 4, 8 and 16 the fastest on a 2 MiB cache.
  let batch = 8

  /// Tangents per second on all threads, and the fraction of the sgemm peak.
  ///
  /// Counted are the multiply-adds between the layer and the logits, once a tangent. The time is
  /// that of the linearization and of all tangents; the forward pass before it is not part of it.
  func run(_ report: inout BenchReport) throws {
    let network = try TrainedNetwork.load(path: model, card: card)
    guard let logits = network.card.logits else {
      Diagnostics.warn("the card names no logits: tangents are left out")
      return
    }
    let tensor = try network.tensorName(for: layer)
    let size = network.preprocessing.size
    let image = try network.graph.imageShape(height: size.height, width: size.width)
    guard let shape = try network.graph.facts(input: image)[tensor]?.shape else { return }
    let weights = PreparedWeights()
    let copies = try (0..<Parallelism.threadCount).map { _ in
      try CompiledNetwork(
        network.graph, from: tensor, input: shape, reading: [],
        pushing: Pushforward(from: tensor, to: [logits], count: batch), weights: weights)
    }
    for copy in copies { fill(copy) }
    let peakBefore = sgemmPeak(threadCount: Parallelism.threadCount)
    var best = Double.infinity
    for _ in 0..<10 {
      for copy in copies { try copy.forward() }
      let start = ContinuousClock.now
      try push(copies)
      best = min(best, (ContinuousClock.now - start).seconds)
    }
    let peak = max(peakBefore, sgemmPeak(threadCount: Parallelism.threadCount))
    let operations =
      try network.graph.floatingPointOperations(
        to: logits, inputHeight: size.height, inputWidth: size.width)
      - network.graph.floatingPointOperations(
        to: tensor, inputHeight: size.height, inputWidth: size.width)
    report.add("tangents_per_s", Double(positionCount) / best)
    report.add("tangent_peak_fraction", Double(positionCount * operations) / best / 1e9 / peak)
  }

  private func push(_ copies: [CompiledNetwork]) throws {
    nonisolated(unsafe) var failure: (any Error)?
    parallelWorkers(count: copies.count, itemCount: positionCount / batch) { worker, _ in
      do { try copies[worker].pushforward() } catch { failure = error }
    }
    if let failure { throw failure }
  }

  /// Activations as after a ReLU, and a tangent at one position each: all channels of it.
  private func fill(_ network: CompiledNetwork) {
    var random = RandomStream(seed: 1, purpose: .evaluation)
    network.withInput { input in
      for index in input.indices { input[index] = max(random.normalPair().0, 0) }
    }
    let positions = network.inputShape.dimensions.dropFirst(2).reduce(1, *)
    for tangent in 0..<batch {
      network.withTangent(tangent) { values in
        for index in stride(from: tangent, to: values.count, by: positions) { values[index] = 1 }
      }
    }
  }
}
