import Images
import Models
import NeuralNetworks
import Patches
import TestTags
import Testing

@Suite(.tags(.quick)) struct PastingTests {
  /// Blue, green, red, as Caffe's networks have them, each with a scale and an offset of its own.
  private let preprocessing = Preprocessing(
    resized: Extent(height: 5, width: 7), size: Extent(height: 5, width: 7),
    channels: [
      InputChannel(source: .blue, scale: 1, offset: -100),
      InputChannel(source: .green, scale: 0.5, offset: 3),
      InputChannel(source: .red, scale: -2, offset: 0),
    ])

  /// A square whose pixels are all different.
  private func square(_ side: Int) -> RGBImage {
    RGBImage(
      width: side, height: side,
      pixels: (0..<3 * side * side).map { UInt8(truncatingIfNeeded: 7 * $0 + 3) })
  }

  @Test(
    "a patch covers its pixels, mapped as images are, and no others",
    arguments: [
      (0, 0), (4, 0), (0, 2), (4, 2), (2, 1),
    ])
  func pixels(x: Int, y: Int) {
    let (picture, side) = (square(3), 3)
    let size = preprocessing.size
    let before = (0..<3 * 35).map { Float($0) + 0.5 }
    var input = before
    var span = input.mutableSpan
    InputPatch(picture, side: side, preprocessing: preprocessing)
      .paste(into: &span, size: size, x: x, y: y)
    for channel in 0..<3 {
      for row in 0..<5 {
        for column in 0..<7 {
          let place = channel * 35 + row * 7 + column
          let (px, py) = (column - x, row - y)
          guard (0..<side).contains(px), (0..<side).contains(py) else {
            #expect(input[place] == before[place])
            continue
          }
          // Channels are blue, green, red.
          let value = Float(picture.pixels[3 * (py * side + px) + 2 - channel])
          let kind = preprocessing.channels[channel]
          #expect(input[place] == kind.scale * value + kind.offset)
        }
      }
    }
  }

  @Test("a patch of another size is the picture resized by Lanczos' filter", arguments: [2, 3, 5])
  func scaling(side: Int) {
    let picture = square(3)
    let resized = picture.resized(
      toWidth: side, height: side, part: PixelRectangle(x: 0, y: 0, width: side, height: side),
      filter: .lanczos)
    func pasted(_ patch: RGBImage) -> [Float] {
      var input = [Float](repeating: 0, count: 3 * 35)
      var span = input.mutableSpan
      InputPatch(patch, side: side, preprocessing: preprocessing)
        .paste(into: &span, size: preprocessing.size, x: 1, y: 0)
      return input
    }
    #expect(pasted(picture) == pasted(resized))
  }

  @Test("placements lie at the borders, in the center, and within")
  func placements() {
    let size = Extent(height: 224, width: 224)
    let sides = [0.1, 0.2, 0.3, 0.4, 0.5].map { Placement(fraction: $0, x: 0, y: 0).side(in: size) }
    #expect(sides == [22, 45, 67, 90, 112])
    let sweep = PatchClassifier.sweep
    #expect(sweep.count == 25)
    let corners = sweep[20..<25].map { $0.origin(in: size) }
    #expect(corners.map(\.x) == [0, 112, 0, 112, 56])
    #expect(corners.map(\.y) == [0, 0, 112, 112, 56])
    // The smaller side counts, and the largest patch fits.
    let wide = Extent(height: 40, width: 90)
    let all = Placement(fraction: 1, x: 1, y: 1)
    #expect(all.side(in: wide) == 40)
    #expect(all.origin(in: wide) == (50, 0))
    #expect(Placement(fraction: 0.001, x: 0, y: 0).side(in: wide) == 1)
  }

  @Test("random places are SNAFUE's, and depend on patch, picture and seed")
  func random() {
    let size = Extent(height: 256, width: 256)
    var places: Set<SIMD2<Int>> = []
    for patch in 0..<40 {
      for picture in 0..<5 {
        let placement = Placement.random(patch: patch, picture: picture, seed: 1)
        #expect(placement.side(in: size) == 100)
        #expect((0.2...0.8).contains(placement.x) && (0.2...0.8).contains(placement.y))
        let origin = placement.origin(in: size)
        places.insert(SIMD2(origin.x, origin.y))
        #expect(placement == Placement.random(patch: patch, picture: picture, seed: 1))
      }
    }
    #expect(places.count > 180)
    #expect(
      Placement.random(patch: 3, picture: 4, seed: 1)
        != Placement.random(patch: 3, picture: 4, seed: 2))
  }

  @Test("what an input shows is the picture that it was made of")
  func picture() {
    var random: UInt8 = 1
    let image = RGBImage(
      width: 7, height: 5,
      pixels: (0..<105).map { _ in
        random = random &* 37 &+ 11
        return random
      })
    let input = (0..<3).flatMap { channel in
      (0..<35).map { pixel in
        let kind = preprocessing.channels[channel]
        return kind.scale * Float(image.pixels[3 * pixel + 2 - channel]) + kind.offset
      }
    }
    #expect(preprocessing.picture(of: input) == image)
  }

  @Test("drawn patches depend on their number, pair and seed")
  func drawn() {
    let kinds: [PatchKind] = [.noise, .flat]
    for kind in kinds {
      let first = kind.drawn(side: 8, number: 0, pair: 2, seed: 5)
      #expect(first == kind.drawn(side: 8, number: 0, pair: 2, seed: 5))
      #expect(first != kind.drawn(side: 8, number: 1, pair: 2, seed: 5))
      #expect(first != kind.drawn(side: 8, number: 0, pair: 3, seed: 5))
      #expect(first != kind.drawn(side: 8, number: 0, pair: 2, seed: 6))
    }
    let flat = PatchKind.flat.drawn(side: 8, number: 0, pair: 0, seed: 0)
    let first = Array(flat.pixels.prefix(3))
    for pixel in 0..<64 { #expect(Array(flat.pixels[3 * pixel..<3 * pixel + 3]) == first) }
  }
}
