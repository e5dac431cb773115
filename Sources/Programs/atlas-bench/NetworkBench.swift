import Activations
import ArrayStore
import CommandLine
import FeatureVisualization
import LinearAlgebra
import ModelFormats
import Models
import NeuralNetworks
import ParallelLoops
import Randomness

/// Extraction and rendering with a real network.
struct NetworkBench {
  let model: String
  let card: String?
  let layer, work: String

  /// Images per second from JPEG to HDF5, and the fraction of the peak.
  func extraction(_ images: String, _ report: inout BenchReport) throws {
    let network = try TrainedNetwork.load(path: model, card: card)
    let count = try ImageCollection(folder: images).names.count
    let result = work + "/bench-activations.h5"
    // What a run that was cut off left would be continued, and make this one look fast.
    removeAll([result, result + ".growing", result + ".progress"])
    defer { removeAll([result]) }
    let (usage, peak) = try withPeak {
      try measure(
        "atlas-extract",
        ["--model", model, "--images", images, "--layer", layer, "--positions", "1"]
          + ["--output", result] + (card.map { ["--card", $0] } ?? []))
    }
    let rate = Double(count) / usage.seconds
    let size = network.preprocessing.size
    let operations = try network.graph.floatingPointOperations(
      to: network.tensorName(for: layer), inputHeight: size.height, inputWidth: size.width)
    report.add("extract_images_per_s", rate)
    report.add("extract_peak_fraction", rate * Double(operations) / 1e9 / peak)
    report.add("extract_peak_mib", usage.peakMebibytes)
  }

  /// Optimization steps per second, of all icons together, and the fraction of the peak.
  func rendering(
    side: Int, _ precision: Precision, _ report: inout BenchReport
  ) throws {
    let network = try TrainedNetwork.load(path: model, card: card)
    let layer = try network.layer(named: layer)
    var parameters = IconParameters()
    parameters.sidePixels = try network.iconSide(for: layer, preferring: side)
    parameters.precision = precision
    parameters.schedule = StepSchedule(maximumStepCount: 96)
    // Steps are measured, not the evaluation of finished icons.
    parameters.heldOutCount = 1
    let renderer = try IconRenderer(
      network: network, tensors: [layer.tensor], parameters: parameters)
    let targets = directions(layer, count: 4 * Parallelism.threadCount)
    let (best, peak) = try withPeak {
      var best = Double.infinity
      for _ in 0..<3 {
        let start = ContinuousClock.now
        _ = try renderer.render(targets)
        best = min(best, (ContinuousClock.now - start).seconds)
      }
      return best
    }
    let rate = Double(targets.count * parameters.schedule.maximumStepCount) / best
    let operations = try network.graph.floatingPointOperations(
      to: layer.tensor, inputHeight: parameters.sidePixels, inputWidth: parameters.sidePixels)
    let name = precision == .float32 ? "\(side)" : "\(side)_\(precision.rawValue)"
    report.add("icon_steps_per_s_\(name)", rate)
    report.add("icon_peak_fraction_\(name)", rate * Double(2 * operations) / 1e9 / peak)
    report.add("icon_peak_mib_\(name)", peakMebibytes())
  }

  /// Measures something between two measurements of the sgemm peak, in GFLOP/s, and gives the
  /// larger one with it: a shared machine is not equally fast all the time.
  private func withPeak<Result>(_ body: () throws -> Result) rethrows -> (Result, Double) {
    let before = sgemmPeak(threadCount: Parallelism.threadCount)
    let result = try body()
    return (result, max(before, sgemmPeak(threadCount: Parallelism.threadCount)))
  }

  /// Random directions, as good as any for the time that a step takes.
  private func directions(_ layer: NetworkLayer, count: Int) -> [IconTarget] {
    (0..<count).map { index in
      var random = RandomStream(seed: 1, purpose: .evaluation, item: index)
      let direction = (0..<layer.shape.channels).map { _ in random.uniform() }
      return IconTarget(index: index, objective: .direction(direction, of: layer.tensor))
    }
  }
}
