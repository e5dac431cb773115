import Drawing
import Textures

/// Things that float.
enum Boats {
  static let classes: [WorldClass] = []
}
