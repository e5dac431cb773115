import Drawing
import Textures

/// Things of play and weather.
enum Pastimes {
  static let classes: [WorldClass] = []
}
