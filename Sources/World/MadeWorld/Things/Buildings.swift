import Drawing
import Textures

/// Houses, towers, and what stands in towns.
enum Buildings {
  static let classes: [WorldClass] = []
}
