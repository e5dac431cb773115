public import ArrayStore
public import Artifacts
internal import CommandLine

/// The icons of one or more files, in the order of their cells.
public struct IconSheet {
  /// An icon with its position on the grid and its figures.
  public struct Cell {
    /// The cell, its place in the grid and its samples.
    public let index, row, column, count: Int
    /// The icon's fidelity, NaN where none was measured, and the samples' dispersion.
    public let fidelity, dispersion: Float
    /// Whether the icon found nothing to show.
    public let isBlank: Bool
    /// Red, green and blue of each pixel, rows from the top.
    public let pixels: [UInt8]
  }

  /// The names of the network and the layer.
  public let network, layer: String
  /// The number of rows of the grid, and of an icon's pixels.
  public let gridSide, iconSide: Int
  /// How many cells the grid has, with an icon or without.
  public let cellTotal: Int
  /// The first file.
  public let path: String
  /// What it is about.
  public let subject: Subject
  /// How the icons were rendered.
  public let provenance: Provenance
  /// The icons.
  public private(set) var cells: [Cell] = []
  /// The cell at each position of the grid that is taken, by row · gridSide + column.
  private var cellAtPosition: [Int: Int] = [:]

  /// Reads the files; they must come from one command and the same inputs, and share no cell.
  ///
  /// - Throws: When they do not, or one is damaged.
  public init(paths: [String]) throws {
    let files = try paths.map { try IconsFile(path: $0) }
    guard let first = files.first else { throw StageError("No file of icons was given.") }
    network = first.network
    layer = first.layer
    gridSide = first.gridSide
    iconSide = first.iconSidePixels
    cellTotal = first.cellTotal
    path = first.path
    subject = first.subject
    provenance = first.provenance
    try requireSame(files.map { Described($0.path, $0.subject) })
    for file in files {
      guard file.provenance.isSameRun(as: first.provenance), file.iconSidePixels == iconSide,
        file.gridSide == gridSide
      else {
        throw StageError(
          "Cannot assemble \(file.path) with \(first.path): they were rendered by different commands or from different files; render them alike."
        )
      }
      try append(file)
    }
    // Files may be given in any order; the atlas is the same.
    cells.sort { $0.index < $1.index }
    if cells.count < first.cellTotal {
      let missing = first.cellTotal - cells.count
      let verbs = missing == 1 ? "has no icon and stays white" : "have no icon and stay white"
      Diagnostics.warn("\(missing) of \(counted(first.cellTotal, "cell")) \(verbs)")
    }
  }

  /// Whether the icons are of cells that lie at these places of the grid, one for each cell that it has.
  ///
  /// - Parameters:
  ///   - row: The row of each cell.
  ///   - column: The column of each cell.
  /// - Returns: Whether there are as many cells, and each icon lies where its cell does.
  public func isOfCells(row: [Int32], column: [Int32]) -> Bool {
    row.count == cellTotal && column.count == cellTotal
      && cells.allSatisfy { cell in
        row.indices.contains(cell.index) && Int(row[cell.index]) == cell.row
          && Int(column[cell.index]) == cell.column
      }
  }

  private mutating func append(_ file: IconsFile) throws {
    let icons = try file.icons()
    let size = iconSide * iconSide * 3
    for index in icons.cells.cell.indices {
      let cell = Cell(
        index: Int(icons.cells.cell[index]), row: Int(icons.cells.row[index]),
        column: Int(icons.cells.column[index]), count: Int(icons.cells.count[index]),
        fidelity: icons.measures.fidelity[index], dispersion: icons.cells.dispersion[index],
        isBlank: icons.measures.isBlank(at: index),
        pixels: Array(icons.pixels[index * size..<(index + 1) * size]))
      let former = cellAtPosition.updateValue(cell.index, forKey: cell.row * gridSide + cell.column)
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
