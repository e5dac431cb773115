internal import CHDF5

/// A dataset or an attribute that is open for reading, with its type and shape.
///
/// Nothing that the file claims is believed before it is checked: memory is allocated only when the
/// file is long enough to hold the elements.
struct StoredArray: ~Copyable {
  /// The dimensions; empty for a single element.
  let shape: [Int]
  /// The class of its elements: integers, floating-point numbers, strings or others.
  let typeClass: H5T_class_t
  /// The size of an element in the file, in bytes.
  let bytesPerElement: Int

  /// The type of its elements.
  let type: Handle

  private let object: Handle
  private let space: Handle
  /// Whether it is a dataset rather than an attribute.
  let isDataset: Bool
  /// Whether its chunks are compressed or have checksums.
  let isFiltered: Bool
  /// The largest size that its elements can have, judged by the bytes stored for it.
  private let maximumByteCount: Int

  /// Opens a dataset of a file of `fileSize` bytes.
  init(dataset name: String, in file: hid_t, fileSize: Int) throws(HDF5Failure) {
    try requireInside(name, in: file)
    let object = try Handle("H5Dopen2", closedBy: H5Dclose) {
      H5Dopen2(file, name, hid_t(H5P_DEFAULT))
    }
    let id = object.id
    // How it is stored comes first: the size of a virtual dataset would be asked of other files.
    let storage = try DatasetStorage(of: id)
    var stored: hsize_t = 0
    try call("H5Dget_storage_size") {
      stored = H5Dget_storage_size(id)
      return 0
    }
    let type = try Handle("H5Dget_type", closedBy: H5Tclose) { H5Dget_type(id) }
    let elementSize = try call("H5Tget_size") { Int64(clamping: H5Tget_size(type.id)) }
    try storage.requireSmallChunks(bytesPerElement: Int(elementSize))
    // A chunked dataset stores what was written, which may be far less than its shape says; the
    // rest reads as fill values. Such a shape is refused: this project's files have no gaps.
    let storedByteCount = min(Int(clamping: stored), fileSize)
    try self.init(
      object, isDataset: true, isFiltered: storage.isFiltered,
      type: type,
      space: Handle("H5Dget_space", closedBy: H5Sclose) { H5Dget_space(id) },
      // Deflate shrinks a run of equal bytes at most 1032 times.
      maximumByteCount: storedByteCount.multipliedSaturating(by: storage.isFiltered ? 1032 : 1))
  }

  /// Opens an attribute of an object in a file of `fileSize` bytes.
  init(
    attribute name: String, of objectName: String, in file: hid_t, fileSize: Int
  ) throws(HDF5Failure) {
    let object = try Handle("H5Aopen_by_name", closedBy: H5Aclose) {
      H5Aopen_by_name(file, objectName, name, hid_t(H5P_DEFAULT), hid_t(H5P_DEFAULT))
    }
    let id = object.id
    try self.init(
      object, isDataset: false, isFiltered: false,
      type: Handle("H5Aget_type", closedBy: H5Tclose) { H5Aget_type(id) },
      space: Handle("H5Aget_space", closedBy: H5Sclose) { H5Aget_space(id) },
      maximumByteCount: fileSize)
  }

  private init(
    _ object: consuming Handle, isDataset: Bool, isFiltered: Bool, type: consuming Handle,
    space: consuming Handle,
    maximumByteCount: Int
  ) throws(HDF5Failure) {
    let (typeID, spaceID) = (type.id, space.id)
    let classNumber = try call("H5Tget_class") { H5Tget_class(typeID).rawValue }
    let elementSize = try call("H5Tget_size") { Int64(clamping: H5Tget_size(typeID)) }
    let shape = try extent(of: spaceID)
    typeClass = H5T_class_t(rawValue: classNumber)
    bytesPerElement = Int(elementSize)
    self.shape = shape
    self.object = object
    self.isDataset = isDataset
    self.isFiltered = isFiltered
    self.type = type
    self.space = space
    self.maximumByteCount = maximumByteCount
  }
}

extension StoredArray {
  /// Reads all elements, or those of some rows, row-major.
  ///
  /// - Throws: `HDF5Failure` for rows out of range or a shape that is larger than the file.
  func numbers<Element: StoredElement>(
    _: Element.Type, rows: Range<Int>? = nil
  ) throws(HDF5Failure) -> [Element] {
    let typeID = type.id
    if Element.self == Float.self,
      try call("H5Tequal", { H5Tequal(typeID, StoredType.float16.inFile) }) > 0
    {
      let halves = try elements(Float16.self, rows: rows) { StoredType.float16.inMemory }
      return [Element](unsafeUninitializedCapacity: halves.count) { singles, count in
        count = halves.count
        guard let start = UnsafeMutableRawPointer(singles.baseAddress) else { return }
        hdf5_widen_halves(halves, start.assumingMemoryBound(to: Float.self), count)
      }
    }
    return try elements(Element.self, rows: rows) { Element.storedType.inMemory }
  }

  /// Reads one 64-bit integer.
  func integer() throws(HDF5Failure) -> Int {
    Int(try elements(Int64.self) { hdf5_native_int64() }[0])
  }

