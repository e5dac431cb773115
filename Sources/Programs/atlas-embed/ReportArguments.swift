import ArgumentParser
import ArrayStore
import CommandLine
import Embedding
import Images
import LayoutPictures
import LayoutQuality
import Layouts
import Matrices
import Neighbors

/// `--report`.
enum ReportChoice: String, ExpressibleByArgument, CaseIterable { case full, none }

/// What is measured and drawn of a finished layout.
struct ReportArguments: ParsableArguments {
  @Option(help: "full: measure the layout and draw it; none: only lay it out.")
  var report: ReportChoice = .full
  @Option(help: "Other seeds by which the layout is made again, to see how much it changes.")
  var stability = 1
  @Option(help: "Rows on which the layout is measured.")
  var reportRows = 1000

  func validate() throws {
    guard (0...100).contains(stability) else {
      throw ValidationError("--stability must be from 0 to 100, got \(stability).")
    }
    guard (10...100_000).contains(reportRows) else {
      throw ValidationError("--report-rows must be from 10 to 100000, got \(reportRows).")
    }
  }

  var description: [(name: String, value: String)] {
    report == .none
      ? [("report", "none")]
      : [("stability", "\(stability)"), ("report-rows", "\(reportRows)")]
  }

  /// Measures a layout into its file, and writes the report card and the pictures beside it.
  ///
  /// - Returns: The paths of what was written.
  func report(
    on layout: Layout, of rows: Matrix, metric: Metric, method: LayoutMethod, classes: [Int32]?,
    beside path: String, into writer: ArrayFileWriter, again: (UInt64) throws -> Matrix
  ) throws -> [String] {
    guard report == .full else { return [] }
    let quality: QualityReport
    do {
      quality = try qualityReport(
        of: layout.positions, for: rows, metric: metric, sampleCount: reportRows,
        seed: method.seed)
    } catch { throw StageError("Cannot measure the layout: \(error)") }
    let disparities = try (0..<stability).map { index in
      procrustesDisparity(layout.positions, try again(method.seed &+ UInt64(index) &+ 1))
    }
    let card = LayoutCard(
      rowCount: rows.rowCount, metric: metric, quality: quality, disparities: disparities,
      losses: layout.losses)
    for (name, value) in card.measures { try writer.setAttribute(name, .number(value)) }
    Diagnostics.note(card.summary)
    let base = path.hasSuffix(".h5") ? String(path.dropLast(3)) : path
    let files: [(String, [UInt8])] = [
      (base + ".json", try card.json()),
      (
        base + "-classes.png",
        try encoded(classPicture(layout.positions, classes: classes, side: 1600))
      ),
      (base + "-density.png", try encoded(densityPicture(layout.positions, side: 1600))),
      (base + "-loss.png", try encoded(lossPicture(layout.losses, method))),
    ]
    for (path, bytes) in files { try AtomicFile.write(bytes, to: path) }
    return files.map(\.0)
  }

  private func encoded(_ image: RGBImage) throws -> [UInt8] { try PNGWriter.encode(image) }

  private func lossPicture(_ losses: [LayoutLoss], _ method: LayoutMethod) throws -> RGBImage {
    // The first value is that of the start, far above all others.
    let values = losses.dropFirst().map { (x: Double($0.step), y: $0.value) }
    return switch method {
    case .umap:
      try curvePicture(
        values: values, title: "UMAP: cross-entropy that the steps lower", xLabel: "epoch",
        yLabel: "nats a row")
    case .tsne:
      try curvePicture(
        values: values, title: "t-SNE: Kullback–Leibler divergence", xLabel: "iteration",
        yLabel: "nats")
    }
  }
}
