internal import FoundationEssentials
public import Grids
internal import Numerics

/// What an atlas shows: the content of `atlas.json`.
public struct AtlasManifest: Codable, Sendable, Equatable {
  /// One icon of the atlas.
  public struct Cell: Codable, Sendable, Equatable {
    /// The position in the grid, from the top and from the left.
    public let row, column: Int
    /// The icon's upper left pixel in the atlas.
    public let x, y: Int
    /// The number of samples in the cell.
    public let count: Int
    /// The icon's fidelity, if it was measured: the cosine between the cell's mean activation and
    /// the one that the icon evokes.
    public let fidelity: Float?
    /// 1 less the mean cosine between the cell's samples and their mean, in [0, 2].
    public let dispersion: Float
    /// True for an icon that found nothing to show, which is crossed out; else absent.
    public let blank: Bool?
    /// Why the icon is not to be trusted, by the report of atlas-judge; absent where nothing speaks
    /// against it.
    public let doubts: [String]?
    /// The classes that the cell argues for and against most; absent where they are not known.
    public let classes: CellClasses?
  }

  /// The atlas in a few numbers.
  public struct Summary: Codable, Sendable, Equatable {
    /// The number of icons.
    public let cells: Int
    /// The number of samples in all cells that have an icon.
    public let samples: Int
    /// The number of icons that are not to be trusted; absent where they were not examined.
    public let doubtful: Int?
    /// The quartiles of the fidelities; absent where none was measured.
    public let medianFidelity, lowerQuartileFidelity, upperQuartileFidelity: Float?
  }

  /// How an atlas was made.
  public struct Making: Codable, Sendable, Equatable {
    /// The program and its version.
    public let program, version: String
    /// The settings, with the command that rendered the icons, and digests by the names of files: of a
    /// plain atlas, the files that the icons were rendered from; of a poster, those that it was made of.
    public let parameters, inputs: [String: String]

    /// Describes a run; see the properties.
    public init(
      program: String, version: String, parameters: [String: String], inputs: [String: String]
    ) {
      self.program = program
      self.version = version
      self.parameters = parameters
      self.inputs = inputs
    }
  }

  /// The names of the network and the layer.
  public let network, layer: String
  /// The number of rows of the grid, which is that of columns.
  public let gridSide: Int
  /// The side of an icon, and the space between adjacent ones, in pixels.
  public let iconSidePixels, gapPixels: Int
  /// How rows, columns and pixels are counted, in words for whoever reads the file alone.
  public let orientation: String
  /// The icons, in the order of the grid's rows, then columns.
  public let cells: [Cell]
  /// The atlas in a few numbers.
  public let summary: Summary
  /// What it was made of and what it leaves out; nil where that was not asked.
  public let facts: AtlasFacts?
  /// How it was made; nil where it does not say.
  public let made: Making?

  /// Describes an atlas.
  ///
  /// - Parameters:
  ///   - network: The network's name.
  ///   - layer: The layer's name.
  ///   - grid: The grid with its cells, m.
  ///   - dispersion: One number for each cell.
  ///   - fidelities: One number for each cell; one that is not finite counts as not measured. Nil
  ///     if none was measured.
  ///   - blanks: For each cell, whether its icon found nothing to show; nil if all did.
  ///   - doubts: For each cell, why its icon is not to be trusted; nil if they were not examined.
  ///   - classes: For each cell, the classes that it argues for and against; nil if they are not known.
  ///   - facts: What the atlas was made of and what it leaves out.
  ///   - making: How the atlas is made.
  ///   - positions: Where the icons lie in the image.
  /// - Precondition: `grid` and `positions` have the same side; m dispersions and fidelities.
  public init(
    network: String, layer: String, grid: GridCells, dispersion: [Float], fidelities: [Float]?,
    blanks: [Bool]? = nil, doubts: [[String]]? = nil, classes: [CellClasses]? = nil,
    facts: AtlasFacts? = nil, making: Making? = nil, positions: IconPositions
  ) {
    precondition(
      grid.side == positions.side,
      "a grid of \(grid.side) does not fit an image of one of \(positions.side)")
    let counts = [
      dispersion.count, fidelities?.count ?? grid.cellCount, blanks?.count ?? grid.cellCount,
      doubts?.count ?? grid.cellCount, classes?.count ?? grid.cellCount,
    ]
    precondition(
      counts.allSatisfy { $0 == grid.cellCount },
      "\(grid.cellCount) dispersions and fidelities expected, got \(counts)")
    // JSON has no NaN; an icon without a fidelity leaves the key out.
    let measured = (fidelities ?? []).filter(\.isFinite).sorted()
    self.network = network
    self.layer = layer
    made = making
    self.facts = facts
    gridSide = grid.side
    iconSidePixels = positions.iconSidePixels
    gapPixels = positions.gapPixels
    orientation =
      "Row 0 is at the top, where the layout's second coordinate is largest; column 0 is at the "
      + "left, where its first coordinate is smallest. x and y are the pixels of an icon's upper "
      + "left corner, counted from the atlas's upper left corner."
    cells = (0..<grid.cellCount).map { cell in
      Cell(
        row: grid.row[cell], column: grid.column[cell],
        x: positions.x(ofColumn: grid.column[cell]), y: positions.y(ofRow: grid.row[cell]),
        count: grid.count[cell],
        fidelity: fidelities.flatMap { $0[cell].isFinite ? $0[cell] : nil },
        dispersion: dispersion[cell],
        blank: blanks.flatMap { $0[cell] ? true : nil },
        doubts: doubts.flatMap { $0[cell].isEmpty ? nil : $0[cell] },
        classes: classes.map { $0[cell] })
    }
    // Quartiles rather than a mean: a few icons of sparse corner cells would draw a mean down.
    let quartile = { (fraction: Double) in
      measured.isEmpty ? nil : quantile(fraction, ofSorted: measured)
    }
    summary = Summary(
      cells: grid.cellCount, samples: grid.sampleCount,
      doubtful: doubts.map { $0.count { !$0.isEmpty } }, medianFidelity: quartile(0.5),
      lowerQuartileFidelity: quartile(0.25), upperQuartileFidelity: quartile(0.75))
  }

  /// The manifest as JSON in UTF-8, ending with a line feed.
  ///
  /// Keys are sorted and numbers are the shortest that read back the same: equal manifests give
  /// equal bytes.
  ///
  /// - Throws: `EncodingError` if a dispersion is not finite.
  public func json() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return try Array(encoder.encode(self)) + [UInt8(ascii: "\n")]
  }

  /// Reads a manifest from JSON in UTF-8.
  ///
  /// - Throws: `DecodingError` if the text is not a manifest.
  public init(json: [UInt8]) throws {
    self = try JSONDecoder().decode(AtlasManifest.self, from: Data(json))
  }
}
