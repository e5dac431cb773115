internal import ArrayStore
internal import Matrices

/// Writes a file of a schema's form: its kind, format and origin, and datasets that describe
/// themselves.
///
/// The file is begun before the work, so that a disk that cannot be written to is found at once,
/// and appears under its name with `finish`.
final class ArtifactWriter {
  private let schema: FileSchema
  private let file: ArrayFileWriter
  /// Where the file will be.
  var path: String { file.path }

  /// The lengths of axes so far, for datasets outside of groups that repeat.
  private var lengths = AxisLengths()

  convenience init(
    _ schema: FileSchema, path: String, provenance: Provenance?, subject: Subject
  ) throws(ArrayStoreError) {
    try self.init(schema, ArrayFileWriter(path: path, kind: schema.kind), provenance, subject)
  }

  /// Begins a file around rows that are on the disk already.
  convenience init<Element: StoredElement>(
    _ schema: FileSchema, path: String, provenance: Provenance?, subject: Subject,
    rows: GrowingRows, as dataset: Dataset<Element>
  ) throws(ArrayStoreError) {
    let file = try ArrayFileWriter(
      path: path, kind: schema.kind, rows: rows, as: dataset.schema.name)
    try self.init(schema, file, provenance, subject)
    // They were written before there was a file, and lack what `write` gives a dataset.
    try describe(dataset, [rows.rowCount, rows.columnCount])
  }

  private init(
    _ schema: FileSchema, _ file: ArrayFileWriter, _ provenance: Provenance?, _ subject: Subject
  ) throws(ArrayStoreError) {
    self.schema = schema
    self.file = file
    try set(Common.format, schema.format)
    if let provenance { try file.write(provenance) }
    try write(subject)
  }

  /// Writes a dataset whose elements are at hand, row-major; without a shape, along one axis.
  ///
  /// - Precondition: The shape is that of the schema, with axes as long as in earlier datasets.
  func write<Element>(
    _ dataset: Dataset<Element>, _ values: [Element], shape: [Int]? = nil
  ) throws(ArrayStoreError) {
    let shape = shape ?? [values.count]
    try Element.write(dataset.schema.name, values, shape: shape, to: file)
    try describe(dataset, shape)
  }

  func write(_ dataset: Dataset<Float>, _ matrix: Matrix) throws(ArrayStoreError) {
    try write(dataset, matrix.elements, shape: [matrix.rowCount, matrix.columnCount])
  }

  /// Begins a dataset whose rows come block by block.
  func appendable<Element: StoredElement>(
    _ dataset: Dataset<Element>, rowShape: [Int] = []
  ) throws(ArrayStoreError) -> RowAppender<Element> {
    let rows = try file.appendable(dataset.schema.name, of: Element.self, rowShape: rowShape)
    try describe(dataset, nil)
    return rows
  }

  /// Sets an attribute that the schema names.
  func set<Value>(_ attribute: Attribute<Value>, _ value: Value) throws(ArrayStoreError) {
    try set(attribute.schema.name, value.stored, of: attribute.schema.group)
  }

  /// Sets an attribute of a group, which is made where it is missing.
  func set(
    _ name: String, _ value: AttributeValue, of group: String
  ) throws(ArrayStoreError) {
    guard !group.isEmpty else { return try file.setAttribute(name, value) }
    try file.makeGroup(group)
    try file.setAttribute(name, on: group, value)
  }

  /// Puts a note on a dataset that it alone has.
  func annotate<Element>(
    _ dataset: Dataset<Element>, _ name: String, _ text: String
  ) throws(ArrayStoreError) {
    try file.setAttribute(name, on: dataset.schema.name, .string(text))
  }

  /// Checks a dataset's shape against the schema, and gives it its description.
  private func describe<Element>(
    _ dataset: Dataset<Element>, _ shape: [Int]?
  ) throws(ArrayStoreError) {
    // A wrong form that is read is the world's fault; one that is written is a mistake in this
    // project.
    if let shape, !dataset.schema.isRepeated {
      let fault = lengths.fault(binding: dataset.schema, to: shape, schema.axes)
      precondition(fault == nil, "wrong form of \(schema.kind): \(fault ?? "")")
    }
    try file.setAttribute(
      "description", on: dataset.schema.name, .string(dataset.schema.description))
  }

  /// Completes the file: it appears under its name, with all or not at all.
  func finish() throws(ArrayStoreError) { try file.finish() }
}
