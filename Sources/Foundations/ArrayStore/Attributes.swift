internal import CHDF5

/// A small value that describes a file, a group or a dataset; h5py reads it from `attrs`.
public enum AttributeValue: Sendable, Equatable {
  /// A UTF-8 string.
  case string(String)
  /// A 64-bit integer.
  case integer(Int)
  /// A double-precision number.
  case number(Double)
  /// A list of UTF-8 strings.
  case strings([String])
  /// A list of double-precision numbers.
  case numbers([Double])
}

extension ArrayFileReader {
  /// An attribute of the file, or of a dataset or group in it; `nil` if there is none of this name.
  ///
  /// A truth value of h5py, an HDF5 enumeration, is not read; a list of integers is read as
  /// numbers.
  ///
  /// - Throws: `ArrayStoreError` if the object is missing, or the attribute is neither a string nor
  ///   a number.
  public func attribute(
    _ name: String, on object: String = "/"
  ) throws(ArrayStoreError) -> AttributeValue? {
    try perform("read attribute \(name) on \(object) of") { file, fileSize throws(HDF5Failure) in
      let exists = try call("H5Aexists_by_name") {
        H5Aexists_by_name(file, object, name, hid_t(H5P_DEFAULT))
      }
      guard exists > 0 else { return nil }
      let array = try StoredArray(attribute: name, of: object, in: file, fileSize: fileSize)
      let isScalar = array.shape.isEmpty
      switch array.typeClass {
      case H5T_STRING:
        let strings = try array.strings()
        return isScalar ? .string(strings[0]) : .strings(strings)
      case H5T_INTEGER where isScalar:
        return .integer(try array.integer())
      // Lists of integers are read as doubles, exact up to 2⁵³: this project writes no such list,
      // h5py may.
      case H5T_INTEGER, H5T_FLOAT:
        let numbers = try array.numbers(Double.self)
        return isScalar ? .number(numbers[0]) : .numbers(numbers)
      default:
        throw HDF5Failure(cause: "neither a string nor a number")
      }
    }
  }

  /// All attributes of the file, or of a dataset or group in it, ordered by the bytes of their
  /// names.
  ///
  /// - Throws: `ArrayStoreError` if the object is missing or one of them cannot be read.
  public func attributes(
    of object: String = "/"
  ) throws(ArrayStoreError) -> [(name: String, value: AttributeValue)] {
    let names = try perform("list the attributes of \(object) of") { file, _ throws(HDF5Failure) in
      try attributeNames(of: object, in: file)
    }
    var attributes: [(name: String, value: AttributeValue)] = []
    for name in names {
      if let value = try attribute(name, on: object) { attributes.append((name, value)) }
    }
    return attributes
  }

  /// Checks that the attribute `kind` says what is wanted.
  ///
  /// - Throws: `ArrayStoreError` that names both kinds and the program that made the file.
  func check(kind expected: String) throws(ArrayStoreError) {
    let found = try attribute("kind")
    guard found != .string(expected) else { return }
    guard case .string(let kind) = found else {
      throw ArrayStoreError(
        "Cannot use", path, cause: "it does not say what it is, expected \(expected)")
    }
    var maker = ""
    if case .string(let program) = try attribute("program") { maker = " (made by \(program))" }
    throw ArrayStoreError(
      "Cannot use", path, cause: "it holds \(kind)\(maker), expected \(expected)")
  }
}

extension ArrayFileWriter {
  /// Makes a group, with the groups on its path, to carry attributes of its own.
  ///
  /// - Throws: `ArrayStoreError` if the name is a dataset's; the file is then removed.
  public func makeGroup(_ name: String) throws(ArrayStoreError) {
    try perform("make group \(name) of") { file throws(HDF5Failure) in
      try createGroups(above: name + "/", in: file)
    }
  }

  /// Sets an attribute, replacing a former one of this name.
  ///
  /// - Parameters:
  ///   - name: The attribute's name.
  ///   - object: A dataset or group that exists; by default the file itself.
  ///   - value: The value.
  /// - Throws: `ArrayStoreError` if there is no such object; the file is then removed.
  public func setAttribute(
    _ name: String, on object: String = "/", _ value: AttributeValue
  ) throws(ArrayStoreError) {
    try perform("set attribute \(name) on \(object) of") { file throws(HDF5Failure) in
      let exists = try call("H5Aexists_by_name") {
        H5Aexists_by_name(file, object, name, hid_t(H5P_DEFAULT))
      }
      // HDF5 can overwrite a value only by one of the same type and shape.
      if exists > 0 {
        try call("H5Adelete_by_name") {
          H5Adelete_by_name(file, object, name, hid_t(H5P_DEFAULT))
        }
      }
      let target = AttributeTarget(file: file, object: object, name: name)
      switch value {
      case .string(let string): try target.write([string], shape: [])
      case .strings(let strings): try target.write(strings, shape: [strings.count])
      case .integer(let integer):
        let value = Int64(integer)
        try target.write(
          shape: [], inFile: { hdf5_stored_int64() }, inMemory: { hdf5_native_int64() }, [value])
      case .number(let number):
        try target.write(
          shape: [], inFile: { hdf5_stored_double() }, inMemory: { hdf5_native_double() },
          [number])
      case .numbers(let numbers):
        try target.write(
          shape: [numbers.count], inFile: { hdf5_stored_double() },
          inMemory: { hdf5_native_double() }, numbers)
      }
    }
  }
}

/// An attribute that is about to be written: its file, its object and its name.
private struct AttributeTarget {
  let file: hid_t
  let object: String
  let name: String

  func write(
    shape: [Int], inFile: () -> hid_t, inMemory: () -> hid_t, _ values: UnsafeRawPointer
  ) throws(HDF5Failure) {
    let space = try Handle.space(shape)
    let attribute = try Handle("H5Acreate_by_name", closedBy: H5Aclose) {
      H5Acreate_by_name(
        file, object, name, inFile(), space.id, hid_t(H5P_DEFAULT), hid_t(H5P_DEFAULT),
        hid_t(H5P_DEFAULT))
    }
    try call("H5Awrite") { H5Awrite(attribute.id, inMemory(), values) }
  }

  func write(_ strings: [String], shape: [Int]) throws(HDF5Failure) {
    let padded = try PaddedStrings(strings)
    let type = try Handle.stringType(byteCount: padded.byteCount)
    let typeID = type.id
    try write(shape: shape, inFile: { typeID }, inMemory: { typeID }, padded.bytes)
  }
}
