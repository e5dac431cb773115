package import Drawing

/// Water with waves: crests across x that glitter.
///
/// Crests are warped by noise, and glitter where they are highest; they fade with distance.
package struct Waves: Texture {
  let (deep, crest): (Color, Color)
  let (length, strength): (Float, Float)
  let noise: Noise

  /// Waves of a length from crest to crest.
  package init(
    _ deep: Color, crest: Color, length: Float = 0.2, strength: Float = 1, seed: UInt32 = 0
  ) {
    (self.deep, self.crest, self.length, self.strength) = (deep, crest, length, strength)
    noise = Noise(seed: seed)
  }

  package func color(at point: SIMD2<Float>, footprint: Float) -> Color {
    let at = point / length
    let warp = noise(SIMD2(at.x * 0.35, at.y * 0.8)) * 2.4 + noise(at * SIMD2(0.9, 1.4)) * 0.9
    let clear = min(1, 0.3 * length / max(footprint, 1e-6))
    let wave = 0.5 + 0.5 * sine(turns: at.y + warp) * clear
    let swell = noise.fractal(at * 0.3, octaves: 2)
    let glint = smooth(wave * (0.6 + 0.6 * swell), from: 0.72, to: 1)
    return deep.lit(by: 0.85 + 0.3 * wave).mixed(
      with: crest, by: strength * (0.75 * glint + 0.1 * swell))
  }
}

/// Clouds on a sky.
///
/// Fractal noise above a threshold, lit from above: what has cloud over it is darker.
package struct Clouds: Texture {
  let (sky, cloud): (Color, Color)
  let (size, cover): (Float, Float)
  let noise: Noise

  /// Clouds of a size; `cover` is about the fraction of the sky that they take.
  package init(_ sky: Color, cloud: Color, size: Float = 0.5, cover: Float = 0.4, seed: UInt32 = 0)
  {
    (self.sky, self.cloud, self.size, self.cover) = (sky, cloud, size, cover)
    noise = Noise(seed: seed)
  }

  package func color(at point: SIMD2<Float>, footprint: Float) -> Color {
    let at = point / size * SIMD2(1, 1.8)
    let value = noise.fractal(at, octaves: 4, footprint: footprint / size)
    let thickness = smooth(value, from: 0.72 - 0.5 * cover, to: 0.95 - 0.5 * cover)
    let above = noise.fractal(at - SIMD2(0, 0.25), octaves: 3)
    let light = 1 - 0.25 * smooth(above, from: 0.4, to: 0.75)
    return sky.mixed(with: cloud.lit(by: light), by: thickness)
  }
}

/// Stone with veins.
///
/// A sine wave disturbed by turbulence (Perlin, "An image synthesizer", SIGGRAPH 1985).
package struct Marble: Texture {
  let (stone, vein): (Color, Color)
  let size: Float
  let noise: Noise

  /// Veins about `size` apart.
  package init(_ stone: Color, vein: Color, size: Float = 0.45, seed: UInt32 = 0) {
    (self.stone, self.vein, self.size) = (stone, vein, size)
    noise = Noise(seed: seed)
  }

  package func color(at point: SIMD2<Float>, footprint: Float) -> Color {
    let at = point / size
    let turbulence = noise.fractal(at * 1.5, octaves: 4, footprint: footprint / size)
    let wave = abs(sine(turns: 0.5 * (at.x + 0.4 * at.y) + 1.8 * turbulence))
    let thin = 1 - smooth(wave, from: 0, to: 0.3)
    let cloud = 0.9 + 0.2 * turbulence
    let clear = smooth(0.2 * size / max(footprint, 1e-6), from: 0.5, to: 3)
    return stone.lit(by: cloud).mixed(with: vein, by: (0.25 + 0.6 * clear) * thin * clear)
  }
}

/// Sand or snow: fine grain over soft ripples.
///
/// Ripples fade with distance before grain does.
package struct Sand: Texture {
  let (light, dark): (Color, Color)
  let ripple: Float
  let noise: Noise

  /// Grain with ripples of a length.
  package init(_ light: Color, _ dark: Color, ripple: Float = 0.25, seed: UInt32 = 0) {
    (self.light, self.dark, self.ripple) = (light, dark, ripple)
    noise = Noise(seed: seed)
  }

  package func color(at point: SIMD2<Float>, footprint: Float) -> Color {
    let warp = noise.fractal(point / ripple * SIMD2(0.5, 1), octaves: 2) * 2.5
    let clear = min(1, 0.3 * ripple / max(footprint, 1e-6))
    let wave = 0.5 + 0.5 * sine(turns: point.y / ripple + warp) * clear
    let grain = noise(point / max(0.012, footprint))
    return dark.mixed(with: light, by: min(max(0.25 + 0.45 * wave + 0.5 * (grain - 0.3), 0), 1))
  }
}
