import Drawing

/// Letters as lines, for signs, books and captions.
///
/// Drawn as strokes rather than with a font, so that images are the same on every machine.
enum Letters {
  /// The lines of each letter, as points "column row" on a grid of 3 × 5, lines separated by "/".
  private static let lines: [Character: String] = [
    "A": "04 01 10 21 24/02 22", "B": "00 10 21 12 02/12 23 14 04 00", "C": "21 10 01 03 14 23",
    "D": "00 10 21 23 14 04 00", "E": "20 00 04 24/02 12", "F": "20 00 04/02 12",
    "G": "21 10 01 03 14 23 22 12", "H": "00 04/20 24/02 22", "I": "10 14", "J": "20 23 14 03",
    "K": "00 04/20 02 24", "L": "00 04 24", "M": "04 00 12 20 24", "N": "04 00 24 20",
    "O": "10 01 03 14 23 21 10", "P": "04 00 10 21 12 02", "Q": "10 01 03 14 23 21 10/13 24",
    "R": "04 00 10 21 12 02/12 24", "S": "21 10 01 02 22 23 14 03", "T": "00 20/10 14",
    "U": "00 03 14 23 20", "V": "00 14 20", "W": "00 04 12 24 20", "X": "00 24/20 04",
    "Y": "00 12 20/12 14", "Z": "00 20 04 24", "-": "02 22", " ": "",
  ]

  /// The lines of a letter between −0.5 and 0.5 across, −1 and 1 down; empty if it is not known.
  ///
  /// - Parameter letter: A capital, a hyphen or a space.
  /// - Returns: Its strokes.
  static func path(_ letter: Character) -> Path {
    var path = Path()
    for line in (lines[letter] ?? "").split(separator: "/") {
      for (index, point) in line.split(separator: " ").enumerated() {
        let digits = point.utf8.map { Float($0 - 48) }
        let (x, y) = (digits[0] / 2 - 0.5, digits[1] / 2 - 1)
        if index == 0 { path.move(x, y) } else { path.line(x, y) }
      }
    }
    return path
  }

  /// All letters from A to Z.
  static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
}

extension Brush {
  /// Letters in a row about the origin, each 2 high and 1 wide.
  ///
  /// - Parameters:
  ///   - text: What to write; small letters become capitals.
  ///   - color: The strokes' color.
  ///   - weight: Their width; a letter is 1 wide.
  func write(_ text: String, _ color: Color, weight: Float = 0.3) {
    // Letters are 1 wide with 0.6 between them; half of their row lies on each side.
    let shift = 0.8 * Float(text.count - 1)
    var brush = self
    for (index, letter) in text.uppercased().enumerated() {
      brush.at(1.6 * Float(index) - shift, 0) {
        $0.stroke(Letters.path(letter), width: weight, color)
      }
    }
  }

  /// A word at random.
  ///
  /// - Parameter length: The number of letters.
  /// - Returns: Letters that need not make sense.
  mutating func word(_ length: Int) -> String {
    String((0..<length).map { _ in pick(Letters.alphabet) })
  }
}

extension Brush {
  /// True where the image shows the object's units mirrored.
  ///
  /// By the sign of the map's determinant, found from two short steps, since the map may be in
  /// perspective.
  var isMirrored: Bool {
    let origin = pose(.zero)
    let (right, down) = (pose([0.1, 0]) - origin, pose([0, 0.1]) - origin)
    return right.x * down.y - right.y * down.x < 0
  }

  /// Draws what must not be seen mirrored, such as letters, about x = 0.
  ///
  /// - Parameter draw: Draws it as if nothing were mirrored.
  mutating func readable(_ draw: (inout Brush) -> Void) {
    within(.scale(isMirrored ? -1 : 1, 1), draw)
  }
}
