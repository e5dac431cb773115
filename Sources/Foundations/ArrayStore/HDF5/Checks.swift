internal import CHDF5

extension StoredArray {
  /// Checks that the elements convert to the given type without changing their meaning.
  ///
  /// Floating-point numbers may lose precision; integers may not lose bits, and are not read as
  /// floating-point numbers.
  ///
  /// - Throws: `HDF5Failure` that names both types.
  func expect(_ expected: StoredType) throws(HDF5Failure) {
    switch expected {
    case .float16, .float32, .float64:
      try expect(typeClass == H5T_FLOAT && bytesPerElement <= 8, "floating-point numbers")
    case .int32:
      // An unsigned 32-bit integer may exceed `Int32`; HDF5 would clamp it without a word.
      let fits = try bytesPerElement <= (isSigned ? 4 : 2)
      try expect(typeClass == H5T_INTEGER && fits, "integers of at most 32 bits")
    case .uint8:
      let fits = try !isSigned && bytesPerElement == 1
      try expect(typeClass == H5T_INTEGER && fits, "unsigned bytes")
    }
  }

  /// Checks that the elements are strings.
  func expectStrings() throws(HDF5Failure) { try expect(typeClass == H5T_STRING, "strings") }

  private func expect(_ isMet: Bool, _ words: String) throws(HDF5Failure) {
    guard !isMet else { return }
    throw HDF5Failure(
      cause: "\(words) expected, found \(typeClass.words) of \(bytesPerElement) bytes")
  }

  /// Whether integers have a sign; true for elements of other classes, of which nobody asks.
  private var isSigned: Bool {
    get throws(HDF5Failure) {
      guard typeClass == H5T_INTEGER else { return true }
      let typeID = type.id
      return try call("H5Tget_sign") { H5Tget_sign(typeID).rawValue } == H5T_SGN_2.rawValue
    }
  }
}

extension H5T_class_t {
  /// What elements of this class are called in a message.
  fileprivate var words: String {
    switch self {
    case H5T_INTEGER: "integers"
    case H5T_FLOAT: "floating-point numbers"
    case H5T_STRING: "strings"
    default: "other values"
    }
  }
}

/// The names of the groups directly in an object, ordered by their bytes.
///
/// The corresponding HDF5 functions are `H5Gget_info` and `H5Lget_name_by_idx`.
func groupNames(in object: String, of file: hid_t) throws(HDF5Failure) -> [String] {
  var names: [String] = []
  for name in try linkNames(in: object, of: file) {
    let path = object == "/" ? name : object + "/" + name
    // A link that leads into another file, or nowhere, is no group of this one.
    guard try linkType(path, in: file) == H5L_TYPE_HARD else { continue }
    let child = try Handle("H5Oopen", closedBy: H5Oclose) {
      H5Oopen(file, path, hid_t(H5P_DEFAULT))
    }
    if try call("H5Iget_type", { H5Iget_type(child.id).rawValue }) == H5I_GROUP.rawValue {
      names.append(name)
    }
  }
  return names
}

/// The names of all links of a group, ordered by their bytes.
func linkNames(in group: String, of file: hid_t) throws(HDF5Failure) -> [String] {
  let parent = try Handle("H5Gopen2", closedBy: H5Gclose) {
    H5Gopen2(file, group, hid_t(H5P_DEFAULT))
  }
  var information = H5G_info_t()
  try call("H5Gget_info") { H5Gget_info(parent.id, &information) }
  var names: [String] = []
  for index in 0..<information.nlinks {
    names.append(try linkName(at: index, in: parent.id))
  }
  return names
}

/// The name at an index of a group's links, sorted by name.
private func linkName(at index: hsize_t, in group: hid_t) throws(HDF5Failure) -> String {
  try name("H5Lget_name_by_idx") { buffer in
    H5Lget_name_by_idx(
      group, ".", H5_INDEX_NAME, H5_ITER_INC, index, &buffer, buffer.count, hid_t(H5P_DEFAULT))
  }
}

/// The names of an object's attributes, ordered by their bytes.
///
/// The corresponding HDF5 function is `H5Aget_name_by_idx`.
func attributeNames(of object: String, in file: hid_t) throws(HDF5Failure) -> [String] {
  let opened = try Handle("H5Oopen", closedBy: H5Oclose) {
    H5Oopen(file, object, hid_t(H5P_DEFAULT))
  }
  var information = H5O_info_t()
  try call("H5Oget_info2") { H5Oget_info2(opened.id, &information, UInt32(H5O_INFO_NUM_ATTRS)) }
  var names: [String] = []
  for index in 0..<information.num_attrs {
    let id = opened.id
    names.append(
      try name("H5Aget_name_by_idx") { buffer in
        H5Aget_name_by_idx(
          id, ".", H5_INDEX_NAME, H5_ITER_INC, index, &buffer, buffer.count, hid_t(H5P_DEFAULT))
      })
  }
  return names
}

/// The name that a function of HDF5 puts into a buffer, whose length it returns.
///
/// - Parameters:
///   - function: Its name, for messages.
///   - get: Fills a buffer, cutting what does not fit, and returns the whole length.
/// - Returns: The name.
/// - Throws: `HDF5Failure` if the call fails.
private func name(
  _ function: String, _ get: (inout [CChar]) -> Int
) throws(HDF5Failure) -> String {
  // Most names fit at once; a longer one is asked for again in a buffer of its own length, plus the
  // zero that ends it.
  var buffer = [CChar](repeating: 0, count: 64)
  let length = try call(function) { get(&buffer) }
  if length >= buffer.count {
    buffer = [CChar](repeating: 0, count: length + 1)
    try call(function) { get(&buffer) }
  }
  return String(decoding: buffer.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
