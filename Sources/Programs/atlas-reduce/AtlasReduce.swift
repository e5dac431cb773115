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
    abstract: "Principal components and the whitening matrix of activations.",
    discussion: """
      One pass takes the mean and the second moment; a second one writes each row's scores on the \
      first principal axes. Neither holds all rows in memory. The whitening matrix, which the icons' \
      objective uses, is the inverse of the uncentred second moment, shrunk until its condition \
      number is at most --condition.

      Example:
        atlas-reduce --activations activations.h5 --components 64 --output components.h5
      """, version: projectVersion)

  @Option(help: ArgumentHelp("The result of atlas-extract.", valueName: "file"))
  var activations: String
  @Option(help: ArgumentHelp("The result.", valueName: "file"))
  var output: String
  @Option(
    help:
      "Principal components to keep; no more than there are channels; 0 writes the whitening matrix alone."
  )
  var components = 64
  @Option(help: "The largest condition number of the whitening matrix.")
  var condition = 20.0
  @OptionGroup var common: CommonArguments

  func validate() throws {
    guard components >= 0 else {
      throw ValidationError("--components must not be negative, got \(components).")
    }
    guard condition > 1, condition.isFinite else {
      throw ValidationError("--condition must be above 1, got \(condition).")
    }
  }

  func perform() throws -> [String] {
    let source = try ActivationsFile(path: activations)
    let kept = min(components, source.channelCount)
    if kept < components {
      Diagnostics.note(
        "reduce: \(components) components of \(source.channelCount) channels: all are kept")
    }
    let writer = try ComponentsWriter(
      path: output, subject: source.subject,
      provenance: Provenance(
        program: "atlas-reduce",
        parameters: [("components", "\(components)"), ("condition", "\(condition)")],
        inputs: [activations]))
    let passes = kept > 0 ? 2 : 1
    let progress = ProgressReporter(
      "reduce", total: passes * source.sampleCount, unit: "samples")
    do {
      var moments = Moments(columnCount: source.channelCount)
      for samples in source.blocks {
        try moments.add(try source.activations(samples))
        progress.advance(by: samples.count)
      }
      try write(moments, to: writer)
      if kept > 0 {
        let principal = try PrincipalComponents(moments, count: kept)
        try write(principal, of: source, to: writer, progress)
      }
    } catch let error as PrincipalComponentsError {
      throw StageError("Cannot reduce \(activations): \(error)")
    }
    try writer.finish()
    progress.finish()
    return [output]
  }

  private func write(_ moments: Moments, to writer: ComponentsWriter) throws {
    let whitening = try Whitening(moments, shrinkage: .conditionNumber(atMost: condition))
    let second = moments.secondMoment()
    try writer.write(secondMoment: second.elements, channelCount: second.order)
    try writer.write(
      whitening: whitening.matrix, shrinkage: whitening.shrinkage,
      conditionNumberBefore: whitening.conditionNumberBefore,
      conditionNumber: whitening.conditionNumber)
    Diagnostics.note(
      "reduce: whitening shrunk by \(decimal(100 * whitening.shrinkage)) %, condition number \(decimal(whitening.conditionNumberBefore)) → \(decimal(whitening.conditionNumber))"
    )
  }

  private func write(
    _ principal: PrincipalComponents, of source: ActivationsFile, to writer: ComponentsWriter,
    _ progress: ProgressReporter
  ) throws {
    let scores = try writer.write(
      mean: principal.mean, axes: principal.axes, variances: principal.variances,
      explained: principal.explainedShares, totalVariance: principal.totalVariance,
      origins: try source.origins())
    let explained = principal.explainedShares.reduce(0, +)
    Diagnostics.note(
      "reduce: \(principal.axes.rowCount) components explain \(decimal(100 * explained)) % of the variance"
    )
    for samples in source.blocks {
      try scores.append(principal.scores(of: try source.activations(samples)).elements)
      progress.advance(by: samples.count)
    }
  }
}
