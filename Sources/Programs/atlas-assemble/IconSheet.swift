import ArrayStore
import CommandLine

/// The icons of one or more files, in the order of their cells.
struct IconSheet {
  /// An icon with its place and figures.
  struct Cell {
    let index, row, column, count: Int
    let fidelity, dispersion: Float
    let pixels: [UInt8]
  }

  let network, layer: String
  let gridSide, iconSide: Int
  private(set) var cells: [Cell] = []
  /// The cell at each place that is taken, by row · gridSide + column.
  private var cellAtPlace: [Int: Int] = [:]

  /// Reads the files; they must come from one command and the same inputs, and share no cell.
  init(paths: [String]) throws {
    let files = try paths.map { try ArrayFileReader(path: $0, kind: "icons") }
    guard let first = files.first else { throw StageError("No file of icons was given.") }
    network = try first.text("network")
    layer = try first.text("layer")
    gridSide = try first.integer("grid_side")
    guard let run = try first.provenance else {
      throw StageError(
        "Cannot assemble \(first.path): it does not say how it was made; render again.")
    }
    let shape = try first.shape(of: "icons")
    guard shape.count == 4, shape[1] == shape[2], shape[3] == 3, (1...1 << 16).contains(shape[1]),
      (1...10_000).contains(gridSide), gridSide * shape[1] <= 1 << 16
    else {
      throw StageError(
        "Cannot assemble \(first.path): its icons are not square pictures on a grid; render again.")
    }
    iconSide = shape[1]
    for file in files {
      guard let other = try file.provenance, other.isSameRun(as: run),
        try file.shape(of: "icons").dropFirst() == shape.dropFirst()
      else {
        throw StageError(
          "Cannot assemble \(file.path) with \(first.path): they were rendered by different commands or from different files; render them alike."
        )
      }
      try append(file)
    }
    cells.sort { $0.index < $1.index }
    let total = try first.integer("cell_total")
    if cells.count < total {
      Diagnostics.warn("\(total - cells.count) of \(total) cells have no icon; they stay white")
    }
  }

  private mutating func append(_ file: ArrayFileReader) throws {
    let index = try file.int32s("cell")
    let (rows, columns) = (try file.int32s("row"), try file.int32s("column"))
    let count = try file.int32s("count")
    let (fidelity, dispersion) = (try file.floats("fidelity"), try file.floats("dispersion"))
    let pixels = try file.bytes("icons")
    let size = iconSide * iconSide * 3
    let counts = [rows.count, columns.count, count.count, fidelity.count, dispersion.count]
    guard counts.allSatisfy({ $0 == index.count }), pixels.count == index.count * size else {
      throw StageError("Cannot assemble \(file.path): its arrays differ in length; render again.")
    }
    let inside = 0..<Int32(gridSide)
    for place in index.indices {
      guard inside.contains(rows[place]), inside.contains(columns[place]) else {
        throw StageError(
          "Cannot assemble \(file.path): icon \(place) lies outside the grid; render again.")
      }
      let cell = Cell(
        index: Int(index[place]), row: Int(rows[place]), column: Int(columns[place]),
        count: Int(count[place]), fidelity: fidelity[place], dispersion: dispersion[place],
        pixels: Array(pixels[place * size..<(place + 1) * size]))
      let former = cellAtPlace.updateValue(cell.index, forKey: cell.row * gridSide + cell.column)
      if let former {
        throw StageError(
          former == cell.index
            ? "Cannot assemble \(file.path): cell \(former) occurs twice; give each block of cells once."
            : "Cannot assemble \(file.path): \(cell.index) lies where \(former) does; put only cells of a grid together, and render channels or classes in one run."
        )
      }
      cells.append(cell)
    }
  }
}
