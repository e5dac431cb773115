/// The form of one kind of file: what its reader and its writer share with
/// `Documentation/files.md`.
///
/// A name of a dataset stands here and nowhere else in the project.
public struct FileSchema: Sendable {
  /// What the file says that it is, for instance `cells`.
  public let kind: String
  /// The number of the form; it grows when readers of the former form would go wrong.
  ///
  /// A file without a number is of form 1: that is how files were before they had one, and how
  /// other programs may write them. What may be missing can be added without a new number.
  public let format: Int
  /// The usual name of such a file.
  public let fileName: String
  /// The program that writes it.
  public let program: String
  /// What it holds, in a sentence or two.
  public let summary: String
  /// The axes of its arrays.
  public let axes: [Axis]
  /// Its attributes, besides those that every file has.
  public let attributes: [AttributeSchema]
  /// Its datasets.
  public let datasets: [DatasetSchema]
  /// A few lines of Python that read it with h5py.
  public let example: String

  init(
    kind: String, format: Int = 1, fileName: String, program: String, summary: String,
    axes: [Axis], attributes: [AttributeSchema] = [], datasets: [DatasetSchema], example: String
  ) {
    self.kind = kind
    self.format = format
    self.fileName = fileName
    self.program = program
    self.summary = summary
    self.axes = axes
    self.attributes = attributes
    self.datasets = datasets
    self.example = example
  }

  /// All files that the programs exchange, in the order of the data flow.
  public static let all = [
    ActivationsFile.schema, ComponentsFile.schema, NeighborsFile.schema, LayoutFile.schema,
    CellsFile.schema, IconsFile.schema, AttributionFile.schema, PatchesFile.schema,
    OutcomesFile.schema, NetworkInputFile.schema,
    NetworkValuesFile.schema,
  ]

  /// The attributes that every file has.
  public static let commonAttributes =
    [Common.kind.schema, Common.format.schema] + Common.provenance
    + [
      Common.network.schema, Common.networkSHA256.schema, Common.preprocessing.schema,
      Common.layer.schema,
      Common.tensor.schema, Common.imagesFingerprint.schema,
    ]
}

/// The attributes that every file has.
enum Common {
  static let kind = Attribute<String>("kind", "What the file is; the headings of this page.")
  static let format = Attribute<Int>(
    "format", "The number of the file's form; 1 where there is none.")
  static let network = Attribute<String>(
    "network", "The network's name in its model card, else its path.", .optionally(""))
  static let networkSHA256 = Attribute<String>(
    "network_sha256",
    "SHA-256 of the network's file; of the digests of all its files, one a line, where its weights lie beside it.",
    .optionally(""))
  static let preprocessing = Attribute<String>(
    "preprocessing", "How an image becomes the network's input, as its model card says.",
    .optionally(""))
  static let layer = Attribute<String>(
    "layer", "The layer as the command named it.", .optionally(""))
  static let tensor = Attribute<String>(
    "tensor", "The layer's name in the network's file.", .optionally(""))

  static let imagesFingerprint = Attribute<String>(
    "images_fingerprint", "Hash of the names and sizes of the images that were sampled.",
    .optionally(""))

  /// What `Provenance` writes.
  static let provenance = [
    Attribute<String>("program", "The program that wrote the file.").schema,
    Attribute<String>("version", "The program's version.").schema,
    Attribute<String>("command", "The program with all settings that decide the result.").schema,
    Attribute<[String]>("parameters", "These settings, `name=value` each.").schema,
    Attribute<[String]>("inputs", "The files read, `name SHA-256` each.").schema,
  ]
}

/// An axis of arrays: a letter, and what it counts.
public struct Axis: Sendable, Equatable {
  /// The letter by which shapes name it.
  public let letter: String
  /// What it counts.
  public let meaning: String
  /// The least length that makes sense.
  let minimum: Int

  init(_ letter: String, _ meaning: String, atLeast minimum: Int = 0) {
    self.letter = letter
    self.meaning = meaning
    self.minimum = minimum
  }
}

/// One dimension of a dataset's shape.
public enum Extent: Sendable, Equatable {
  /// As long as an axis of the file.
  case axis(String)
  /// A fixed length.
  case fixed(Int)
  /// Any number of dimensions of any length.
  case any
}

extension Extent: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  CustomStringConvertible
{
  /// An axis by its letter.
  public init(stringLiteral letter: String) { self = .axis(letter) }

  /// A fixed length.
  public init(integerLiteral length: Int) { self = .fixed(length) }

  /// The letter, the length, or an ellipsis.
  public var description: String {
    switch self {
    case .axis(let letter): letter
    case .fixed(let length): "\(length)"
    case .any: "…"
    }
  }
}

/// Whether a dataset or an attribute is always there.
public enum Presence: Sendable, Equatable {
  /// In every file.
  case always
  /// Only under the condition that the words name.
  case optionally(String)

  /// Whether a file without it is damaged.
  var isRequired: Bool { self == .always }
}

/// The form of a dataset.
public struct DatasetSchema: Sendable, Equatable {
  /// The name; a word in braces stands for something of which there may be several:
  /// `{side}/mean`.
  public let name: String
  /// The type of the elements: float16, float32, float64, int32, uint8 or string.
  public let type: String
  /// The shape.
  public let shape: [Extent]
  /// The unit or range of the elements; empty for numbers without one.
  public let unit: String
  /// What the elements are.
  public let meaning: String
  /// Whether it is always there.
  public let presence: Presence
  /// Whether it lies in a group of which there may be several.
  let isRepeated: Bool

  /// The dataset's attribute `description`.
  public var description: String { meaning + (unit.isEmpty ? "" : " [\(unit)]") }

  /// The shape as documents and messages write it: `n × c`.
  public var shapeDescription: String { shape.map(\.description).joined(separator: " × ") }
}

/// The form of an attribute.
public struct AttributeSchema: Sendable, Equatable {
  /// The name; a letter in braces stands for a number.
  public let name: String
  /// The group that it belongs to; empty for the file.
  public let group: String
  /// The type of the value: string, strings, int64 or float64.
  public let type: String
  /// What the value is.
  public let meaning: String
  /// Whether it is always there.
  public let presence: Presence
}

extension AttributeSchema {
  /// Whether this is the form of an attribute of that name.
  public func names(_ other: String) -> Bool {
    // `trustworthiness_{q}` is the form of `trustworthiness_15`; the number is the last of a name.
    guard name.contains("{") else { return name == other }
    let start = name.prefix { $0 != "{" }
    return other.hasPrefix(start) && Int(other.dropFirst(start.count)) != nil
  }
}
