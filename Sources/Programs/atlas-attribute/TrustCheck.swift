import Artifacts
import Attribution
import CommandLine
import Matrices
import Models
import NeuralNetworks
import ParallelLoops
import Randomness

/// Holds linear effects against interventions: those of single samples, and what cells do for their classes.
struct TrustCheck: Sendable {
  let top: AttributionTop
  let photographs: Photographs
  /// The samples to choose from, image by image.
  let samples: [Int]
  let count: Int
  let seed: UInt64

  /// What was measured.
  struct Result {
    let samples: AttributionTrust
    /// nil without cells, or without images to delete them in.
    let deletion: CellDeletion?
  }

  /// Measures on samples of these activations and on cells; nil where nothing is asked for, or what lies
  /// above the layer reads the image past it.
  func measure(
    _ activations: ActivationsFile, cells: CellAssignment?, effects: AttributionFile.Level?,
    classes: [Int]
  ) throws -> Result? {
    guard count > 0 else { return nil }
    let chosen = examined
    let copies: [Copy]
    do {
      copies = try (0..<Parallelism.threadCount).map { _ in
        Copy(
          attribution: try top.attribution(.pushforward(tangentCount: 1)),
          intervention: try top.intervention())
      }
    } catch let error as GraphError {
      Diagnostics.warn(
        "how far effects can be trusted was not measured: \(error); it can be at a layer through which all of the network passes"
      )
      return nil
    }
    let mean = try mean(of: activations)
    var deletions: [Deletion] = []
    if let cells, let effects { deletions = self.deletions(cells, effects, classes) }
    let progress = ProgressReporter(
      "interventions", total: chosen.count + deletions.count, unit: "sample")
    let measurements = try parallelMap(workerCount: copies.count, itemCount: chosen.count) {
      worker, item in
      defer { progress.advance() }
      return try measurement(of: chosen[item], by: copies[worker], mean)
    }
    let losses = try parallelMap(workerCount: copies.count, itemCount: deletions.count) {
      [deletions] worker, item in
      defer { progress.advance() }
      return try loss(by: deletions[item], copies[worker])
    }
    progress.finish()
    return Result(
      samples: AttributionTrust(measurements, seed: seed),
      deletion: losses.count > 1 ? CellDeletion(losses) : nil)
  }

  // MARK: Cells

  /// A cell's samples of an image, as many others of the image, and the class that the cell argues for.
  private struct Deletion: Sendable {
    let image: Int
    let own, others: [Int]
    let classIndex: Int
  }

  /// For each cell an image that its effects were not computed from, some of whose samples are in it.
  private func deletions(
    _ cells: CellAssignment, _ effects: AttributionFile.Level, _ classes: [Int]
  ) -> [Deletion] {
    let image = photographs.origins.image
    var samplesOfImage: [Int32: [Int]] = [:]
    for sample in image.indices { samplesOfImage[image[sample], default: []].append(sample) }
    var used: [Int32: Set<Int32>] = [:]
    for sample in samples where cells.cellOfSample[sample] >= 0 {
      used[cells.cellOfSample[sample], default: []].insert(image[sample])
    }
    var candidates: [Int32: Set<Int32>] = [:]
    for (sample, cell) in cells.cellOfSample.enumerated() where cell >= 0 {
      if used[cell]?.contains(image[sample]) != true {
        candidates[cell, default: []].insert(image[sample])
      }
    }
    // At most four times as many cells as samples, evenly spread.
    let cellCount = effects.mean.rowCount
    let kept = min(cellCount, 4 * count)
    return (0..<kept).compactMap { index in
      let cell = index * cellCount / kept
      let images = (candidates[Int32(cell)] ?? []).sorted()
      guard !images.isEmpty else { return nil }
      var random = RandomStream(seed: seed, purpose: .attribution, item: cell, step: 2)
      let chosen = images[random.distinctIntegers(1, below: images.count)[0]]
      let all = samplesOfImage[chosen] ?? []
      let own = all.filter { cells.cellOfSample[$0] == Int32(cell) }
      let rest = all.filter { cells.cellOfSample[$0] != Int32(cell) }
      guard rest.count >= own.count else { return nil }
      let others = random.distinctIntegers(own.count, below: rest.count).map { rest[$0] }
      let mean = effects.mean[row: cell]
      guard let best = mean.indices.max(by: { (mean[$0], $1) < (mean[$1], $0) }) else { return nil }
      return Deletion(
        image: Int(chosen), own: own, others: others, classIndex: classes[best - mean.startIndex])
    }
  }

