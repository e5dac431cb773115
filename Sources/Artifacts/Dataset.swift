internal import ArrayStore

/// A dataset that a schema names, with the type of its elements.
///
/// The type of the values in Swift decides the type on the page and in the file, so that the three
/// agree.
struct Dataset<Element: DatasetElement>: Sendable {
  let schema: DatasetSchema

  init(
    _ name: String, _ shape: [Extent], unit: String = "", _ meaning: String,
    _ presence: Presence = .always
  ) {
    schema = DatasetSchema(
      name: name, type: Element.typeName, shape: shape, unit: unit, meaning: meaning,
      presence: presence, isRepeated: name.contains("{"))
  }

  private init(_ schema: DatasetSchema) { self.schema = schema }

  /// One of the datasets that the name in braces stands for.
  func at(_ name: String) -> Dataset { Dataset(schema.at(name)) }
}

extension DatasetSchema {
  /// One of the datasets that the name in braces stands for: `20/mean` of `{side}/mean`.
  func at(_ name: String) -> DatasetSchema {
    let start = self.name.prefix { $0 != "{" }
    let end = self.name.drop { $0 != "}" }.dropFirst()
    return DatasetSchema(
      name: start + name + end, type: type, shape: shape, unit: unit, meaning: meaning,
      presence: presence, isRepeated: true)
  }
}

/// What datasets hold.
protocol DatasetElement: Sendable {
  /// The type as documents name it.
  static var typeName: String { get }
  /// Reads a dataset, or a block of its rows; row-major.
  static func read(
    _ name: String, rows: Range<Int>?, from file: ArrayFileReader
  ) throws(ArrayStoreError) -> [Self]
  /// Writes a dataset.
  static func write(
    _ name: String, _ values: [Self], shape: [Int], to file: ArrayFileWriter
  ) throws(ArrayStoreError)
}

extension DatasetElement where Self: StoredElement {
  static func write(
    _ name: String, _ values: [Self], shape: [Int], to file: ArrayFileWriter
  ) throws(ArrayStoreError) {
    try file.write(name, values, shape: shape)
  }
}

// HDF5 converts between precisions while it reads: doubles of another program are welcome.
extension Float: DatasetElement {
  static var typeName: String { "float32" }

  static func read(
    _ name: String, rows: Range<Int>?, from file: ArrayFileReader
  ) throws(ArrayStoreError) -> [Float] { try file.floats(name, rows: rows) }
}

/// Read as floats where more than a few are wanted; conversions are exact.
extension Float16: DatasetElement {
  static var typeName: String { "float16" }

  static func read(
    _ name: String, rows: Range<Int>?, from file: ArrayFileReader
  ) throws(ArrayStoreError) -> [Float16] { try file.floats(name, rows: rows).map(Float16.init) }
}

extension Double: DatasetElement {
  static var typeName: String { "float64" }

  static func read(
    _ name: String, rows: Range<Int>?, from file: ArrayFileReader
  ) throws(ArrayStoreError) -> [Double] { try file.doubles(name, rows: rows) }
}

extension Int32: DatasetElement {
  static var typeName: String { "int32" }

  static func read(
    _ name: String, rows: Range<Int>?, from file: ArrayFileReader
  ) throws(ArrayStoreError) -> [Int32] { try file.int32s(name, rows: rows) }
}

extension UInt8: DatasetElement {
  static var typeName: String { "uint8" }

  static func read(
    _ name: String, rows: Range<Int>?, from file: ArrayFileReader
  ) throws(ArrayStoreError) -> [UInt8] { try file.bytes(name, rows: rows) }
}

extension String: DatasetElement {
  static var typeName: String { "string" }

  static func read(
    _ name: String, rows: Range<Int>?, from file: ArrayFileReader
  ) throws(ArrayStoreError) -> [String] {
    // Names of images and classes: small beside the arrays, and wanted as a whole.
    precondition(rows == nil, "strings are read as a whole, rows of \(name) were wanted")
    return try file.strings(name)
  }

  static func write(
    _ name: String, _ values: [String], shape: [Int], to file: ArrayFileWriter
  ) throws(ArrayStoreError) {
    try file.write(name, values, shape: shape)
  }
}

/// An attribute that a schema names, with the type of its value.
struct Attribute<Value: AttributeContent>: Sendable {
  let schema: AttributeSchema

  init(_ name: String, of group: String = "", _ meaning: String, _ presence: Presence = .always) {
    schema = AttributeSchema(
      name: name, group: group, type: Value.typeName, meaning: meaning, presence: presence)
  }
}

/// What attributes hold.
protocol AttributeContent: Sendable {
  /// The type as documents name it.
  static var typeName: String { get }
  /// The value in the store.
  var stored: AttributeValue { get }
  /// A value from the store; nil for one of another type.
  init?(stored: AttributeValue)
}

extension String: AttributeContent {
  var stored: AttributeValue { .string(self) }

  init?(stored: AttributeValue) {
    guard case .string(let value) = stored else { return nil }
    self = value
  }
}

extension Int: AttributeContent {
  static var typeName: String { "int64" }

  var stored: AttributeValue { .integer(self) }

  init?(stored: AttributeValue) {
    guard case .integer(let value) = stored else { return nil }
    self = value
  }
}

extension Double: AttributeContent {
  var stored: AttributeValue { .number(self) }

  init?(stored: AttributeValue) {
    switch stored {
    case .number(let value): self = value
    // Python writes 1 as an integer where 1.0 is meant.
    case .integer(let value): self = Double(value)
    default: return nil
    }
  }
}

extension [String]: AttributeContent {
  static var typeName: String { "strings" }

  var stored: AttributeValue { .strings(self) }

  init?(stored: AttributeValue) {
    guard case .strings(let value) = stored else { return nil }
    self = value
  }
}
