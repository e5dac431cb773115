import Artifacts
import Attribution
import CommandLine
import Matrices
import NeuralNetworks
import ParallelLoops

/// Holds linear effects against interventions, on samples of different images.
struct TrustCheck: Sendable {
  let top: AttributionTop
  let photographs: Photographs
  /// The samples to choose from, image by image.
  let samples: [Int]
  let count: Int
  let seed: UInt64

  /// Measures on samples of these activations; nil where nothing is asked for, or what lies above the layer reads the image past it.
  func measure(_ activations: ActivationsFile) throws -> AttributionTrust? {
    guard count > 0 else { return nil }
    let chosen = examined
    let copies: [Copy]
    do {
      copies = try (0..<min(Parallelism.threadCount, chosen.count)).map { _ in
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
    let progress = ProgressReporter("interventions", total: chosen.count, unit: "sample")
    var results = [AttributionTrust.Measurement?](repeating: nil, count: chosen.count)
    try results.withUnsafeMutableBufferPointer { results in
      let slots = Slots(base: results)
      try parallelWorkers(count: copies.count, itemCount: chosen.count) { worker, item in
        slots.base[item] = try measurement(of: chosen[item], by: copies[worker], mean)
        progress.advance()
      }
    }
    progress.finish()
    return AttributionTrust(results.compactMap { $0 }, seed: seed)
  }

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
      ablatedToZero: try copy.intervention.ablationEffects(y: y, x: x),
      ablatedToMean: try copy.intervention.ablationEffects(y: y, x: x, replacement: mean),
      integrated: try copy.intervention.integratedGradients(y: y, x: x))
  }

  /// The compiled networks of one worker.
  private struct Copy: @unchecked Sendable {
    let attribution: LogitAttribution
    let intervention: LayerIntervention
  }

  /// Where results go; each is written by one worker.
  private struct Slots: @unchecked Sendable {
    let base: UnsafeMutableBufferPointer<AttributionTrust.Measurement?>
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
      ("curvature", curvature), ("large_effect", largeEffect), ("missed", missedFraction),
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
      "trust: of effects that look small \(percent(missedFraction)) are large, above \(decimal(largeEffect, places: 2)) logits; at most \(percent(missedLimit)) at 99 % confidence",
    ]
  }
}
