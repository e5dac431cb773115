extension Canvas {
  /// A text in lines that fit a width, cut off with an ellipsis where there are too few of them.
  ///
  /// Lines end at spaces and behind hyphens, underscores and slashes. A word that is too long for a
  /// line is cut off, and the text with it. Two lines are made about equally long.
  ///
  /// - Parameters:
  ///   - text: The text; line feeds in it count as spaces. What lies beyond 1,000 letters a line is not
  ///     looked at.
  ///   - width: How wide a line may be, in pixels.
  ///   - count: The most lines, at least 1.
  ///   - size: The height of the font, in pixels.
  ///   - style: How the letters look.
  /// - Returns: The lines; none for a text without letters, or where not even an ellipsis fits.
  /// - Complexity: O(n log n) for n letters.
  public func lines(
    of text: String, width: Float, atMost count: Int, size: Float, style: LetterStyle = .regular
  ) -> [String] {
    precondition(count > 0, "a text in \(count) lines is none")
    let pieces = Self.pieces(of: text, limit: 1000 * count)
    func fits(_ line: String) -> Bool {
      self.width(of: line.withoutSpacesAtEnd, size: size, style: style) <= width
    }
    var lines: [String] = []
    var next = 0
    while next < pieces.count && lines.count < count {
      var line = pieces[next]
      var end = next + 1
      while end < pieces.count, fits(line + pieces[end]) {
        line += pieces[end]
        end += 1
      }
      if lines.count == count - 1 && end < pieces.count || !fits(line) {
        // What follows is added, so that the line is cut off where it is full.
        let rest = pieces[next...].joined()
        let cut = shortened(rest.withoutSpacesAtEnd, to: width, size: size, style: style)
        return cut.isEmpty ? lines : lines + [cut]
      }
      lines.append(line.withoutSpacesAtEnd)
      next = end
    }
    guard lines.count == 2 else { return lines }
    return Self.balanced(pieces) { self.width(of: $0, size: size, style: style) }
  }

  /// A line that is cut off with an ellipsis where it is too wide; empty where not even that fits.
  private func shortened(
    _ text: String, to width: Float, size: Float, style: LetterStyle
  ) -> String {
    func fits(_ line: String) -> Bool { self.width(of: line, size: size, style: style) <= width }
    if fits(text) { return text }
    let letters = Array(text)
    func cut(_ count: Int) -> String { String(letters[..<count]).withoutSpacesAtEnd + "…" }
    var (low, high) = (-1, letters.count)
    while high - low > 1 {
      let middle = (low + high) / 2
      if fits(cut(middle)) { low = middle } else { high = middle }
    }
    return low < 0 ? "" : cut(low)
  }

  /// Two lines of which the wider one is as narrow as can be.
  private static func balanced(_ pieces: [String], width: (String) -> Float) -> [String] {
    let choices = (1..<pieces.count).map { end in
      [pieces[..<end].joined(), pieces[end...].joined()].map(\.withoutSpacesAtEnd)
    }
    let widths = choices.map { $0.map(width).max() ?? 0 }
    return choices.indices.min { widths[$0] < widths[$1] }.map { choices[$0] } ?? []
  }

  /// The parts of a text between which a line may end, each with the spaces that follow it.
  private static func pieces(of text: String, limit: Int) -> [String] {
    var pieces: [String] = []
    var piece = ""
    // By scalars: a single letter may have any number of marks above it.
    for scalar in text.unicodeScalars.prefix(limit) {
      let isSpace = scalar.properties.isWhitespace
      if isSpace && piece.isEmpty { continue }
      if let last = piece.unicodeScalars.last, !isSpace,
        last == " " || (breaking.contains(last) && !piece.isEmpty)
      {
        pieces.append(piece)
        piece = ""
      }
      if isSpace {
        if piece.unicodeScalars.last != " " { piece += " " }
      } else {
        piece.unicodeScalars.append(scalar)
      }
    }
    return piece.isEmpty ? pieces : pieces + [piece]
  }

  private static let breaking: [Unicode.Scalar] = ["-", "_", "/", "‐", "–", "—"]
}

extension String {
  fileprivate var withoutSpacesAtEnd: String {
    var end = endIndex
    while end > startIndex, self[index(before: end)] == " " { end = index(before: end) }
    return String(self[..<end])
  }
}
