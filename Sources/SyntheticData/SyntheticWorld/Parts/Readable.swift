import Drawing

extension Brush {
  /// True where the picture shows the thing's units mirrored.
  var isMirrored: Bool {
    let origin = pose(.zero)
    let (right, down) = (pose([0.1, 0]) - origin, pose([0, 0.1]) - origin)
    return right.x * down.y - right.y * down.x < 0
  }

  /// Draws what must not be seen mirrored, such as letters, about x = 0.
  mutating func readable(_ draw: (inout Brush) -> Void) {
    within(.scale(isMirrored ? -1 : 1, 1), draw)
  }
}
