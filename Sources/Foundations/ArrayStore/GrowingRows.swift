import Glibc

/// Rows of numbers that grow on disk and outlive the process that writes them.
///
/// Rows for the result `x.h5` lie in `x.h5.growing`: 4096 bytes for a head, then row after row,
/// little-endian, as they will lie in the result. `ArrayFileWriter.init(path:kind:rows:as:)` makes
/// the result around them and renames the file, so the rows, the largest data of a run, are written
/// once. Until that moment the file holds nothing but rows, and what lies around them is made from
/// scratch: however often a process is killed, and wherever, the result has the bytes of a run that
/// was never interrupted.
///
/// How many rows count is not recorded here but by whoever calls `synchronize`, for instance in a
/// `RunJournal`.
public final class GrowingRows {
  /// The path of the file of rows, `.growing` appended to the result's.
  public let path: String
  /// The number of elements of a row.
  public let columnCount: Int
  /// The type of the elements.
  public let type: StoredType
  /// The number of rows, those of earlier processes included.
  public private(set) var rowCount: Int

  private let file: FileDescriptor

  /// Where the first row begins: a page, more than HDF5 needs before the first array of a file.
  static let headByteCount = 4096

  /// Opens the rows for a result; missing folders are made.
  ///
  /// - Parameters:
  ///   - result: Where the result will be.
  ///   - columnCount: The number of elements of a row.
  ///   - type: The type of the elements.
  ///   - rowCount: How many of the rows that are there to keep; later ones are cut off.
  /// - Throws: `ArrayStoreError` if the file cannot be written, or holds fewer rows.
  /// - Precondition: `columnCount` is positive and `rowCount` not negative.
  public init(
    for result: String, columnCount: Int, of type: StoredType = .float32, keeping rowCount: Int
  ) throws(ArrayStoreError) {
    precondition(
      columnCount > 0 && rowCount >= 0, "\(rowCount) rows of \(columnCount) elements cannot grow")
    path = Self.path(for: result)
    self.columnCount = columnCount
    self.type = type
    self.rowCount = rowCount
    try makeFolders(of: path)
    do throws(SystemFailure) {
      file = try FileDescriptor(path, O_RDWR | O_CREAT)
      let size = Self.headByteCount + type.byteCount * columnCount * rowCount
      guard try file.size() >= size || rowCount == 0 else { throw SystemFailure(code: ENODATA) }
      // Rows after those to keep may be half written: the process was killed between writing them
      // and recording them.
      try file.truncate(to: size)
    } catch {
      throw ArrayStoreError("Cannot write", path, cause: error.cause)
    }
  }

  /// How many whole rows are stored for a result; 0 if there is no file.
  public static func storedRowCount(
    for result: String, columnCount: Int, of type: StoredType = .float32
  ) -> Int {
    guard let file = try? FileDescriptor(path(for: result), O_RDONLY), let size = try? file.size()
    else { return 0 }
    return max(0, size - headByteCount) / (type.byteCount * columnCount)
  }

  private static func path(for result: String) -> String { result + ".growing" }

  private var endOffset: Int { Self.headByteCount + byteCount }

  /// The bytes of all rows.
  var byteCount: Int { type.byteCount * columnCount * rowCount }

  /// Appends rows.
  ///
  /// - Parameter values: Whole rows, row-major.
  /// - Throws: `ArrayStoreError`, for instance when the disk is full.
  /// - Precondition: `values` holds whole rows of the rows' type.
  public func append<Element: StoredElement>(_ values: [Element]) throws(ArrayStoreError) {
    precondition(Element.storedType == type, "rows of \(type) cannot hold \(Element.self)")
    let (rows, rest) = values.count.quotientAndRemainder(dividingBy: columnCount)
    precondition(rest == 0, "\(values.count) values are not whole rows of \(columnCount)")
    let offset = endOffset
    try perform("Cannot write") { file throws(SystemFailure) in
      // The processors that this is built for are little-endian, as the file is.
      try values.withUnsafeBufferPointer { values throws(SystemFailure) in
        try file.write(UnsafeRawBufferPointer(values), at: offset)
      }
    }
    rowCount += rows
  }

  /// Waits until all rows are on disk (`fsync`), after which they may be recorded as finished.
  ///
  /// - Throws: `ArrayStoreError` if the disk reports a failure.
  public func synchronize() throws(ArrayStoreError) {
    try perform("Cannot write") { file throws(SystemFailure) in try file.synchronize() }
  }

  /// Reads rows back.
  ///
  /// - Returns: The elements, row-major.
  /// - Throws: `ArrayStoreError` if the file cannot be read.
  /// - Precondition: The rows exist, and are of that type.
  public func values<Element: StoredElement>(
    ofRows rows: Range<Int>, as _: Element.Type = Element.self
  ) throws(ArrayStoreError) -> [Element] {
    precondition(Element.storedType == type, "rows of \(type) are not \(Element.self)")
    precondition(
      rows.lowerBound >= 0 && rows.upperBound <= rowCount, "rows \(rows) of \(rowCount) wanted")
    let count = rows.count * columnCount
    let offset = Self.headByteCount + type.byteCount * columnCount * rows.lowerBound
    var failure: ArrayStoreError?
    let values = [Element](unsafeUninitializedCapacity: count) { values, filled in
      do throws(ArrayStoreError) {
        try perform("Cannot read") { file throws(SystemFailure) in
          try file.read(
            into: UnsafeMutableRawBufferPointer(
              rebasing: UnsafeMutableRawBufferPointer(values)[..<(count * type.byteCount)]),
            at: offset)
        }
        filled = count
      } catch { failure = error }
    }
    if let failure { throw failure }
    return values
  }

  /// Copies the head and the tail of a file of the same layout to both sides of the rows.
  ///
  /// - Parameter frame: A complete HDF5 file whose dataset of rows has this file's offset and size,
  ///   and holds nothing.
  /// - Throws: `ArrayStoreError`, for instance when the disk is full.
  func surround(by frame: String) throws(ArrayStoreError) {
    let (start, end) = (Self.headByteCount, endOffset)
    try perform("Cannot write") { file throws(SystemFailure) in
      let source = try FileDescriptor(frame, O_RDONLY)
      let size = try source.size()
      try file.truncate(to: end)
      var buffer = [UInt8](repeating: 0, count: 1 << 20)
      // The head comes last: as long as it is missing, no reader takes the file for HDF5.
      for range in [end..<max(size, end), 0..<start] {
        var offset = range.lowerBound
        while offset < range.upperBound {
          let count = min(buffer.count, range.upperBound - offset)
          try buffer.withUnsafeMutableBufferPointer { buffer throws(SystemFailure) in
            let part = UnsafeMutableRawBufferPointer(start: buffer.baseAddress, count: count)
            try source.read(into: part, at: offset)
            try file.write(UnsafeRawBufferPointer(part), at: offset)
          }
          offset += count
        }
      }
    }
  }

  /// Removes the file of rows.
  public func remove() { unlink(path) }

  private func perform(
    _ operation: String, _ body: (borrowing FileDescriptor) throws(SystemFailure) -> Void
  ) throws(ArrayStoreError) {
    do throws(SystemFailure) { try body(file) } catch {
      throw ArrayStoreError(operation, path, cause: error.cause)
    }
  }
}
