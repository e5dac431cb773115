import Drawing
import Textures

/// Beasts with fur.
enum Beasts {
  static let classes = [
    WorldClass("horse", in: [.meadow, .desert, .street], size: 0.55...0.85, horse),
    WorldClass("zebra", in: [.meadow, .desert], size: 0.55...0.85, zebra),
    WorldClass("giraffe", in: [.desert, .meadow], size: 0.65...0.95, giraffe),
    WorldClass("cat", in: [.room, .garden], size: 0.55...0.85, cat),
    WorldClass("tiger", in: [.forest, .meadow], size: 0.55...0.85, tiger),
    WorldClass("lion", in: [.desert, .meadow], size: 0.55...0.88, lion),
    WorldClass("dog", in: [.room, .garden, .street], size: 0.55...0.85, dog),
    WorldClass("bear", in: [.forest, .snow, .meadow], size: 0.55...0.85, bear),
  ]
}
