import Drawing
import Textures

/// Animals with four legs and fur, and cats of all kinds.
enum Beasts {
  static let classes: [WorldClass] = []
}
