/// Half a unit of the bytes, so that the shift that ends a sum rounds.
private let half = Int32(1) << (ResamplingTaps.fractionBits - 1)

/// Resamples some rows of interleaved pixels into words of four bytes: red, green, blue, and one
/// without a meaning.
///
/// Two rows are taken at once: their colors fill a register of eight lanes, and a weight is loaded
/// once for both.
func resampleRows(
  _ source: Span<UInt8>, rows: Range<Int>, _ taps: ResamplingTaps,
  into target: inout MutableSpan<UInt32>
) {
  let width = taps.oldCount
  let newWidth = taps.starts.count
  precondition(
    target.count == rows.count * newWidth && rows.upperBound * 3 * width <= source.count,
    "source or target has another size")
  let starts = taps.starts.span
  let weights = taps.weights.span
  // A pixel is loaded as four bytes. The very last one of the image has none behind it: its row is
  // copied to where there is one more.
  var lastRow: [UInt8] = []
  if rows.upperBound * 3 * width == source.count {
    lastRow.reserveCapacity(3 * width + 1)
    for index in source.count - 3 * width..<source.count { lastRow.append(source[index]) }
    lastRow.append(0)
  }
  let pairEnd = lastRow.isEmpty ? rows.upperBound : rows.upperBound - 1
  var row = rows.lowerBound
  let bytes = source.bytes
  while row + 2 <= pairEnd {
    let first = 3 * width * row
    var output = newWidth * (row - rows.lowerBound)
    var tap = 0
    for column in starts.indices {
      var sum = SIMD8<Int32>(repeating: half)
      var offset = first + 3 * starts[unchecked: column]
      for _ in 0..<taps.tapCount {
        let pair = SIMD2<UInt32>(
          bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt32.self),
          bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: offset + 3 * width, as: UInt32.self))
        let colors = unsafeBitCast(pair, to: SIMD8<UInt8>.self)
        sum &+= SIMD8<Int32>(truncatingIfNeeded: colors) &* weights[unchecked: tap]
        tap += 1
        offset += 3
      }
      let pair = unsafeBitCast(clamped(sum), to: SIMD2<UInt32>.self)
      target[unchecked: output] = pair[0]
      target[unchecked: output + newWidth] = pair[1]
      output += 1
    }
    row += 2
  }
  while row < rows.upperBound {
    let output = newWidth * (row - rows.lowerBound)
    if row < pairEnd {
      resampleRow(bytes, at: 3 * width * row, taps, into: &target, at: output)
    } else {
      resampleRow(lastRow.span.bytes, at: 0, taps, into: &target, at: output)
    }
    row += 1
  }
}

/// Resamples one row, behind whose last pixel there is one byte more.
private func resampleRow(
  _ bytes: RawSpan, at first: Int, _ taps: ResamplingTaps,
  into target: inout MutableSpan<UInt32>, at output: Int
) {
  let starts = taps.starts.span
  let weights = taps.weights.span
  var tap = 0
  for column in starts.indices {
    var sum = SIMD4<Int32>(repeating: half)
    var offset = first + 3 * starts[unchecked: column]
    for _ in 0..<taps.tapCount {
      let word = bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: UInt32.self)
      let colors = unsafeBitCast(word, to: SIMD4<UInt8>.self)
      sum &+= SIMD4<Int32>(truncatingIfNeeded: colors) &* weights[unchecked: tap]
      tap += 1
      offset += 3
    }
    target[unchecked: output + column] = unsafeBitCast(clamped(sum), to: UInt32.self)
  }
}

/// Resamples every column of rows of words, and packs the result to three bytes a pixel.
///
/// - Parameters:
///   - source: Rows of `width` words, of which the first is the image's row `firstRow`.
///   - width: The words of a row.
///   - firstRow: See `source`.
///   - taps: The weights of rows.
/// - Returns: The new rows, 3 · width bytes each.
func resampleColumns(
  _ source: Span<UInt32>, width: Int, firstRow: Int, _ taps: ResamplingTaps
) -> [UInt8] {
  let rowCount = taps.starts.count
  precondition(
    source.count >= width * (taps.used.upperBound - firstRow), "the source has another size")
  let weights = taps.weights.span
  let bytes = source.bytes
  var row = [UInt32](repeating: 0, count: width)
  return [UInt8](unsafeUninitializedCapacity: 3 * width * rowCount) { pixels, count in
    for index in 0..<rowCount {
      let firstTap = taps.tapCount * index
      let firstByte = 4 * width * (taps.starts[index] - firstRow)
      var target = row.mutableSpan
      var column = 0
      // 4 words are 16 lanes, two vector registers of sums; the loop below takes the rest.
      while column + 4 <= width {
        var sum = SIMD16<Int32>(repeating: half)
        var offset = firstByte + 4 * column
        for tap in 0..<taps.tapCount {
          let colors = bytes.unsafeLoadUnaligned(
            fromUncheckedByteOffset: offset, as: SIMD16<UInt8>.self)
          sum &+= SIMD16<Int32>(truncatingIfNeeded: colors) &* weights[unchecked: firstTap + tap]
          offset += 4 * width
        }
        let words = unsafeBitCast(clamped(sum), to: SIMD4<UInt32>.self)
        for lane in 0..<4 { target[unchecked: column + lane] = words[lane] }
        column += 4
      }
      while column < width {
        var sum = SIMD4<Int32>(repeating: half)
        for tap in 0..<taps.tapCount {
          let word = bytes.unsafeLoadUnaligned(
            fromUncheckedByteOffset: firstByte + 4 * (width * tap + column), as: UInt32.self)
          let colors = unsafeBitCast(word, to: SIMD4<UInt8>.self)
          sum &+= SIMD4<Int32>(truncatingIfNeeded: colors) &* weights[unchecked: firstTap + tap]
        }
        target[unchecked: column] = unsafeBitCast(clamped(sum), to: UInt32.self)
        column += 1
      }
      pack(row.span, into: pixels, at: 3 * width * index)
    }
    count = 3 * width * rowCount
  }
}

/// Writes the red, green and blue of words side by side.
private func pack(
  _ words: Span<UInt32>, into pixels: UnsafeMutableBufferPointer<UInt8>, at start: Int
) {
  var output = start
  for index in words.indices {
    let word = words[unchecked: index]
    pixels[output] = UInt8(truncatingIfNeeded: word)
    pixels[output + 1] = UInt8(truncatingIfNeeded: word >> 8)
    pixels[output + 2] = UInt8(truncatingIfNeeded: word >> 16)
    output += 3
  }
}

/// Sums as bytes: filters that overshoot may lie beyond black and white.
private func clamped(_ sum: SIMD4<Int32>) -> SIMD4<UInt8> {
  SIMD4<UInt8>(
    truncatingIfNeeded: (sum &>> ResamplingTaps.fractionBits).clamped(
      lowerBound: SIMD4(repeating: 0), upperBound: SIMD4(repeating: 255)))
}

private func clamped(_ sum: SIMD8<Int32>) -> SIMD8<UInt8> {
  SIMD8<UInt8>(
    truncatingIfNeeded: (sum &>> ResamplingTaps.fractionBits).clamped(
      lowerBound: SIMD8(repeating: 0), upperBound: SIMD8(repeating: 255)))
}

private func clamped(_ sum: SIMD16<Int32>) -> SIMD16<UInt8> {
  SIMD16<UInt8>(
    truncatingIfNeeded: (sum &>> ResamplingTaps.fractionBits).clamped(
      lowerBound: SIMD16(repeating: 0), upperBound: SIMD16(repeating: 255)))
}
