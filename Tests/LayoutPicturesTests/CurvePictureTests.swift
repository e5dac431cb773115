import Images
import LayoutPictures
import TestTags
import Testing

@Suite(.tags(.quick)) struct CurvePictureTests {
  private func curve(_ values: [(x: Double, y: Double)]) throws -> RGBImage {
    try curvePicture(values: values, title: "", xLabel: "", yLabel: "", width: 300, height: 200)
  }

  /// How many pixels have the line's color.
  private func blueCount(_ image: RGBImage) -> Int {
    stride(from: 0, to: image.pixels.count, by: 3).count {
      Int(image.pixels[$0 + 2]) - Int(image.pixels[$0]) > 60
    }
  }

  @Test("a curve is drawn from left to right, higher where values are greater")
  func line() throws {
    let image = try curve((0...100).map { (Double($0), Double($0 * $0)) })
    #expect(image.width == 300 && image.height == 200)
    let heights = (0..<300).compactMap { x in
      (0..<200).first { y in
        let at = 3 * (y * 300 + x)
        return Int(image.pixels[at + 2]) - Int(image.pixels[at]) > 60
      }
    }
    #expect(heights.count > 150)
    #expect((heights.first ?? 0) - (heights.last ?? 0) > 60)
    #expect(zip(heights, heights.dropFirst()).allSatisfy { $0 >= $1 })
  }

  @Test("no point, one point, equal ones, and numbers that are none")
  func few() throws {
    #expect(try blueCount(curve([])) == 0)
    #expect(try blueCount(curve([(3, .nan), (.infinity, 1)])) == 0)
    #expect(try blueCount(curve([(3, 7)])) > 10)
    #expect(try blueCount(curve([(0, 7), (1, 7), (2, 7)])) > 100)
    #expect(try blueCount(curve([(0, -1e308), (1, 1e308)])) > 50)
    let gap = try curve((0..<100).map { (Double($0), $0 == 50 ? .nan : 1) })
    let whole = try curve((0..<100).map { (Double($0), 1) })
    #expect(blueCount(gap) < blueCount(whole))
  }

  @Test("titles and labels are written")
  func text() throws {
    let plain = try curve([(0, 0), (1, 1)])
    let titled = try curvePicture(
      values: [(0, 0), (1, 1)], title: "loss", xLabel: "epoch", yLabel: "bits", width: 300,
      height: 200)
    #expect(plain != titled)
  }

  @Test("round numbers are marked on an axis")
  func ticks() {
    let axis = AxisTicks(covering: [0.3, 9.7], count: 5)
    #expect(axis.labels == ["0", "2", "4", "6", "8", "10"])
    #expect(axis.low == 0 && axis.high == 10 && axis.fraction(of: 5) == 0.5)
    #expect(AxisTicks(covering: [3.8, 3.84], count: 4).labels.first == "3.80")
    #expect(
      AxisTicks(covering: [-1, 1], count: 4).labels == ["−1.0", "−0.5", "0.0", "0.5", "1.0"])
    #expect(AxisTicks(covering: [0, 2.5e9], count: 5).labels.last == "2.5e9")
    #expect(AxisTicks(covering: [5, 5], count: 4).fraction(of: 5) == 0.5)
    for width in [1e-200, 3.7, 1e200] {
      let step = AxisTicks.roundStep(width)
      #expect(step >= width * 0.999999 && step <= width * 2.50001)
    }
  }
}
