internal import Drawing
public import Images

/// A report card as a picture: the numbers, the path through the network, and icons beside patches of
/// their cells.
public struct ReportPicture {
  private let report: IconReport
  private let examination: IconExamination

  /// Prepares the picture of a report.
  public init(_ report: IconReport, _ examination: IconExamination) {
    (self.report, self.examination) = (report, examination)
  }

  private static let ink = Color(0.13, 0.13, 0.14)
  private static let gray = Color(gray: 0.45)
  private static let pale = Color(gray: 0.88)
  private static let accent = Color(0.85, 0.33, 0.13)
  private static let margin: Float = 32
  private static let width = 1200
  private static let patchCount = 4
  /// Rows of icons of each kind.
  private static let rowCount = 6

  /// Draws it.
  ///
  /// - Throws: When the canvas cannot be had.
  public func image() throws -> RGBImage {
    let rows = self.rows
    let tile = examination.items.first?.image.width ?? 0
    let top: Float = 420
    let height = Int(top) + (rows.map(\.count).max() ?? 0) * (tile + 34) + 60
    let canvas = try Canvas(width: Self.width, height: height)
    canvas.fill(
      .rectangle(0, 0, Float(Self.width), Float(height)), Color(gray: 1))
    canvas.write(
      "Icons of \(report.layer), \(report.network)", at: SIMD2(Self.margin, 44), size: 22,
      Self.ink, style: .bold)
    drawNumbers(on: canvas)
    drawPath(on: canvas)
    let titles = ["Least recognized", "Typical"]
    for (column, indices) in rows.enumerated() where !indices.isEmpty {
      let left = Self.margin + Float(column) * Float(Self.width) / 2
      canvas.write(titles[column], at: SIMD2(left, top - 8), size: 16, Self.ink, style: .bold)
      for (row, index) in indices.enumerated() {
        draw(
          index, at: SIMD2(left, top + 20 + Float(row * (tile + 34))), tile: tile, on: canvas)
      }
    }
    return try canvas.image()
  }

  /// The icons that are shown: the least recognized, and those around the median.
  private var rows: [[Int]] {
    func badness(_ index: Int) -> Double {
      let cell = report.cells[index]
      return cell.twoChoice ?? cell.path ?? cell.fidelity.map(Double.init) ?? 0
    }
    let order = report.cells.indices.sorted { (badness($0), $0) < (badness($1), $1) }
    let worst = Array(order.prefix(Self.rowCount))
    let middle = max(0, order.count / 2 - Self.rowCount / 2)
    return [worst, Array(order.dropFirst(max(middle, worst.count)).prefix(Self.rowCount))]
  }

  private func draw(_ index: Int, at corner: SIMD2<Float>, tile: Int, on canvas: Canvas) {
    let (item, cell) = (examination.items[index], report.cells[index])
    let step = tile + 6
    canvas.place(item.image, x: Int(corner.x), y: Int(corner.y))
    let patches = examination.patches[item.cell].references
    for (place, patch) in patches.prefix(Self.patchCount).enumerated() {
      canvas.place(patch, x: Int(corner.x) + step + 8 + place * step, y: Int(corner.y))
    }
    var words = ["row \(item.row), column \(item.column)"]
    if let fidelity = cell.fidelity { words.append("fidelity \(Self.decimal(Double(fidelity)))") }
    if let rank = cell.rank { words.append("its cell comes \(Self.ordinal(rank))") }
    if let path = cell.path { words.append("path \(Self.decimal(path))") }
    canvas.write(
      words.joined(separator: " · "), at: SIMD2(corner.x, corner.y + Float(tile) + 15), size: 12,
      cell.doubts == nil ? Self.gray : Self.accent)
  }

