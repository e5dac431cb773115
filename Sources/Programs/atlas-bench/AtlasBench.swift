import ArgumentParser
import ArrayStore
import CommandLine
import LinearAlgebra
import Matrices
import NeuralNetworks
import ParallelLoops

@main struct AtlasBench: StageCommand {
  static let configuration = CommandConfiguration(
    commandName: "atlas-bench",
    abstract: "Measure the pipeline on this machine.",
    usage: "atlas-bench [--model <file>] [--images <folder>] [<options>]",
    discussion: """
      Measures every stage, and which fraction of the peak of a matrix product, measured before and \
      after, the network reaches. Counted are two operations for each multiply-add of convolutions and \
      fully connected layers. Other programs should not run meanwhile.

      Example:
        atlas-bench --model googlenet.onnx --images photos \\
          --layer mixed4c --work work --output bench.json
      """, version: projectVersion)

  @Option(
    help: ArgumentHelp(
      "A network; without one, extraction and rendering are left out.", valueName: "file"),
    completion: .file(extensions: ["onnx", "pb"]))
  var model: String?
  @Option(
    help: ArgumentHelp(
      "The model card; by default the JSON file of the network's name beside it.",
      valueName: "file"), completion: .file(extensions: ["json"]))
  var card: String?
  @Option(help: ArgumentHelp("Images for extraction.", valueName: "folder"), completion: .directory)
  var images: String?
  @Option(help: ArgumentHelp("The layer to extract and render.", valueName: "name"))
  var layer = "mixed4c"
  @Option(help: "Synthetic samples for reduce, embed and grid.")
  var samples = 100_000
  @Option(help: "Channels of the synthetic samples.")
  var channels = 512
  @Option(
    help: ArgumentHelp("A folder for files that are needed meanwhile.", valueName: "folder"),
    completion: .directory)
  var work = "Data/work"
  @Option(
    help: ArgumentHelp("The result, one flat JSON object.", valueName: "file"), completion: .file())
  var output = "Data/work/bench.json"
  @OptionGroup var common: CommonArguments

  var inputs: [String] { [model, card, images].compactMap { $0 } }
  var outputs: [String] { [output] }

  func validate() throws {
    guard samples >= 1000, channels >= 8 else {
      throw ValidationError("--samples must be at least 1000 and --channels at least 8.")
    }
  }

  func perform() throws -> [String] {
    var report = BenchReport()
    report.add("sgemm_gflops", sgemmPeak(threadCount: Parallelism.threadCount))
    if let model {
      let network = NetworkBench(model: model, card: card, layer: layer, work: work)
      if let images {
        try network.extraction(images, &report)
      } else {
        Diagnostics.warn("no --images: extraction is left out")
      }
      try network.rendering(side: 80, .float32, &report)
      try network.rendering(side: 128, .float32, &report)
      if Precision.fastest == .bfloat16 {
        try network.rendering(side: 80, .bfloat16, &report)
        try network.rendering(side: 128, .bfloat16, &report)
      } else {
        Diagnostics.warn("this processor has no bf16: that is left out")
      }
      try TangentBench(model: model, card: card, layer: layer).run(&report)
      try PatchBench(model: model, card: card).run(&report)
    } else {
      Diagnostics.warn("no --model: extraction and rendering are left out")
    }
    try StageBench(sampleCount: samples, channelCount: channels, work: work).run(&report)
    try AtomicFile.write(report.json, to: output)
    return [output]
  }
}

/// Names and numbers, in the order in which they were measured.
struct BenchReport {
  private var entries: [(name: String, value: Double)] = []

  /// Adds a number and says so.
  mutating func add(_ name: String, _ value: Double) {
    entries.append((name, value))
    Diagnostics.note("\(name) \(decimal(value))")
  }

  /// One flat object, one line per number.
  var json: [UInt8] {
    let lines = entries.map { entry in
      "  \"\(entry.name)\": \((entry.value * 10_000).rounded() / 10_000)"
    }
    return Array(("{\n" + lines.joined(separator: ",\n") + "\n}\n").utf8)
  }
}
