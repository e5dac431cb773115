import ArgumentParser
import ArrayStore
import Artifacts
import CommandLine
import LinearAlgebra
import Matrices
import PrincipalComponents

@main struct AtlasReduce: StageCommand {
  static let configuration = CommandConfiguration(
    commandName: "atlas-reduce",
    abstract: "Principal components and the second moment of activations.",
    usage: "atlas-reduce --activations <file> --output <file> [<options>]",
    discussion: """
      One pass takes the mean and the second moment; a second one projects every sample on the first \
      principal axes. Neither holds all samples in memory. The second moment is what atlas-render \
      whitens with.

      Example:
        atlas-reduce --activations activations.h5 --output components.h5
      """, version: projectVersion)

  @Option(help: ArgumentHelp("The result of atlas-extract.", valueName: "file"))
  var activations: String
  @Option(help: ArgumentHelp("The result.", valueName: "file"))
  var output: String
  @OptionGroup var settings: Settings<ReduceSettings>
  @OptionGroup var common: CommonArguments

  typealias AllSettings = Settings<ReduceSettings>

  var inputs: [String] { [activations] }
  var outputs: [String] { [output] }

  func perform() throws -> [String] {
    let source = try ActivationsFile(path: activations)
    let components = settings.parameters.componentCount
    let kept = min(components, source.channelCount)
    if kept < components {
      Diagnostics.note(
        "reduce: \(counted(source.channelCount, "channel")) for \(components) components: all are kept"
      )
    }
    let writer = try ComponentsWriter(
      path: output, subject: source.subject,
      provenance: Provenance(
        program: "atlas-reduce", parameters: settings.record, inputs: [activations]))
    // Axes are known only when all samples have been seen, and activations need not fit into
    // memory.
    let passes = kept > 0 ? 2 : 1
    let progress = ProgressReporter(
      "reduce", total: passes * source.sampleCount, unit: "sample")
    do {
      var moments = Moments(columnCount: source.channelCount)
      for samples in source.blocks {
        try moments.add(try source.activations(samples))
        progress.advance(by: samples.count)
      }
      // Even without components: icons of a layout of raw activations are whitened as well.
      let second = moments.secondMoment()
      try writer.write(secondMoment: second.elements, channelCount: second.order)
      if kept > 0 {
        let principal = try PrincipalComponents(moments, count: kept)
        try write(principal, of: source, to: writer, progress)
      }
    } catch let error as PrincipalComponentsError {
      throw StageError("Cannot reduce \(activations)", error)
    }
    try writer.finish()
    progress.finish()
    return [output]
  }

  private func write(
    _ principal: PrincipalComponents, of source: ActivationsFile, to writer: ComponentsWriter,
    _ progress: ProgressReporter
  ) throws {
    let scores = try writer.write(
      mean: principal.mean, axes: principal.axes, variances: principal.variances,
      explained: principal.explainedVarianceRatios, totalVariance: principal.totalVariance,
      origins: try source.origins())
    let explained = principal.explainedVarianceRatios.reduce(0, +)
    Diagnostics.note(
      "reduce: \(counted(principal.axes.rowCount, "component")) explain\(principal.axes.rowCount == 1 ? "s" : "") \(decimal(100 * explained)) % of the variance"
    )
    for samples in source.blocks {
      try scores.append(principal.scores(of: try source.activations(samples)).elements)
      progress.advance(by: samples.count)
    }
  }
}

/// How activations are reduced.
struct Reduction: Sendable {
  /// Principal components to keep; 0 keeps the second moment alone.
  var componentCount = 64
}

/// The settings of `atlas-reduce`.
enum ReduceSettings: SettingsTable {
  static var defaults: Reduction { Reduction() }
  static let settings = [
    Setting(
      "components", \Reduction.componentCount, .number(from: 0), make: "COMPONENTS",
      "Principal components that the layout is made of; 0 takes the raw activations")
  ]
}
