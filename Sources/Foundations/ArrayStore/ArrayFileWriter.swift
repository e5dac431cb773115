internal import CHDF5
public import Matrices

/// Writes one HDF5 file of named arrays, strings and attributes.
///
/// The file is written under a temporary name beside its own, and appears under its own name with
/// `finish`. The first error removes it, and so does the end of a writer that was never finished.
/// Equal content gives equal bytes: no time, process or machine is recorded in the file. Arrays are
/// row-major and lie little-endian.
public final class ArrayFileWriter {
  /// Where the complete file will be.
  public let path: String

  private let partial: PartialFile
  private var file: Handle?
  /// Rows that were on disk before this file.
  private var grownRows: GrowingRows?
  /// Whether they lie where HDF5 places their dataset, so that the file can be made around them.
  private var isAroundRows = false
  private var growingDatasets: [GrowingDataset] = []
  private var isFinished = false

  /// Begins a file; missing folders are made.
  ///
  /// - Parameters:
  ///   - path: Where the complete file will be.
  ///   - kind: What the file is, for instance `activations`; readers ask for it.
  /// - Throws: `ArrayStoreError` if there can be no such file.
  public convenience init(path: String, kind: String) throws(ArrayStoreError) {
    try self.init(path: path, kind: kind, alignment: nil)
  }

  /// Begins a file around rows that are already on the disk: they become a dataset without being
  /// written again.
  ///
  /// - Parameters:
  ///   - path: Where the complete file will be.
  ///   - kind: What the file is.
  ///   - rows: The rows for this path, at least one; `finish` ends their own file.
  ///   - name: The name of their dataset.
  /// - Throws: `ArrayStoreError` if there can be no such file; the rows stay then.
  public convenience init(
    path: String, kind: String, rows: GrowingRows, as name: String
  ) throws(ArrayStoreError) {
    precondition(rows.rowCount > 0, "no rows of \(name) have grown")
    // HDF5 aligns what is as large as the rows, which are then the first such thing; fewer bytes
    // than a page might also be its own bookkeeping. If HDF5 places the rows elsewhere, `adopt`
    // copies them: the alignment saves a copy, correctness does not depend on it.
    let isLarge = rows.byteCount >= GrowingRows.headByteCount
    try self.init(
      path: path, kind: kind,
      alignment: isLarge ? (rows.byteCount, GrowingRows.headByteCount) : nil)
    try adopt(rows, as: name)
  }

  /// Begins a file; what is at least as large as the alignment's threshold begins at one of its
  /// multiples.
  private init(
    path: String, kind: String, alignment: (threshold: Int, multiple: Int)?
  ) throws(ArrayStoreError) {
    self.path = path
    partial = try PartialFile.begin(path)
    do throws(HDF5Failure) {
      let access = try Handle.fileAccess(alignment: alignment)
      let creation = try Handle.timelessCreation(hdf5_file_creation())
      let partialPath = partial.path
      file = try Handle("H5Fcreate", closedBy: H5Fclose) {
        H5Fcreate(partialPath, hdf5_truncate(), creation.id, access.id)
      }
    } catch {
      partial.discard()
      throw ArrayStoreError("Cannot create", path, cause: error.cause)
    }
    try setAttribute("kind", .string(kind))
  }

  /// Creates the dataset of rows that are already on disk, or copies them if HDF5 places it
  /// elsewhere.
  private func adopt(_ rows: GrowingRows, as name: String) throws(ArrayStoreError) {
    let shape = [rows.rowCount, rows.columnCount]
    try perform("create dataset \(name) of") { file throws(HDF5Failure) in
      let dataset = try createDataset(
        name, in: file, type: { rows.type.inFile }, space: .space(shape),
        creation: { list throws(HDF5Failure) in
          // A contiguous dataset gets its offset at its first write unless it is told to at once,
          // and would be filled with zeros, as long as all the rows, which nobody reads.
          try call("H5Pset_alloc_time") { H5Pset_alloc_time(list, H5D_ALLOC_TIME_EARLY) }
          try call("H5Pset_fill_time") { H5Pset_fill_time(list, H5D_FILL_TIME_NEVER) }
        })
      let id = dataset.id
      var offset: haddr_t = 0
      try call("H5Dget_offset") {
        offset = H5Dget_offset(id)
        return 0
      }
      // HDF5 does not promise where it puts a dataset, so the offset is asked for.
      isAroundRows = offset == haddr_t(GrowingRows.headByteCount)
      if !isAroundRows {
        switch rows.type {
        case .float16: try copy(rows, of: Float16.self, to: id)
        case .float32: try copy(rows, of: Float.self, to: id)
        case .float64: try copy(rows, of: Double.self, to: id)
        case .int32: try copy(rows, of: Int32.self, to: id)
        case .uint8: try copy(rows, of: UInt8.self, to: id)
        }
      }
      try dataset.close()
    }
    grownRows = rows
  }

  /// Writes the rows once more, into a dataset of this file.
  private func copy<Element: StoredElement>(
    _ rows: GrowingRows, of _: Element.Type, to dataset: hid_t
  ) throws(HDF5Failure) {
    // Blocks of 64 MiB: activations may be larger than memory.
    let step = max(1, (64 << 20) / (rows.type.byteCount * rows.columnCount))
    for first in stride(from: 0, to: rows.rowCount, by: step) {
      let block = first..<min(first + step, rows.rowCount)
      let values: [Element]
      do throws(ArrayStoreError) { values = try rows.values(ofRows: block) } catch {
        throw HDF5Failure(cause: error.description)
      }
      try writeRows(
        block, of: dataset, rowShape: [rows.columnCount], type: rows.type, values)
    }
  }

