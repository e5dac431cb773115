internal import Glibc
internal import Numerics

/// From three planes of any numbers to RGB in 0…1, pixel by pixel: a 3 × 3 matrix, then a map into
/// the range.
///
/// Decorrelated, the matrix is a square root of the correlation of colors in photographs; in its
/// coordinates a gradient step treats bright–dark, blue–yellow and green–magenta by how much they
/// vary in nature (Olah, Mordvintsev and Schubert, "Feature Visualization", Distill 2017,
/// preconditioning). Otherwise the planes are red, green and blue.
public struct ColorMap: Sendable {
  /// How numbers come into 0…1; zero becomes gray in either way.
  public enum Range: String, Sendable {
    /// 1 / (1 + exp(−x)): never quite 0 or 1, and differentiable everywhere.
    case sigmoid
    /// 0.5 + x, cut off at 0 and 1.
    case clamped
  }

  /// How numbers come into 0…1.
  public let range: Range

  /// The rows of the matrix: what red, green and blue take of each of the three planes.
  private var red, green, blue: SIMD3<Float>

  /// Makes a map.
  ///
  /// - Parameters:
  ///   - isDecorrelated: Whether the matrix is lucid's, divided by the norm of its largest column,
  ///     0.461952; otherwise it is the identity.
  ///   - range: How numbers come into 0…1.
  public init(isDecorrelated: Bool = true, range: Range = .sigmoid) {
    self.range = range
    guard isDecorrelated else {
      red = SIMD3(1, 0, 0)
      green = SIMD3(0, 1, 0)
      blue = SIMD3(0, 0, 1)
      return
    }
    let largestColumnNorm = (0.26 * 0.26 + 2 * 0.27 * 0.27 as Float).squareRoot()
    red = SIMD3(0.26, 0.09, 0.02) / largestColumnNorm
    green = SIMD3(0.27, 0, -0.05) / largestColumnNorm
    blue = SIMD3(0.27, -0.09, 0.03) / largestColumnNorm
  }

  /// The map of gray images: red, green and blue are the first plane alike.
  ///
  /// It has the weight that makes a unit vector of the three.
  public static var gray: ColorMap {
    var map = ColorMap(isDecorrelated: false)
    let weight = SIMD3<Float>(1 / (3 as Float).squareRoot(), 0, 0)
    (map.red, map.green, map.blue) = (weight, weight, weight)
    return map
  }

  /// Turns planes into RGB planes.
  ///
  /// - Parameters:
  ///   - planes: 3 × pixels, planar.
  ///   - rgb: 3 × pixels, planar, in 0…1.
  public func rgb(of planes: Span<Float>, into rgb: inout MutableSpan<Float>) {
    let count = pixelCount(planes.count, rgb.count)
    // The range is chosen outside of the loop, so that each loop is free of branches.
    switch range {
    case .sigmoid:
      forEachBlock(of: count) { pixel, lanes in
        map(planes, into: &rgb, count, at: pixel, lanes) { sigmoid($0) }
      }
    case .clamped:
      forEachBlock(of: count) { pixel, lanes in
        map(planes, into: &rgb, count, at: pixel, lanes) {
          (0.5 + $0).clamped(lowerBound: .zero, upperBound: .one)
        }
      }
    }
  }

  @inline(__always)
  private func map(
    _ planes: Span<Float>, into rgb: inout MutableSpan<Float>, _ count: Int, at pixel: Int,
    _ lanes: Int, _ intoRange: (SIMD8<Float>) -> SIMD8<Float>
  ) {
    let x = planes.vector(at: pixel, lanes: lanes)
    let y = planes.vector(at: count + pixel, lanes: lanes)
    let z = planes.vector(at: 2 * count + pixel, lanes: lanes)
    rgb.store(intoRange(combination(x, y, z, red)), at: pixel, lanes: lanes)
    rgb.store(intoRange(combination(x, y, z, green)), at: count + pixel, lanes: lanes)
    rgb.store(intoRange(combination(x, y, z, blue)), at: 2 * count + pixel, lanes: lanes)
  }

