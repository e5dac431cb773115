internal import FourierTransforms
internal import Glibc
internal import Matrices
internal import ParallelLoops

/// The grid on which the repulsive field of a layout is computed.
struct FieldGrid: Sendable, Equatable {
  /// The distance between grid points.
  let spacing: Float
  /// The number of grid points along each axis that samples may touch; 1 along the second axis of a
  /// line.
  let filled: SIMD2<Int>
  /// The number of grid points with the zeros that keep the field's periodic images apart.
  let padded: SIMD2<Int>

  /// The most grid points that samples may touch: along each of two axes, or along one.
  ///
  /// Padded to 6144², the density, its spectrum and the factors take 300 MB.
  private static let caps = [1: 1 << 20, 2: 3072]

  /// Chooses a grid for a layout of some extent, or keeps the current one while it fits.
  ///
  /// The spacing is 0.35 of the width √ν of the kernel: the relative error of the gradients is then
  /// about a thousandth (0.5 has 0.007, 0.25 has 0.0001). Lines, and layouts so small that it costs
  /// nothing, have half of that. Where it would take more grid points than are allowed, 3072 a
  /// side, the spacing doubles as often as it must; repulsion between near samples is then too
  /// weak.
  static func fitting(
    _ extent: SIMD2<Float>, dimension: Int, degreesOfFreedom: Float, current: FieldGrid?
  ) -> FieldGrid {
    let usual = 0.35 * min(1, degreesOfFreedom.squareRoot())
    let greatest = extent.max()
    var spacing = dimension == 1 || greatest < 128 * usual ? usual / 2 : usual
    let cap = caps[dimension] ?? 3072
    while Float(cap - margin) * spacing < greatest { spacing *= 2 }
    let needed = SIMD2(
      Int(extent.x / spacing) + margin, dimension == 2 ? Int(extent.y / spacing) + margin : 1)
    if let current, current.spacing == spacing,
      all(current.filled .>= needed), all(current.filled .<= needed &* 2 &+ 64)
    {
      return current
    }
    // Room to grow, so that the kernel is not transformed anew at once.
    let roomy = SIMD2(needed.x + needed.x / 8 + 8, needed.y + needed.y / 8 + 8)
    let columns = fastTransformLength(atLeast: 2 * roomy.x)
    guard dimension == 2 else {
      return FieldGrid(
        spacing: spacing, filled: SIMD2(columns / 2, 1), padded: SIMD2(columns, 1))
    }
    let rows = fastTransformLength(atLeast: 2 * roomy.y)
    // Transforms go by eight rows.
    return FieldGrid(
      spacing: spacing, filled: SIMD2(columns / 2, rows / 2 / 8 * 8), padded: SIMD2(columns, rows))
  }

  /// The grid points beside a layout that the splines at its edge touch, with two unused lanes.
  private static let margin = 10

  /// The number of grid points before the first sample of a layout of some extent, such that the
  /// layout lies in the middle.
  func offset(for extent: SIMD2<Float>) -> SIMD2<Int> {
    let free = SIMD2(
      filled.x - Int(extent.x / spacing) - 1, filled.y - Int(extent.y / spacing) - 1)
    return SIMD2(
      max(QuinticSpline.reach, free.x / 2),
      filled.y == 1 ? 0 : max(QuinticSpline.reach, free.y / 2))
  }

  /// The factors for the spectrum of a density, by which it becomes that of the field.
  ///
  /// The spectrum of the kernel (1 + d²/ν)^(−ν), over the square of the spline's, which spreading
  /// and gathering put in, and over the number of grid points, which the transforms put in.
  func kernelFactors(degreesOfFreedom: Float) -> [Float] {
    let transform = PlaneTransform(
      rowCount: padded.y, columnCount: padded.x, filledRowCount: padded.y)
    let (dof, step) = (Double(degreesOfFreedom), Double(spacing))
    parallelFor(count: padded.y, grain: 16) { rows in
      for row in rows {
        let y = step * Double(min(row, padded.y - row))
        let first = row * transform.rowStride
        transform.plane.withMutableSpan(first..<first + padded.x) { line in
          for column in 0...padded.x / 2 {
            let x = step * Double(column)
            let base = 1 + (x * x + y * y) / dof
            let value = Float(dof == 1 ? 1 / base : pow(base, -dof))
            line[column] = value
            if column > 0 { line[padded.x - column] = value }
          }
        }
      }
    }
    transform.forward()
    let scale = 1 / Double(padded.x * padded.y)
    let columnResponse = responses(padded.x)
    let rowResponse = padded.y == 1 ? [1] : responses(padded.y)
    var factors = [Float](repeating: 0, count: transform.spectrumColumnCount * padded.y)
    factors.withDisjointWrites { factors in
      parallelFor(count: transform.spectrumColumnCount, grain: 16) { columns in
        transform.spectrum.withSpan { spectrum in
          for column in columns {
            for row in 0..<padded.y {
              let response = columnResponse[column] * rowResponse[row]
              // The kernel is even, so its spectrum is real.
              let value = spectrum[2 * (column * transform.columnStride + row)]
              factors[column * padded.y + row] = Float(Double(value) * scale / response)
            }
          }
        }
      }
    }
    return factors
  }

  /// The squares of the spline's response to all waves of a period.
  private func responses(_ length: Int) -> [Double] {
    (0..<length).map {
      let response = QuinticSpline.response(2 * .pi * Double($0) / Double(length))
      return response * response
    }
  }
}
