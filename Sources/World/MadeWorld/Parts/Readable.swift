import Drawing

extension Brush {
  /// Draws a part that must not be seen in a mirror, as writing: mirrored back where this brush
  /// draws mirrored.
  mutating func readable(_ draw: (inout Brush) -> Void) {
    let isMirrored = pose(SIMD2(1, 0)).x < pose(.zero).x
    within(.scale(isMirrored ? -1 : 1, 1), draw)
  }
}
