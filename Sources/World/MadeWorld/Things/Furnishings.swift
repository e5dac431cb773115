import Drawing
import Textures

/// Things of the room.
enum Furnishings {
  static let classes: [WorldClass] = []
}
