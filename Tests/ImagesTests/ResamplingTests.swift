import Images
import TestTags
import Testing

@Suite(.tags(.quick)) struct ResamplingTests {
  @Test("the same size gives the same image")
  func identity() {
    let image = testImage(width: 31, height: 17, noise: 56)
    #expect(image.resized(toWidth: 31, height: 17) == image)
  }

  @Test(
    "one color stays one color",
    arguments: [(1, 1), (5, 9), (30, 20), (31, 21), (100, 3), (640, 480)])
  func constant(width: Int, height: Int) {
    for color in [[0, 0, 0], [255, 255, 255], [1, 127, 254]] as [[UInt8]] {
      let resized = flat(color, width: 30, height: 20).resized(toWidth: width, height: height)
      #expect(resized == flat(color, width: width, height: height))
    }
    let wide = flat([255, 254, 1], width: 60_000, height: 1).resized(toWidth: 2, height: 1)
    #expect(wide == flat([255, 254, 1], width: 2, height: 1))
  }

  @Test(
    "it is the triangle filter, rounded",
    arguments: [1, 2, 7, 16, 23, 50, 64, 113], [1, 2, 9, 16, 51, 75, 640])
  func reference(newCount: Int, oldCount: Int) {
    let wide = testImage(width: oldCount, height: 5, noise: 56)
    let exact = referenceRows(wide, newCount)
    // Half a unit of rounding, and what weights of 22 bits lose.
    let tolerance = 0.5 + 0.01
    let rows = wide.resized(toWidth: newCount, height: 5)
    #expect(zip(rows.pixels, exact).allSatisfy { abs(Double($0) - $1) <= tolerance })
    let columns = transposed(wide).resized(toWidth: 5, height: newCount)
    #expect(transposed(columns) == rows)
  }

  @Test(
    "rows are resampled and rounded first, or columns if they lose over twice as many pixels",
    arguments: [(7, 40), (90, 30), (64, 64), (23, 1), (90, 3), (31, 16), (34, 20)])
  func order(width: Int, height: Int) {
    let image = testImage(width: 33, height: 21, noise: 56)
    let byRows = image.resized(toWidth: width, height: 21).resized(toWidth: width, height: height)
    let byColumns = image.resized(toWidth: 33, height: height)
      .resized(toWidth: width, height: height)
    let beginsWithColumns = height < 21 && 21 - height > 2 * (33 - width)
    #expect(
      image.resized(toWidth: width, height: height) == (beginsWithColumns ? byColumns : byRows))
    // Otherwise it would not matter.
    if width != 64 { #expect(byRows != byColumns) }
  }

  @Test("halving averages with the weights 1, 3, 3, 1")
  func halving() {
    let row: [UInt8] = [0, 0, 0, 80, 160, 0, 0, 0]
    let image = RGBImage(width: 8, height: 1, pixels: row.flatMap { [$0, $0, $0] })
    let half = image.resized(toWidth: 4, height: 1)
    #expect(half.pixels == [0, 0, 0, 50, 50, 50, 70, 70, 70, 0, 0, 0])
  }
}

/// The definition for rows: sums of doubles, not rounded.
private func referenceRows(_ image: RGBImage, _ newWidth: Int) -> [Double] {
  let scale = Double(image.width) / Double(newWidth)
  let reach = max(scale, 1)
  var values: [Double] = []
  for y in 0..<image.height {
    for x in 0..<newWidth {
      let center = (Double(x) + 0.5) * scale
      for channel in 0..<3 {
        var (sum, weightSum) = (0.0, 0.0)
        for old in 0..<image.width {
          let weight = max(0, 1 - abs(Double(old) + 0.5 - center) / reach)
          sum += weight * Double(image.pixels[3 * (y * image.width + old) + channel])
          weightSum += weight
        }
        values.append(sum / weightSum)
      }
    }
  }
  return values
}

private func transposed(_ image: RGBImage) -> RGBImage {
  var result = RGBImage(
    width: image.height, height: image.width,
    pixels: [UInt8](repeating: 0, count: image.pixels.count))
  for y in 0..<image.height {
    for x in 0..<image.width {
      for channel in 0..<3 {
        result.pixels[3 * (x * image.height + y) + channel] =
          image.pixels[3 * (y * image.width + x) + channel]
      }
    }
  }
  return result
}