  private func drawNumbers(on canvas: Canvas) {
    var y: Float = 84
    func line(_ name: String, _ icons: String, _ patches: String, isBold: Bool = false) {
      canvas.write(
        name, at: SIMD2(Self.margin, y), size: 14, Self.ink, style: isBold ? .bold : .regular)
      canvas.write(
        icons, at: SIMD2(410, y), size: 14, Self.ink, alignment: .trailing,
        style: isBold ? .bold : .regular)
      canvas.write(
        patches, at: SIMD2(520, y), size: 14, Self.gray, alignment: .trailing,
        style: isBold ? .bold : .regular)
      y += 24
    }
    line("", "icons", "real patches", isBold: true)
    func row(_ name: String, _ icons: Double?, _ patches: Double?) {
      line(name, icons.map(Self.decimal) ?? "–", patches.map(Self.decimal) ?? "–")
    }
    row("fidelity, median", (report.fidelity?.median).map(Double.init), nil)
    row("  under random transforms", (report.transformedFidelity?.median).map(Double.init), nil)
    row("  of the layer's mean", (report.baseline?.median).map(Double.init), nil)
    if let recognition = report.recognition {
      let (icons, patches) = (recognition.icons, recognition.patches)
      row("own cell over another", icons?.twoChoice.value, patches?.twoChoice.value)
      row("own cell first", icons?.first.value, patches?.first.value)
      row(
        "mean reciprocal rank", icons?.meanReciprocalRank.value, patches?.meanReciprocalRank.value)
    }
    let (icons, patches) = (report.pictures.icons, report.pictures.patches)
    row("contrast", icons?.contrast, patches?.contrast)
    row("colorfulness", icons?.colorfulness, patches?.colorfulness)
    row("roughness", icons?.roughness, patches?.roughness)
    line("not to be trusted", "\(report.doubtful) of \(report.icons)", "")
  }

  /// The path similarity, layer by layer.
  private func drawPath(on canvas: Canvas) {
    guard let path = report.path else { return }
    let (left, right, top, bottom): (Float, Float, Float, Float) = (640, 1150, 90, 270)
    canvas.write(
      "Path similarity", at: SIMD2(left, 70), size: 16, Self.ink, style: .bold)
    // From −0.25 to 1.25, which holds whatever is worth telling apart.
    func y(_ value: Double) -> Float {
      bottom - Float((min(max(value, -0.25), 1.25) + 0.25) / 1.5) * (bottom - top)
    }
    for (value, name) in [(0.0, "other cells"), (1, "same cell")] {
      canvas.stroke(.lines([SIMD2(left, y(value)), SIMD2(right, y(value))]), width: 1, Self.pale)
      canvas.write(
        name, at: SIMD2(left - 6, y(value) + 4), size: 11, Self.gray, alignment: .trailing)
    }
    let step = (right - left) / Float(max(path.layers.count - 1, 1))
    var points: [SIMD2<Float>] = []
    for (index, layer) in path.layers.enumerated() {
      let x = left + Float(index) * step
      canvas.write(
        Self.shortened(layer.layer), at: SIMD2(x + 4, bottom + 112), size: 11, Self.gray,
        isUpright: true)
      guard let similarity = layer.similarity else { continue }
      points.append(SIMD2(x, y(similarity)))
      canvas.fill(.circle(x, y(similarity), 3.5), Self.accent)
    }
    if points.count > 1 { canvas.stroke(.lines(points), width: 2, Self.accent) }
  }

  /// A name that fits beneath the curve.
  private static func shortened(_ name: String) -> String {
    name.count <= 18 ? name : name.prefix(8) + "…" + name.suffix(9)
  }

  private static func decimal(_ value: Double) -> String {
    let hundredths = Int((value * 100).rounded())
    let digits = abs(hundredths) % 100
    return (hundredths < 0 ? "−" : "") + "\(abs(hundredths) / 100)."
      + (digits < 10 ? "0" : "") + "\(digits)"
  }

  private static func ordinal(_ number: Int) -> String {
    let ending =
      switch (number % 10, number % 100) {
      case (_, 11...13): "th"
      case (1, _): "st"
      case (2, _): "nd"
      case (3, _): "rd"
      default: "th"
      }
    return "\(number)\(ending)"
  }
}
