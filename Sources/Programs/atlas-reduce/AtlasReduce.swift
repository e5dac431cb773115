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
      principal axes. Samples are held in memory only where there are fewer of them than channels. The \
      second moment is what atlas-render whitens with. Memory grows with the square of the channels, and \
      time with their cube or with that of the samples, whichever are fewer.

      Example:
        atlas-reduce --activations activations.h5 --output components.h5
      """, version: projectVersion)

  @Option(
    help: ArgumentHelp("The result of atlas-extract.", valueName: "file"),
    completion: .file(extensions: ["h5"]))
  var activations: String
  @Option(help: ArgumentHelp("The result.", valueName: "file"), completion: .file())
  var output: String
  @OptionGroup var settings: ReduceArguments
  @OptionGroup var common: CommonArguments

  typealias AllSettings = ReduceArguments

  var inputs: [String] { [activations] }
  var outputs: [String] { [output] }

  func perform() throws -> [String] {
    let source = try ActivationsFile(path: activations)
    let components = settings.table.parameters.componentCount
    let kept = min(components, source.channelCount)
    if kept < components {
      Diagnostics.note(
        "reduce: \(counted(source.channelCount, "channel")) for \(components) components: all are kept"
      )
    }
    let forecast = ReductionForecast(
      sampleCount: source.sampleCount, channelCount: source.channelCount, componentCount: kept)
    try settings.memory.admit(
      "the moments of \(source.sampleCount) × \(source.channelCount) numbers",
      bytes: forecast.bytes, seconds: forecast.seconds,
      remedy: "take a layer of fewer channels, or one that is pooled")
    let writer = try ComponentsWriter(
      path: output, subject: source.subject,
      provenance: Provenance(
        program: "atlas-reduce", parameters: settings.record, inputs: [activations]))
    do {
      let moments = try moments(of: source)
      // Even without components: icons of a layout of raw activations are whitened as well.
      let second = moments.secondMoment()
      try writer.write(secondMoment: second.elements, channelCount: second.order)
      if kept > 0 {
        if forecast.axesSeconds > 5 {
          Diagnostics.note(
            "reduce: looking for the principal axes of \(counted(source.channelCount, "channel")), about \(approximateDuration(forecast.axesSeconds))"
          )
        }
        let principal =
          forecast.comparesSamples
          ? try PrincipalComponents(of: try source.activations(), count: kept)
          : try PrincipalComponents(moments, count: kept)
        guard principal.totalVariance > 0 || source.sampleCount == 1 else {
          throw StageError(
            "Cannot reduce \(activations): all its \(counted(source.sampleCount, "sample")) are the same; the layer is dead on these images, or the images are all the same."
          )
        }
        try write(principal, of: source, to: writer)
      }
    } catch let error as PrincipalComponentsError {
      throw StageError("Cannot reduce \(activations)", error)
    }
    try writer.finish()
    return [output]
  }

  private func moments(of source: ActivationsFile) throws -> Moments {
    let progress = ProgressReporter(
      "second moment", total: source.sampleCount, unit: "sample")
    var moments = Moments(columnCount: source.channelCount)
    for samples in source.blocks {
      try moments.add(try source.activations(samples))
      progress.advance(by: samples.count)
    }
    progress.finish()
    return moments
  }

  private func write(
    _ principal: PrincipalComponents, of source: ActivationsFile, to writer: ComponentsWriter
  ) throws {
    let scores = try writer.write(
      mean: principal.mean, axes: principal.axes, variances: principal.variances,
      explained: principal.explainedVarianceRatios, totalVariance: principal.totalVariance,
      origins: try source.origins())
    let explained = principal.explainedVarianceRatios.reduce(0, +)
    Diagnostics.note(
      "reduce: \(counted(principal.axes.rowCount, "component")) explain\(principal.axes.rowCount == 1 ? "s" : "") \(decimal(100 * explained)) % of the variance"
    )
    let progress = ProgressReporter("scores", total: source.sampleCount, unit: "sample")
    for samples in source.blocks {
      try scores.append(principal.scores(of: try source.activations(samples)).elements)
      progress.advance(by: samples.count)
    }
    progress.finish()
  }
}
