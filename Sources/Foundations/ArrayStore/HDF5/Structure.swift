internal import CHDF5

/// Makes every call that reading a file may make: opens each group, dataset and attribute, walks
/// each index of chunks, and reads what is small and what is compressed.
///
/// What is of no use to this project, such as a dataset of another file, is passed over; whoever
/// reads it is told so.
///
/// - Throws: `HDF5Failure` if the library fails.
func inspectStructure(of path: String, fileSize: Int) throws(HDF5Failure) {
  let access = try Handle.fileAccess()
  let file = try Handle("H5Fopen", closedBy: H5Fclose) {
    H5Fopen(path, hdf5_read_only(), access.id)
  }
  // Groups by their paths; one that several links lead to, perhaps in a circle, is walked once.
  var open = ["/"]
  var seen: Set<haddr_t> = []
  while let group = open.popLast() {
    try inspectAttributes(of: group, in: file.id, fileSize)
    for name in try linkNames(in: group, of: file.id) {
      let path = group == "/" ? name : group + "/" + name
      guard try isHardLink(path, in: file.id) else { continue }
      let object = try Handle("H5Oopen", closedBy: H5Oclose) {
        H5Oopen(file.id, path, hid_t(H5P_DEFAULT))
      }
      var information = H5O_info_t()
      try call("H5Oget_info2") {
        H5Oget_info2(object.id, &information, UInt32(H5O_INFO_BASIC))
      }
      guard seen.insert(information.addr).inserted else { continue }
      switch information.type {
      case H5O_TYPE_GROUP: open.append(path)
      case H5O_TYPE_DATASET:
        try inspectAttributes(of: path, in: file.id, fileSize)
        try passing { () throws(HDF5Failure) in
          try StoredArray(dataset: path, in: file.id, fileSize: fileSize).inspect()
        }
      default: break
      }
    }
  }
}

private func inspectAttributes(
  of object: String, in file: hid_t, _ fileSize: Int
) throws(HDF5Failure) {
  for name in try attributeNames(of: object, in: file) {
    try passing { () throws(HDF5Failure) in
      try StoredArray(attribute: name, of: object, in: file, fileSize: fileSize).inspect()
    }
  }
}

/// Runs `body`, and passes over what this project refuses, but not over what the library cannot
/// read.
private func passing(_ body: () throws(HDF5Failure) -> Void) throws(HDF5Failure) {
  do throws(HDF5Failure) { try body() } catch {
    guard error.isRefusal else { throw error }
  }
}

extension StoredArray {
  /// Reads what is small, all that is compressed, and else the first and the last row.
  fileprivate borrowing func inspect() throws(HDF5Failure) {
    switch typeClass {
    case H5T_STRING: _ = try strings()
    case H5T_INTEGER where bytesPerElement <= 8: try inspectNumbers()
    case H5T_FLOAT where bytesPerElement <= 8: try inspectNumbers()
    default: break
    }
  }

  private borrowing func inspectNumbers() throws(HDF5Failure) {
    guard let rowCount = shape.first, isDataset else {
      _ = try numbers(Double.self)
      return
    }
    guard rowCount > 0 else { return }
    // The product cannot overflow: `StoredArray` has compared it with the file.
    let rowSize = shape.dropFirst().reduce(8, *)
    let step = max(1, (16 << 20) / max(1, rowSize))
    guard isFiltered || rowCount <= step else {
      _ = try numbers(Double.self, rows: 0..<1)
      _ = try numbers(Double.self, rows: rowCount - 1..<rowCount)
      return
    }
    for first in stride(from: 0, to: rowCount, by: step) {
      _ = try numbers(Double.self, rows: first..<min(first + step, rowCount))
    }
  }
}

/// Whether a name leads to an object of its own group, rather than to another name or file.
private func isHardLink(_ name: String, in file: hid_t) throws(HDF5Failure) -> Bool {
  try linkType(name, in: file) == H5L_TYPE_HARD
}

/// What kind of link a name is.
func linkType(_ name: String, in file: hid_t) throws(HDF5Failure) -> H5L_type_t {
  var information = H5L_info_t()
  try call("H5Lget_info") { H5Lget_info(file, name, &information, hid_t(H5P_DEFAULT)) }
  return information.type
}
