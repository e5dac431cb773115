internal import CHDF5

/// An open object of HDF5: a file, dataset, attribute, type, dataspace or property list.
///
/// It closes with its owner. Closing a file or a dataset can fail because that is when HDF5 writes
/// what it still holds; there `close` reports what a deinitializer cannot.
struct Handle: ~Copyable {
  let id: hid_t
  private let closing: @convention(c) (hid_t) -> herr_t

  /// Owns the identifier that `opening`, a call of the named function, returns.
  init(
    _ function: String, closedBy closing: @escaping @convention(c) (hid_t) -> herr_t,
    _ opening: () -> hid_t
  ) throws(HDF5Failure) {
    id = try call(function, opening)
    self.closing = closing
  }

  /// Closes the object and reports whether all of it was written.
  consuming func close() throws(HDF5Failure) {
    let (id, closing) = (id, closing)
    discard self
    try call("closing") { closing(id) }
  }

  deinit {
    let (id, closing) = (id, closing)
    _ = try? call("closing") { closing(id) }
  }
}

extension Handle {
  /// A property list of the given class, changed by `body`.
  static func properties(
    _ listClass: @autoclosure () -> hid_t, _ body: (hid_t) throws(HDF5Failure) -> Void
  ) throws(HDF5Failure) -> Handle {
    let list = try Handle("H5Pcreate", closedBy: H5Pclose) { H5Pcreate(listClass()) }
    try body(list.id)
    return list
  }

  /// How files are opened.
  ///
  /// The format is that of HDF5 1.10: its index of a growing dataset (an extensible array) has
  /// constant cost per chunk, and its metadata have checksums. Locks are not taken: some network
  /// file systems refuse them, and a file never changes once it has its name.
  ///
  /// - Parameter alignment: What is at least as large as the threshold begins at a multiple.
  /// - Returns: The properties.
  /// - Throws: `HDF5Failure` if the library has no memory for them.
  static func fileAccess(
    alignment: (threshold: Int, multiple: Int)? = nil
  ) throws(HDF5Failure) -> Handle {
    try properties(hdf5_file_access()) { list throws(HDF5Failure) in
      if let alignment {
        try call("H5Pset_alignment") {
          H5Pset_alignment(list, hsize_t(alignment.threshold), hsize_t(alignment.multiple))
        }
      }
      try call("H5Pset_libver_bounds") {
        H5Pset_libver_bounds(list, H5F_LIBVER_V110, H5F_LIBVER_V110)
      }
      try call("H5Pset_file_locking") { H5Pset_file_locking(list, false, true) }
      // Closing the file closes what a failure left open in it.
      try call("H5Pset_fclose_degree") { H5Pset_fclose_degree(list, H5F_CLOSE_STRONG) }
    }
  }

  /// Properties for creating an object that does not record when: equal content, equal bytes.
  static func timelessCreation(
    _ listClass: @autoclosure () -> hid_t,
    _ body: (hid_t) throws(HDF5Failure) -> Void = { _ throws(HDF5Failure) in }
  ) throws(HDF5Failure) -> Handle {
    try properties(listClass()) { list throws(HDF5Failure) in
      try call("H5Pset_obj_track_times") { H5Pset_obj_track_times(list, false) }
      try body(list)
    }
  }

  /// A dataspace of the given dimensions, a scalar for none; the first dimension may grow without
  /// limit if `canGrow`.
  static func space(_ shape: [Int], canGrow: Bool = false) throws(HDF5Failure) -> Handle {
    guard !shape.isEmpty else {
      return try Handle("H5Screate", closedBy: H5Sclose) { H5Screate(H5S_SCALAR) }
    }
    let dimensions = shape.map { hsize_t($0) }
    var limits = dimensions
    if canGrow { limits[0] = hsize_t.max }  // H5S_UNLIMITED
    return try Handle("H5Screate_simple", closedBy: H5Sclose) {
      H5Screate_simple(Int32(shape.count), dimensions, limits)
    }
  }

  /// A type for UTF-8 strings: of `byteCount` bytes padded with zeros, or of any length for `nil`.
  static func stringType(byteCount: Int?) throws(HDF5Failure) -> Handle {
    let type = try Handle("H5Tcopy", closedBy: H5Tclose) { H5Tcopy(hdf5_c_string()) }
    try call("H5Tset_size") { H5Tset_size(type.id, byteCount ?? hdf5_variable_size()) }
    try call("H5Tset_strpad") {
      H5Tset_strpad(type.id, byteCount == nil ? H5T_STR_NULLTERM : H5T_STR_NULLPAD)
    }
    try call("H5Tset_cset") { H5Tset_cset(type.id, H5T_CSET_UTF8) }
    return type
  }
}
