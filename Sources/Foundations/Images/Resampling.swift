/// How the color of a new pixel follows from old ones.
public enum ResamplingFilter: Sendable {
  /// A triangle about the new pixel's center.
  ///
  /// It falls to 0 one old pixel away where the image grows, one new pixel away where it shrinks,
  /// so that no old pixel is left out.
  case bilinear
}

extension RGBImage {
  /// The image at another size.
  ///
  /// Rows are resampled first, then columns; the colors are rounded to bytes after each. Pixel
  /// centers lie at half-integers. Pillow's `resize` does the same, with columns first for
  /// some shapes.
  ///
  /// - Parameters:
  ///   - newWidth: The pixels in a row.
  ///   - newHeight: The rows.
  ///   - filter: How colors are mixed.
  /// - Returns: The new image.
  /// - Precondition: The sides are positive.
  public func resized(
    toWidth newWidth: Int, height newHeight: Int, filter: ResamplingFilter = .bilinear
  ) -> RGBImage {
    precondition(newWidth > 0 && newHeight > 0, "no image of \(newWidth) × \(newHeight)")
    var result = self
    if newWidth != width {
      let taps = ResamplingTaps(from: width, to: newWidth)
      var pixels = [UInt8](repeating: 0, count: 3 * newWidth * height)
      var target = pixels.mutableSpan
      resampleRows(result.pixels.span, taps, into: &target)
      result = RGBImage(width: newWidth, height: height, pixels: pixels)
    }
    if newHeight != height {
      let taps = ResamplingTaps(from: height, to: newHeight)
      var pixels = [UInt8](repeating: 0, count: 3 * newWidth * newHeight)
      var target = pixels.mutableSpan
      resampleColumns(result.pixels.span, rowLength: 3 * newWidth, taps, into: &target)
      result = RGBImage(width: newWidth, height: newHeight, pixels: pixels)
    }
    return result
  }
}

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
  // A copy per row: a load of four bytes past the last pixel stays within memory.
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
    // 16 bytes are one vector register; the loop below takes the rest.
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

/// The weights of old pixels in new ones, along one side of an image.
///
/// Each new pixel has the same number of taps, some of them with weight 0.
struct ResamplingTaps {
  /// The bits after the point of a weight; with them a sum over bytes stays below 2³¹.
  static let fractionBits: Int32 = 22

  /// The old pixels along the side.
  let oldCount: Int
  /// How many old pixels a new one looks at.
  let tapCount: Int
  /// For each new pixel, the first old one it looks at; `tapCount` follow from there.
  private(set) var starts: [Int] = []
  /// The weights, new pixel after new pixel, in units of 2⁻²²; those of one add up to 1, to rounding.
  private(set) var weights: [Int32] = []

  /// The triangle's weights: highest at the new pixel's center, 0 at `reach` old pixels from it.
  init(from oldCount: Int, to newCount: Int) {
    let scale = Double(oldCount) / Double(newCount)
    // Where an image shrinks, the triangle grows with the step, or pixels would be skipped.
    let reach = max(scale, 1)
    self.oldCount = oldCount
    tapCount = min(oldCount, Int((2 * reach).rounded(.down)) + 1)
    starts.reserveCapacity(newCount)
    weights.reserveCapacity(newCount * tapCount)
    for index in 0..<newCount {
      let center = (Double(index) + 0.5) * scale
      // Old pixels count whose centers lie within reach of this one.
      let first = max(0, Int((center - reach + 0.5).rounded(.down)))
      let end = min(oldCount, Int((center + reach + 0.5).rounded(.down)))
      let start = min(first, oldCount - tapCount)
      let heights = (start..<start + tapCount).map { pixel in
        pixel < first || pixel >= end
          ? 0 : max(0, 1 - abs((Double(pixel) - center + 0.5) * (1 / reach)))
      }
      // At the borders fewer pixels count, and their weights must still add up to 1.
      let scale = 1 / heights.reduce(0, +)
      starts.append(start)
      weights += heights.map {
        Int32(($0 * scale * 0x1p22).rounded(.toNearestOrAwayFromZero))
      }
    }
  }
}
