import ArgumentParser
import ArrayStore
import Artifacts
import Attribution
import CommandLine
import Matrices
import ModelFormats
import Models
import NetworkCommandLine
import NeuralNetworks

@main struct AtlasSelect: StageCommand {
  static let configuration = CommandConfiguration(
    commandName: "atlas-select",
    abstract: "Take the samples that argue for a class, or for either of two, for an atlas of it.",
    usage: """
      atlas-select --model <file> --activations <file> --attribution <file> \\
        --class <name> [--class <name>] --output <file> [<options>]
      """,
    discussion: """
      The result is a file of activations like that of atlas-extract, with fewer samples: all stages \
      that follow take it. Samples are chosen by rank, those that argue for the class more than for \
      any other; by magnitude, those with the largest effects on it, as far as these are positive; or \
      both. With two classes, left and right, atlas-embed --contrast lays them out by the difference \
      of their effects.

      Examples:
        atlas-attribute --model googlenet.onnx --layer mixed4c \\
          --activations activations.h5 --rows all --output effects.h5
        atlas-select --model googlenet.onnx --activations activations.h5 \\
          --attribution effects.h5 --class snorkel --output snorkel.h5
        atlas-select --model googlenet.onnx --activations activations.h5 \\
          --attribution effects.h5 --class snorkel --class "scuba diver" \\
          --output both.h5
        atlas-embed --activations both.h5 --dimensions 1 \\
          --contrast both.h5 --output compared.h5
      """, version: projectVersion)

  @OptionGroup var network: NetworkArguments
  @Option(
    help: ArgumentHelp("The result of atlas-extract.", valueName: "file"),
    completion: .file(extensions: ["h5"]))
  var activations: String
  @Option(
    help: ArgumentHelp("The result of atlas-attribute with --rows all.", valueName: "file"),
    completion: .file(extensions: ["h5"]))
  var attribution: String
  @Option(
    name: .customLong("class"),
    help: ArgumentHelp(
      "The class, by name or number; a second one to compare it with.", valueName: "name"))
  var classes: [String]
  @Option(help: ArgumentHelp("The result.", valueName: "file"), completion: .file())
  var output: String
  @OptionGroup var settings: Settings<SelectSettings>
  @OptionGroup var common: CommonArguments

  typealias AllSettings = Settings<SelectSettings>

  var inputs: [String] { network.files + [activations, attribution] }
  var outputs: [String] { [output] }

  func validate() throws {
    guard (1...2).contains(classes.count) else {
      throw ValidationError("--class is needed once, or twice to compare two classes.")
    }
  }

  func perform() throws -> [String] {
    let network = try network.load(writing: outputs)
    let source = try ActivationsFile(path: activations)
    let effects = try AttributionFile(path: attribution)
    try requireSame([
      Described(activations, source.subject), Described(attribution, effects.subject),
    ])
    let chosen = try classes.map {
      try network.classIndex(named: $0, of: try effects.logitCount())
    }
    guard Set(chosen).count == chosen.count else {
      throw StageError("Cannot compare \(classes.joined(separator: " with ")): it is one class.")
    }
    let selection = settings.parameters
    let columns = try columns(of: chosen, network, in: effects)
    let samples = try effects.samples(below: source.sampleCount)
    guard try effects.isOfAllSamples(), samples.count == source.sampleCount else {
      throw StageError(
        "Cannot use \(attribution): it has the effects of \(samples.count) of \(source.sampleCount) samples; make it with atlas-attribute --rows all."
      )
    }
    var selecting = ClassSelection(
      selection.filter, of: columns, mostByMagnitude: selection.mostByMagnitude)
    let progress = ProgressReporter("select", total: samples.count, unit: "sample")
    for block in effects.blocks {
      selecting.add(try effects.effects(block), ofSamples: samples[block])
      progress.advance(by: block.count)
    }
    progress.finish()
    let names = chosen.map(network.className)
    var all: Set<Int> = []
    for (name, found) in zip(names, selecting.chosen()) {
      guard !found.samples.isEmpty else {
        throw StageError(
          "Cannot select samples for \(quoted(name)) from \(activations): none argues for it\(selection.filter == .rank ? " more than for any other class; try --filter magnitude (CLASS_FILTER=magnitude)" : "; sample images of the class")."
        )
      }
      Diagnostics.note("select: \(name): \(words(found, selection.filter))")
      all.formUnion(found.samples)
    }
    try write(all.sorted(), of: source, effects, samples, columns, names)
    return [output]
  }

