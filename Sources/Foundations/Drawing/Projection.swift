/// A map of the plane that keeps lines straight: moves, turns, scales, and perspective.
///
/// A 3 × 3 matrix over homogeneous points (x, y, 1); points are SIMD2, x to the right and y down.
public struct Projection: Sendable {
  // Row by row: x' = (xRow · p) / (wRow · p), y' = (yRow · p) / (wRow · p).
  private var xRow = SIMD3<Float>(1, 0, 0)
  private var yRow = SIMD3<Float>(0, 1, 0)
  private var wRow = SIMD3<Float>(0, 0, 1)

  /// The map that leaves everything where it is.
  public static let identity = Projection()

  private init() {}

  /// Moves by an offset.
  public static func move(_ offset: SIMD2<Float>) -> Projection {
    var map = Projection()
    map.xRow.z = offset.x
    map.yRow.z = offset.y
    return map
  }

  /// Moves by an offset.
  public static func move(_ x: Float, _ y: Float) -> Projection { move(SIMD2(x, y)) }

  /// Scales about the origin; negative factors mirror.
  public static func scale(_ x: Float, _ y: Float) -> Projection {
    var map = Projection()
    map.xRow.x = x
    map.yRow.y = y
    return map
  }

  /// Scales about the origin.
  public static func scale(_ factor: Float) -> Projection { scale(factor, factor) }

  /// Turns about the origin, clockwise as y points down.
  public static func turn(_ turns: Float) -> Projection {
    let axis = direction(turns: turns)
    var map = Projection()
    map.xRow = SIMD3(axis.x, -axis.y, 0)
    map.yRow = SIMD3(axis.y, axis.x, 0)
    return map
  }

  /// Slants: x grows by `factor` · y.
  public static func shear(_ factor: Float) -> Projection {
    var map = Projection()
    map.xRow.y = factor
    return map
  }

  /// Perspective about the origin: what lies towards `vanishing` becomes smaller.
  ///
  /// A component of 0.3 makes things at distance 1 that way 1 / 1.3 as large.
  public static func perspective(_ vanishing: SIMD2<Float>) -> Projection {
    var map = Projection()
    map.wRow = SIMD3(vanishing.x, vanishing.y, 1)
    return map
  }

  /// The level plane below a horizon, seen by an eye at height 1 above it.
  ///
  /// Maps (across, ahead) on the plane to the image: `ahead` = 1 is seen `height` below the
  /// horizon, and at that distance one unit across is `height` wide.
  public static func ground(horizon: SIMD2<Float>, height: Float) -> Projection {
    var map = Projection()
    map.xRow = SIMD3(height, horizon.x, 0)
    map.yRow = SIMD3(0, horizon.y, height)
    map.wRow = SIMD3(0, 1, 0)
    return map
  }

  /// The map that applies `other` first, then this one.
  public func after(_ other: Projection) -> Projection {
    func combine(_ row: SIMD3<Float>) -> SIMD3<Float> {
      other.xRow * row.x + other.yRow * row.y + other.wRow * row.z
    }
    var map = Projection()
    map.xRow = combine(xRow)
    map.yRow = combine(yRow)
    map.wRow = combine(wRow)
    return map
  }

  /// Where a point goes.
  public func callAsFunction(_ point: SIMD2<Float>) -> SIMD2<Float> {
    let p = SIMD3(point.x, point.y, 1)
    let w = (wRow * p).sum()
    return SIMD2((xRow * p).sum(), (yRow * p).sum()) / w
  }

  /// How much longer short lines become at a point: the root of the local change of area.
  public func magnification(at point: SIMD2<Float>) -> Float {
    let p = SIMD3(point.x, point.y, 1)
    let w = (wRow * p).sum()
    return (abs(determinant) / abs(w * w * w)).squareRoot()
  }

  private var determinant: Float {
    xRow.x * (yRow.y * wRow.z - yRow.z * wRow.y)
      - xRow.y * (yRow.x * wRow.z - yRow.z * wRow.x)
      + xRow.z * (yRow.x * wRow.y - yRow.y * wRow.x)
  }

  /// The map that undoes this one.
  ///
  /// - Precondition: The map does not flatten the plane.
  public var inverse: Projection {
    let scale = 1 / determinant
    precondition(scale.isFinite, "a projection that flattens the plane has no inverse")
    func cross(_ a: SIMD3<Float>, _ b: SIMD3<Float>) -> SIMD3<Float> {
      SIMD3(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x)
    }
    // The columns of the inverse are the cross products of the rows.
    let (first, second, third) = (cross(yRow, wRow), cross(wRow, xRow), cross(xRow, yRow))
    var map = Projection()
    map.xRow = SIMD3(first.x, second.x, third.x) * scale
    map.yRow = SIMD3(first.y, second.y, third.y) * scale
    map.wRow = SIMD3(first.z, second.z, third.z) * scale
    return map
  }
}

/// The sine of an angle in turns, within 10⁻⁶.
///
/// A polynomial of ours rather than the C library's, whose last digits differ from version to version
/// and from processor to processor: what is drawn stays the same to the byte.
@inlinable
public func sine(turns: Float) -> Float {
  // Folded to a quarter turn either side of zero, where an odd polynomial of degree 7 is enough.
  let turn = turns - turns.rounded()
  let folded = abs(turn) > 0.25 ? (turn > 0 ? 0.5 - turn : -0.5 - turn) : turn
  let square = folded * folded
  let low = 6.28316404 - square * 41.3371424
  let high = 81.3407682 - square * 70.9934264
  return folded * (low + square * square * high)
}

/// The cosine of an angle in turns, within 3·10⁻⁶ for a few turns.
@inlinable
public func cosine(turns: Float) -> Float { sine(turns: turns + 0.25) }

/// The point on the unit circle at an angle in turns, clockwise from the right as y points down.
@inlinable
public func direction(turns: Float) -> SIMD2<Float> {
  SIMD2(cosine(turns: turns), sine(turns: turns))
}
