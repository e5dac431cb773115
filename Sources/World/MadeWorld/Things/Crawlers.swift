import Drawing
import Textures

/// Insects, snails and their like.
enum Crawlers {
  static let classes: [WorldClass] = []
}
