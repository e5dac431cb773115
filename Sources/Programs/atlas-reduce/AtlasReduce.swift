import ArgumentParser
import ArrayStore
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
    let source = try ArrayFileReader(path: activations, kind: "activations")
    let (rowCount, channelCount) = try source.matrixShape(of: "activations")
    let kept = min(components, channelCount)
    if kept < components {
      Diagnostics.note("reduce: \(components) components of \(channelCount) channels: all are kept")
    }
    let writer = try ArrayFileWriter(path: output, kind: "components")
    try writer.write(
      Provenance(
        program: "atlas-reduce",
        parameters: [("components", "\(components)"), ("condition", "\(condition)")],
        inputs: [activations]))
    try writer.copyDescription(from: source)
    let blocks = rowBlocks(rowCount: rowCount, columnCount: channelCount)
    let passes = kept > 0 ? 2 : 1
    let progress = ProgressReporter("reduce", total: passes * rowCount, unit: "rows")

    var moments = Moments(columnCount: channelCount)
    for rows in blocks {
      do {
        try moments.add(try source.matrix("activations", rows: rows))
      } catch let error as PrincipalComponentsError {
        throw StageError("Cannot reduce \(activations): \(error)")
      }
      progress.advance(by: rows.count)
    }
    do {
      try writeWhitening(moments, writer)
      try writeComponents(kept, moments, source, blocks, writer, progress)
    } catch let error as PrincipalComponentsError {
      throw StageError("Cannot reduce \(activations): \(error)")
    }
    try writer.finish()
    progress.finish()
    return [output]
  }

  private func writeWhitening(_ moments: Moments, _ writer: ArrayFileWriter) throws {
    let whitening = try Whitening(moments, shrinkage: .conditionNumber(atMost: condition))
    let second = moments.secondMoment()
    try writer.write("second_moment", second.elements, shape: [second.order, second.order])
    try writer.write("whitening", whitening.matrix)
    try writer.setAttribute("condition_number_before", .number(whitening.conditionNumberBefore))
    try writer.setAttribute("condition_number", .number(whitening.conditionNumber))
    try writer.setAttribute("shrinkage", .number(whitening.shrinkage))
    Diagnostics.note(
      "reduce: whitening shrunk by \(decimal(100 * whitening.shrinkage)) %, condition number \(decimal(whitening.conditionNumberBefore)) → \(decimal(whitening.conditionNumber))"
    )
  }

  private func writeComponents(
    _ count: Int, _ moments: Moments, _ source: ArrayFileReader, _ blocks: [Range<Int>],
    _ writer: ArrayFileWriter, _ progress: ProgressReporter
  ) throws {
    guard count > 0 else { return }
    try writer.write(try source.rowOrigins())
    let principal = try PrincipalComponents(moments, count: count)
    try writer.write("mean", principal.mean, shape: [principal.mean.count])
    try writer.write("axes", principal.axes)
    try writer.write("variances", principal.variances, shape: [count])
    try writer.write("explained", principal.explainedVarianceRatios, shape: [count])
    try writer.setAttribute("total_variance", .number(principal.totalVariance))
    let explained = principal.explainedVarianceRatios.reduce(0, +)
    Diagnostics.note(
      "reduce: \(count) components explain \(decimal(100 * explained)) % of the variance")
    let scores = try writer.appendable("scores", of: Float.self, rowShape: [count])
    for rows in blocks {
      try scores.append(
        principal.scores(of: try source.matrix("activations", rows: rows)).elements)
      progress.advance(by: rows.count)
    }
  }
}
