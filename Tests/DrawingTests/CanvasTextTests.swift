import Drawing
import Images
import TestTags
import Testing

@Suite(.tags(.quick)) struct CanvasTextTests {
  /// The columns and rows in which something is drawn, nil for none.
  private func box(_ image: RGBImage) -> (x: ClosedRange<Int>, y: ClosedRange<Int>)? {
    let marked = (0..<image.width * image.height).filter { image.pixels[3 * $0] > 100 }
    let (columns, rows) = (marked.map { $0 % image.width }, marked.map { $0 / image.width })
    guard let left = columns.min(), let right = columns.max(), let top = rows.min(),
      let bottom = rows.max()
    else { return nil }
    return (left...right, top...bottom)
  }

  private func written(
    _ text: String, _ alignment: TextAlignment, isUpright: Bool = false
  ) throws -> RGBImage {
    let canvas = try Canvas(width: 120, height: 120)
    canvas.write(
      text, at: [60, 60], size: 16, Color(gray: 1), alignment: alignment, isUpright: isUpright)
    return try canvas.image()
  }

  @Test("a line of text begins, ends or is centred where it is told to")
  func alignment() throws {
    let leading = try #require(box(written("HEH", .leading)))
    let center = try #require(box(written("HEH", .center)))
    let trailing = try #require(box(written("HEH", .trailing)))
    // Letters have about a pixel of room at their sides.
    #expect(leading.x.lowerBound >= 59 && trailing.x.upperBound <= 61)
    #expect(abs(center.x.lowerBound + center.x.upperBound - 120) <= 3)
    #expect([59, 60].contains(leading.y.upperBound))
    let upright = try #require(box(written("HEH", .leading, isUpright: true)))
    #expect(upright.y.upperBound <= 61 && upright.x.upperBound <= 61)
    #expect(upright.y.count > upright.x.count)
  }

  @Test("a longer line, larger or bold letters are wider, and no text has no width")
  func width() throws {
    let canvas = try Canvas(width: 8, height: 8)
    let width = canvas.width(of: "HEH", size: 16)
    #expect(width > 16 && width < 64)
    #expect(canvas.width(of: "HEHE", size: 16) > width)
    #expect(canvas.width(of: "HEH", size: 32) > 1.5 * width)
    #expect(canvas.width(of: "HEH", size: 16, style: .bold) >= width)
    #expect(canvas.width(of: "", size: 16) == 0)
    canvas.write("", at: [4, 4], size: 16, Color(gray: 1))
    #expect(try canvas.image().pixels.allSatisfy { $0 == 0 })
  }
}
