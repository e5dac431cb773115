import Drawing
import Textures

/// Birds.
enum Birds {
  static let classes: [WorldClass] = []
}
