package import Drawing

/// One color, a little uneven.
///
/// Its unevenness is fractal noise of size 1/4, as of painted walls and skins.
package struct Plain: Texture {
  let (color, noise, unevenness): (Color, Noise, Float)

  /// One color; `unevenness` is how much its light varies from place to place.
  package init(_ color: Color, unevenness: Float = 0, seed: UInt32 = 0) {
    (self.color, noise, self.unevenness) = (color, Noise(seed: seed), unevenness)
  }

  package func color(at point: SIMD2<Float>, footprint: Float) -> Color {
    guard unevenness > 0 else { return color }
    let value = noise.fractal(point * 4, octaves: 3, footprint: footprint * 4)
    return color.lit(by: 1 + unevenness * (2 * value - 1))
  }
}

/// Level stripes of two colors.
///
/// They run along x; turn them for other directions.
package struct Stripes: Texture {
  let (first, second): (Color, Color)
  let (period, fraction, wobble): (Float, Float, Float)
  let noise: Noise

  /// Stripes that repeat after `period`; the second color takes `fraction` of it; `wobble` bends them,
  /// as on animals.
  package init(
    _ first: Color, _ second: Color, period: Float = 0.25, fraction: Float = 0.5, wobble: Float = 0,
    seed: UInt32 = 0
  ) {
    (self.first, self.second) = (first, second)
    (self.period, self.fraction, self.wobble) = (period, fraction, wobble)
    noise = Noise(seed: seed)
  }

  package func color(at point: SIMD2<Float>, footprint: Float) -> Color {
    var y = point.y / period
    var width = fraction
    if wobble > 0 {
      y += wobble * (noise(point / period * 0.4) - 0.5) * 2
      // Stripes of animals swell, fork and end.
      width *= 1 + wobble * (noise(SIMD2(point.x, point.y + 50) / period * 0.9) - 0.5)
    }
    let distance = (width / 2 - abs(fractionalPart(y) - 0.5)) * period
    let faded = footprint > period ? fraction : coverage(distance, footprint)
    return first.mixed(with: second, by: faded)
  }
}

/// Dots on a ground.
///
/// The lattice is shifted in every other row where dots are regular, as on printed cloth.
package struct Dots: Texture {
  let (ground, dot): (Color, Color)
  let (spacing, radius, scatter): (Float, Float, Float)
  let noise: Noise

  /// Dots `spacing` apart with `radius` as a fraction of it; `scatter` moves them from a square lattice
  /// and varies their sizes.
  package init(
    _ ground: Color, _ dot: Color, spacing: Float = 0.3, radius: Float = 0.3, scatter: Float = 0,
    seed: UInt32 = 0
  ) {
    (self.ground, self.dot) = (ground, dot)
    (self.spacing, self.radius, self.scatter) = (spacing, radius, scatter)
    noise = Noise(seed: seed)
  }

  package func color(at point: SIMD2<Float>, footprint: Float) -> Color {
    var at = point / spacing
    // Every other row is shifted by half where dots are regular.
    if scatter == 0, Int(at.y.rounded(.down)) & 1 == 1 { at.x += 0.5 }
    let cell = noise.cell(at, scatter: scatter)
    let size = radius * (1 + scatter * (cell.other - 0.5))
    return ground.mixed(with: dot, by: coverage((size - cell.nearest) * spacing, footprint))
  }
}

/// Squares of two colors, as on a chessboard.
///
/// It needs no seed: all squares of a color are the same.
package struct Checks: Texture {
  let (first, second): (Color, Color)
  let side: Float

  /// Squares of a side.
  package init(_ first: Color, _ second: Color, side: Float = 0.25) {
    (self.first, self.second, self.side) = (first, second, side)
  }

  package func color(at point: SIMD2<Float>, footprint: Float) -> Color {
    // Along each axis a wave that is ±1 inside a square and crosses 0 at its edges.
    func wave(_ value: Float) -> Float {
      let folded = abs(fractionalPart(value / (2 * side)) - 0.5) - 0.25
      return min(max(folded * 4 * side / max(footprint, 1e-6), -1), 1)
    }
    guard footprint < side else { return first.mixed(with: second, by: 0.5) }
    return first.mixed(with: second, by: 0.5 + 0.5 * wave(point.x) * wave(point.y))
  }
}

/// Brushed metal: fine scratches along x, and soft bands that mirror light and dark places.
///
/// Streaks along x over soft bands, as light lies on turned metal.
package struct Brushed: Texture {
  let (bright, dull): (Color, Color)
  let (band, scratch): (Float, Float)
  let noise: Noise

  /// Metal with bands about `band` wide; `scratch` is the strength of the scratches.
  package init(_ color: Color, band: Float = 0.3, scratch: Float = 0.3, seed: UInt32 = 0) {
    bright = color.mixed(with: Color(gray: 1), by: 0.35)
    dull = color.lit(by: 0.55)
    (self.band, self.scratch) = (band, scratch)
    noise = Noise(seed: seed)
  }

  /// The color at a point.
  package func color(at point: SIMD2<Float>, footprint: Float) -> Color {
    let mirror = noise.fractal(SIMD2(point.x / band, point.y * 0.4), octaves: 2)
    let line = noise(SIMD2(point.x * 2.5, point.y / max(0.012, footprint)))
    let fine = noise(SIMD2(point.x * 9, point.y / max(0.03, footprint) + 60))
    let value = 0.5 + 1.7 * (mirror - 0.5) + scratch * (line + fine - 1)
    return dull.mixed(with: bright, by: min(max(value, 0), 1))
  }
}
