public import Drawing
public import Images

/// A curve with its axes, for instance a loss by epoch.
///
/// Points that are not finite interrupt the line. Letters are those of the machine's fonts, so the
/// bytes differ between machines.
///
/// - Parameters:
///   - values: The points, in the order in which the line joins them.
///   - title: A line above.
///   - xLabel: What x is, with its unit.
///   - yLabel: What y is, with its unit.
///   - width: The width in pixels; at least 200.
///   - height: The height in pixels; at least 150.
/// - Returns: The image.
/// - Throws: `DrawingError` if there is not enough memory.
public func curvePicture(
  values: [(x: Double, y: Double)], title: String, xLabel: String, yLabel: String,
  width: Int = 960, height: Int = 600
) throws(DrawingError) -> RGBImage {
  precondition(width >= 200 && height >= 150, "no curve in \(width) × \(height) pixels")
  let finite = values.filter { $0.x.isFinite && $0.y.isFinite }
  let x = AxisTicks(covering: finite.map(\.x), count: max(2, width / 110))
  let y = AxisTicks(covering: finite.map(\.y), count: max(2, height / 75))
  let canvas = try Canvas(width: width, height: height)
  let plot = Plot(canvas: canvas, x: x, y: y, width: Float(width), height: Float(height))
  plot.drawAxes(title: title, xLabel: xLabel, yLabel: yLabel)
  plot.drawCurve(values)
  return try canvas.image()
}

/// The plot of a curve: its frame in pixels, and what is drawn in it.
private struct Plot {
  let canvas: Canvas
  let x, y: AxisTicks
  let left, top, right, bottom: Float

  private let fontSize: Float = 15
  private let ink = Color(gray: 0.2)
  private let faint = Color(gray: 0.9)
  private let accent = Color(0.13, 0.40, 0.72)

  init(canvas: Canvas, x: AxisTicks, y: AxisTicks, width: Float, height: Float) {
    (self.canvas, self.x, self.y) = (canvas, x, y)
    let size = fontSize
    let widest = y.labels.map { canvas.width(of: $0, size: size) }.max() ?? 0
    left = widest + 3.2 * fontSize
    top = 3.4 * fontSize
    right = width - 2 * fontSize
    bottom = height - 4 * fontSize
  }

  /// A point's position in pixels.
  private func pixelPosition(_ point: (x: Double, y: Double)) -> SIMD2<Float> {
    SIMD2(
      left + (right - left) * Float(x.fraction(of: point.x)),
      bottom - (bottom - top) * Float(y.fraction(of: point.y)))
  }

  /// Draws the background, the axes with their marks, the title and the labels.
  func drawAxes(title: String, xLabel: String, yLabel: String) {
    // Larger than any canvas: all of it.
    canvas.fill(.rectangle(0, 0, 32768, 32768), Color(gray: 1))
    for (value, label) in zip(x.values, x.labels) {
      // Half a pixel aside, lines of one pixel are sharp.
      let at = (left + (right - left) * Float(x.fraction(of: value))).rounded(.down) + 0.5
      canvas.stroke(.lines([[at, top], [at, bottom]]), width: 1, faint)
      canvas.stroke(.lines([[at, bottom], [at, bottom + 5]]), width: 1, ink)
      canvas.write(
        label, at: [at, bottom + 1.5 * fontSize], size: fontSize, ink, alignment: .center)
    }
    for (value, label) in zip(y.values, y.labels) {
      let at = (bottom - (bottom - top) * Float(y.fraction(of: value))).rounded(.down) + 0.5
      canvas.stroke(.lines([[left, at], [right, at]]), width: 1, faint)
      canvas.stroke(.lines([[left - 5, at], [left, at]]), width: 1, ink)
      canvas.write(
        label, at: [left - 9, at + 0.35 * fontSize], size: fontSize, ink, alignment: .trailing)
    }
    let (edgeX, edgeY) = (left.rounded(.down) + 0.5, bottom.rounded(.down) + 0.5)
    canvas.stroke(.lines([[edgeX, top], [edgeX, edgeY], [right, edgeY]]), width: 1, ink)
    canvas.write(
      title, at: [left, 2.2 * fontSize], size: 1.2 * fontSize, Color(gray: 0.1), style: .bold)
    canvas.write(
      xLabel, at: [(left + right) / 2, bottom + 3.1 * fontSize], size: fontSize, ink,
      alignment: .center)
    canvas.write(
      yLabel, at: [1.6 * fontSize, (top + bottom) / 2], size: fontSize, ink, alignment: .center,
      isUpright: true)
  }

  /// Draws the curve.
  func drawCurve(_ values: [(x: Double, y: Double)]) {
    let runs = values.split { !($0.x.isFinite && $0.y.isFinite) }
    let count = runs.reduce(0) { $0 + $1.count }
    for run in runs {
      let points = run.map(pixelPosition)
      canvas.stroke(.lines(points), width: 2.5, accent)
      // Few points are marked; one alone would not be seen otherwise.
      for point in points where count <= 40 || points.count == 1 {
        canvas.fill(.circle(point.x, point.y, 4), accent)
      }
    }
  }
}
