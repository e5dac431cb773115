internal import FoundationEssentials
public import Mosaics

/// What sprites of evidence show: the content of `evidence.json`.
public struct EvidenceManifest: Codable, Sendable, Equatable {
  /// A patch of a photograph.
  public struct Patch: Codable, Sendable, Equatable {
    /// The path of the photograph below the folder of images.
    public let image: String
    /// The sample, an index into the samples of `activations.h5`.
    public let sample: Int
    /// What people call the photograph's class; absent where it has none.
    public let kind: String?
    /// The center of the sample's receptive field, x and y, in pixels of the photograph; absent where it is
    /// unknown.
    public let center: [Double]?
    /// The left, upper, right and lower edge of the receptive field as far as it lies in the photograph, in
    /// pixels of that; absent where they are unknown.
    public let field: [Int]?
    /// The same in pixels of the patch, as far as the field lies in it.
    public let fieldInPatch: [Double]?
    /// The edges of what the patch shows, in pixels of the photograph; absent where that could not be read.
    public let rectangle: [Double]?

    private enum CodingKeys: String, CodingKey {
      case image, sample, center, field, fieldInPatch, rectangle
      case kind = "class"
    }

    /// Describes a patch; numbers are rounded to hundredths of a pixel.
    ///
    /// - Parameters:
    ///   - image: The path of the photograph below the folder of images.
    ///   - sample: The sample.
    ///   - kind: What people call the photograph's class.
    ///   - item: Where it lies in the photograph.
    ///   - patch: What was cut out; nil where the photograph could not be read.
    public init(
      image: String, sample: Int, kind: String?, item: EvidenceItem, patch: EvidencePatch?
    ) {
      self.image = image
      self.sample = sample
      self.kind = kind
      center = item.center.map { [Double($0.x), Double($0.y)].map(Self.rounded) }
      field = item.box.map { box in (0..<4).map { Int(box[$0]) } }
      fieldInPatch = patch?.field.map { box in (0..<4).map { Self.rounded(box[$0]) } }
      rectangle = patch.map { patch in (0..<4).map { Self.rounded(patch.rectangle[$0]) } }
    }

    private static func rounded(_ value: Double) -> Double { (100 * value).rounded() / 100 }
  }

  /// A cell of the grid with its patches.
  public struct Cell: Codable, Sendable, Equatable {
    /// The position in the grid, from the top and from the left.
    public let row, column: Int
    /// The number of samples in the cell.
    public let count: Int
    /// The sprite that shows it, an index into `sprites`.
    public let sprite: Int
    /// The first row of its pixels there; patch k begins at x = k · `patchSidePixels`.
    public let y: Int
    /// The patches, most similar to the cell's mean first.
    public let patches: [Patch]

    /// Describes a cell; see the properties.
    public init(row: Int, column: Int, count: Int, sprite: Int, y: Int, patches: [Patch]) {
      self.row = row
      self.column = column
      self.count = count
      self.sprite = sprite
      self.y = y
      self.patches = patches
    }
  }

  /// How large the parts of the input are that patches show.
  public struct Extent: Codable, Sendable, Equatable {
    /// The side of a patch in pixels of the network's input; absent where a patch is the whole input.
    public let pixels: Int?
    /// The part of the gradient's magnitude that it holds at least, and of how many samples that was
    /// measured; absent where it was not.
    public let part: Double?
    /// The same.
    public let samples: Int?
    /// The side of the receptive field in pixels of the input; absent where it is the whole input.
    public let fieldPixels: Int?
    /// The size of the network's input.
    public let inputWidth, inputHeight: Int

    /// Describes the extent of patches; see the properties.
    public init(
      pixels: Int?, part: Double?, samples: Int?, fieldPixels: Int?, inputWidth: Int,
      inputHeight: Int
    ) {
      self.pixels = pixels
      self.part = part
      self.samples = samples
      self.fieldPixels = fieldPixels
      self.inputWidth = inputWidth
      self.inputHeight = inputHeight
    }
  }

  /// A photograph that could not be read, whose patches are gray.
  public struct Omission: Codable, Sendable, Equatable {
    /// The path of the photograph below the folder of images.
    public let image: String
    /// Why, in a line.
    public let reason: String

    /// Describes an omission.
    public init(image: String, reason: String) {
      self.image = image
      self.reason = reason
    }
  }

  /// The names of the network and the layer.
  public let network, layer: String
  /// The number of rows of the grid, which is that of columns.
  public let gridSide: Int
  /// The side of a patch in the sprites, in pixels.
  public let patchSidePixels: Int
  /// The patches that a row of a sprite has room for.
  public let patchesPerCell: Int
  /// How large the parts of the input are that patches show.
  public let extent: Extent
  /// How rows, columns, edges and pixels are counted, in words for whoever reads the file alone.
  public let orientation: String
  /// The names of the sprites' files, in the same folder.
  public let sprites: [String]
  /// The cells, in the order of the grid's rows, then columns.
  public let cells: [Cell]
  /// The photographs that could not be read.
  public let unreadable: [Omission]
  /// How it was made.
  public let made: AtlasManifest.Making

  /// Describes evidence.
  ///
  /// - Parameters:
  ///   - network: The network's name.
  ///   - layer: The layer's name.
  ///   - gridSide: The number of rows of the grid.
  ///   - sprites: How patches lie in the sprites.
  ///   - extent: How large the parts of the input are that patches show.
  ///   - cells: The cells.
  ///   - unreadable: The photographs that could not be read.
  ///   - made: How it was made.
  public init(
    network: String, layer: String, gridSide: Int, sprites: EvidenceSprites, extent: Extent,
    cells: [Cell], unreadable: [Omission], made: AtlasManifest.Making
  ) {
    self.network = network
    self.layer = layer
    self.gridSide = gridSide
    patchSidePixels = sprites.side
    patchesPerCell = sprites.columnCount
    self.extent = extent
    orientation =
      "Row 0 of the grid is at the top, column 0 at the left. Patch k of a cell begins at pixel "
      + "(k · patchSidePixels, y) of its sprite. Boxes are left, upper, right and lower edge; centers "
      + "are x and y; the pixels of a photograph go from 0 to its width and height."
    self.sprites = (0..<sprites.count).map(EvidenceSprites.name)
    self.cells = cells
    self.unreadable = unreadable
    self.made = made
  }

  /// The manifest as JSON in UTF-8, ending with a line feed; equal manifests give equal bytes.
  ///
  /// - Throws: `EncodingError` if a number is not finite.
  public func json() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return try Array(encoder.encode(self)) + [UInt8(ascii: "\n")]
  }

  /// Reads a manifest from JSON in UTF-8.
  ///
  /// - Throws: `DecodingError` if the text is not a manifest.
  public init(json: [UInt8]) throws {
    self = try JSONDecoder().decode(EvidenceManifest.self, from: Data(json))
  }
}
