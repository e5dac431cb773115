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

/// Resamples across rows of bytes, 16 columns of bytes at a time.
///
/// - Parameters:
///   - source: The rows, of which the first is the image's row `firstRow`.
///   - stride: The bytes of a row.
///   - part: The bytes of each row that are wanted.
///   - firstRow: See `source`.
///   - taps: The weights of rows.
///   - target: The new rows, each as long as `part`.
func resampleColumns(
  _ source: RawSpan, stride: Int, part: Range<Int>, firstRow: Int, _ taps: ResamplingTaps,
  into target: inout MutableSpan<UInt8>
) {
  precondition(
    part.upperBound <= stride
      && source.byteCount >= stride * (taps.used.upperBound - firstRow)
      && target.count == part.count * taps.starts.count,
    "source or target has another size")
  let weights = taps.weights.span
  let count = part.count
  for row in taps.starts.indices {
    let firstTap = taps.tapCount * row
    let firstByte = stride * (taps.starts[row] - firstRow) + part.lowerBound
    let output = count * row
    var column = 0
    // 16 bytes are two vector registers of sums; the loop below takes the rest.
    while column + 16 <= count {
      var sum = SIMD16<Int32>(repeating: half)
      var offset = firstByte + column
      for tap in 0..<taps.tapCount {
        let colors = source.unsafeLoadUnaligned(
          fromUncheckedByteOffset: offset, as: SIMD16<UInt8>.self)
        sum &+= SIMD16<Int32>(truncatingIfNeeded: colors) &* weights[unchecked: firstTap + tap]
        offset += stride
      }
      let colors = clamped(sum)
      for lane in 0..<16 { target[unchecked: output + column + lane] = colors[lane] }
      column += 16
    }
    while column < count {
      var sum = half
      for tap in 0..<taps.tapCount {
        let color = source.unsafeLoad(
          fromUncheckedByteOffset: firstByte + stride * tap + column, as: UInt8.self)
        sum &+= Int32(color) &* weights[unchecked: firstTap + tap]
      }
      target[unchecked: output + column] = UInt8(
        clamping: sum &>> ResamplingTaps.fractionBits)
      column += 1
    }
  }
}

/// The red, green and blue of words, side by side.
func packed(_ words: RawSpan) -> [UInt8] {
  let count = words.byteCount / 4
  return [UInt8](unsafeUninitializedCapacity: 3 * count) { pixels, pixelByteCount in
    for index in 0..<count {
      let word = words.unsafeLoadUnaligned(fromUncheckedByteOffset: 4 * index, as: UInt32.self)
      pixels[3 * index] = UInt8(truncatingIfNeeded: word)
      pixels[3 * index + 1] = UInt8(truncatingIfNeeded: word >> 8)
      pixels[3 * index + 2] = UInt8(truncatingIfNeeded: word >> 16)
    }
    pixelByteCount = 3 * count
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
