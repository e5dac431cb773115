import Activations
import Artifacts
import CommandLine
import Images
import Models
import NetworkCommandLine
import ParallelLoops
import Patches

extension AtlasPropose {
  /// The patches of all pairs, and the pictures that they are tried on.
  ///
  /// - Throws: When there is no patch at all, the system fails where a photograph is read, or the network cannot be
  ///   run.
  func make(
    _ pairs: [ClassPair], _ proposal: Proposal, _ cells: AtlasCells, _ held: HeldOutPictures,
    _ network: TrainedNetwork, _ classifier: PatchClassifier, _ side: Int
  ) throws -> (table: PatchesFile.Table, pixels: [UInt8]) {
    let choice = settings.parameters
    let attribution = try cells.evidence(for: pairs)
    let evidence = try inserted(pairs, attribution, cells, held, network, classifier)
    let progress = ProgressReporter("propose", total: pairs.count, unit: "pair")
    let made = try pairs.indices.map { pair in
      defer { progress.advance() }
      return try proposal.patches(
        of: pairs[pair], number: pair, evidence[pair], attribution: attribution[pair])
    }
    progress.finish()
    let chosen = pairs.map { pair in
      [false, true].map {
        held.right(ofClass: pair.source, reported: $0).prefix(choice.picturesPerHalf)
      }
    }
    let optimized = try optimized(
      pairs.indices.filter { !made[$0].patches.isEmpty }, pairs, chosen.map { Array($0[0]) }, held,
      network, classifier)
    var table = PatchesFile.Table()
    var pixels: [UInt8] = []
    var pictureNumbers: [Int: Int32] = [:]
    for (number, pair) in pairs.enumerated() {
      let made = made[number]
      var described = PatchesFile.Pair(
        source: Int32(pair.source), target: Int32(pair.target),
        sourceName: network.className(pair.source), targetName: network.className(pair.target),
        confusability: Float(pair.confusability), leftOut: Int32(made.leftOut))
      if made.patches.isEmpty {
        described.problem =
          "no cell argues for \(described.targetName) over \(described.sourceName) and is of an unrelated class"
      }
      table.pairs.append(described)
      guard !made.patches.isEmpty else { continue }
      table.patches += made.patches.map(\.patch)
      for patch in made.patches { pixels += patch.picture.pixels }
      if let picture = optimized[number] {
        table.patches.append(
          PatchesFile.Patch(pair: Int32(number), kind: PatchKind.optimized.rawValue))
        pixels += picture.pixels
      }
      for picture in chosen[number].joined() {
        let index = pictureNumbers[picture.index] ?? Int32(table.pictures.count)
        if pictureNumbers.updateValue(index, forKey: picture.index) == nil {
          table.pictures.append(held.collection.names[picture.index])
        }
        table.trials.append(
          PatchesFile.Trial(
            pair: Int32(number), picture: index, isReported: picture.isReported,
            source: picture.probabilities[pair.source], target: picture.probabilities[pair.target]))
      }
    }
    let without = table.pairs.filter { !$0.problem.isEmpty }
    guard !table.patches.isEmpty else {
      throw StageError(
        "Cannot propose a patch: \(without.first?.problem ?? "there is no pair"); choose other classes, a finer grid, or a larger RELATED (--related)."
      )
    }
    for pair in without { Diagnostics.warn("\(pair.problem)") }
    return (table, pixels)
  }

  /// The optimized patches of some pairs, on all threads; none where no steps are asked for.
  private func optimized(
    _ numbers: [Int], _ pairs: [ClassPair], _ chosen: [[HeldOutPictures.Picture]],
    _ held: HeldOutPictures, _ network: TrainedNetwork, _ classifier: PatchClassifier
  ) throws -> [Int: RGBImage] {
    let choice = settings.parameters
    guard choice.steps > 0 else { return [:] }
    let optimizer = try PatchOptimizer(network, logits: network.logits())
    let progress = ProgressReporter("optimize", total: numbers.count, unit: "pair")
    let pictures = try parallelMap(
      workerCount: optimizer.workerCount, itemCount: numbers.count
    ) { worker, item in
      defer { progress.advance() }
      let number = numbers[item]
      let inputs = classifier.inputs(of: chosen[number].map { held.collection.path(of: $0.index) })
      return try optimizer.patch(
        for: pairs[number].target, on: try inputs.map { try $0.get() },
        fraction: PatchClassifier.fractions.max() ?? 1, steps: choice.steps, pair: number,
        seed: choice.seed, worker: worker)
    }
    progress.finish()
    return Dictionary(uniqueKeysWithValues: zip(numbers, pictures))
  }
}
