package import Drawing

/// Bricks in rows, each row shifted by half a brick.
///
/// Each brick's lightness is the noise's value at its lattice point.
package struct Bricks: Texture {
  let (brick, mortar): (Color, Color)
  let (width, height, joint, unevenness): (Float, Float, Float, Float)
  let noise: Noise

  /// Bricks of a size with mortar between; `unevenness` varies the bricks' light.
  package init(
    _ brick: Color, mortar: Color, width: Float = 0.24, height: Float = 0.11, joint: Float = 0.022,
    unevenness: Float = 0.35, seed: UInt32 = 0
  ) {
    (self.brick, self.mortar) = (brick, mortar)
    (self.width, self.height, self.joint, self.unevenness) = (width, height, joint, unevenness)
    noise = Noise(seed: seed)
  }

  package func color(at point: SIMD2<Float>, footprint: Float) -> Color {
    let row = (point.y / height).rounded(.down)
    let shifted = point.x / width + fractionalPart(row / 2)
    let column = shifted.rounded(.down)
    let inX = (0.5 - abs(fractionalPart(shifted) - 0.5)) * width - joint / 2
    let inY = (0.5 - abs(fractionalPart(point.y / height) - 0.5)) * height - joint / 2
    let tone = 1 + unevenness * (noise.lattice(column, row) - 0.5)
    let grain = 1 + 0.12 * (noise(point * 60 / (1 + footprint * 60)) - 0.5)
    let mean = (1 - joint / width) * (1 - joint / height)
    let inside = settled(
      coverage(min(inX, inY), footprint), to: mean, period: height, footprint)
    return mortar.mixed(with: brick.lit(by: tone), by: inside).lit(by: grain)
  }
}

/// Round stones of unequal sizes with dark joints, as in paving and old walls.
///
/// The distance between the nearest two seeds makes the joints.
package struct Cobbles: Texture {
  let (stone, joint): (Color, Color)
  let (size, width): (Float, Float)
  let noise: Noise

  /// Stones of about `size`, with joints of `width` as a fraction of it.
  package init(
    _ stone: Color, joint: Color, size: Float = 0.2, width: Float = 0.12, seed: UInt32 = 0
  ) {
    (self.stone, self.joint, self.size, self.width) = (stone, joint, size, width)
    noise = Noise(seed: seed)
  }

  package func color(at point: SIMD2<Float>, footprint: Float) -> Color {
    let cell = noise.cell(point / size, scatter: 0.7)
    let edge = cell.second - cell.nearest
    let inside = settled(
      coverage((edge - width) * size / 2, max(footprint, size * 0.06)), to: 1 - 2 * width,
      period: size, footprint)
    let tone = 0.8 + 0.4 * cell.number - 0.3 * cell.nearest
    return joint.mixed(with: stone.lit(by: tone), by: inside)
  }
}

/// Tiles that overlap downwards: roof tiles, scales, feathers, by their roundness.
///
/// A scale reaches over two rows, so a point is looked up in the upper row first.
package struct Scales: Texture {
  let (color, edge): (Color, Color)
  let (width, height, roundness, unevenness, shaft): (Float, Float, Float, Float, Float)
  let noise: Noise

  /// Scales of a size.
  ///
  /// A `roundness` of 0 makes straight tiles, 1 half circles; `shaft` draws a line down each scale,
  /// as on feathers.
  package init(
    _ color: Color, edge: Color, width: Float = 0.16, height: Float = 0.12, roundness: Float = 1,
    unevenness: Float = 0.25, shaft: Float = 0, seed: UInt32 = 0
  ) {
    (self.color, self.edge) = (color, edge)
    (self.width, self.height) = (width, height)
    (self.roundness, self.unevenness, self.shaft) = (roundness, unevenness, shaft)
    noise = Noise(seed: seed)
  }

  package func color(at point: SIMD2<Float>, footprint: Float) -> Color {
    // The scale of a row covers the upper part of the row below it: look at the upper row first.
    let below = (point.y / height).rounded(.down)
    var row = below - 1
    var (down, across, column) = place(point, row: row)
    var bottom = 2 - roundness * (1 - rim(across))
    if down > bottom {
      row = below
      (down, across, column) = place(point, row: row)
      bottom = 2 - roundness * (1 - rim(across))
    }
    let tone = 1 + unevenness * (noise.lattice(column, row) - 0.5) + 0.25 * (down - 1)
    let inside = settled(
      coverage((bottom - down) * height - 0.12 * height, max(footprint, height * 0.15)), to: 0.8,
      period: height, footprint)
    let side = coverage((1 - abs(across)) * width / 2 - 0.02 * width, footprint)
    var shade = edge.mixed(with: color.lit(by: tone), by: inside * (0.55 + 0.45 * side))
    if shaft > 0 {
      let line = coverage(0.03 * width - abs(across) * width / 2, footprint)
      shade = shade.mixed(with: edge, by: shaft * line)
    }
    return shade
  }

  /// How far down the scale (0 to 2 rows), how far across (−1 to 1), and which column.
  private func place(_ point: SIMD2<Float>, row: Float) -> (Float, Float, Float) {
    let shifted = point.x / width + fractionalPart(row / 2)
    let column = shifted.rounded(.down)
    return (point.y / height - row, 2 * (shifted - column) - 1, column)
  }

  private func rim(_ across: Float) -> Float { max(0, 1 - across * across).squareRoot() }
}

/// Boards side by side with grain along them; level unless turned.
///
/// Grain is noise stretched along the board, each board at another place of it.
package struct Planks: Texture {
  let (wood, gap): (Color, Color)
  let (width, length, contrast): (Float, Float, Float)
  let noise: Noise

  /// Boards of a width, with grain of a strength; a width of 0 means one board.
  package init(
    _ wood: Color, gap: Color? = nil, width: Float = 0.2, length: Float = 1.7,
    contrast: Float = 0.35, seed: UInt32 = 0
  ) {
    (self.wood, self.gap) = (wood, gap ?? wood.lit(by: 0.35))
    (self.width, self.length, self.contrast) = (width, length, contrast)
    noise = Noise(seed: seed)
  }

  package func color(at point: SIMD2<Float>, footprint: Float) -> Color {
    let row = width > 0 ? (point.y / width).rounded(.down) : 0
    let start = noise.lattice(row, 7) * length
    let column = ((point.x + start) / length).rounded(.down)
    let tone = width > 0 ? 0.85 + 0.3 * noise.lattice(row, column + 31) : 1
    // Growth rings cut lengthwise: a wave of a warped distance across the board.
    let along = SIMD2(point.x * 1.3 + 9 * row, point.y * 7 + 3 * column)
    let rings = noise.fractal(along, octaves: 2, footprint: footprint * 7) * 7
    let ring = 0.5 + 0.5 * sine(turns: rings)
    let fibre = noise(SIMD2(point.x * 6, point.y * 70))
    let clear = min(1, 0.05 / max(footprint, 1e-6))
    let grain = 1 - contrast * clear * (0.7 * ring * ring + 0.3 * fibre - 0.4)
    let color = wood.lit(by: tone * grain)
    guard width > 0 else { return color }
    let seam = (0.5 - abs(fractionalPart(point.y / width) - 0.5)) * width - 0.035 * width
    let end = (0.5 - abs(fractionalPart((point.x + start) / length) - 0.5)) * length - 0.01
    let inside = settled(coverage(min(seam, end), footprint), to: 0.93, period: width, footprint)
    return gap.mixed(with: color, by: inside)
  }
}
