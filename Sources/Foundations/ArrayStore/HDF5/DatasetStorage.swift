internal import CHDF5

/// How a dataset's elements are stored: in one piece, or in chunks that filters may have compressed.
///
/// What lies outside the file, or needs a library of its own, is refused.
struct DatasetStorage {
  /// Whether chunks are compressed or have checksums.
  let isFiltered: Bool
  /// The elements of a chunk; 0 for a dataset in one piece.
  private let chunkElementCount: Int

  /// The most bytes of a chunk: it is decompressed as a whole, whatever part of it is wanted.
  private static let chunkLimit = 64 << 20

  /// The storage of an open dataset.
  ///
  /// - Throws: `HDF5Failure` for a virtual dataset, external storage or an unusual filter.
  init(of dataset: hid_t) throws(HDF5Failure) {
    let creation = try Handle("H5Dget_create_plist", closedBy: H5Pclose) {
      H5Dget_create_plist(dataset)
    }
    let list = creation.id
    let layout = try call("H5Pget_layout") { H5Pget_layout(list).rawValue }
    guard layout != H5D_VIRTUAL.rawValue else {
      throw .elsewhere("it is a virtual dataset of other files")
    }
    guard try call("H5Pget_external_count", { H5Pget_external_count(list) }) == 0 else {
      throw .elsewhere("its values lie in another file")
    }
    let filterCount = try call("H5Pget_nfilters") { H5Pget_nfilters(list) }
    for index in 0..<UInt32(filterCount) {
      let filter = try call("H5Pget_filter2") {
        H5Pget_filter2(list, index, nil, nil, nil, 0, nil, nil)
      }
      guard [H5Z_FILTER_DEFLATE, H5Z_FILTER_SHUFFLE, H5Z_FILTER_FLETCHER32].contains(filter) else {
        throw HDF5Failure(
          cause: "it is compressed by filter \(filter), which is not read",
          remedy: "write it with gzip, or without compression")
      }
    }
    isFiltered = filterCount > 0
    guard layout == H5D_CHUNKED.rawValue else {
      chunkElementCount = 0
      return
    }
    var sides = [hsize_t](repeating: 0, count: Int(H5S_MAX_RANK))
    let rank = try call("H5Pget_chunk") { H5Pget_chunk(list, Int32(sides.count), &sides) }
    chunkElementCount = sides.prefix(Int(rank)).reduce(1) {
      $0.multipliedSaturating(by: Int(clamping: $1))
    }
  }

  /// Refuses chunks that are larger than any reasonable program writes.
  func requireSmallChunks(bytesPerElement: Int) throws(HDF5Failure) {
    let byteCount = chunkElementCount.multipliedSaturating(by: bytesPerElement)
    guard byteCount <= Self.chunkLimit else {
      throw HDF5Failure(
        cause: "its chunks have \(byteCount) bytes, at most \(Self.chunkLimit) are read",
        remedy: "write it in smaller chunks")
    }
  }
}

/// Refuses a name that leads into another file, on its whole path.
func requireInside(_ name: String, in file: hid_t) throws(HDF5Failure) {
  var path = ""
  for part in name.split(separator: "/") {
    path += path.isEmpty ? part : "/" + part
    switch try linkType(path, in: file) {
    case H5L_TYPE_HARD, H5L_TYPE_SOFT: continue
    default:
      throw .elsewhere((path == name ? "it" : path) + " is a link to another file")
    }
  }
}

extension HDF5Failure {
  /// The refusal of values that lie in another file.
  fileprivate static func elsewhere(_ cause: String) -> HDF5Failure {
    HDF5Failure(
      cause: "\(cause), and no other file is opened", remedy: "copy the values into this one")
  }
}
