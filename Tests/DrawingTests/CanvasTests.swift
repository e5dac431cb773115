import Drawing
import Images
import TestTags
import Testing

@Suite(.tags(.quick)) struct CanvasTests {
  private func pixel(_ image: RGBImage, _ x: Int, _ y: Int) -> [UInt8] {
    let at = 3 * (y * image.width + x)
    return Array(image.pixels[at..<at + 3])
  }

  @Test("an outline that covers half of a pixel colors it half")
  func coverage() throws {
    let canvas = try Canvas(width: 4, height: 4)
    canvas.fill(.rectangle(1, 1, 2.5, 3), Color(1, 1, 1))
    let image = try canvas.image()
    #expect(pixel(image, 1, 1) == [255, 255, 255])
    #expect(pixel(image, 0, 1) == [0, 0, 0] && pixel(image, 1, 3) == [0, 0, 0])
    #expect(abs(Int(pixel(image, 2, 1)[0]) - 128) <= 2)
  }

  @Test("a shader is asked at the middles of pixels and its opacity blends")
  func shader() throws {
    let canvas = try Canvas(width: 3, height: 2)
    let all = Path.rectangle(0, 0, 3, 2)
    canvas.fill(all, Color(0, 0, 1))
    canvas.fill(all) { point in Color(point.x / 3, point.y / 2, 0, opacity: point.x < 1 ? 0.5 : 1) }
    let image = try canvas.image()
    let shaded = pixel(image, 2, 0)
    // 2.5 / 3 and 0.5 / 2 of 255 are 212.5 and 63.75.
    #expect([212, 213].contains(shaded[0]) && shaded[1] == 64 && shaded[2] == 0)
    let blended = pixel(image, 0, 1)
    #expect(abs(Int(blended[0]) - 21) <= 1 && abs(Int(blended[2]) - 127) <= 1)
  }

  @Test("what lies outside, points that are not finite, and colors out of range do no harm")
  func outside() throws {
    let canvas = try Canvas(width: 2, height: 2)
    canvas.fill(.circle(-50, 900, 20)) { _ in Color(1, 0, 0) }
    canvas.stroke(.circle(1e6, 0, 1), width: 3) { _ in Color(1, 0, 0) }
    canvas.fill(.circle(.nan, 1, .infinity), Color(1, 1, 1))
    #expect(try canvas.image().pixels == Array(repeating: 0, count: 12))
    canvas.fill(.rectangle(-1e5, -1e5, 1e5, 1e5)) { _ in Color(1, -7, 9) }
    #expect(try canvas.image().pixels == [255, 0, 255, 255, 0, 255, 255, 0, 255, 255, 0, 255])
  }

  @Test("a clip keeps what is outside it")
  func clip() throws {
    let canvas = try Canvas(width: 4, height: 1)
    canvas.clipped(to: .rectangle(1, 0, 3, 1)) {
      canvas.fill(.rectangle(0, 0, 4, 1)) { _ in Color(1, 1, 1) }
    }
    let image = try canvas.image()
    #expect((0..<4).map { pixel(image, $0, 0)[0] } == [0, 255, 255, 0])
  }

  @Test("an image that is laid down comes back")
  func placing() throws {
    let image = RGBImage(width: 2, height: 2, pixels: (0..<12).map { UInt8(20 * $0) })
    let canvas = try Canvas(width: 4, height: 3)
    canvas.place(image, x: 1, y: 1)
    #expect(try canvas.image().cropped(x: 1, y: 1, width: 2, height: 2) == image)
  }
}
