/// From decorrelated colour to RGB in 0…1: a 3 × 3 matrix, then a sigmoid, pixel by pixel.
///
/// The matrix is a square root of the correlation of colours in photographs; in its coordinates a
/// gradient step treats bright–dark, blue–yellow and green–magenta by how much they vary in nature
/// (Olah, Mordvintsev and Schubert, "Feature Visualization", Distill 2017, preconditioning).
public struct ColorDecorrelation: Sendable {
  /// The rows of the matrix: what red, green and blue take of each of the three planes.
  let red: SIMD3<Float>
  let green: SIMD3<Float>
  let blue: SIMD3<Float>

  /// The constants of lucid, divided by the norm of the largest column, 0.461952.
  public init() {
    let largestColumnNorm = (0.26 * 0.26 + 2 * 0.27 * 0.27 as Float).squareRoot()
    red = SIMD3(0.26, 0.09, 0.02) / largestColumnNorm
    green = SIMD3(0.27, 0, -0.05) / largestColumnNorm
    blue = SIMD3(0.27, -0.09, 0.03) / largestColumnNorm
  }

  /// Turns decorrelated planes into RGB planes.
  ///
  /// - Parameters:
  ///   - planes: 3 × pixels, planar.
  ///   - rgb: 3 × pixels, planar, in 0…1.
  public func rgb(of planes: [Float], into rgb: inout [Float]) {
    let count = pixelCount(planes.count, rgb.count)
    let planes = planes.span
    var rgb = rgb.mutableSpan
    forEachBlock(of: count) { pixel, lanes in
      self.rgb(of: planes, into: &rgb, count, at: pixel, lanes)
    }
  }

  @inline(__always)
  private func rgb(
    of planes: Span<Float>, into rgb: inout MutableSpan<Float>, _ count: Int, at pixel: Int,
    _ lanes: Int
  ) {
    let x = planes.vector(at: pixel, lanes: lanes)
    let y = planes.vector(at: count + pixel, lanes: lanes)
    let z = planes.vector(at: 2 * count + pixel, lanes: lanes)
    rgb.store(sigmoid(combination(x, y, z, red)), at: pixel, lanes: lanes)
    rgb.store(sigmoid(combination(x, y, z, green)), at: count + pixel, lanes: lanes)
    rgb.store(sigmoid(combination(x, y, z, blue)), at: 2 * count + pixel, lanes: lanes)
  }

  /// Pulls a gradient back from RGB to the decorrelated planes.
  ///
  /// The adjoint of the derivative of `rgb(of:into:)`: Mᵀ · (g ⊙ rgb ⊙ (1 − rgb)).
  ///
  /// - Parameters:
  ///   - rgb: What `rgb(of:into:)` wrote, 3 × pixels.
  ///   - rgbGradient: The gradient with respect to it, 3 × pixels.
  ///   - gradient: The gradient with respect to the planes, 3 × pixels.
  public func pullback(rgb: [Float], _ rgbGradient: [Float], into gradient: inout [Float]) {
    let count = pixelCount(rgb.count, gradient.count)
    precondition(rgbGradient.count == 3 * count, "gradient of \(rgbGradient.count) for \(count)")
    let (rgb, rgbGradient) = (rgb.span, rgbGradient.span)
    var gradient = gradient.mutableSpan
    let columns = (
      SIMD3(red.x, green.x, blue.x), SIMD3(red.y, green.y, blue.y), SIMD3(red.z, green.z, blue.z)
    )
    forEachBlock(of: count) { pixel, lanes in
      let r = logit(rgb, rgbGradient, at: pixel, lanes)
      let g = logit(rgb, rgbGradient, at: count + pixel, lanes)
      let b = logit(rgb, rgbGradient, at: 2 * count + pixel, lanes)
      gradient.store(combination(r, g, b, columns.0), at: pixel, lanes: lanes)
      gradient.store(combination(r, g, b, columns.1), at: count + pixel, lanes: lanes)
      gradient.store(combination(r, g, b, columns.2), at: 2 * count + pixel, lanes: lanes)
    }
  }

  /// The gradient before the sigmoid, whose derivative is σ (1 − σ).
  @inline(__always)
  private func logit(
    _ rgb: Span<Float>, _ gradient: Span<Float>, at index: Int, _ lanes: Int
  ) -> SIMD8<Float> {
    let value = rgb.vector(at: index, lanes: lanes)
    return gradient.vector(at: index, lanes: lanes) * (value - value * value)
  }

  @inline(__always)
  private func combination(
    _ x: SIMD8<Float>, _ y: SIMD8<Float>, _ z: SIMD8<Float>, _ weights: SIMD3<Float>
  ) -> SIMD8<Float> {
    (x * weights.x).addingProduct(y, SIMD8(repeating: weights.y))
      .addingProduct(z, SIMD8(repeating: weights.z))
  }

  private func pixelCount(_ count: Int, _ other: Int) -> Int {
    precondition(
      count % 3 == 0 && count == other, "three equal planes expected: \(count), \(other)")
    return count / 3
  }
}
