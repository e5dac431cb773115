import ArgumentParser
import ArrayStore
import Artifacts
import CommandLine
import Embedding
import Images
import LayoutPictures
import LayoutQuality
import Layouts
import Matrices
import Neighbors

/// What is measured and drawn of a finished layout.
struct Report: Sendable {
  /// Whether anything is.
  enum Choice: String, CaseIterable, Sendable { case full, none }

  var choice = Choice.full
  /// Other seeds by which the layout is made again, to see how much it changes.
  var otherSeedCount = 1
  /// Samples on which the layout is measured.
  var sampleCount = 1000
}

/// The settings of the report.
enum ReportSettings: SettingsTable {
  static var defaults: Report { Report() }
  static let settings = [
    Setting("report", \Report.choice, .choice, "Whether the layout is measured and drawn"),
    Setting(
      "stability", \Report.otherSeedCount, .number(in: 0...100), make: "STABILITY",
      "Other seeds by which the layout is made again, to see how much it changes"),
    Setting(
      "report-samples", \Report.sampleCount, .number(in: 10...100_000),
      "Samples on which the layout is measured"),
  ]
}

extension Report {
  /// The files that a report is written to, beside a layout.
  func paths(beside path: String) -> [String] {
    guard choice == .full else { return [] }
    let base = path.hasSuffix(".h5") ? String(path.dropLast(3)) : path
    return [".json", "-classes.png", "-density.png", "-loss.png"].map { base + $0 }
  }

  /// Measures a layout into its file, and writes the quality report and the plots beside it.
  ///
  /// - Returns: The paths of what was written.
  func report(
    on layout: Layout, of rows: Matrix, metric: Metric, method: LayoutMethod,
    subject: Subject, origins: SampleOrigins?, contrast: LayoutFile.Contrast?,
    beside path: String, into writer: LayoutWriter,
    again: (UInt64) throws -> Matrix
  ) throws -> [String] {
    guard choice == .full else { return [] }
    let quality: QualityReport
    do {
      quality = try qualityReport(
        of: layout.positions, for: rows, metric: metric, sampleCount: sampleCount,
        seed: method.seed)
    } catch { throw StageError("Cannot measure the layout", error) }
    let disparities = try (0..<otherSeedCount).map { index in
      procrustesDisparity(layout.positions, try again(method.seed &+ UInt64(index) &+ 1))
    }
    let file = QualityReportFile(
      sampleCount: rows.rowCount, metric: metric, quality: quality,
      outliers: LayoutOutliers(of: layout.positions), disparities: disparities,
      losses: layout.losses)
    for (name, value) in file.measures { try writer.write(measure: name, value) }
    Diagnostics.note(file.summary)
    let title = [subject.network, subject.layer, "\(method.name), \(metric.rawValue)"]
      .compactMap { $0 }.joined(separator: " · ")
    let horizontal = contrast.map {
      HorizontalAxis(
        range: LayoutFile.Contrast.range, left: $0.left.printable, right: $0.right.printable)
    }
    // In the order of `paths`.
    let contents: [[UInt8]]
    do {
      contents = [
        try file.json(),
        try encoded(
          classFigure(
            layout.positions, horizontal: horizontal, classes: origins?.classes,
            classNames: origins?.collection.classTitles ?? [], title: title, side: 1600)),
        try encoded(
          densityFigure(layout.positions, horizontal: horizontal, title: title, side: 1600)),
        try encoded(lossPicture(layout.losses, method)),
      ]
    } catch { throw StageError("Cannot draw the layout", error) }
    // Drawn and encoded first, all of them, so that no half of a report is left by an error.
    let paths = paths(beside: path)
    for (path, bytes) in zip(paths, contents) { try AtomicFile.write(bytes, to: path) }
    return paths
  }

  private func encoded(_ image: RGBImage) throws -> [UInt8] { try PNGWriter.encode(image) }

  private func lossPicture(_ losses: [LayoutLoss], _ method: LayoutMethod) throws -> RGBImage {
    // The first value is that of the start, far above all others.
    let values = losses.dropFirst().map { (x: Double($0.step), y: $0.value) }
    return switch method {
    case .umap:
      try curvePicture(
        values: values, title: "UMAP: cross-entropy that the steps lower", xLabel: "epoch",
        yLabel: "nats per sample")
    case .tsne:
      try curvePicture(
        values: values, title: "t-SNE: Kullback–Leibler divergence", xLabel: "iteration",
        yLabel: "nats")
    }
  }
}
