internal import CHDF5

/// An array in an unfinished file that grows by whole rows.
///
/// Copies append to the same array. Appending ends with the writer's `finish`.
public struct RowAppender<Element: StoredElement> {
  private let writer: ArrayFileWriter
  private let dataset: GrowingDataset

  init(writer: ArrayFileWriter, dataset: GrowingDataset) {
    self.writer = writer
    self.dataset = dataset
  }

  /// The number of rows appended so far.
  public var rowCount: Int { dataset.rowCount }

  /// Appends rows.
  ///
  /// - Parameter values: Whole rows, row-major.
  /// - Throws: `ArrayStoreError`, for instance when the disk is full; the file is then removed.
  /// - Precondition: `values` holds whole rows, and the writer is not finished.
  public func append(_ values: [Element]) throws(ArrayStoreError) {
    let (rows, rest) = values.count.quotientAndRemainder(dividingBy: dataset.elementsPerRow)
    precondition(
      rest == 0,
      "\(values.count) values are not whole rows of \(dataset.elementsPerRow) for \(dataset.name)")
    try writer.perform("append to dataset \(dataset.name) of") { _ throws(HDF5Failure) in
      guard rows > 0 else { return }
      try dataset.append(values, rowCount: rows)
    }
  }
}

/// A dataset that is open for appending rows.
///
/// It is stored in chunks of about 256 KiB of whole rows; the chunk being filled stays in memory.
/// It is a class because a writer closes the datasets that its appenders still hold.
final class GrowingDataset {
  /// The dataset's name in its file.
  let name: String
  /// The elements in a row.
  let elementsPerRow: Int
  /// The number of rows appended so far.
  private(set) var rowCount = 0

  private let type: StoredType
  private let rowShape: [Int]
  private var dataset: Handle?

  /// Creates an empty dataset of shape 0 × `rowShape` that may grow without limit.
  init(
    _ name: String, in file: hid_t, type: StoredType, rowShape: [Int], bytesPerElement: Int
  ) throws(HDF5Failure) {
    self.name = name
    self.type = type
    self.rowShape = rowShape
    elementsPerRow = rowShape.reduce(1, *)
    let bytesPerRow = elementsPerRow * bytesPerElement
    // A chunk is what one disk access reads. Much smaller, and the index of a large array grows;
    // much larger, and a block of few rows costs as much as many.
    let chunk = ([max(1, (256 << 10) / bytesPerRow)] + rowShape).map { hsize_t($0) }
    let access = try Handle.properties(hdf5_dataset_access()) { list throws(HDF5Failure) in
      try call("H5Pset_chunk_cache") {
        // 521 slots are HDF5's default, a prime because chunks are hashed. The cache holds at least
        // one chunk, or appending would write it again for every block; 1 lets full chunks leave
        // first.
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
  ///
  /// - Precondition: `elements` points to `count` whole rows.
  func append(_ elements: UnsafeRawPointer, rowCount count: Int) throws(HDF5Failure) {
    guard let id = dataset?.id else { preconditionFailure("\(name) is closed") }
    let newExtent = ([rowCount + count] + rowShape).map { hsize_t($0) }
    try call("H5Dset_extent") { H5Dset_extent(id, newExtent) }
    try writeRows(rowCount..<rowCount + count, of: id, rowShape: rowShape, type: type, elements)
    rowCount += count
  }

  /// Writes the chunk still in memory; closing again does nothing.
  func close() throws(HDF5Failure) {
    try dataset.take()?.close()
  }
}
