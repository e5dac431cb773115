/// What an explorer shows, in `data/atlas.js`.
public struct ExplorerManifest: Encodable, Sendable {
  /// A number that every cell has, to color the map by.
  public struct Column: Encodable, Sendable, Equatable {
    /// A short name for links, what is written beside it, its unit, and what it is.
    public let name, label, unit, description: String

    /// Describes a column; see the properties.
    public init(name: String, label: String, unit: String, description: String) {
      (self.name, self.label, self.unit, self.description) = (name, label, unit, description)
    }
  }

  /// How patches of photographs lie in their files.
  public struct Patches: Encodable, Sendable, Equatable {
    /// The side of a patch in pixels, and for how many a row has room.
    public let side, perCell: Int

    /// Describes patches; see the properties.
    public init(side: Int, perCell: Int) { (self.side, self.perCell) = (side, perCell) }
  }

  /// A grid of a layer.
  public struct Level: Encodable, Sendable {
    /// The number of rows and of columns, the number of cells, and the side of an icon in its own pixels.
    public let side, cells, iconPixels: Int
    /// The zoom at which an icon has about its own pixels; the last one with tiles.
    public let nativeZoom: Int
    /// The tiles of each zoom.
    public let tiles: [TilePyramid.Zoom]
    /// Whether there are tiles whose icons are sized by density.
    public let sized: Bool
    /// How patches lie in their files; nil where there are none.
    public let patches: Patches?

    /// Describes a level; see the properties.
    public init(pyramid: TilePyramid, sized: Bool, patches: Patches?) {
      side = pyramid.side
      cells = pyramid.icons.count
      iconPixels = pyramid.iconSidePixels
      nativeZoom = pyramid.nativeZoom
      tiles = pyramid.zooms
      self.sized = sized
      self.patches = patches
    }
  }

  /// Samples that were placed into a layout.
  public struct Points: Encodable, Sendable {
    /// What they are called together.
    public let name: String
    /// Their positions, from 0 at the left and the top of the map to 1.
    public let x, y: PackedArray
    /// What each is called.
    public let names: [String]

    /// Describes points; see the properties.
    public init(name: String, x: [Float], y: [Float], names: [String]) {
      (self.name, self.names) = (name, names)
      (self.x, self.y) = (.f32(x), .f32(y))
    }
  }

  /// What an atlas is of.
  public enum Kind: String, Encodable, Sendable {
    /// All samples of a layer.
    case layer
    /// Those that argue for a class.
    case `class`
    /// Those that argue for one of two classes.
    case comparison
  }

  /// The names of both ends of the horizontal axis.
  public struct Axis: Encodable, Sendable {
    /// The class that the left end stands for, and the right one's.
    public let left, right: String

    /// Describes an axis; see the properties.
    public init(left: String, right: String) { (self.left, self.right) = (left, right) }
  }

  /// A map.
  public struct Layer: Encodable, Sendable {
    /// The word for it in paths and links.
    public var id: String
    /// The layer's name, and the map's, which may say of which classes it is.
    public var name, title: String
    /// What it is of.
    public var kind: Kind
    /// The classes that it is of, indices into the manifest's; empty for all of a layer.
    public var of: [Int]
    /// What its horizontal axis contrasts; nil for other layouts.
    public var axis: Axis?
    /// A digest of the photographs; maps with the same one can be brushed together.
    public var images: String?
    /// The side of the map in pixels at zoom 0.
    public var worldSide: Double
    /// Whether there are effects on classes, and samples.
    public var effects, samples: Bool
    /// What is left out and how far the map can be trusted, in sentences.
    public var notes: [String]
    /// The numbers that every cell has.
    public var columns: [Column]
    /// The grids, coarsest first.
    public var levels: [Level]
    /// New samples that were placed into the layout.
    public var points: [Points]

    /// Describes a map; see the properties.
    public init(
      id: String, name: String, title: String, kind: Kind, of classes: [Int] = [],
      axis: Axis? = nil, images: String? = nil, worldSide: Double, effects: Bool, samples: Bool,
      notes: [String], columns: [Column], levels: [Level], points: [Points] = []
    ) {
      (self.id, self.name, self.title, self.kind, self.of) = (id, name, title, kind, classes)
      (self.axis, self.images, self.worldSide) = (axis, images, worldSide)
      (self.effects, self.samples, self.notes) = (effects, samples, notes)
      (self.columns, self.levels, self.points) = (columns, levels, points)
    }
  }

  let format = 1
  /// The program and its version.
  public let program: String
  /// What links name, so that a link to another run says so: 16 hexadecimal digits.
  public let digest: String
  public let network, title: String
  /// The names of the classes that effects are on; empty where there are none.
  public let classes: [String]
  /// The names of the photographs' classes.
  public let truth: [String]
  /// Whether photographs are included.
  public let photographs: Bool
  /// The maps.
  public let layers: [Layer]

  /// Describes an explorer; see the properties.
  public init(
    program: String, digest: String, network: String, title: String, classes: [String],
    truth: [String], photographs: Bool, layers: [Layer]
  ) {
    (self.program, self.digest, self.network, self.title) = (program, digest, network, title)
    (self.classes, self.truth, self.photographs, self.layers) = (
      classes, truth, photographs, layers
    )
  }
}
