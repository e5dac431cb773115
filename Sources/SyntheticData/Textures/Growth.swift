package import Drawing

/// Leaves that lie over each other, lit from above.
///
/// Two layers of lens-shaped leaves, each in a cell of its own direction and lightness, over a dark
/// ground.
package struct Foliage: Texture {
  let (leaf, shade): (Color, Color)
  let size: Float
  let noise: Noise

  /// Leaves of about `size`; between them it is dark.
  package init(_ leaf: Color, shade: Color, size: Float = 0.13, seed: UInt32 = 0) {
    (self.leaf, self.shade, self.size) = (leaf, shade, size)
    noise = Noise(seed: seed)
  }

  package func color(at point: SIMD2<Float>, footprint: Float) -> Color {
    let mass = noise.fractal(point * 2.2, octaves: 3)
    // Two layers of leaves, the upper one lighter and with gaps.
    var color = shade.mixed(with: leaf, by: 0.35 * mass)
    for layer in 0..<2 {
      let at = point / size + SIMD2(Float(layer) * 17.3, Float(layer) * 5.9)
      let cell = noise.cell(at, scatter: 0.95)
      let axis = direction(turns: cell.number)
      let along = (cell.offset * axis).sum()
      let across = cell.offset.x * axis.y - cell.offset.y * axis.x
      // A lens: two arcs that meet in points.
      let half = 0.3 * (1 - along * along * 4.4)
      let inside = coverage((half - abs(across)) * size, footprint)
      let vein = 1 - 0.25 * coverage((0.035 - abs(across)) * size, footprint)
      let tone = 0.55 + 0.5 * mass + 0.3 * cell.other + (layer == 1 ? 0.12 : -0.12)
      color = color.mixed(with: leaf.lit(by: tone * vein), by: inside)
    }
    return color
  }
}

/// Blades of grass, standing.
///
/// Noise stretched upwards, leaning with the wind by another noise.
package struct Grass: Texture {
  let (blade, ground): (Color, Color)
  let size: Float
  let noise: Noise

  /// Blades of a height.
  package init(_ blade: Color, ground: Color, size: Float = 0.12, seed: UInt32 = 0) {
    (self.blade, self.ground, self.size) = (blade, ground, size)
    noise = Noise(seed: seed)
  }

  package func color(at point: SIMD2<Float>, footprint: Float) -> Color {
    let lean = (noise(point / size * 0.7) - 0.5) * size * 0.5
    let at = SIMD2((point.x + lean) / (0.16 * size), point.y / size)
    let blades = noise.fractal(at, octaves: 2, footprint: footprint / (0.16 * size))
    let field = noise.fractal(point * 1.5, octaves: 2)
    let clear = min(1, 0.25 * size / max(footprint, 1e-6))
    let value = 0.5 + (blades - 0.5) * 1.8 * clear
    return ground.mixed(with: blade, by: min(max(value, 0), 1)).lit(by: 0.8 + 0.4 * field)
  }
}

/// Furrowed bark, along y.
///
/// Noise stretched along the trunk, folded about its mean.
package struct Bark: Texture {
  let (ridge, furrow): (Color, Color)
  let size: Float
  let noise: Noise

  /// Ridges of a width.
  package init(_ ridge: Color, furrow: Color, size: Float = 0.07, seed: UInt32 = 0) {
    (self.ridge, self.furrow, self.size) = (ridge, furrow, size)
    noise = Noise(seed: seed)
  }

  package func color(at point: SIMD2<Float>, footprint: Float) -> Color {
    let bend = noise(point * 3) * 1.6
    let value = noise.fractal(
      SIMD2(point.x / size + bend, point.y / (size * 5)), octaves: 3, footprint: footprint / size)
    // Folding the noise about its center makes sharp furrows.
    let height = min(1, abs(2 * value - 1) * 2.2)
    return furrow.mixed(with: ridge, by: height).lit(by: 0.85 + 0.3 * value)
  }
}

/// Needles of conifers: tufts of fine streaks that fan out downwards.
///
/// Short strokes in all directions, in layers as leaves are.
package struct Needles: Texture {
  let (needle, shade): (Color, Color)
  let size: Float
  let noise: Noise

  /// Tufts of about `size`; between the needles it is dark.
  package init(_ needle: Color, shade: Color, size: Float = 0.16, seed: UInt32 = 0) {
    (self.needle, self.shade, self.size) = (needle, shade, size)
    noise = Noise(seed: seed)
  }

  package func color(at point: SIMD2<Float>, footprint: Float) -> Color {
    let cell = noise.cell(point / size, scatter: 0.9)
    let axis = direction(turns: 0.25 + (cell.number - 0.5) * 0.3)
    let along = (cell.offset * axis).sum()
    let across = cell.offset.x * axis.y - cell.offset.y * axis.x
    // Needles leave one point above the tuft, so they spread.
    let fan = across / (along + 1.3)
    let strand = noise(SIMD2(fan * 6.5 + 40 * cell.other, along * 1.2))
    let clear = min(1, 0.2 * size / max(footprint, 1e-6))
    let relief = 0.5 + (strand - 0.5) * (0.6 + 1.2 * clear)
    let tip = smooth(along, from: -0.5, to: 0.45)
    let value = min(max(relief * 0.9 + 0.3 * tip - 0.03, 0), 1)
    return shade.mixed(with: needle, by: value).lit(by: 0.92 + 0.25 * cell.other)
  }
}
