package import Drawing

/// Cloth: threads over and under each other.
///
/// Each thread is shaded as a round one; from a distance only its mean color is left.
package struct Cloth: Texture {
  let (warp, weft): (Color, Color)
  let thread: Float
  let noise: Noise

  /// Threads of a width, one color along, one across.
  package init(_ warp: Color, _ weft: Color, thread: Float = 0.05, seed: UInt32 = 0) {
    (self.warp, self.weft, self.thread) = (warp, weft, thread)
    noise = Noise(seed: seed)
  }

  package func color(at point: SIMD2<Float>, footprint: Float) -> Color {
    let at = point / thread
    let (column, row) = (at.x.rounded(.down), at.y.rounded(.down))
    let isWarp = (Int(column) + Int(row)) & 1 == 0
    // The upper thread is round across its way and dips at its ends.
    let across = (isWarp ? fractionalPart(at.x) : fractionalPart(at.y)) - 0.5
    let along = (isWarp ? fractionalPart(at.y) : fractionalPart(at.x)) - 0.5
    // Threads of two pixels and less would make rings and bands; they are gone before.
    let clear = smooth(thread / max(footprint, 1e-6), from: 1.5, to: 5)
    let relief = 1.12 - clear * (1.5 * across * across + 1.1 * along * along)
    let tone = 0.9 + 0.2 * noise.lattice(isWarp ? column : 0, isWarp ? 0 : row)
    let mean = warp.mixed(with: weft, by: 0.5)
    return mean.mixed(with: isWarp ? warp : weft, by: clear).lit(by: relief * tone)
  }
}

/// A honeycomb: six-sided cells with walls.
///
/// The nearest center of two rectangular lattices is that of the hexagon.
package struct Honeycomb: Texture {
  let (cell, wall): (Color, Color)
  let (size, thickness, filling): (Float, Float, Float)
  let noise: Noise

  /// Cells `size` apart with walls of `thickness` as a fraction of it; `filling` is the fraction of cells
  /// that are full, and lighter.
  package init(
    _ cell: Color, wall: Color, size: Float = 0.16, thickness: Float = 0.16, filling: Float = 0.5,
    seed: UInt32 = 0
  ) {
    (self.cell, self.wall, self.size) = (cell, wall, size)
    (self.thickness, self.filling) = (thickness, filling)
    noise = Noise(seed: seed)
  }

  package func color(at point: SIMD2<Float>, footprint: Float) -> Color {
    // Centers of hexagons are two rectangular lattices of 1 × √3, one shifted by half.
    let step = SIMD2<Float>(1, 1.7320508)
    let at = point / size
    func nearest(_ shift: SIMD2<Float>) -> SIMD2<Float> {
      ((at - shift) / step).rounded(.toNearestOrAwayFromZero) * step + shift
    }
    let (even, odd) = (nearest(.zero), nearest(step / 2))
    let (toEven, toOdd) = (at - even, at - odd)
    let isEven = (toEven * toEven).sum() < (toOdd * toOdd).sum()
    let (offset, center) = isEven ? (toEven, even) : (toOdd, odd)
    let folded = SIMD2(abs(offset.x), abs(offset.y))
    let edge = 0.5 - max(folded.x, folded.x * 0.5 + folded.y * 0.8660254)
    let inside = coverage((edge - thickness / 2) * size, footprint)
    let isFull = noise.lattice(center.x * 2, center.y * 2) < filling
    let depth = isFull ? 1.25 - 0.5 * (offset * offset).sum() : 0.55 + 0.5 * offset.y + 0.3 * edge
    return wall.mixed(with: cell.lit(by: depth), by: inside)
  }
}

/// Wicker: bands over and under upright stakes.
///
/// Bands alternate from row to row over stakes that are not drawn themselves.
package struct Wicker: Texture {
  let (band, gap): (Color, Color)
  let size: Float
  let noise: Noise

  /// Stakes `size` apart; bands are half as high.
  package init(_ band: Color, gap: Color? = nil, size: Float = 0.22, seed: UInt32 = 0) {
    (self.band, self.gap, self.size) = (band, gap ?? band.lit(by: 0.25), size)
    noise = Noise(seed: seed)
  }

  package func color(at point: SIMD2<Float>, footprint: Float) -> Color {
    let height = size * 0.42
    let row = (point.y / height).rounded(.down)
    let along = fractionalPart((point.x / size + row) / 2) * 2 - 1
    let across = (fractionalPart(point.y / height) - 0.5) * 2
    // Each band swells where it passes over a stake and goes under the next.
    let over = 0.5 + 0.5 * cosine(turns: along / 2)
    let relief = (0.45 + 0.75 * over) * (1.05 - 0.45 * across * across)
    let inside = coverage((0.88 - abs(across)) * height / 2, footprint)
    let tone = 0.85 + 0.3 * noise.lattice(row, ((point.x / size + row) / 2).rounded(.down))
    return gap.mixed(with: band.lit(by: relief * tone), by: inside)
  }
}
