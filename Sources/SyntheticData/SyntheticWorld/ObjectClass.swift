import Drawing

/// A kind of thing: how it looks, how it stands, where it is found.
public struct ObjectClass: Sendable {
  /// What it is called; the name of its folder.
  public let name: String
  let draw: @Sendable (inout Brush) -> Void
  let stance: Stance
  /// Where it is found, the usual places first; later ones are rarer.
  let habitats: [Habitat]
  /// Its height as a share of the picture's.
  let size: ClosedRange<Float>

  /// How a thing is held.
  enum Stance {
    /// On the ground, upright, with a shadow.
    case standing
    /// In the water, cut off by it.
    case floating
    /// Free, at any height, tilted.
    case hovering
    /// On the ground or free, turned as it fell.
    case lying
  }

  init(
    _ name: String, _ stance: Stance = .standing, in habitats: [Habitat],
    size: ClosedRange<Float> = 0.5...0.85, _ draw: @escaping @Sendable (inout Brush) -> Void
  ) {
    (self.name, self.stance, self.habitats, self.size) = (name, stance, habitats, size)
    self.draw = draw
  }
}
