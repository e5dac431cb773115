/// An outline of straight lines and cubic Bézier curves.
///
/// Curves have two control points each (Bézier); a path has no color and no width until it is
/// filled or stroked.
public struct Path: Sendable {
  /// A step of the outline.
  public enum Step: Sendable {
    /// Begins a new part at a point.
    case move(SIMD2<Float>)
    /// A straight line to a point.
    case line(SIMD2<Float>)
    /// A curve with two control points to a point.
    case curve(SIMD2<Float>, SIMD2<Float>, SIMD2<Float>)
    /// A straight line to where the part began.
    case close
  }

  /// The steps, in order.
  public private(set) var steps: [Step] = []

  /// Makes an empty outline.
  public init() {}

  /// Begins a new part at a point.
  public mutating func move(_ x: Float, _ y: Float) { steps.append(.move(SIMD2(x, y))) }

  /// Goes straight to a point.
  public mutating func line(_ x: Float, _ y: Float) { steps.append(.line(SIMD2(x, y))) }

  /// Goes to a point in a curve that leaves towards the first control point and arrives from the
  /// second.
  public mutating func curve(
    _ x1: Float, _ y1: Float, _ x2: Float, _ y2: Float, _ x: Float, _ y: Float
  ) {
    steps.append(.curve(SIMD2(x1, y1), SIMD2(x2, y2), SIMD2(x, y)))
  }

  /// Goes straight back to where the part began.
  public mutating func close() { steps.append(.close) }

  /// The outline as a map shows it; curves stay curves, which is exact without perspective.
  ///
  /// - Parameter map: Moves every point, control points too.
  /// - Returns: The mapped outline.
  public func mapped(by map: Projection) -> Path {
    var mapped = Path()
    mapped.steps = steps.map { step in
      switch step {
      case .move(let point): .move(map(point))
      case .line(let point): .line(map(point))
      case .curve(let first, let second, let point): .curve(map(first), map(second), map(point))
      case .close: .close
      }
    }
    return mapped
  }

  /// The outline with all x and y multiplied.
  public func stretched(_ x: Float, _ y: Float) -> Path { mapped(by: .scale(x, y)) }

  /// The first point; nil if there is none.
  public var start: SIMD2<Float>? {
    guard case .move(let point)? = steps.first else { return nil }
    return point
  }
}

extension Path {
  /// Control points at this fraction of the radius make a quarter circle, within 0.03 %.
  private static let quarter: Float = 0.5523

  /// An ellipse.
  public static func ellipse(_ x: Float, _ y: Float, _ radiusX: Float, _ radiusY: Float) -> Path {
    let (kx, ky) = (radiusX * quarter, radiusY * quarter)
    var path = Path()
    path.move(x + radiusX, y)
    path.curve(x + radiusX, y + ky, x + kx, y + radiusY, x, y + radiusY)
    path.curve(x - kx, y + radiusY, x - radiusX, y + ky, x - radiusX, y)
    path.curve(x - radiusX, y - ky, x - kx, y - radiusY, x, y - radiusY)
    path.curve(x + kx, y - radiusY, x + radiusX, y - ky, x + radiusX, y)
    path.close()
    return path
  }

  /// A circle.
  public static func circle(_ x: Float, _ y: Float, _ radius: Float) -> Path {
    ellipse(x, y, radius, radius)
  }

  /// A rectangle from its upper left and lower right corners.
  public static func rectangle(_ left: Float, _ top: Float, _ right: Float, _ bottom: Float) -> Path
  {
    polygon([[left, top], [right, top], [right, bottom], [left, bottom]])
  }

  /// A rectangle with round corners.
  public static func rounded(
    _ left: Float, _ top: Float, _ right: Float, _ bottom: Float, radius: Float
  ) -> Path {
    let r = min(radius, (right - left) / 2, (bottom - top) / 2)
    let k = r * (1 - quarter)
    var path = Path()
    path.move(left + r, top)
    path.line(right - r, top)
    path.curve(right - k, top, right, top + k, right, top + r)
    path.line(right, bottom - r)
    path.curve(right, bottom - k, right - k, bottom, right - r, bottom)
    path.line(left + r, bottom)
    path.curve(left + k, bottom, left, bottom - k, left, bottom - r)
    path.line(left, top + r)
    path.curve(left, top + k, left + k, top, left + r, top)
    path.close()
    return path
  }

  /// A closed outline of straight lines.
  public static func polygon(_ points: [SIMD2<Float>]) -> Path {
    var path = lines(points)
    path.close()
    return path
  }

  /// Straight lines from point to point.
  public static func lines(_ points: [SIMD2<Float>]) -> Path {
    var path = Path()
    for (index, point) in points.enumerated() {
      if index == 0 { path.move(point.x, point.y) } else { path.line(point.x, point.y) }
    }
    return path
  }

  /// A smooth closed outline through points (a Catmull–Rom spline).
  public static func smooth(_ points: [SIMD2<Float>]) -> Path {
    spline(points, isClosed: true)
  }

  /// A smooth line through points (a Catmull–Rom spline).
  public static func smoothLine(_ points: [SIMD2<Float>]) -> Path {
    spline(points, isClosed: false)
  }

  private static func spline(_ points: [SIMD2<Float>], isClosed: Bool) -> Path {
    let count = points.count
    guard count > 1 else { return Path() }
    func point(_ index: Int) -> SIMD2<Float> {
      let inside = isClosed ? (index + count) % count : min(max(index, 0), count - 1)
      return points[inside]
    }
    var path = Path()
    path.move(points[0].x, points[0].y)
    for index in 0..<(isClosed ? count : count - 1) {
      let (from, to) = (point(index), point(index + 1))
      let leave = from + (to - point(index - 1)) / 6
      let arrive = to - (point(index + 2) - from) / 6
      path.curve(leave.x, leave.y, arrive.x, arrive.y, to.x, to.y)
    }
    if isClosed { path.close() }
    return path
  }

  /// An arc about a center, from one angle to another, in turns clockwise from the right.
  public static func arc(
    _ x: Float, _ y: Float, _ radiusX: Float, _ radiusY: Float, from start: Float, to end: Float
  ) -> Path {
    let count = max(1, Int((abs(end - start) * 8).rounded(.up)))
    let step = (end - start) / Float(count)
    // Control points lie 4/3 · tan(θ/4) along the tangents.
    let reach = 4.0 / 3 * sine(turns: step / 4) / cosine(turns: step / 4)
    var path = Path()
    for index in 0...count {
      let to = direction(turns: start + step * Float(index))
      guard index > 0 else {
        path.move(x + radiusX * to.x, y + radiusY * to.y)
        continue
      }
      let from = direction(turns: start + step * Float(index - 1))
      path.curve(
        x + radiusX * (from.x - reach * from.y), y + radiusY * (from.y + reach * from.x),
        x + radiusX * (to.x + reach * to.y), y + radiusY * (to.y - reach * to.x),
        x + radiusX * to.x, y + radiusY * to.y)
    }
    return path
  }

  /// A star: `count` points on the outer radius, as many dents on the inner, the first point up.
  public static func star(_ x: Float, _ y: Float, count: Int, outer: Float, inner: Float) -> Path {
    polygon(
      (0..<2 * count).map { index in
        let radius = index % 2 == 0 ? outer : inner
        let at = direction(turns: Float(index) / Float(2 * count) - 0.25)
        return SIMD2(x, y) + at * radius
      })
  }
}
