public import Drawing
public import Images

/// An atlas to be printed: icons with the names of the classes that their cells argue for, a title
/// above, and below what is left out.
///
/// It is drawn as an image, and as a page of PDF whose letters are letters. Letters are those of the
/// machine's fonts, so the bytes differ between machines; on one machine the same poster has the same
/// bytes.
public struct AtlasPoster: Sendable {
  /// The name below an icon.
  public struct Label: Sendable, Equatable {
    /// The name; two lines of it are shown, what is longer is cut off.
    public var text: String
    /// Whether it is set in black, as a name that is sure; else in gray.
    public var isClear: Bool

    /// Makes a label from its parts.
    public init(text: String, isClear: Bool) { (self.text, self.isClear) = (text, isClear) }
  }

  /// An icon with its name.
  public struct Cell: Sendable {
    /// The position in the grid, from the top and from the left.
    public var row, column: Int
    /// Red, green and blue of each pixel, rows from the top.
    public var icon: [UInt8]
    /// Whether the icon found nothing to show; it is then crossed out.
    public var isBlank: Bool
    /// The name; nil for none.
    public var label: Label?

    /// Makes a cell from its parts.
    public init(row: Int, column: Int, icon: [UInt8], isBlank: Bool = false, label: Label? = nil) {
      (self.row, self.column, self.icon) = (row, column, icon)
      (self.isBlank, self.label) = (isBlank, label)
    }
  }

  /// What is written around the grid.
  public struct Words: Sendable {
    /// The title, and a line below it.
    public var title, subtitle: String
    /// The names of the left and the right end of the horizontal axis, if that has some.
    public var axis: (left: String, right: String)?
    /// Sentences below the grid.
    public var notes: [String]

    /// Makes words from their parts.
    public init(
      title: String, subtitle: String, axis: (left: String, right: String)? = nil,
      notes: [String] = []
    ) {
      (self.title, self.subtitle, self.axis, self.notes) = (title, subtitle, axis, notes)
    }

    /// Says of an atlas what is known of it.
    ///
    /// - Parameters:
    ///   - layer: The layer's name.
    ///   - network: The network's name.
    ///   - side: The number of rows of the grid.
    ///   - facts: What the atlas was made of and what it leaves out.
    ///   - medianFidelity: The median of the icons' fidelities; nil if none was measured.
    public init(
      layer: String, network: String, side: Int, facts: AtlasFacts, medianFidelity: Float? = nil
    ) {
      title = facts.title(layer: layer, network: network)
      subtitle = facts.extent(side: side)
      if let left = facts.leftClass, let right = facts.rightClass { axis = (left, right) }
      notes = [
        facts.key(), facts.reliability(), facts.omissions(side: side),
        facts.quality(medianFidelity: medianFidelity),
      ].compactMap { $0 }
    }
  }

  /// The number of rows of the grid, which is that of columns.
  public let gridSide: Int
  /// The side of an icon in its own pixels, and the least space between icons in the same.
  public let iconSidePixels, gapPixels: Int
  /// The icons.
  public let cells: [Cell]
  /// What is written around them.
  public let words: Words
  private let layout: PosterLayout

  /// Lays out a poster.
  ///
  /// - Parameters:
  ///   - gridSide: The number of rows of the grid.
  ///   - iconSidePixels: The side of an icon in its own pixels.
  ///   - gapPixels: The least space between icons, in the same; a sixteenth of an icon there is always.
  ///   - cells: The icons.
  ///   - words: What is written around them.
  /// - Throws: `DrawingError` if letters cannot be measured.
  /// - Precondition: Cells lie in the grid, and icons have their size.
  public init(
    gridSide: Int, iconSidePixels: Int, gapPixels: Int = 0, cells: [Cell], words: Words
  ) throws(DrawingError) {
    for cell in cells {
      precondition(
        0 <= cell.row && cell.row < gridSide && 0 <= cell.column && cell.column < gridSide,
        "no position (\(cell.row), \(cell.column)) in a grid of \(gridSide)")
      precondition(
        cell.icon.count == 3 * iconSidePixels * iconSidePixels,
        "\(3 * iconSidePixels * iconSidePixels) bytes of an icon expected, got \(cell.icon.count)")
    }
    self.gridSide = gridSide
    self.iconSidePixels = iconSidePixels
    self.gapPixels = gapPixels
    self.cells = cells
    self.words = words
    let canvas = try Canvas(width: 1, height: 1)
    canvas.spacesLettersExactly = true
    func layout(_ magnification: Int) -> PosterLayout {
      PosterLayout(
        cells, words, side: gridSide, icon: iconSidePixels * magnification,
        smallestGap: gapPixels * magnification, measuredOn: canvas)
    }
    // Letters are 0.12 of an icon: below about 15 pixels they are hard to read.
    var magnification = max(1, (128 + iconSidePixels - 1) / iconSidePixels)
    var result = layout(magnification)
    while magnification > 1 && !result.isImage {
      magnification -= 1
      result = layout(magnification)
    }
    self.layout = result
  }

  /// The width and the height of the image in pixels.
  public var size: SIMD2<Int> { layout.size }

  /// Whether an image can be as large as this one.
  public var isImage: Bool { layout.isImage }

  /// Where the icons lie in the image.
  public var positions: IconPositions { layout.positions }

  /// Draws the poster as an image.
  ///
  /// - Throws: `DrawingError` if there is not the memory for it.
  /// - Precondition: `isImage`.
  /// - Complexity: 11 bytes of memory for each pixel.
  public func image() throws(DrawingError) -> RGBImage {
    precondition(isImage, "no image of \(size.x) × \(size.y) pixels")
    let canvas = try Canvas(width: size.x, height: size.y)
    canvas.fill(.rectangle(0, 0, Float(size.x), Float(size.y)), Color(gray: 1))
    try draw(on: canvas)
    return try canvas.image()
  }

  /// Draws the poster as a page of PDF, on which an icon is 80 points wide, 28 mm, or as large as the
  /// longest page allows.
  ///
  /// - Returns: The bytes of the file.
  /// - Throws: `DrawingError` if there is not the memory for it.
  public func pdf() throws(DrawingError) -> [UInt8] {
    let points = min(
      80 / Double(positions.iconSidePixels),
      Canvas.longestPagePoints / Double(max(size.x, size.y)))
    let canvas = try Canvas(
      pageWidth: size.x, height: size.y, points: points, title: words.title)
    try draw(on: canvas)
    return try canvas.pdf()
  }

  private func draw(on canvas: Canvas) throws(DrawingError) {
    canvas.spacesLettersExactly = true
    let side = Float(positions.iconSidePixels)
    for cell in cells {
      let corner = SIMD2(
        Float(positions.x(ofColumn: cell.column)), Float(positions.y(ofRow: cell.row)))
      let icon = RGBImage(width: iconSidePixels, height: iconSidePixels, pixels: cell.icon)
      try canvas.place(icon, at: corner, size: [side, side])
      guard cell.isBlank else { continue }
      let end = corner + side
      for line in [[corner, end], [[corner.x, end.y], [end.x, corner.y]]] {
        canvas.stroke(.lines(line), width: side / 60, Color(gray: 1))
      }
    }
    for line in layout.lines {
      canvas.write(
        line.text, at: line.point, size: line.size, line.tone.color, alignment: line.alignment,
        style: line.style)
    }
  }
}

extension PosterLayout.Tone {
  fileprivate var color: Color {
    switch self {
    case .ink: Color(gray: 0.05)
    case .plain: Color(gray: 0.3)
    case .faint: Color(gray: 0.55)
    }
  }
}
