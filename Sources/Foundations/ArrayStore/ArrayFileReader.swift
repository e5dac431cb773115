internal import CHDF5
import Glibc
public import Matrices

/// Reads an HDF5 file of named arrays, strings and attributes, its own or h5py's.
///
/// What a file claims is checked before memory is asked for. Arrays are row-major.
public final class ArrayFileReader {
  /// The file.
  public let path: String

  private let file: Handle
  private let fileSize: Int

  /// Opens a file of the kind that is wanted.
  ///
  /// - Throws: `ArrayStoreError` if there is no such file, if it is not a complete HDF5 file or if
  ///   it is of another kind.
  public init(path: String, kind: String) throws(ArrayStoreError) {
    self.path = path
    do throws(SystemFailure) {
      fileSize = try FileDescriptor(path, O_RDONLY).size()
    } catch {
      throw ArrayStoreError("Cannot open", path, cause: error.cause)
    }
    do throws(HDF5Failure) {
      let access = try Handle.fileAccess()
      file = try Handle("H5Fopen", closedBy: H5Fclose) {
        H5Fopen(path, hdf5_read_only(), access.id)
      }
    } catch {
      throw ArrayStoreError(
        "Cannot open", path, cause: "no complete HDF5 file (\(error.cause))",
        remedy: "make it again")
    }
    try check(kind: kind)
  }

  /// Whether a dataset or group of this name exists.
  public func contains(_ name: String) -> Bool {
    let id = file.id
    let isThere = try? call("H5Lexists") { H5Lexists(id, name, hid_t(H5P_DEFAULT)) }
    return isThere ?? 0 > 0
  }

  /// The dimensions of a dataset, none for a single element.
  public func shape(of name: String) throws(ArrayStoreError) -> [Int] {
    try reading(name) { array throws(HDF5Failure) in array.shape }
  }

  /// Reads a dataset of floating-point numbers of any precision, or a block of its rows.
  public func floats(
    _ name: String, rows: Range<Int>? = nil
  ) throws(ArrayStoreError) -> [Float] {
    try numbers(name, rows: rows)
  }

  /// Reads a dataset of floating-point numbers of any precision, or a block of its rows.
  public func doubles(
    _ name: String, rows: Range<Int>? = nil
  ) throws(ArrayStoreError) -> [Double] {
    try numbers(name, rows: rows)
  }

  /// Reads a dataset of integers of at most 32 bits, or a block of its rows.
  public func int32s(
    _ name: String, rows: Range<Int>? = nil
  ) throws(ArrayStoreError) -> [Int32] {
    try numbers(name, rows: rows)
  }

  /// Reads a dataset of unsigned bytes, or a block of its rows.
  public func bytes(
    _ name: String, rows: Range<Int>? = nil
  ) throws(ArrayStoreError) -> [UInt8] {
    try numbers(name, rows: rows)
  }

  /// Reads a dataset of strings.
  public func strings(_ name: String) throws(ArrayStoreError) -> [String] {
    try reading(name) { array throws(HDF5Failure) in
      try array.expectStrings()
      return try array.strings()
    }
  }

  /// Reads a two-dimensional dataset of floating-point numbers, or a block of its rows.
  public func matrix(
    _ name: String, rows: Range<Int>? = nil
  ) throws(ArrayStoreError) -> Matrix {
    try reading(name) { array throws(HDF5Failure) in
      guard array.shape.count == 2 else {
        throw HDF5Failure(cause: "two dimensions expected, found the shape \(array.shape)")
      }
      try array.expect(Float.storedType)
      return Matrix(
        rowCount: rows?.count ?? array.shape[0], columnCount: array.shape[1],
        elements: try array.numbers(Float.self, rows: rows))
    }
  }

  /// The names of the groups directly in an object, in the order of their bytes.
  public func groups(in object: String = "/") throws(ArrayStoreError) -> [String] {
    try perform("list the groups in \(object) of") { file, _ throws(HDF5Failure) in
      try groupNames(in: object, of: file)
    }
  }

  private func numbers<Element: StoredElement>(
    _ name: String, rows: Range<Int>?
  ) throws(ArrayStoreError) -> [Element] {
    try reading(name) { array throws(HDF5Failure) in
      try array.expect(Element.storedType)
      return try array.numbers(Element.self, rows: rows)
    }
  }

  private func reading<Result>(
    _ name: String, _ body: (borrowing StoredArray) throws(HDF5Failure) -> Result
  ) throws(ArrayStoreError) -> Result {
    try perform("read dataset \(name) of") { file, fileSize throws(HDF5Failure) in
      try body(StoredArray(dataset: name, in: file, fileSize: fileSize))
    }
  }

  /// Does something with the open file and its size.
  func perform<Result>(
    _ operation: String, _ body: (hid_t, Int) throws(HDF5Failure) -> Result
  ) throws(ArrayStoreError) -> Result {
    do throws(HDF5Failure) {
      return try body(file.id, fileSize)
    } catch {
      throw ArrayStoreError("Cannot \(operation)", path, cause: error.cause)
    }
  }
}