  /// Writes an array.
  ///
  /// - Parameters:
  ///   - name: The dataset's name, `20/mean` for one in a group; missing groups are made.
  ///   - values: The elements, row-major.
  ///   - shape: The dimensions; none for a single number.
  /// - Throws: `ArrayStoreError`, for instance when the disk is full; the file is then removed.
  /// - Precondition: `values.count` is the product of `shape`.
  public func write<Element: StoredElement>(
    _ name: String, _ values: [Element], shape: [Int]
  ) throws(ArrayStoreError) {
    precondition(
      shape.allSatisfy { $0 >= 0 } && values.count == shape.reduce(1, *),
      "\(values.count) values do not fill the shape \(shape) of \(name)")
    let type = Element.storedType
    try perform("write dataset \(name) of") { file throws(HDF5Failure) in
      let dataset = try createDataset(name, in: file, type: { type.inFile }, space: .space(shape))
      try call("H5Dwrite") {
        H5Dwrite(dataset.id, type.inMemory, H5S_ALL, H5S_ALL, hid_t(H5P_DEFAULT), values)
      }
      try dataset.close()
    }
  }

  /// Writes a matrix as a dataset of two dimensions.
  ///
  /// - Throws: `ArrayStoreError`, for instance when the disk is full; the file is then removed.
  public func write(_ name: String, _ matrix: Matrix) throws(ArrayStoreError) {
    try write(name, matrix.elements, shape: [matrix.rowCount, matrix.columnCount])
  }

  /// Writes UTF-8 strings, each padded with zeros to the length of the longest; h5py reads them as
  /// fixed-length bytes.
  ///
  /// - Parameters:
  ///   - name: The dataset's name.
  ///   - strings: The strings, row-major.
  ///   - shape: The dimensions; nil for a list.
  /// - Throws: `ArrayStoreError`, for instance when the disk is full; the file is then removed.
  /// - Precondition: `strings.count` is the product of `shape`.
  public func write(
    _ name: String, _ strings: [String], shape: [Int]? = nil
  ) throws(ArrayStoreError) {
    let shape = shape ?? [strings.count]
    precondition(
      strings.count == shape.reduce(1, *),
      "\(strings.count) strings do not fill the shape \(shape) of \(name)")
    try perform("write dataset \(name) of") { file throws(HDF5Failure) in
      let padded = try PaddedStrings(strings)
      let type = try Handle.stringType(byteCount: padded.byteCount)
      let typeID = type.id
      let dataset = try createDataset(
        name, in: file, type: { typeID }, space: .space(shape))
      try call("H5Dwrite") {
        H5Dwrite(dataset.id, typeID, H5S_ALL, H5S_ALL, hid_t(H5P_DEFAULT), padded.bytes)
      }
      try dataset.close()
    }
  }

  /// Begins an array whose rows are appended block by block.
  ///
  /// - Parameters:
  ///   - name: The dataset's name; missing groups are made.
  ///   - type: The type of the elements.
  ///   - rowShape: The dimensions of one row, none for a single number.
  /// - Returns: What appends the rows.
  /// - Throws: `ArrayStoreError` if the name is taken; the file is then removed.
  /// - Precondition: No dimension of `rowShape` is 0.
  public func appendable<Element: StoredElement>(
    _ name: String, of type: Element.Type, rowShape: [Int]
  ) throws(ArrayStoreError) -> RowAppender<Element> {
    precondition(rowShape.allSatisfy { $0 > 0 }, "a row of \(name) has the shape \(rowShape)")
    let dataset = try perform("create dataset \(name) of") { file throws(HDF5Failure) in
      try GrowingDataset(
        name, in: file, type: type.storedType, rowShape: rowShape,
        bytesPerElement: MemoryLayout<Element>.size)
    }
    growingDatasets.append(dataset)
    return RowAppender(writer: self, dataset: dataset)
  }

  /// Writes what is still buffered, waits until the file is on disk and gives it its name.
  ///
  /// Nothing can be written after it.
  ///
  /// - Throws: `ArrayStoreError`, for instance when the disk is full; no file of this name appears
  ///   then, and a former one stays.
  public func finish() throws(ArrayStoreError) {
    try perform("finish") { _ throws(HDF5Failure) in
      for dataset in growingDatasets { try dataset.close() }
      try file.take()?.close()
    }
    isFinished = true
    guard let grownRows, isAroundRows else {
      try partial.commit()
      grownRows?.remove()
      return
    }
    // The rows are the larger part and already on disk: the few bytes around them are copied to
    // their file, which takes the name, and not the other way round.
    do throws(ArrayStoreError) { try grownRows.surround(by: partial.path) } catch {
      partial.discard()
      throw error
    }
    try partial.commit(grownRows.path)
  }

  /// Runs `body` with the open file's identifier; after a failure the file is abandoned.
  func perform<Result: ~Copyable>(
    _ operation: String, _ body: (hid_t) throws(HDF5Failure) -> Result
  ) throws(ArrayStoreError) -> Result {
    precondition(!isFinished, "\(path) is finished")
    guard let id = file?.id else {
      throw ArrayStoreError("Cannot \(operation)", path, cause: "an earlier error ended the file")
    }
    do throws(HDF5Failure) {
      return try body(id)
    } catch {
      abandon()
      throw ArrayStoreError("Cannot \(operation)", path, cause: error.cause)
    }
  }

  /// Closes what is open and removes the partial file; grown rows stay for the next run.
  private func abandon() {
    for dataset in growingDatasets { try? dataset.close() }
    try? file.take()?.close()
    partial.discard()
  }

  deinit {
    if !isFinished { abandon() }
  }
}