  private func loss(by deletion: Deletion, _ copy: Copy) throws -> (cell: Float, random: Float) {
    try copy.attribution.show(photographs.path(of: deletion.image))
    try copy.intervention.show(try copy.attribution.values())
    let (own, others) = (
      deletion.own.map(photographs.position), deletion.others.map(photographs.position)
    )
    return (
      try copy.intervention.ablationEffects(at: own)[deletion.classIndex],
      try copy.intervention.ablationEffects(at: others)[deletion.classIndex]
    )
  }

  // MARK: Samples

  /// One sample of each of some images, these evenly spread.
  private var examined: [Int] {
    var firsts: [Int] = []
    var last: Int32 = -1
    for sample in samples where photographs.origins.image[sample] != last {
      last = photographs.origins.image[sample]
      firsts.append(sample)
    }
    let count = min(count, firsts.count)
    return (0..<count).map { firsts[$0 * firsts.count / count] }
  }

  /// The mean activation of all samples.
  private func mean(of activations: ActivationsFile) throws -> [Float] {
    var sums = [Double](repeating: 0, count: activations.channelCount)
    for block in activations.blocks {
      let values = try activations.activations(block)
      for row in 0..<values.rowCount {
        for (channel, value) in values[row: row].enumerated() { sums[channel] += Double(value) }
      }
    }
    return sums.map { Float($0 / Double(activations.sampleCount)) }
  }

  private func measurement(
    of sample: Int, by copy: Copy, _ mean: [Float]
  ) throws -> AttributionTrust.Measurement {
    let (y, x) = photographs.position(of: sample)
    try copy.attribution.show(photographs.path(of: Int(photographs.origins.image[sample])))
    try copy.intervention.show(try copy.attribution.values())
    return AttributionTrust.Measurement(
      linear: try copy.attribution.effects(at: [(y, x)]),
      ablatedToZero: try copy.intervention.ablationEffects(at: [(y, x)]),
      ablatedToMean: try copy.intervention.ablationEffects(at: [(y, x)], replacement: mean),
      integrated: try copy.intervention.integratedGradients(y: y, x: x),
      all: try copy.attribution.effectsOfAll(),
      ablatedAll: try copy.intervention.ablationEffects(at: top.layer.shape.positions))
  }

  /// The compiled networks of one worker.
  private struct Copy: @unchecked Sendable {
    let attribution: LogitAttribution
    let intervention: LayerIntervention
  }
}

extension AttributionTrust {
  /// The measures, by the names of their attributes.
  var measures: [(name: String, value: Double)] {
    [
      ("samples", Double(sampleCount)), ("pearson_zero", withZero.pearson),
      ("spearman_zero", withZero.spearman), ("pearson_mean", withMean.pearson),
      ("spearman_mean", withMean.spearman), ("class_pearson_zero", withZeroByClass.pearson),
      ("class_spearman_zero", withZeroByClass.spearman), ("top_1", topOne), ("top_5", topFive),
      ("curvature", curvature), ("completeness", completeness),
      ("completeness_error", completenessError), ("large_effect", largeEffect),
      ("missed", missedFraction),
      ("missed_limit", missedLimit),
    ]
  }

  /// What is said of them.
  var lines: [String] {
    func two(_ agreement: Agreement) -> String {
      "\(decimal(agreement.pearson, places: 2)) (ranks \(decimal(agreement.spearman, places: 2)))"
    }
    func percent(_ fraction: Double) -> String { "\(decimal(100 * fraction, places: 1)) %" }
    return [
      "trust: over classes, linear effects correlate with removing the activation by \(two(withZero)), with replacing it by the mean by \(two(withMean)); over samples by \(two(withZeroByClass))",
      "trust: the class that linear effects put first is first in \(percent(topOne)), among five in \(percent(topFive)) of \(counted(sampleCount, "sample")); curvature \(decimal(curvature, places: 2))",
      "trust: effects of all positions together correlate with what the whole layer does to the logits by \(decimal(completeness, places: 2)), and differ by \(percent(completenessError)) of it",
      "trust: of effects that look small \(percent(missedFraction)) are large, above \(decimal(largeEffect, places: 2)) logits; at most \(percent(missedLimit)) at 99 % confidence",
    ]
  }
}

extension CellDeletion {
  /// The measures, by the names of their attributes.
  var measures: [(name: String, value: Double)] {
    [
      ("deletions", Double(count)), ("deletion_cell", cellLoss), ("deletion_random", randomLoss),
      ("deletion_difference", difference), ("deletion_error", standardError),
    ]
  }

  /// What is said of them.
  var line: String {
    func two(_ value: Double) -> String { decimal(value, places: 2) }
    return
      "trust: without a cell's samples an image that it was not computed from loses \(two(cellLoss)) of the cell's class, without as many others \(two(randomLoss)): \(two(difference)) more (95 % \(two(interval.lowerBound)) to \(two(interval.upperBound)), \(counted(count, "cell")))"
  }
}
