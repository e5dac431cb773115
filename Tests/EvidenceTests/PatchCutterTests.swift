import Evidence
import Images
import Models
import NeuralNetworks
import TestSupport
import TestTags
import Testing

/// Patches are the right part of a photograph, in its own pixels.
@Suite(.tags(.quick)) struct PatchCutterTests {
  /// An image whose colors tell column and row.
  private func image(width: Int, height: Int) -> RGBImage {
    var pixels: [UInt8] = []
    for y in 0..<height {
      for x in 0..<width {
        pixels += [UInt8(truncatingIfNeeded: x), UInt8(truncatingIfNeeded: y), 77]
      }
    }
    return RGBImage(width: width, height: height, pixels: pixels)
  }

  /// A network's input of 32 × 32 pixels out of the middle of 40 × 40.
  private func preprocessing(resized: Int = 40, keepsAspect: Bool = false) -> Preprocessing {
    Preprocessing(
      resized: Extent(height: resized, width: resized), keepsAspect: keepsAspect,
      size: Extent(height: 32, width: 32), channels: [])
  }

  private func patch(
    _ image: RGBImage, center: SIMD2<Float>?, extent: Int?, side: Int, resized: Int = 40,
    keepsAspect: Bool = false, box: SIMD4<Int32>? = nil
  ) -> EvidencePatch {
    PatchCutter(
      preprocessing: preprocessing(resized: resized, keepsAspect: keepsAspect), extent: extent,
      side: side
    ).patch(of: EvidenceItem(path: "", center: center, box: box), in: image)
  }

  @Test("where no pixel needs to be resized, a patch is the photograph's own pixels")
  func own() {
    // Four pixels of the photograph a pixel of the input: 16 of these are 64.
    let photograph = image(width: 160, height: 160)
    let patch = patch(photograph, center: [80, 70], extent: 16, side: 64)
    #expect(patch.rectangle == SIMD4(48, 38, 112, 102))
    #expect(patch.picture == photograph.cropped(x: 48, y: 38, width: 64, height: 64))
  }

  @Test("a patch stays within what the network sees of the photograph")
  func inward() {
    // The input begins at pixel 4 of 40: at 16 of 160, and ends at 144.
    let photograph = image(width: 160, height: 160)
    for (center, rectangle) in [
      (SIMD2<Float>(0, 0), SIMD4<Double>(16, 16, 80, 80)), ([159, 20], [80, 16, 144, 80]),
      ([-1e30, 1e30], [16, 80, 80, 144]), ([.infinity, .nan], [80, 16, 144, 80]),
    ] {
      let patch = patch(photograph, center: center, extent: 16, side: 64)
      #expect(
        center.x.isInfinite || patch.rectangle == rectangle, "\(center): \(patch.rectangle)")
      #expect(patch.picture.width == 64 && patch.picture.height == 64)
    }
    let whole = patch(photograph, center: nil, extent: nil, side: 32)
    #expect(whole.rectangle == SIMD4(16, 16, 144, 144))
  }

  @Test("a stretched photograph is shown as the network sees it")
  func stretched() {
    let patch = patch(
      image(width: 200, height: 80), center: [100, 40], extent: 10, side: 50,
      box: [60, 35, 120, 90])
    #expect(patch.rectangle == SIMD4(75, 30, 125, 50))
    // From 60 to 120 of 75 to 125, from 35 on of 30 to 50, in pixels of the patch.
    #expect(patch.field == SIMD4(0, 12.5, 45, 50))
    // Colors tell the columns: a pixel of the patch is one of the photograph.
    #expect(patch.picture.pixels[0] == 75 && patch.picture.pixels[3 * 49] == 124)
  }

  @Test("what is not there is gray")
  func borders() {
    // A tall photograph, of which an input of 32 sees 20 pixels of width and black beside them.
    let photograph = image(width: 20, height: 100)
    let patch = patch(
      photograph, center: nil, extent: nil, side: 64, resized: 20, keepsAspect: true,
      box: [0, 34, 20, 66])
    #expect(patch.rectangle == SIMD4(0, 34, 20, 66))
    #expect(patch.field == SIMD4(12, 0, 52, 64))
    let row = Array(patch.picture.pixels[3 * 64 * 30..<3 * 64 * 31])
    #expect(row[..<36].allSatisfy { $0 == PatchCutter.gray })
    #expect(row[(3 * 52)...].allSatisfy { $0 == PatchCutter.gray })
    #expect(row[3 * 12 + 2] == 77 && row[3 * 51 + 2] == 77)
  }

  @Test("photographs of any size give patches", arguments: [1, 2, 31, 3000], [1, 7, 640])
  func sizes(width: Int, height: Int) {
    for keepsAspect in [false, true] {
      for extent in [nil, 1, 9, 32] {
        let patch = patch(
          image(width: width, height: height), center: [0.5, 0.5], extent: extent, side: 16,
          keepsAspect: keepsAspect, box: [0, 0, 1, 1])
        #expect(patch.picture.width == 16 && patch.picture.height == 16)
        #expect(patch.rectangle[0] < patch.rectangle[2] && patch.rectangle[1] < patch.rectangle[3])
        #expect(patch.rectangle[0] >= 0 && patch.rectangle[2] <= Double(width) + 1e-9)
        #expect(patch.rectangle[1] >= 0 && patch.rectangle[3] <= Double(height) + 1e-9)
        #expect((0..<4).allSatisfy { (0...16).contains(patch.field?[$0] ?? -1) })
      }
    }
  }

  @Test("patches come back in their order, and photographs that cannot be read as errors")
  func read() throws {
    let folder = try TemporaryFolder()
    let photograph = image(width: 160, height: 160)
    let path = try folder.write("a.png", PNGWriter.encode(photograph))
    let other = try folder.write("b.png", PNGWriter.encode(image(width: 40, height: 40)))
    let cutter = PatchCutter(preprocessing: preprocessing(), extent: 16, side: 64)
    let items = [
      EvidenceItem(path: path, center: [80, 70], box: nil),
      EvidenceItem(path: folder.file("gone.png"), center: [80, 70], box: nil),
      EvidenceItem(path: other, center: [20, 20], box: nil),
      EvidenceItem(path: path, center: [50, 90], box: nil),
    ]
    let read = cutter.read(items)
    #expect(read.count == 4)
    for index in [0, 3] {
      #expect(
        try read[index].get().picture == cutter.patch(of: items[index], in: photograph).picture)
    }
    #expect(throws: ImageError.self) { try read[1].get() }
    #expect(try read[2].get().rectangle == SIMD4(12, 12, 28, 28))
    #expect(cutter.read([]).isEmpty)
  }
}
