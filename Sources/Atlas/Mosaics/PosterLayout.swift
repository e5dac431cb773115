internal import Drawing

/// Where everything on a poster lies, in pixels of its image.
struct PosterLayout {
  /// A line of text at its place.
  struct Line {
    let text: String
    /// Where it is put, on the line the letters stand on.
    let point: SIMD2<Float>
    let size: Float
    let alignment: TextAlignment
    let style: LetterStyle
    let tone: Tone
  }

  /// How dark letters are.
  enum Tone { case ink, plain, faint }

  let positions: IconPositions
  let size: SIMD2<Int>
  private(set) var lines: [Line] = []

  /// The most pixels of an image: as many as this project's own reader of images takes.
  private static let largestArea = 1 << 28

  /// Whether an image can be as large.
  var isImage: Bool { size.max() <= Canvas.largestSide && size.x * size.y <= Self.largestArea }

  /// The letters of labels, narrow so that more of a name fits.
  static let labelStyle = LetterStyle(widthFactor: 0.9)

  /// Sets text around a grid and below its icons.
  ///
  /// - Parameters:
  ///   - cells: The icons.
  ///   - words: What is written around them.
  ///   - side: The number of rows of the grid.
  ///   - icon: The side of an icon.
  ///   - smallestGap: The least space between icons.
  ///   - canvas: Where letters are measured.
  init(
    _ cells: [AtlasPoster.Cell], _ words: AtlasPoster.Words, side: Int, icon: Int,
    smallestGap: Int, measuredOn canvas: Canvas
  ) {
    // 9.6 points where a grid of 20 × 20 is printed 60 cm wide, and 5 at half of that.
    let labelSize = 0.12 * Float(icon)
    let gap = max(smallestGap, icon / 16)
    // Somewhat less than an icon, or two labels would read as one.
    let room = 0.97 * Float(icon)
    let labels = cells.map { cell in
      cell.label.map {
        canvas.lines(
          of: $0.text, width: room, atMost: 2, size: labelSize, style: Self.labelStyle)
      } ?? []
    }
    let lineCount = labels.map(\.count).max() ?? 0
    let caption =
      lineCount > 0 ? Int((labelSize * (0.35 + 1.12 * Float(lineCount))).rounded(.up)) : 0

    // Above and below the grid; few icons would leave sentences no room.
    let margin = Float(icon) / 2
    let grid = IconPositions(
      side: side, iconSidePixels: icon, gapPixels: gap, captionPixels: caption
    ).size
    let width = max(Float(grid.x), 6 * Float(icon))
    var block = TextBlock(canvas: canvas, left: margin, width: width, y: margin)
    block.add(words.title, size: max(1.8 * labelSize, width / 48), .ink, style: .bold)
    block.add(words.subtitle, size: max(labelSize, width / 95), .plain)
    let top = Int((block.y + 0.4 * margin).rounded(.up))
    let left = Int((margin + (width - Float(grid.x)) / 2).rounded())
    positions = IconPositions(
      side: side, iconSidePixels: icon, gapPixels: gap, origin: SIMD2(left, top),
      captionPixels: caption)

    block.y = Float(top + grid.y) + 0.3 * margin
    let noteSize = max(0.9 * labelSize, width / 120)
    if let axis = words.axis {
      block.addEnds(axis, size: max(1.2 * labelSize, width / 80))
      block.y += 0.3 * margin
    }
    for note in words.notes {
      block.add(note, size: noteSize, .plain, lineCount: 4)
    }
    size = SIMD2(Int(width + 2 * margin), Int((block.y + 0.7 * margin).rounded(.up)))
    lines = block.lines
    for (cell, texts) in zip(cells, labels) {
      let middle = Float(positions.x(ofColumn: cell.column)) + Float(icon) / 2
      let bottom = Float(positions.y(ofRow: cell.row) + icon)
      for (index, text) in texts.enumerated() {
        lines.append(
          Line(
            text: text, point: [middle, bottom + labelSize * (1.05 + 1.12 * Float(index))],
            size: labelSize, alignment: .center, style: Self.labelStyle,
            tone: cell.label?.isClear == true ? .ink : .faint))
      }
    }
  }
}

/// Lines below each other.
private struct TextBlock {
  let canvas: Canvas
  let left, width: Float
  /// Where the next line begins.
  var y: Float
  var lines: [PosterLayout.Line] = []

  /// Adds a text that is broken into lines.
  mutating func add(
    _ text: String, size: Float, _ tone: PosterLayout.Tone, style: LetterStyle = .regular,
    lineCount: Int = 2
  ) {
    for line in canvas.lines(
      of: text, width: width, atMost: lineCount, size: size, style: style)
    {
      y += 1.3 * size
      lines.append(
        PosterLayout.Line(
          text: line, point: [left, y - 0.3 * size], size: size, alignment: .leading, style: style,
          tone: tone))
    }
    y += 0.25 * size
  }

  /// Adds a line with the names of both ends of an axis.
  mutating func addEnds(_ ends: (left: String, right: String), size: Float) {
    let style = LetterStyle.bold
    func fitting(_ name: String) -> String {
      let arrow = canvas.width(of: "← ", size: size, style: style)
      return canvas.lines(
        of: name, width: 0.48 * width - arrow, atMost: 1, size: size, style: style
      ).first ?? ""
    }
    y += 1.3 * size
    let base = y - 0.3 * size
    for (text, x, alignment) in [
      ("← " + fitting(ends.left), left, TextAlignment.leading),
      (fitting(ends.right) + " →", left + width, TextAlignment.trailing),
    ] {
      lines.append(
        PosterLayout.Line(
          text: text, point: [x, base], size: size, alignment: alignment, style: style, tone: .ink))
    }
  }
}
