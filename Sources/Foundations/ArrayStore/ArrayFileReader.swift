internal import CHDF5
import Glibc
public import Matrices

/// Reads an HDF5 file of named arrays, strings and attributes, this project's own or h5py's.
///
/// Files are not trusted: type and shape are checked, and the size that a dataset claims is
/// compared with what the file holds before memory is allocated. Arrays are row-major. Every error
/// is an `ArrayStoreError` of one line that names the file and the dataset.
public final class ArrayFileReader {
  /// The file's path, as given.
  public let path: String

  private let file: Handle
  private let fileSize: Int

  /// Opens a file of the wanted kind for reading.
  ///
  /// - Parameters:
  ///   - path: The file.
  ///   - kind: What its attribute `kind` must say, for instance `activations`.
  /// - Throws: `ArrayStoreError` if there is no such file, if it is not a complete HDF5 file or if
  ///   it is of another kind.
  public init(path: String, kind: String) throws(ArrayStoreError) {
    self.path = path
    // The file is opened without HDF5 first: the system's words for a missing file are plainer than
    // the library's, and its size bounds every allocation later.
    do throws(SystemFailure) {
      fileSize = try FileDescriptor.regular(path).size()
    } catch {
      throw ArrayStoreError("Cannot open", path, cause: error.cause)
    }
    do throws(HDF5Failure) {
      try FileInspection.admit(path)
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
  ///
  /// The corresponding HDF5 function is `H5Lexists`. A name whose group is missing gives `false`.
  public func contains(_ name: String) -> Bool {
    let id = file.id
    let isThere = try? call("H5Lexists") { H5Lexists(id, name, hid_t(H5P_DEFAULT)) }
    return isThere ?? 0 > 0
  }

  /// The dimensions of a dataset; empty for a single element.
  ///
  /// - Throws: `ArrayStoreError` if there is no such dataset, or the file is too short for it.
  public func shape(of name: String) throws(ArrayStoreError) -> [Int] {
    try reading(name) { array throws(HDF5Failure) in
      // Whoever has a shape computes with it, in products that must not overflow.
      _ = try array.checkedCount(of: array.shape)
      return array.shape
    }
  }

  /// Reads a dataset of floating-point numbers of at most 64 bits as single precision, or a block
  /// of its rows.
  ///
  /// - Parameters:
  ///   - name: The dataset, `20/mean` for one in a group.
  ///   - rows: The range along the first dimension; `nil` for all.
  /// - Returns: The elements, row-major.
  /// - Throws: `ArrayStoreError` for a missing dataset, another type, rows out of range, or a shape
  ///   that is larger than the file.
  /// - Complexity: O(elements read); only these are held in memory.
  public func floats(
    _ name: String, rows: Range<Int>? = nil
  ) throws(ArrayStoreError) -> [Float] {
    try numbers(name, rows: rows)
  }

  /// Reads a dataset of floating-point numbers of at most 64 bits as double precision, or a block
  /// of its rows; see `floats(_:rows:)`.
  public func doubles(
    _ name: String, rows: Range<Int>? = nil
  ) throws(ArrayStoreError) -> [Double] {
    try numbers(name, rows: rows)
  }

  /// Reads a dataset of signed integers of at most 32 bits, or unsigned ones of at most 16, or a
  /// block of its rows; see `floats(_:rows:)`.
  public func int32s(
    _ name: String, rows: Range<Int>? = nil
  ) throws(ArrayStoreError) -> [Int32] {
    try numbers(name, rows: rows)
  }

  /// Reads a dataset of unsigned bytes, or a block of its rows; see `floats(_:rows:)`.
  public func bytes(
    _ name: String, rows: Range<Int>? = nil
  ) throws(ArrayStoreError) -> [UInt8] {
    try numbers(name, rows: rows)
  }

  /// Reads a dataset of strings, of fixed length (as this project writes them) or of variable
  /// length (as h5py does by default).
  ///
  /// - Throws: `ArrayStoreError` for a missing dataset or another type.
  public func strings(_ name: String) throws(ArrayStoreError) -> [String] {
    try reading(name) { array throws(HDF5Failure) in
      try array.expectStrings()
      return try array.strings()
    }
  }

  /// Reads a two-dimensional dataset of floating-point numbers, or a block of its rows; see
  /// `floats(_:rows:)`.
  ///
  /// - Returns: A matrix of rows × columns in single precision.
  /// - Throws: `ArrayStoreError`, also for another number of dimensions.
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

  /// The names of the groups directly in an object, ordered by their bytes.
  ///
  /// - Throws: `ArrayStoreError` if the object is missing or not a group.
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

  /// Opens a dataset for the length of `body`, whose failure is reported as one of reading it.
  private func reading<Result>(
    _ name: String, _ body: (borrowing StoredArray) throws(HDF5Failure) -> Result
  ) throws(ArrayStoreError) -> Result {
    try perform("read dataset \(name) of") { file, fileSize throws(HDF5Failure) in
      try body(StoredArray(dataset: name, in: file, fileSize: fileSize))
    }
  }

  /// Runs `body` with the open file's identifier and its size in bytes; a failure names the
  /// operation.
  func perform<Result>(
    _ operation: String, _ body: (hid_t, Int) throws(HDF5Failure) -> Result
  ) throws(ArrayStoreError) -> Result {
    do throws(HDF5Failure) {
      return try body(file.id, fileSize)
    } catch {
      throw ArrayStoreError(
        "Cannot \(operation)", path, cause: error.cause, remedy: error.remedy)
    }
  }
}
