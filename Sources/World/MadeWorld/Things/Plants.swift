import Drawing
import Textures

/// Trees and other plants.
enum Plants {
  static let classes: [WorldClass] = []
}
