package import Drawing

/// Hair that lies one way: streaks along x.
///
/// Three noises, stretched along the hair: strands, finer strands, and tufts that bend both.
package struct Fur: Texture {
  let (light, dark): (Color, Color)
  let (length, width, contrast): (Float, Float, Float)
  let noise: Noise

  /// Hair of a length and width, between two colors.
  package init(
    _ light: Color, _ dark: Color, length: Float = 0.16, width: Float = 0.022,
    contrast: Float = 0.9, seed: UInt32 = 0
  ) {
    (self.light, self.dark) = (light, dark)
    (self.length, self.width, self.contrast) = (length, width, contrast)
    noise = Noise(seed: seed)
  }

  package func color(at point: SIMD2<Float>, footprint: Float) -> Color {
    // Tufts bend the hair; strands are noise stretched along it.
    let bend = noise(point * 5) - 0.5
    let across = (point.y + bend * 0.09) / max(width, footprint)
    let strand = noise(SIMD2(point.x / length, across))
    let fine = noise(SIMD2(point.x / length * 2 + 40, across * 1.9))
    let tuft = noise.fractal(point * 3 + 11, octaves: 2)
    let value = 0.5 * strand + 0.25 * fine + 0.25 * tuft
    return dark.mixed(with: light, by: min(max(0.5 + contrast * 2 * (value - 0.5), 0), 1))
  }
}

/// Large patches with pale lines between, as on a giraffe or a tortoise.
///
/// The cells of scattered points, warped a little; a cell's number varies its lightness.
package struct Patches: Texture {
  let (patch, line): (Color, Color)
  let (size, width, scatter): (Float, Float, Float)
  let noise: Noise

  /// Patches of about `size`, with lines of `width` as a fraction of it.
  package init(
    _ patch: Color, line: Color, size: Float = 0.3, width: Float = 0.16, scatter: Float = 0.8,
    seed: UInt32 = 0
  ) {
    (self.patch, self.line, self.size, self.width) = (patch, line, size, width)
    self.scatter = scatter
    noise = Noise(seed: seed)
  }

  package func color(at point: SIMD2<Float>, footprint: Float) -> Color {
    let warp = (noise(point / size * 2.5) - 0.5) * 0.25
    let cell = noise.cell(point / size + SIMD2(warp, -warp), scatter: scatter)
    let inside = coverage((cell.second - cell.nearest - width) * size / 2, footprint)
    let tone = 0.88 + 0.24 * cell.number
    return line.mixed(with: patch.lit(by: tone), by: inside)
  }
}

/// Hair over a pattern: strands along x that lighten, darken and fray what they show.
///
/// For zebras and bees: the pattern's edges fray along the hair.
package struct Hairy: Texture {
  let pattern: any Texture
  let (length, width, contrast, fray): (Float, Float, Float, Float)
  let noise: Noise

  /// Strands of a length and width; `fray` is how far they pull the pattern along.
  package init(
    _ pattern: any Texture, length: Float = 0.14, width: Float = 0.02, contrast: Float = 0.5,
    fray: Float = 0.05, seed: UInt32 = 0
  ) {
    (self.pattern, self.length, self.width) = (pattern, length, width)
    (self.contrast, self.fray) = (contrast, fray)
    noise = Noise(seed: seed)
  }

  /// The color at a point.
  package func color(at point: SIMD2<Float>, footprint: Float) -> Color {
    let bend = noise(point * 5) - 0.5
    let across = (point.y + bend * 0.09) / max(width, footprint)
    let strand = noise(SIMD2(point.x / length, across))
    let tuft = noise(point * 4 + 11)
    let place = point + SIMD2(fray * 2 * (strand - 0.5), 0)
    return pattern.color(at: place, footprint: footprint)
      .lit(by: 1 + contrast * (1.4 * (strand - 0.5) + 0.6 * (tuft - 0.5)))
  }
}