  /// Reads all strings, of fixed or variable length.
  func strings() throws(HDF5Failure) -> [String] {
    let typeID = type.id
    guard try call("H5Tis_variable_str", { H5Tis_variable_str(typeID) }) > 0 else {
      let byteCount = bytesPerElement
      let bytes = try elements(UInt8.self, unitsPerElement: byteCount) { typeID }
      return stride(from: 0, to: bytes.count, by: byteCount).map {
        String(decoding: bytes[$0..<$0 + byteCount].prefix { $0 != 0 }, as: UTF8.self)
      }
    }
    // Strings of variable length come as pointers that HDF5 allocated; it converts no character
    // set, so the memory type takes the file's.
    let memoryType = try Handle.stringType(byteCount: nil)
    try call("H5Tset_cset") { H5Tset_cset(memoryType.id, H5Tget_cset(typeID)) }
    let memoryTypeID = memoryType.id
    var pointers = try elements(UnsafeMutablePointer<CChar>?.self) { memoryTypeID }
    let strings = pointers.map { $0.map { String(cString: $0) } ?? "" }
    try call("H5Dvlen_reclaim") {
      H5Dvlen_reclaim(memoryTypeID, space.id, hid_t(H5P_DEFAULT), &pointers)
    }
    return strings
  }

  /// Reads elements as `unitsPerElement` values of `Unit` each; every read passes here.
  ///
  /// The corresponding HDF5 functions are `H5Dread` and `H5Aread`.
  private func elements<Unit>(
    _: Unit.Type, unitsPerElement: Int = 1, rows: Range<Int>? = nil, as memoryType: () -> hid_t
  ) throws(HDF5Failure) -> [Unit] {
    let blockShape = try shape(ofRows: rows)
    let count = try checkedCount(of: blockShape) * unitsPerElement
    guard count > 0 else { return [] }
    let fileSpace = rows == nil ? nil : space.id
    if let rows {
      let start = [hsize_t(rows.lowerBound)] + shape.dropFirst().map { _ in 0 }
      let size = blockShape.map { hsize_t($0) }
      try call("H5Sselect_hyperslab") {
        H5Sselect_hyperslab(space.id, H5S_SELECT_SET, start, nil, size, nil)
      }
    }
    let memorySpace = try Handle.space(blockShape)
    // The initializer's closure cannot throw a typed error: the outcome is carried out of it, and
    // after a failure no element counts as initialized.
    var outcome = Swift.Result<Void, HDF5Failure>.success(())
    let values = [Unit](unsafeUninitializedCapacity: count) { buffer, initializedCount in
      outcome = Swift.Result { () throws(HDF5Failure) in
        try call("reading") {
          isDataset
            ? H5Dread(
              object.id, memoryType(), memorySpace.id, fileSpace ?? H5S_ALL, hid_t(H5P_DEFAULT),
              buffer.baseAddress)
            : H5Aread(object.id, memoryType(), buffer.baseAddress)
        }
      }.map { _ in }
      if case .success = outcome { initializedCount = count }
    }
    try outcome.get()
    return values
  }

  /// The shape of a block of rows, or the whole shape.
  private func shape(ofRows rows: Range<Int>?) throws(HDF5Failure) -> [Int] {
    guard let rows else { return shape }
    guard let rowCount = shape.first, rows.lowerBound >= 0, rows.upperBound <= rowCount else {
      throw HDF5Failure(cause: "rows \(rows) wanted, its shape is \(shape)")
    }
    return [rows.count] + shape.dropFirst()
  }

  /// The number of elements of a block, checked against the bytes that the file holds.
  ///
  /// - Throws: `HDF5Failure` if the file cannot hold so many.
  func checkedCount(of blockShape: [Int]) throws(HDF5Failure) -> Int {
    let count = blockShape.reduce(1) { $0.multipliedSaturating(by: $1) }
    guard count.multipliedSaturating(by: bytesPerElement) <= maximumByteCount else {
      throw HDF5Failure(
        cause: "the shape \(shape) of \(bytesPerElement)-byte elements is more than the file holds")
    }
    return count
  }
}

/// The dimensions of a dataspace; empty for a single element.
///
/// - Throws: `HDF5Failure` for a null dataspace (h5py's `Empty`), which has no elements.
private func extent(of space: hid_t) throws(HDF5Failure) -> [Int] {
  let spaceClass = try call("H5Sget_simple_extent_type") {
    H5Sget_simple_extent_type(space).rawValue
  }
  guard spaceClass != H5S_NULL.rawValue else { throw HDF5Failure(cause: "it holds nothing") }
  let dimensionCount = try call("H5Sget_simple_extent_ndims") { H5Sget_simple_extent_ndims(space) }
  var dimensions = [hsize_t](repeating: 0, count: Int(dimensionCount))
  try call("H5Sget_simple_extent_dims") { H5Sget_simple_extent_dims(space, &dimensions, nil) }
  return dimensions.map { Int(clamping: $0) }
}

extension Int {
  /// The product, or the largest integer if that is less; for numbers that are not negative.
  func multipliedSaturating(by other: Int) -> Int {
    let (product, overflows) = multipliedReportingOverflow(by: other)
    return overflows ? .max : product
  }
}