  private func words(
    _ found: (byRank: Int, byMagnitude: Int, samples: [Int]), _ filter: ClassFilter
  ) -> String {
    let all = counted(found.samples.count, "sample")
    switch filter {
    case .rank: return "\(all) that argue for it more than for any other class"
    case .magnitude: return "the \(all) that argue for it most"
    case .both: return "\(all), \(found.byRank) by rank and \(found.byMagnitude) by magnitude"
    }
  }

  /// The columns of the chosen classes.
  private func columns(
    of chosen: [Int], _ network: TrainedNetwork, in effects: AttributionFile
  ) throws -> [Int] {
    let (indices, _) = try effects.classes()
    let isWhole = try effects.logitCount() == indices.count
    guard isWhole || settings.parameters.filter == .magnitude else {
      throw StageError(
        "Cannot rank classes by \(attribution): it has \(indices.count) of \(try effects.logitCount()); make it with atlas-attribute without --class, or give --filter magnitude."
      )
    }
    return try chosen.map { index in
      guard let column = indices.firstIndex(of: Int32(index)) else {
        throw StageError(
          "Cannot use \(attribution): it has no effects on \(quoted(network.className(index))); give that class to atlas-attribute with --class."
        )
      }
      return column
    }
  }

  private func write(
    _ selected: [Int], of source: ActivationsFile, _ effects: AttributionFile, _ order: [Int32],
    _ columns: [Int], _ names: [String]
  ) throws {
    let writer = try ActivationsWriter(
      path: output, subject: source.subject,
      provenance: Provenance(
        program: "atlas-select",
        parameters: [("class", names.joined(separator: " | "))] + settings.record,
        inputs: [activations, attribution]),
      channelCount: source.channelCount)
    // Both files are read block by block; samples of a block come in their order.
    var rest = selected[...]
    for block in source.blocks {
      let rows = rest.prefix { $0 < block.upperBound }
      rest = rest.dropFirst(rows.count)
      guard !rows.isEmpty else { continue }
      let values = try source.activations(block)
      try writer.append(rows.flatMap { Array(values[row: $0 - block.lowerBound]) })
    }
    let place = Dictionary(uniqueKeysWithValues: zip(selected, 0...))
    var contrast = Matrix(rowCount: selected.count, columnCount: columns.count, repeating: 0)
    for block in effects.blocks {
      let values = try effects.effects(block)
      for (row, sample) in order[block].enumerated() {
        guard let target = place[Int(sample)] else { continue }
        for (index, column) in columns.enumerated() {
          contrast[target, index] = values[row, column]
        }
      }
    }
    try writer.write(
      ActivationsFile.Selection(
        samples: selected.map(Int32.init), effects: contrast, classNames: names),
      of: source)
    try writer.finish()
  }
}

/// How the samples of a class are chosen.
struct Selection: Sendable {
  var filter = ClassFilter.both
  /// Samples that are chosen by magnitude, at most.
  var mostByMagnitude = 2000
}

/// The settings of `atlas-select`.
enum SelectSettings: SettingsTable {
  static var defaults: Selection { Selection() }
  static let settings = [
    Setting(
      "filter", \Selection.filter, .choice, make: "CLASS_FILTER",
      "Samples of a class: those whose largest effect is on it (rank), those with the largest effects on it (magnitude), or both"
    ),
    Setting(
      "most", \Selection.mostByMagnitude, .number(in: 1...10_000_000), make: "CLASS_ROWS",
      "Samples that are chosen by magnitude, at most"),
  ]
}
