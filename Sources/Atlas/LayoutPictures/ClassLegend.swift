internal import Drawing
internal import Images
internal import Numerics

/// The names of classes beside their colors.
struct ClassLegend {
  private let entries: [(color: Color, text: String)]
  private let rowsPerColumn: Int
  private let columnWidth: Float
  private let size: Float
  private let note: String?
  /// Whether all classes that occur are in the list.
  let isComplete: Bool

  /// The most columns; what does not fit is left out.
  private static let greatestColumnCount = 3

  /// Lists the classes that occur, with the number of samples of each.
  ///
  /// - Parameters:
  ///   - classes: The class of each sample, below 0 for none.
  ///   - names: The names of the classes.
  ///   - image: The picture beside it.
  ///   - canvas: Where letters are measured.
  init(_ classes: [Int32], names: [String], beside image: RGBImage, measuredOn canvas: Canvas) {
    let full = LayoutFigure.fontSize(side: Float(image.width))
    size = names.count > 40 ? 0.8 * full : full
    rowsPerColumn = max(1, Int(Float(image.height) / (1.5 * size)) - 1)
    var counts = [Int](repeating: 0, count: names.count + 1)
    for index in classes {
      counts[index >= 0 && Int(index) < names.count ? Int(index) : names.count] += 1
    }
    var entries = names.indices.filter { counts[$0] > 0 }.map {
      (
        color: ClassPalette.color(Int32($0)),
        text: "\(shortened(names[$0])) (\(grouped(counts[$0])))"
      )
    }
    if counts[names.count] > 0 {
      entries.append((ClassPalette.color(-1), "no class (\(grouped(counts[names.count])))"))
    }
    let room = rowsPerColumn * Self.greatestColumnCount
    isComplete = entries.count <= room
    note = names.count > ClassPalette.count ? "colors repeat" : nil
    self.entries = Array(entries.prefix(room))
    let size = size
    columnWidth = 2 * size + (self.entries.map { canvas.width(of: $0.text, size: size) }.max() ?? 0)
  }

  /// The width in pixels, with room on both sides.
  var width: Float {
    let columns = (entries.count + rowsPerColumn - 1) / rowsPerColumn
    return Float(columns) * (columnWidth + size) + 2 * size
  }

  /// Draws the list below a corner.
  func draw(on canvas: Canvas, at corner: SIMD2<Float>) {
    for (index, entry) in entries.enumerated() {
      let place =
        corner
        + SIMD2(
          Float(index / rowsPerColumn) * (columnWidth + size),
          Float(index % rowsPerColumn) * 1.5 * size)
      canvas.fill(
        .rectangle(place.x, place.y + 0.1 * size, place.x + size, place.y + 1.1 * size),
        entry.color)
      canvas.write(
        entry.text, at: [place.x + 1.5 * size, place.y + 0.95 * size], size: size, LayoutFigure.ink)
    }
    if let note {
      let row = Float(min(entries.count, rowsPerColumn))
      canvas.write(
        note, at: [corner.x, corner.y + (1.5 * row + 0.95) * size], size: size, LayoutFigure.faint)
    }
  }
}

/// The names of classes where these are densest.
struct ClassNames {
  private let places: [(name: String, position: SIMD2<Float>)]

  /// Finds for each class the cell of a grid of 24 × 24 that holds most of it, and the middle of what
  /// it holds; those with most samples there come first.
  init(_ frame: LayoutFrame, _ classes: [Int32], names: [String], side: Int) {
    // Of more classes few names would fit, and their cells would fill the memory.
    let names = names.count > 2000 ? [] : names
    let cellsOfClass = 24 * 24
    // A cell of a class, for each sample that has one and is in the picture.
    let cells = classes.enumerated().map { sample, index -> Int? in
      guard index >= 0, Int(index) < names.count, let position = frame.pixelPosition(of: sample)
      else { return nil }
      let cell = (24 * position / Float(side)).clamped(
        lowerBound: .zero, upperBound: SIMD2(repeating: 23))
      return Int(index) * cellsOfClass + 24 * Int(cell.y) + Int(cell.x)
    }
    var counts = [Int](repeating: 0, count: names.count * cellsOfClass)
    for case .some(let cell) in cells { counts[cell] += 1 }
    let densest = names.indices.map { index in
      (index * cellsOfClass..<(index + 1) * cellsOfClass).reduce(index * cellsOfClass) {
        counts[$1] > counts[$0] ? $1 : $0
      }
    }
    var sums = [SIMD2<Float>](repeating: .zero, count: names.count)
    for (sample, cell) in cells.enumerated() {
      guard let cell, densest[cell / cellsOfClass] == cell,
        let position = frame.pixelPosition(of: sample)
      else { continue }
      sums[cell / cellsOfClass] += position
    }
    places = names.indices.filter { counts[densest[$0]] > 0 }
      .sorted { (counts[densest[$1]], $0) < (counts[densest[$0]], $1) }
      .map { (shortened(names[$0]), sums[$0] / Float(counts[densest[$0]])) }
  }

  /// Writes the names that fit without covering each other.
  func draw(on canvas: Canvas, at origin: SIMD2<Float>, side: Float, size: Float) {
    var taken: [(low: SIMD2<Float>, high: SIMD2<Float>)] = []
    for (name, position) in places {
      let half = SIMD2(canvas.width(of: name, size: size) / 2 + 0.3 * size, 0.65 * size)
      // A name near the edge moves inward as a whole.
      let center =
        origin
        + pointwiseMax(half, pointwiseMin(SIMD2(repeating: side) - half, position))
      let box = (low: center - half, high: center + half)
      guard !taken.contains(where: { all(box.low .< $0.high) && all($0.low .< box.high) }) else {
        continue
      }
      taken.append(box)
      let line = center + SIMD2(0, 0.35 * size)
      // A light rim keeps letters readable over any color.
      for step in 0..<8 {
        let (dx, dy) = [(1, 0), (1, 1), (0, 1), (-1, 1), (-1, 0), (-1, -1), (0, -1), (1, -1)][step]
        let shift = SIMD2(Float(dx), Float(dy)) * (0.09 * size)
        canvas.write(
          name, at: line + shift, size: size, Color(gray: 1, opacity: 0.75), alignment: .center)
      }
      canvas.write(name, at: line, size: size, LayoutFigure.ink, alignment: .center)
    }
  }
}

/// A name of at most 24 letters, so that one long name does not take the room of the picture.
private func shortened(_ name: String) -> String {
  name.count > 24 ? name.prefix(23) + "…" : name
}
