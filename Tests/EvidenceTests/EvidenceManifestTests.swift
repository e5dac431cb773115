import Evidence
import Images
import Mosaics
import TestTags
import Testing

/// How patches lie in sprites, and what is said of them.
@Suite(.tags(.quick)) struct EvidenceManifestTests {
  private func square(_ color: UInt8, _ side: Int = 2) -> RGBImage {
    RGBImage(
      width: side, height: side, pixels: [UInt8](repeating: color, count: 3 * side * side))
  }

  @Test("a row is a cell, a column an exemplar; gray is not there, white is none")
  func sprites() {
    let sprites = EvidenceSprites(cellCount: 5, columnCount: 3, cellsPerSprite: 2, side: 2)
    #expect(sprites.count == 3 && sprites.cells(ofSprite: 2) == 4..<5)
    #expect(sprites.place(ofCell: 3) == (1, 2) && sprites.place(ofCell: 4) == (2, 0))
    let image = sprites.image(ofSprite: 1, [[square(10), nil, square(30)], [square(40)]])
    #expect(image.width == 6 && image.height == 4)
    let reds = (0..<4).map { y in (0..<6).map { image.pixels[3 * (6 * y + $0)] } }
    #expect(reds[1] == [10, 10, 128, 128, 30, 30] && reds[2] == [40, 40, 255, 255, 255, 255])
    let last = sprites.image(ofSprite: 2, [[]])
    #expect(last.height == 2 && last.pixels.allSatisfy { $0 == 255 })
    let none = EvidenceSprites(cellCount: 0, columnCount: 1, cellsPerSprite: 4, side: 2)
    #expect(none.count == 0)
  }

  @Test("names of sprites have numbers, and no other name has")
  func names() {
    for number in [0, 7, 999, 1000, 12_345] {
      #expect(EvidenceSprites.number(ofName: EvidenceSprites.name(number)) == number)
    }
    #expect(EvidenceSprites.name(7) == "evidence-007.jpg")
    for name in [
      "evidence-7.jpg", "evidence-.jpg", "evidence--07.jpg", "evidence-007.jpeg", "evidence.json",
      "Evidence-007.jpg", "evidence-0007.jpg", "", "evidence-+07.jpg",
    ] { #expect(EvidenceSprites.number(ofName: name) == nil, "\(name)") }
  }

  @Test("a manifest comes back from its JSON, which names what is there alone")
  func json() throws {
    let item = EvidenceItem(path: "x", center: [1.23456, 7], box: [0, 1, 2, 3])
    let manifest = EvidenceManifest(
      network: "net", layer: "mixed", gridSide: 5,
      sprites: EvidenceSprites(cellCount: 1, columnCount: 2, cellsPerSprite: 64, side: 32),
      extent: .init(
        pixels: 97, part: 0.9, samples: 8, fieldPixels: 139, inputWidth: 224, inputHeight: 224),
      cells: [
        .init(
          row: 1, column: 2, count: 9, sprite: 0, y: 0,
          patches: [
            .init(image: "a/1.jpg", sample: 4, kind: "a", item: item, patch: nil),
            .init(
              image: "2.jpg", sample: 5, kind: nil,
              item: EvidenceItem(path: "y", center: nil, box: nil), patch: nil),
          ])
      ], unreadable: [.init(image: "a/1.jpg", reason: "it is gone")],
      made: .init(program: "p", version: "1", parameters: ["a": "b"], inputs: ["c": "d"]))
    let json = try manifest.json()
    #expect(try EvidenceManifest(json: json) == manifest)
    let text = String(decoding: json, as: UTF8.self)
    #expect(text.hasSuffix("}\n"))
    #expect(text.contains(#""center":[1.23,7],"class":"a","field":[0,1,2,3],"image":"a/1.jpg""#))
    #expect(text.contains(#"{"image":"2.jpg","sample":5}"#))
    #expect(text.contains(#""sprites":["evidence-000.jpg"]"#))
  }
}
