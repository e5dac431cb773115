internal import Drawing
internal import Grids
public import Images
public import Matrices
internal import Numerics

/// The first axis of a layout, where it has a scale of its own and ends that have names.
public struct HorizontalAxis: Sendable {
  /// The part that is shown.
  public var range: ClosedRange<Double>
  /// What its ends are called.
  public var left, right: String

  /// Makes an axis from its parts.
  public init(range: ClosedRange<Double>, left: String, right: String) {
    (self.range, self.left, self.right) = (range, left, right)
  }
}

/// The picture of a layout by class as a figure: with a title, the names of the classes, and what is
/// not shown.
///
/// The frame is that of the grids over the layout, so that the picture within it lies exactly over
/// an atlas. Letters are those of the machine's fonts, so the bytes differ between machines.
///
/// - Parameters:
///   - layout: The positions, n × 2 or n × 1.
///   - horizontal: The first axis, where it has a scale of its own; the names of its ends stand below.
///   - classes: The class of each sample, below 0 for none; nil if classes are not known.
///   - classNames: The names of the classes.
///   - title: A line above.
///   - side: The side of the picture in pixels, from 200 to 8,192.
/// - Returns: The figure, somewhat larger than the picture.
/// - Throws: `GridError` for a layout that cannot be drawn, `DrawingError` if there is not enough
///   memory.
/// - Complexity: That of `classPicture`.
public func classFigure(
  _ layout: Matrix, horizontal: HorizontalAxis? = nil, classes: [Int32]?,
  classNames: [String], title: String, side: Int
) throws -> RGBImage {
  let image = try classPicture(layout, horizontal: horizontal?.range, classes: classes, side: side)
  let frame = try LayoutFrame(layout, side: side, horizontal: horizontal?.range)
  let canvas = try Canvas(width: 1, height: 1)
  let all = classes.flatMap { classes in
    classNames.isEmpty
      ? nil : ClassLegend(classes, names: classNames, beside: image, measuredOn: canvas)
  }
  // A list of some of many classes, whose colors are those of others too, would tell nobody anything.
  let legend = all.flatMap { $0.isComplete ? $0 : nil }
  var subtitle = "\(grouped(layout.rowCount)) samples"
  if all != nil {
    subtitle += " of \(grouped(classNames.count)) classes"
    if legend == nil { subtitle += ", which share \(ClassPalette.count) colors" }
    if layout.columnCount > 1 { subtitle += "; a name stands where its class is densest" }
  }
  let figure = try LayoutFigure(
    image, title: title, subtitle: subtitle, panelWidth: legend?.width ?? 0, axis: horizontal,
    note: note(on: layout, clippedCount: frame.clippedCount))
  legend?.draw(on: figure.canvas, at: figure.panel)
  if all != nil, layout.columnCount > 1, let classes {
    ClassNames(frame, classes, names: classNames, side: side)
      .draw(on: figure.canvas, at: figure.origin, side: Float(side), size: figure.fontSize)
  }
  return try figure.canvas.image()
}

/// The density of a layout as a figure: with a title, a scale, and what is not shown; otherwise as
/// `classFigure`.
public func densityFigure(
  _ layout: Matrix, horizontal: HorizontalAxis? = nil, title: String, side: Int
) throws -> RGBImage {
  let map = try densityMap(layout, horizontal: horizontal?.range, side: side)
  let figure = try LayoutFigure(
    map.image, title: title, subtitle: "\(grouped(layout.rowCount)) samples",
    panelWidth: map.scale == nil ? 0 : Float(side) / 6, axis: horizontal,
    note: note(on: layout, clippedCount: map.clippedCount))
  if let scale = map.scale {
    scale.draw(
      on: figure.canvas, at: figure.panel, height: Float(map.image.height) * 0.6,
      size: figure.fontSize)
  }
  return try figure.canvas.image()
}

/// A picture with a frame, a title above, below it the names of an axis's ends and a line, and room on
/// the right.
struct LayoutFigure {
  let canvas: Canvas
  let fontSize: Float
  /// The upper left corner of the picture, and that of the room on the right of it.
  let origin, panel: SIMD2<Float>

  static let ink = Color(gray: 0.15)
  static let faint = Color(gray: 0.45)

  /// The height of letters in a figure whose picture has this side.
  static func fontSize(side: Float) -> Float { (side / 64).rounded() }

