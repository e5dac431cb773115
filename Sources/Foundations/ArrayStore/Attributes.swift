internal import CHDF5

/// A small value that describes a file, a group or a dataset.
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
  /// An attribute of the file, or of a dataset or group in it; nil if there is none of this name.
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
      case H5T_INTEGER, H5T_FLOAT:
        let numbers = try array.numbers(Double.self)
        return isScalar ? .number(numbers[0]) : .numbers(numbers)
      default:
        throw HDF5Failure(cause: "neither a string nor a number")
      }
    }
  }

  /// All attributes of the file, or of a dataset or group in it, in the order of their names' bytes.
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

  /// Checks that the file is of the kind that is wanted.
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
  /// Makes a group, and those that its name goes through, for attributes of its own.
  public func makeGroup(_ name: String) throws(ArrayStoreError) {
    try perform("make group \(name) of") { file throws(HDF5Failure) in
      try createGroups(above: name + "/", in: file)
    }
  }

  /// Sets an attribute, in place of a former one of this name.
  ///
  /// - Parameters:
  ///   - name: The attribute's name.
  ///   - object: A dataset or group that exists; by default the file itself.
  ///   - value: The value.
  /// - Throws: `ArrayStoreError` if there is no such object; the file is then removed.
  /// - Precondition: No string contains U+0000.
  public func setAttribute(
    _ name: String, on object: String = "/", _ value: AttributeValue
  ) throws(ArrayStoreError) {
    try perform("set attribute \(name) on \(object) of") { file throws(HDF5Failure) in
      let exists = try call("H5Aexists_by_name") {
        H5Aexists_by_name(file, object, name, hid_t(H5P_DEFAULT))
      }
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

/// The place of an attribute that is about to be written.
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
    let padded = PaddedStrings(strings)
    let type = try Handle.stringType(byteCount: padded.byteCount)
    let typeID = type.id
    try write(shape: shape, inFile: { typeID }, inMemory: { typeID }, padded.bytes)
  }
}
