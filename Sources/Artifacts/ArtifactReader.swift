internal import ArrayStore
internal import Matrices

/// A file that cannot be used, or files that do not belong together.
public struct ArtifactError: Error, CustomStringConvertible, Equatable {
  /// One line: what, where, why, and a remedy.
  public let description: String

  /// Makes an error from its one line.
  public init(_ description: String) { self.description = description }
}

/// An open file whose datasets have the shapes that its schema names.
///
/// The shapes are checked when the file is opened, the types of elements when they are read, and
/// what the elements say by the reader of the kind of file. Files are not trusted: they may be cut
/// off, of another version, or written by other programs.
struct ArtifactReader {
  let schema: FileSchema
  let file: ArrayFileReader
  /// The lengths of the axes that occur in datasets outside of groups that repeat.
  private(set) var lengths = AxisLengths()

  var path: String { file.path }

  /// Opens a file.
  ///
  /// - Throws: `ArrayStoreError` if there is no such file or it is of another kind, `ArtifactError`
  ///   if it is of another format or not of the schema's form.
  init(_ schema: FileSchema, path: String) throws {
    self.schema = schema
    file = try ArrayFileReader(path: path, kind: schema.kind)
    // Before the shapes: those of another format would be reported as damage.
    let format = try optional(Common.format) ?? 1
    guard format == schema.format else {
      throw ArtifactError(
        "Cannot use \(path): it is of format \(format), this version reads \(schema.format); "
          + "remove it and make it anew with \(schema.program)")
    }
    for dataset in schema.datasets where !dataset.isRepeated {
      lengths = try checkedLengths(dataset, lengths)
    }
  }

  /// The lengths of axes of datasets that repeat, once they have their names: two grids of a file
  /// have different numbers of cells.
  func lengths(of datasets: [DatasetSchema]) throws -> AxisLengths {
    try datasets.reduce(lengths) { try checkedLengths($1, $0) }
  }

  private func checkedLengths(
    _ dataset: DatasetSchema, _ known: AxisLengths
  ) throws -> AxisLengths {
    guard contains(dataset) else {
      // What is optional may be missing; its axes are then those of other datasets, or unknown.
      guard !dataset.presence.isRequired else {
        throw damage("it has no dataset \(dataset.name)")
      }
      return known
    }
    var lengths = known
    let shape = try wrapped { () throws(ArrayStoreError) in try file.shape(of: dataset.name) }
    if let fault = lengths.fault(binding: dataset, to: shape, schema.axes) { throw damage(fault) }
    return lengths
  }

  /// The error of a file that its program did not write, or not so.
  func damage(_ cause: String) -> ArtifactError {
    ArtifactError("Cannot use \(path): \(cause); make it anew with \(schema.program)")
  }

  func contains(_ dataset: DatasetSchema) -> Bool { file.contains(dataset.name) }

  func contains<Element>(_ dataset: Dataset<Element>) -> Bool { contains(dataset.schema) }

  func length(_ axis: String) -> Int { lengths[axis] ?? 0 }

  // MARK: Values

  /// Reads the elements of a dataset, or of a block of its rows, row-major.
  ///
  /// - Throws: `ArtifactError` if they are of another type, or the file is damaged.
  func read<Element>(
    _ dataset: Dataset<Element>, rows: Range<Int>? = nil
  ) throws -> [Element] {
    try wrapped { () throws(ArrayStoreError) in
      try Element.read(dataset.schema.name, rows: rows, from: file)
    }
  }

  func shape<Element>(of dataset: Dataset<Element>) throws -> [Int] {
    try wrapped { () throws(ArrayStoreError) in try file.shape(of: dataset.schema.name) }
  }

  func matrix(_ dataset: Dataset<Float>, rows: Range<Int>? = nil) throws -> Matrix {
    try matrix(dataset.schema, rows: rows)
  }

  /// Half-precision numbers, as floats.
  func matrix(_ dataset: Dataset<Float16>, rows: Range<Int>? = nil) throws -> Matrix {
    try matrix(dataset.schema, rows: rows)
  }

  private func matrix(_ schema: DatasetSchema, rows: Range<Int>?) throws -> Matrix {
    try wrapped { () throws(ArrayStoreError) in
      try file.matrix(schema.name, rows: rows)
    }
  }

  /// An attribute; nil if there is none.
  func optional<Value>(_ attribute: Attribute<Value>) throws -> Value? {
    let group = attribute.schema.group
    // HDF5 fails on attributes of an object that is not there, instead of saying that there are
    // none.
    guard group.isEmpty || file.contains(group) else { return nil }
    let stored = try wrapped { () throws(ArrayStoreError) in
      try file.attribute(attribute.schema.name, on: group.isEmpty ? "/" : group)
    }
    guard let stored else { return nil }
    guard let value = Value(stored: stored) else {
      throw damage("its attribute \(attribute.schema.name) is not of type \(Value.typeName)")
    }
    return value
  }

  /// An attribute; an error if there is none.
  func required<Value>(_ attribute: Attribute<Value>) throws -> Value {
    guard let value = try optional(attribute) else {
      throw damage("it has no attribute \(attribute.schema.name)")
    }
    return value
  }

  /// Adds what helps to an error that has no remedy: the store knows files, not the programs that
  /// make them.
  private func wrapped<Result>(
    _ body: () throws(ArrayStoreError) -> Result
  ) throws -> Result {
    do throws(ArrayStoreError) { return try body() } catch {
      guard error.remedy.isEmpty else { throw error }
      throw ArtifactError("\(error); make it anew with \(schema.program)")
    }
  }
}

/// The lengths of axes as a file's datasets show them.
///
/// The first dataset in which an axis occurs sets its length; the others must have the same.
struct AxisLengths {
  private var known: [String: (length: Int, dataset: String)] = [:]

  subscript(axis: String) -> Int? { known[axis]?.length }

  /// Notes the axes of a dataset; returns what is wrong with its shape.
  mutating func fault(
    binding dataset: DatasetSchema, to shape: [Int], _ axes: [Axis]
  ) -> String? {
    // Tensors of a network come in any shape.
    guard !dataset.shape.contains(.any) else { return nil }
    let found = shape.map(String.init).joined(separator: " × ")
    let wrong =
      "\(dataset.name) has the shape \(found.isEmpty ? "of one number" : found), "
      + "\(dataset.shapeDescription) is expected"
    guard shape.count == dataset.shape.count else { return wrong }
    for (extent, length) in zip(dataset.shape, shape) {
      switch extent {
      case .any: continue
      case .fixed(let expected):
        guard length == expected else { return wrong }
      case .axis(let letter):
        if let other = known[letter] {
          // The other length may stand in the same dataset, as in c × c: naming it would explain
          // nothing.
          guard other.length == length else {
            return other.dataset == dataset.name
              ? wrong : wrong + " with \(letter) = \(other.length) as in \(other.dataset)"
          }
        } else {
          let axis = axes.first { $0.letter == letter }
          guard length >= axis?.minimum ?? 0 else {
            return wrong + " with \(letter) at least \(axis?.minimum ?? 0)"
          }
          known[letter] = (length, dataset.name)
        }
      }
    }
    return nil
  }
}
