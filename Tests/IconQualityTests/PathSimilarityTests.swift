import IconQuality
import Images
import TestTags
import Testing

@Suite(.tags(.quick)) struct PathSimilarityTests {
  private let patches: [[[Float]]] = [
    [[2, 1], [2, -1]], [[-2, 1], [-2, -1]],
  ]

  @Test("a real patch scores as real ones do, one of another cell does not")
  func ends() throws {
    // The center is 0; the cosine within a cell is 3/5, between cells −3/5 or −1.
    let real = PathSimilarity(
      layer: "a", icons: [[5, 0], [-5, 0]], of: [0, 1], patches: patches)
    #expect(abs(real.samePatches - 0.6) < 1e-6)
    #expect(abs(real.otherPatches + 0.8) < 1e-6)
    let expected = (2 / 5.0.squareRoot() + 0.8) / 1.4
    let similarity = try #require(real.similarity)
    #expect(abs(similarity - expected) < 1e-6)
    #expect(real.ofIcons.allSatisfy { abs($0 - expected) < 1e-6 })
    let foreign = PathSimilarity(layer: "a", icons: [[-5, 0]], of: [0], patches: patches)
    let other = try #require(foreign.similarity)
    #expect(other < 0)
  }

  @Test("where patches of a cell are no more alike than others there is no similarity")
  func undefined() {
    let alike: [[[Float]]] = [[[1, 0], [-1, 0]], [[0, 1], [0, -1]]]
    let path = PathSimilarity(layer: "a", icons: [[1, 0]], of: [0], patches: alike)
    #expect(path.similarity == nil)
    #expect(path.ofIcons.allSatisfy { $0.isNaN })
  }

  @Test("contrast, color and roughness of pictures that are known")
  func statistics() {
    let gray = PictureStatistics(picture { _, _ in (128, 128, 128) })
    #expect(gray.contrast < 1e-9 && gray.colorfulness < 1e-9 && gray.roughness == 0)
    let checkered = PictureStatistics(
      picture { x, y in (x + y) % 2 == 0 ? (255, 255, 255) : (0, 0, 0) })
    #expect(abs(checkered.contrast - 0.5) < 1e-6)
    // Every neighbor differs: twice as much as white noise does.
    #expect(abs(checkered.roughness - 2) < 1e-6)
    let halves = PictureStatistics(picture { x, _ in x < 8 ? (255, 255, 255) : (0, 0, 0) })
    #expect(halves.roughness < 0.1)
    let red = PictureStatistics(picture { _, _ in (255, 0, 0) })
    #expect(abs(red.colorfulness - (6.0 / 9).squareRoot()) < 1e-6)
  }

  private func picture(_ color: (Int, Int) -> (UInt8, UInt8, UInt8)) -> RGBImage {
    var pixels: [UInt8] = []
    for y in 0..<16 {
      for x in 0..<16 {
        let (red, green, blue) = color(x, y)
        pixels += [red, green, blue]
      }
    }
    return RGBImage(width: 16, height: 16, pixels: pixels)
  }
}