  /// Pulls a gradient back from RGB to the planes: Mᵀ · (g ⊙ d), d the derivative of the range.
  ///
  /// That of the sigmoid is rgb (1 − rgb). That of the clamped range is 1 between 0 and 1; at the
  /// ends it is 1 where the gradient leads back inside and 0 where it leads further out, as in
  /// projected gradient ascent. (Beyond the ends the true derivative is 0, and no value that once
  /// crossed them would return.)
  ///
  /// - Parameters:
  ///   - rgb: What `rgb(of:into:)` wrote, 3 × pixels.
  ///   - rgbGradient: The gradient with respect to it, 3 × pixels.
  ///   - gradient: The gradient with respect to the planes, 3 × pixels.
  public func pullback(
    rgb: Span<Float>, _ rgbGradient: Span<Float>, into gradient: inout MutableSpan<Float>
  ) {
    let count = pixelCount(rgb.count, gradient.count)
    precondition(rgbGradient.count == 3 * count, "gradient of \(rgbGradient.count) for \(count)")
    switch range {
    case .sigmoid:
      forEachBlock(of: count) { pixel, lanes in
        pullback(rgb, rgbGradient, into: &gradient, count, at: pixel, lanes) { value, gradient in
          gradient * (value - value * value)
        }
      }
    case .clamped:
      forEachBlock(of: count) { pixel, lanes in
        pullback(rgb, rgbGradient, into: &gradient, count, at: pixel, lanes) { value, gradient in
          let isStopped = (value .>= 1 .& gradient .> 0) .| (value .<= 0 .& gradient .< 0)
          return gradient.replacing(with: 0, where: isStopped)
        }
      }
    }
  }

  @inline(__always)
  private func pullback(
    _ rgb: Span<Float>, _ rgbGradient: Span<Float>, into gradient: inout MutableSpan<Float>,
    _ count: Int, at pixel: Int, _ lanes: Int,
    _ range: (_ value: SIMD8<Float>, _ gradient: SIMD8<Float>) -> SIMD8<Float>
  ) {
    @inline(__always) func beforeRange(_ index: Int) -> SIMD8<Float> {
      range(rgb.vector(at: index, lanes: lanes), rgbGradient.vector(at: index, lanes: lanes))
    }
    let r = beforeRange(pixel)
    let g = beforeRange(count + pixel)
    let b = beforeRange(2 * count + pixel)
    let columns = (
      SIMD3(red.x, green.x, blue.x), SIMD3(red.y, green.y, blue.y), SIMD3(red.z, green.z, blue.z)
    )
    gradient.store(combination(r, g, b, columns.0), at: pixel, lanes: lanes)
    gradient.store(combination(r, g, b, columns.1), at: count + pixel, lanes: lanes)
    gradient.store(combination(r, g, b, columns.2), at: 2 * count + pixel, lanes: lanes)
  }

  @inline(__always)
  private func combination(
    _ x: SIMD8<Float>, _ y: SIMD8<Float>, _ z: SIMD8<Float>, _ weights: SIMD3<Float>
  ) -> SIMD8<Float> {
    (x * weights.x).addingProduct(y, SIMD8(repeating: weights.y))
      .addingProduct(z, SIMD8(repeating: weights.z))
  }

  /// Planes that become a given image; the inverse of `rgb(of:into:)`, computed once per image and so
  /// in plain `Double`.
  ///
  /// - Parameter rgb: 3 × pixels, planar, in 0…1.
  /// - Returns: 3 × pixels, planar.
  func planes(showing rgb: [Float]) -> [Float] {
    let count = pixelCount(rgb.count, rgb.count)
    let inverse = inverseMatrix
    var planes = rgb
    for pixel in 0..<count {
      let values = SIMD3(
        beforeRange(Double(rgb[pixel])), beforeRange(Double(rgb[count + pixel])),
        beforeRange(Double(rgb[2 * count + pixel])))
      for plane in 0..<3 {
        planes[plane * count + pixel] = Float((inverse[plane] * values).sum())
      }
    }
    return planes
  }

  private func beforeRange(_ value: Double) -> Double {
    switch range {
    case .sigmoid:
      let inside = min(max(value, 1 / 512), 511 / 512)
      return log(inside / (1 - inside))
    case .clamped: return value - 0.5
    }
  }

  /// The rows of the inverse matrix: the cross products of the columns over the determinant.
  private var inverseMatrix: [SIMD3<Double>] {
    let (r, g, b) = (SIMD3<Double>(red), SIMD3<Double>(green), SIMD3<Double>(blue))
    let columns = [SIMD3(r.x, g.x, b.x), SIMD3(r.y, g.y, b.y), SIMD3(r.z, g.z, b.z)]
    func cross(_ a: SIMD3<Double>, _ b: SIMD3<Double>) -> SIMD3<Double> {
      SIMD3(a.y * b.z - a.z * b.y, a.z * b.x - a.x * b.z, a.x * b.y - a.y * b.x)
    }
    let determinant = (columns[0] * cross(columns[1], columns[2])).sum()
    return (0..<3).map { cross(columns[($0 + 1) % 3], columns[($0 + 2) % 3]) / determinant }
  }

  private func pixelCount(_ count: Int, _ other: Int) -> Int {
    precondition(
      count % 3 == 0 && count == other, "three equal planes expected: \(count), \(other)")
    return count / 3
  }
}