  /// Frames a picture.
  init(
    _ image: RGBImage, title: String, subtitle: String, panelWidth: Float, axis: HorizontalAxis?,
    note: String
  ) throws(DrawingError) {
    let size = Self.fontSize(side: Float(image.width))
    let (left, top) = (Int(1.5 * size), Int(4.6 * size))
    let width = left + image.width + Int(max(1.5 * size, panelWidth))
    let height = top + image.height + Int((axis == nil ? 2.6 : 4.4) * size)
    canvas = try Canvas(width: width, height: height)
    fontSize = size
    origin = SIMD2(Float(left), Float(top))
    panel = origin + SIMD2(Float(image.width) + size, 0)
    canvas.fill(.rectangle(0, 0, Float(width), Float(height)), Color(gray: 1))
    canvas.place(image, x: left, y: top)
    let end = origin + SIMD2(Float(image.width), Float(image.height))
    canvas.stroke(
      .rectangle(origin.x - 0.5, origin.y - 0.5, end.x + 0.5, end.y + 0.5), width: 1,
      Color(gray: 0.6))
    canvas.write(
      title, at: [origin.x, 2 * size], size: 1.3 * size, Self.ink, style: .bold)
    canvas.write(subtitle, at: [origin.x, 3.7 * size], size: size, Self.faint)
    var base = end.y + 1.7 * size
    if let axis {
      writeEnds(of: axis, from: origin.x, to: end.x, at: base)
      base += 1.8 * size
    }
    canvas.write(note, at: [origin.x, base], size: size, Self.faint)
  }

  /// Writes the names of an axis's ends below them; each has half of the width.
  private func writeEnds(
    of axis: HorizontalAxis, from left: Float, to right: Float, at base: Float
  ) {
    let size = 1.1 * fontSize
    func fitting(_ name: String) -> String {
      canvas.lines(
        of: name, width: 0.45 * (right - left), atMost: 1, size: size, style: .bold
      ).first ?? ""
    }
    canvas.write(
      "← " + fitting(axis.left), at: [left, base], size: size, Self.ink, style: .bold)
    canvas.write(
      fitting(axis.right) + " →", at: [right, base], size: size, Self.ink, alignment: .trailing,
      style: .bold)
  }
}

/// What a figure says about its frame.
private func note(on layout: Matrix, clippedCount: Int) -> String {
  guard layout.columnCount > 1 else { return "" }
  let beyond =
    clippedCount == 0
    ? "" : "; \(grouped(clippedCount)) beyond it \(clippedCount == 1 ? "is" : "are") not shown"
  return "the frame is that of the atlas" + beyond
}

extension DensityScale {
  /// Draws the scale, with ticks at powers of ten.
  func draw(on canvas: Canvas, at corner: SIMD2<Float>, height: Float, size: Float) {
    let top = corner.y + 3 * size
    let bar = Path.rectangle(corner.x, top, corner.x + 1.2 * size, top + height)
    canvas.fill(bar) { pixel in
      let color = Self.color(1 - (pixel.y - top) / height)
      return Color(color.x, color.y, color.z)
    }
    for (line, text) in ["samples per", "1/10,000 of the area"].enumerated() {
      canvas.write(
        text, at: [corner.x, corner.y + (0.9 + 1.2 * Float(line)) * size], size: 0.8 * size,
        LayoutFigure.faint)
    }
    for tick in Self.ticks(from: low, to: high) {
      let y = (top + height * (1 - fraction(of: tick.value))).rounded(.down) + 0.5
      canvas.stroke(
        .lines([[corner.x + 1.2 * size, y], [corner.x + 1.5 * size, y]]), width: 1,
        LayoutFigure.ink)
      canvas.write(
        tick.label, at: [corner.x + 1.8 * size, y + 0.35 * size], size: size, LayoutFigure.ink)
    }
  }

  /// The powers of ten, and where there are fewer than three of them twice and five times those.
  private static func ticks(from low: Float, to high: Float) -> [(value: Float, label: String)] {
    let all = (-6...12).flatMap { exponent in
      [1, 2, 5].map { factor in
        (factor: factor, exponent: exponent, value: Double(factor) * power(exponent))
      }
    }
    let within = all.filter { $0.value >= Double(low) && $0.value <= Double(high) }
    let powers = within.filter { $0.factor == 1 }
    return (powers.count < 3 ? within : powers).map {
      (Float($0.value), label($0.factor, exponent: $0.exponent))
    }
  }

  private static func power(_ exponent: Int) -> Double {
    (0..<abs(exponent)).reduce(1) { value, _ in exponent < 0 ? value / 10 : value * 10 }
  }

  private static func label(_ factor: Int, exponent: Int) -> String {
    exponent < 0
      ? "0." + String(repeating: "0", count: -exponent - 1) + "\(factor)"
      : grouped(factor * Int(power(exponent)))
  }
}
