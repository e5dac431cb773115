internal import CHDF5

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
