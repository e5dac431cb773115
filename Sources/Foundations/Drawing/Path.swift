/// An outline of straight lines and cubic Bézier curves.
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
