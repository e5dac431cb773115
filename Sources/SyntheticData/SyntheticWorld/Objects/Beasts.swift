import Drawing
import Textures

/// Beasts with fur.
enum Beasts {
  static let classes = [
    ObjectClass("horse", in: [.meadow, .desert, .street], size: 0.55...0.85, horse),
    ObjectClass("zebra", in: [.meadow, .desert], size: 0.55...0.85, zebra),
    ObjectClass("giraffe", in: [.desert, .meadow], size: 0.65...0.95, giraffe),
    ObjectClass("cat", in: [.room, .garden], size: 0.55...0.85, cat),
    ObjectClass("tiger", in: [.forest, .meadow], size: 0.55...0.85, tiger),
    ObjectClass("lion", in: [.desert, .meadow], size: 0.55...0.88, lion),
    ObjectClass("dog", in: [.room, .garden, .street], size: 0.55...0.85, dog),
    ObjectClass("bear", in: [.forest, .snow, .meadow], size: 0.55...0.85, bear),
  ]
}
