/// Writes blocks of rows, one at a time, with the lines of a journal that vouch for them: beside the work on the
/// next block, and so that a killed run knows what it has.
public final class JournaledRows<Element: StoredElement>: @unchecked Sendable {
  private let files: [GrowingRows]
  private let journal: RunJournal
  /// What is written next: the rows of each file, and the journal's lines.
  ///
  /// Set only while nothing is being written.
  public var block: (rows: [[Element]], lines: [String])?

  /// Writes to some files of rows and a journal.
  public init(_ files: [GrowingRows], journal: RunJournal) {
    self.files = files
    self.journal = journal
  }

  /// Writes the block, if there is one, and waits until it is on the disk.
  ///
  /// - Throws: `ArrayStoreError`, for instance when the disk is full.
  public func write() throws(ArrayStoreError) {
    guard let block else { return }
    // The rows first, then the lines that vouch for them: whatever is cut off between the two is made
    // again, to the same bytes.
    for (file, rows) in zip(files, block.rows) {
      try file.append(rows)
      try file.synchronize()
    }
    try journal.append(block.lines)
    self.block = nil
  }
}
