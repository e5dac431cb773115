internal import OneDNN

/// Copies a part's rows into a concatenation, or gathers them out of its gradient.
final class RowsKernel: Kernel {
  let name = "memory"
  private let rows: Rows
  private let gathers: Bool

  /// `count` rows of `length` elements; in the whole they begin at `offset`, `wholeLength` apart.
  struct Rows {
    let part, whole: TensorMemory
    let count, length, offset, wholeLength: Int
  }

  init(_ rows: Rows, gathers: Bool) {
    self.rows = rows
    self.gathers = gathers
  }

  func run() {
    if gathers {
      rows.part.copyRows(
        rows.count, of: rows.length, to: 0, stride: rows.length, from: rows.whole,
        at: rows.offset, sourceStride: rows.wholeLength)
    } else {
      rows.whole.copyRows(
        rows.count, of: rows.length, to: rows.offset, stride: rows.wholeLength, from: rows.part,
        at: 0, sourceStride: rows.length)
    }
  }
}
