internal import Matrices
internal import ParallelLoops

/// The discrete Fourier transform of a plane of real numbers, and its inverse.
///
/// With W = e^(−2πi/…), the number at frequency (v, u) is Σ plane(y, x) · W^(v·y) · W^(u·x); a
/// plane of one row has the transform of a line. Only the first `filledRowCount` rows are read and
/// written back; the others count as zeros, and cost nothing along the rows. A transform is cut
/// into transforms of blocks of rows and of single columns, each by one thread, so that the result
/// is the same for any number of threads; FFTW's own threads would choose other plans for other
/// numbers.
///
/// It owns its memory: put the numbers into `plane`, transform, and read them from `spectrum`; one
/// transform at a time.
package final class PlaneTransform: Sendable {
  /// The number of rows.
  package let rowCount: Int
  /// The number of columns.
  package let columnCount: Int
  /// The number of rows that may differ from 0.
  package let filledRowCount: Int
  /// From one row of `plane` to the next; not less than `columnCount`.
  package let rowStride: Int
  /// The numbers, `filledRowCount` rows.
  package let plane: AlignedFloats
  /// From one column of `spectrum` to the next, in complex numbers; not less than `rowCount`.
  package let columnStride: Int
  /// The frequencies, complex, column after column.
  ///
  /// u runs from 0 to `columnCount / 2`, and for each, v from 0 to `rowCount − 1`; the columns
  /// beyond would be conjugates of these.
  package let spectrum: AlignedFloats

  private let blockRowCount: Int
  private let rowsForward: FourierPlan
  private let rowsBack: FourierPlan
  private let columnForward: FourierPlan
  private let columnBack: FourierPlan

  /// The number of columns of the spectrum.
  package var spectrumColumnCount: Int { columnCount / 2 + 1 }

  /// Prepares for planes of one size.
  ///
  /// - Precondition: All counts are positive and fewer than 2²⁴; the rows filled are at most all.
  package init(rowCount: Int, columnCount: Int, filledRowCount: Int) {
    precondition(
      (1..<1 << 24).contains(rowCount) && (1..<1 << 24).contains(columnCount)
        && (1...rowCount).contains(filledRowCount),
      "no transform of \(rowCount) × \(columnCount) with \(filledRowCount) rows")
    (self.rowCount, self.columnCount) = (rowCount, columnCount)
    self.filledRowCount = filledRowCount
    // An odd number of cache lines from row to row and column to column: with a power of two, all
    // rows would map to the same few sets of the cache.
    rowStride = 16 * ((columnCount + 15) / 16 | 1)
    columnStride = 8 * ((rowCount + 7) / 8 | 1)
    plane = AlignedFloats(count: filledRowCount * rowStride)
    spectrum = AlignedFloats(count: 2 * (columnCount / 2 + 1) * columnStride)
    // Eight complex numbers next to each other fill a cache line.
    blockRowCount = [8, 4, 2].first { filledRowCount % $0 == 0 } ?? 1
    let realLayout = FourierPlan.Layout(stride: 1, distance: rowStride)
    let complexLayout = FourierPlan.Layout(stride: columnStride, distance: 1)
    // Single rows may begin at an address that FFTW's aligned kernels refuse.
    let isAligned = blockRowCount > 1
    rowsForward = .realToComplex(
      length: columnCount, count: blockRowCount, plane, realLayout, spectrum, complexLayout,
      isAligned: isAligned)
    rowsBack = .complexToReal(
      length: columnCount, count: blockRowCount, spectrum, complexLayout, plane, realLayout,
      isAligned: isAligned)
    columnForward = .complex(length: rowCount, isInverse: false, spectrum)
    columnBack = .complex(length: rowCount, isInverse: true, spectrum)
  }

  /// Transforms `plane` to `spectrum`.
  package func forward() {
    transformRowsForward()
    parallelFor(count: spectrumColumnCount, grain: columnGrain) { columns in
      for column in columns {
        clearUnfilled(column)
        columnForward.transform(spectrum, column * columnStride)
      }
    }
  }

  /// Transforms `spectrum`, which is overwritten, back to `plane`: `rowCount * columnCount` times
  /// what `forward` began with.
  package func backward() {
    parallelFor(count: spectrumColumnCount, grain: columnGrain) { columns in
      for column in columns { columnBack.transform(spectrum, column * columnStride) }
    }
    transformRowsBack()
  }

  /// Multiplies the spectrum of `plane` by real factors and transforms it back: a circular
  /// convolution with an even kernel.
  ///
  /// Each column is transformed both ways while it is in the cache.
  ///
  /// - Parameter factors: One for each number of the spectrum, columns × `rowCount` without gaps.
  package func convolve(_ factors: [Float]) {
    precondition(
      factors.count == spectrumColumnCount * rowCount,
      "\(spectrumColumnCount) × \(rowCount) factors expected, got \(factors.count)")
    transformRowsForward()
    parallelFor(count: spectrumColumnCount, grain: columnGrain) { columns in
      for column in columns {
        clearUnfilled(column)
        columnForward.transform(spectrum, column * columnStride)
        let first = 2 * column * columnStride
        spectrum.withMutableSpan(first..<first + 2 * rowCount) { numbers in
          let factors = factors.span.extracting(column * rowCount..<(column + 1) * rowCount)
          for row in 0..<rowCount {
            numbers[2 * row] *= factors[row]
            numbers[2 * row + 1] *= factors[row]
          }
        }
        columnBack.transform(spectrum, column * columnStride)
      }
    }
    transformRowsBack()
  }

  /// Enough columns to take tens of microseconds: less would cost more to hand out than to compute.
  private var columnGrain: Int { max(1, 8192 / rowCount) }

  private var blockGrain: Int { max(1, 8192 / (columnCount * blockRowCount)) }

  private func transformRowsForward() {
    parallelFor(count: filledRowCount / blockRowCount, grain: blockGrain) { blocks in
      for block in blocks {
        let row = block * blockRowCount
        rowsForward.transform(plane, row * rowStride, to: spectrum, row)
      }
    }
  }

  private func transformRowsBack() {
    parallelFor(count: filledRowCount / blockRowCount, grain: blockGrain) { blocks in
      for block in blocks {
        let row = block * blockRowCount
        rowsBack.transform(spectrum, row, toReals: plane, row * rowStride)
      }
    }
  }

  /// Clears the rows of a column that `transformRowsForward` left out.
  private func clearUnfilled(_ column: Int) {
    let first = 2 * (column * columnStride)
    spectrum.withMutableSpan(first + 2 * filledRowCount..<first + 2 * rowCount) { numbers in
      for index in numbers.indices { numbers[index] = 0 }
    }
  }
}

/// The least even number from `length` on without prime factors other than 2, 3 and 5, whose
/// transforms are fast.
package func fastTransformLength(atLeast length: Int) -> Int {
  // Even, so that grids can fill one half and pad the other.
  var candidate = max(2, length + length % 2)
  while true {
    var rest = candidate
    for factor in [2, 3, 5] { while rest % factor == 0 { rest /= factor } }
    if rest == 1 { return candidate }
    candidate += 2
  }
}
