internal import CHDF5

/// Creates a dataset and the groups that its name goes through.
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

/// Creates the groups on the way to an object that are not there yet.
///
/// HDF5 could do so itself, but would then write the time into them.
private func createGroups(above name: String, in file: hid_t) throws(HDF5Failure) {
  var group = ""
  for part in name.split(separator: "/").dropLast() {
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
