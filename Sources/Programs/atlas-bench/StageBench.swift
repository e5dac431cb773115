import Artifacts
import CommandLine
import LinearAlgebra
import Matrices
import Randomness

/// Reduce, embed and grid on synthetic activations: rectified, correlated, in clusters.
struct StageBench {
  let sampleCount, channelCount: Int
  let work: String

  private var activations: String { work + "/bench-samples.h5" }

  func run(_ report: inout BenchReport) throws {
    try makeActivations()
    let made = ["samples", "components", "layout", "cells"].map { "\(work)/bench-\($0).h5" }
    defer { removeAll(made) }
    let components = work + "/bench-components.h5"
    let layout = work + "/bench-layout.h5"
    let stages: [(name: String, arguments: [String])] = [
      (
        "reduce",
        ["--activations", activations, "--components", "\(min(64, channelCount))"]
          + ["--output", components]
      ),
      ("embed", ["--components", components, "--method", "umap", "--output", layout]),
      (
        "grid",
        ["--activations", activations, "--layout", layout, "--grid", "20,40,80"]
          + ["--output", work + "/bench-cells.h5"]
      ),
    ]
    for stage in stages {
      let usage = try measure("atlas-" + stage.name, stage.arguments)
      report.add("\(stage.name)_s", usage.seconds)
      report.add("\(stage.name)_peak_mib", usage.peakMebibytes)
    }
  }

  /// max(0, cluster center + correlated noise) with 200 clusters and 32 hidden factors.
  private func makeActivations() throws {
    let clusterCount = 200
    let factorCount = 32
    let mixing = normals(factorCount * channelCount, item: 0)
    let centers = normals(clusterCount * channelCount, item: 1)
    let writer = try ActivationsWriter(
      path: activations, subject: Subject(network: "synthetic", layer: "synthetic"),
      channelCount: channelCount)
    let blockSize = 1000
    for first in stride(from: 0, to: sampleCount, by: blockSize) {
      let count = min(blockSize, sampleCount - first)
      let factors = Matrix(
        rowCount: count, columnCount: factorCount,
        elements: normals(count * factorCount, item: 2 + first))
      var block = factors.times(
        Matrix(rowCount: factorCount, columnCount: channelCount, elements: mixing)
      ).elements
      for row in 0..<count {
        // A prime step scatters the clusters over the file, without another random number.
        let center = (first + row) * 7919 % clusterCount * channelCount
        for channel in 0..<channelCount {
          let index = row * channelCount + channel
          block[index] = max(0, 0.3 * block[index] + 2 * centers[center + channel])
        }
      }
      try writer.append(block)
    }
    try writer.finish()
  }

  private func normals(_ count: Int, item: Int) -> [Float] {
    var random = RandomStream(seed: 2, purpose: .evaluation, item: item)
    var values: [Float] = []
    while values.count < count {
      let pair = random.normalPair()
      values += [pair.0, pair.1]
    }
    return Array(values.prefix(count))
  }
}
