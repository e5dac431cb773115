internal import CHDF5

/// Creates a dataset and the groups on its path.
///
/// The corresponding HDF5 function is `H5Dcreate2`.
///
/// - Parameters:
///   - name: The dataset's name.
///   - file: The open file.
///   - type: The type of its elements, asked for within `call`.
///   - space: Its shape.
///   - creation: Sets further creation properties.
///   - access: A list of access properties.
/// - Returns: The open dataset.
/// - Throws: `HDF5Failure` if the name is taken, or the file cannot be written.
func createDataset(
  _ name: String, in file: hid_t, type: () -> hid_t, space: consuming Handle,
  creation: (hid_t) throws(HDF5Failure) -> Void = { _ throws(HDF5Failure) in },
  access: hid_t = hid_t(H5P_DEFAULT)
) throws(HDF5Failure) -> Handle {
  try createGroups(above: name, in: file)
  let creation = try Handle.timelessCreation(hdf5_dataset_creation(), creation)
  let spaceID = space.id
  return try Handle("H5Dcreate2", closedBy: H5Dclose) {
    H5Dcreate2(file, name, type(), spaceID, hid_t(H5P_DEFAULT), creation.id, access)
  }
}

/// Creates the groups on an object's path that do not exist yet.
///
/// HDF5 could do so itself (`H5Pset_create_intermediate_group`), but would then record the time in
/// them.
func createGroups(above name: String, in file: hid_t) throws(HDF5Failure) {
  var group = ""
  for part in name.split(separator: "/", omittingEmptySubsequences: false).dropLast() {
    group += group.isEmpty ? part : "/\(part)"
    let path = group
    guard try call("H5Lexists", { H5Lexists(file, path, hid_t(H5P_DEFAULT)) }) == 0 else {
      continue
    }
    let creation = try Handle.timelessCreation(hdf5_group_creation())
    _ = try Handle("H5Gcreate2", closedBy: H5Gclose) {
      H5Gcreate2(file, path, hid_t(H5P_DEFAULT), creation.id, hid_t(H5P_DEFAULT))
    }
  }
}

/// Writes consecutive rows of a dataset that is large enough for them.
///
/// The corresponding HDF5 function is `H5Dwrite` with a hyperslab of the dataset.
///
/// - Precondition: `elements` points to the rows, row-major, of the given type.
func writeRows(
  _ rows: Range<Int>, of dataset: hid_t, rowShape: [Int], type: StoredType,
  _ elements: UnsafeRawPointer
) throws(HDF5Failure) {
  let start = [hsize_t(rows.lowerBound)] + rowShape.map { _ in 0 }
  let size = ([rows.count] + rowShape).map { hsize_t($0) }
  let target = try Handle("H5Dget_space", closedBy: H5Sclose) { H5Dget_space(dataset) }
  try call("H5Sselect_hyperslab") {
    H5Sselect_hyperslab(target.id, H5S_SELECT_SET, start, nil, size, nil)
  }
  let source = try Handle.space([rows.count] + rowShape)
  try call("H5Dwrite") {
    H5Dwrite(dataset, type.inMemory, source.id, target.id, hid_t(H5P_DEFAULT), elements)
  }
}
