internal import CHDF5

/// An array in a file under way that grows by whole rows.
public struct RowAppender<Element: StoredElement> {
  private let writer: ArrayFileWriter
  private let dataset: GrowingDataset

  init(writer: ArrayFileWriter, dataset: GrowingDataset) {
    self.writer = writer
    self.dataset = dataset
  }

  /// The rows appended so far.
  public var rowCount: Int { dataset.rowCount }

  /// Appends rows that lie one after the other.
  ///
  /// - Precondition: `values` holds whole rows.
  /// - Throws: `ArrayStoreError`, for instance when the disk is full; the file is then removed.
  public func append(_ values: [Element]) throws(ArrayStoreError) {
    let (rows, rest) = values.count.quotientAndRemainder(dividingBy: dataset.elementsPerRow)
    precondition(
      rest == 0,
      "\(values.count) values are no whole rows of \(dataset.elementsPerRow) for \(dataset.name)")
    try writer.perform("append to dataset \(dataset.name) of") { _ throws(HDF5Failure) in
      guard rows > 0 else { return }
      try dataset.append(values, rowCount: rows)
    }
  }
}

/// A dataset that is open for appending rows.
///
/// It is stored in chunks of about 256 KiB of whole rows; the chunk being filled stays in memory.
final class GrowingDataset {
  /// The dataset's name in its file.
  let name: String
  /// The elements in a row.
  let elementsPerRow: Int
  /// The rows appended so far.
  private(set) var rowCount = 0

  private let type: StoredType
  private let rowShape: [Int]
  private var dataset: Handle?

  init(
    _ name: String, in file: hid_t, type: StoredType, rowShape: [Int], bytesPerElement: Int
  ) throws(HDF5Failure) {
    self.name = name
    self.type = type
    self.rowShape = rowShape
    elementsPerRow = rowShape.reduce(1, *)
    let bytesPerRow = elementsPerRow * bytesPerElement
    let chunk = ([max(1, (256 << 10) / bytesPerRow)] + rowShape).map { hsize_t($0) }
    let access = try Handle.properties(hdf5_dataset_access()) { list throws(HDF5Failure) in
      try call("H5Pset_chunk_cache") {
        // A prime number of slots; chunks that are full leave first.
        H5Pset_chunk_cache(list, 521, max(1 << 20, bytesPerRow), 1)
      }
    }
    dataset = try createDataset(
      name, in: file, type: { type.inFile }, space: .space([0] + rowShape, canGrow: true),
      creation: { list throws(HDF5Failure) in
        try call("H5Pset_chunk") { H5Pset_chunk(list, Int32(chunk.count), chunk) }
      }, access: access.id)
  }

  /// Appends rows of the dataset's type.
  func append(_ elements: UnsafeRawPointer, rowCount count: Int) throws(HDF5Failure) {
    guard let id = dataset?.id else { preconditionFailure("\(name) is closed") }
    let newExtent = ([rowCount + count] + rowShape).map { hsize_t($0) }
    try call("H5Dset_extent") { H5Dset_extent(id, newExtent) }
    try writeRows(rowCount..<rowCount + count, of: id, rowShape: rowShape, type: type, elements)
    rowCount += count
  }

  /// Writes what is still held; closing again does nothing.
  func close() throws(HDF5Failure) {
    try dataset.take()?.close()
  }
}
