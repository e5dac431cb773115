import CommandLine
import ModelFormats
import Models
import ParallelLoops
import Patches
import Randomness

/// Classification of pictures with patches, beside classification alone.
struct PatchBench {
  let model: String
  let card: String?

  /// Pictures per second on all threads with patches, and as a fraction of those without, in turn.
  func run(_ report: inout BenchReport) throws {
    let network = try TrainedNetwork.load(path: model, card: card)
    guard let logits = network.card.logits else {
      Diagnostics.warn("the card names no logits: patches are left out")
      return
    }
    let classifier = try PatchClassifier(network, logits: logits)
    var random = RandomStream(seed: 0, purpose: .evaluation)
    let picture = PatchKind.noise.drawn(side: 64, number: 0, pair: 0, seed: 0)
    let base = classifier.input(of: picture)
    let inputs = (0..<2).map { _ in base.map { $0 + random.uniform() } }
    let trial = PatchTrial(
      picture: picture, number: 0, pair: ClassPair(source: 0, target: 1, confusability: 0))
    // As many classifications either way: two pictures on each thread, in all placements.
    let placementCount = PatchClassifier.placements(of: trial, picture: 0, seed: 0).count
    let count = classifier.workerCount * inputs.count * placementCount
    let plain = (0..<count).map { inputs[$0 % inputs.count] }
    var (plainBest, patchedBest) = (Double.infinity, Double.infinity)
    for _ in 0..<5 {
      var start = ContinuousClock.now
      _ = try classifier.probabilities(of: plain)
      plainBest = min(plainBest, (ContinuousClock.now - start).seconds)
      start = .now
      _ = try parallelMap(workerCount: classifier.workerCount, itemCount: classifier.workerCount) {
        worker, _ in
        try classifier.outcomes(of: trial, on: inputs, pictures: [0, 1], seed: 0, worker: worker)
      }
      patchedBest = min(patchedBest, (ContinuousClock.now - start).seconds)
    }
    report.add("patched_per_s", Double(count) / patchedBest)
    report.add("patched_of_plain", plainBest / patchedBest)
  }
}
