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
