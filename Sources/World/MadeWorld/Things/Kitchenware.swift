import Drawing
import Textures

/// Things of the kitchen.
enum Kitchenware {
  static let classes: [WorldClass] = []
}
