/// Half a unit of the bytes, so that the shift that ends a sum rounds.
private let half = Int32(1) << (ResamplingTaps.fractionBits - 1)

/// Resamples every row of interleaved pixels.
func resampleRows(
  _ source: Span<UInt8>, _ taps: ResamplingTaps, into target: inout MutableSpan<UInt8>
) {
  let width = taps.oldCount
  let rowCount = source.count / (3 * width)
  precondition(target.count == 3 * taps.starts.count * rowCount, "the target has another size")
  let starts = taps.starts.span
  let weights = taps.weights.span
  // A pixel is loaded as four bytes; the row's copy has room for the one after the last.
  var row = [UInt8](repeating: 0, count: 3 * width + 1)
  var output = 0
  for rowIndex in 0..<rowCount {
    copy(source, from: 3 * width * rowIndex, count: 3 * width, to: &row)
    let bytes = row.span.bytes
    var tap = 0
    for column in starts.indices {
      var sum = SIMD4<Int32>(repeating: half)
      var offset = 3 * starts[unchecked: column]
      for _ in 0..<taps.tapCount {
        let word = bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt32.self)
        let colors = unsafeBitCast(word.littleEndian, to: SIMD4<UInt8>.self)
        sum &+= SIMD4<Int32>(truncatingIfNeeded: colors) &* weights[unchecked: tap]
        tap += 1
        offset += 3
      }
      let colors = sum &>> ResamplingTaps.fractionBits
      target[unchecked: output] = UInt8(truncatingIfNeeded: colors[0])
      target[unchecked: output + 1] = UInt8(truncatingIfNeeded: colors[1])
      target[unchecked: output + 2] = UInt8(truncatingIfNeeded: colors[2])
      output += 3
    }
  }
}

/// Resamples every column of rows that are `rowLength` bytes long, 16 columns at a time.
func resampleColumns(
  _ source: Span<UInt8>, rowLength: Int, _ taps: ResamplingTaps,
  into target: inout MutableSpan<UInt8>
) {
  precondition(
    source.count == rowLength * taps.oldCount && target.count == rowLength * taps.starts.count,
    "source or target has another size")
  let weights = taps.weights.span
  for row in taps.starts.indices {
    let firstTap = taps.tapCount * row
    let firstByte = rowLength * taps.starts[row]
    let output = rowLength * row
    var column = 0
    while column + 16 <= rowLength {
      var sum = SIMD16<Int32>(repeating: half)
      for tap in 0..<taps.tapCount {
        let bytes = source.bytes.unsafeLoadUnaligned(
          fromUncheckedByteOffset: firstByte + rowLength * tap + column, as: SIMD16<UInt8>.self)
        sum &+= SIMD16<Int32>(truncatingIfNeeded: bytes) &* weights[unchecked: firstTap + tap]
      }
      let colors = SIMD16<UInt8>(truncatingIfNeeded: sum &>> ResamplingTaps.fractionBits)
      for lane in 0..<16 { target[unchecked: output + column + lane] = colors[lane] }
      column += 16
    }
    while column < rowLength {
      var sum = half
      for tap in 0..<taps.tapCount {
        let byte = source[unchecked: firstByte + rowLength * tap + column]
        sum &+= Int32(byte) &* weights[unchecked: firstTap + tap]
      }
      target[unchecked: output + column] = UInt8(
        truncatingIfNeeded: sum &>> ResamplingTaps.fractionBits)
      column += 1
    }
  }
}

private func copy(_ source: Span<UInt8>, from start: Int, count: Int, to target: inout [UInt8]) {
  let part = source.extracting(start..<start + count)
  var target = target.mutableSpan
  for index in part.indices { target[unchecked: index] = part[unchecked: index] }
}
