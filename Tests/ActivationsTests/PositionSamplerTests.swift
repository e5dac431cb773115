import Activations
import NeuralNetworks
import TestTags
import Testing

@Suite(.tags(.quick)) struct PositionSamplerTests {
  private func shape(_ height: Int, _ width: Int) -> MapShape {
    MapShape(channels: 4, height: height, width: width)
  }

  static let sizes = [(14, 14), (3, 3), (4, 9), (5, 2), (2, 2), (1, 1), (1, 7), (56, 56)]

  @Test("positions are different, in reading order, inside the edges", arguments: sizes)
  func inside(height: Int, width: Int) {
    let shape = shape(height, width)
    for includesEdges in [false, true] {
      for count in [nil, 1, 5, 100_000] as [Int?] {
        let sampler = PositionSampler(
          count: count, shapes: [shape], includesEdges: includesEdges, seed: 3)
        let rows = includesEdges || height < 3 ? 0..<height : 1..<height - 1
        let columns = includesEdges || width < 3 ? 0..<width : 1..<width - 1
        #expect(
          sampler.positionCount
            == min(count ?? .max, rows.count * columns.count))
        for image in 0..<20 {
          let positions = sampler.positions(ofImage: image, in: shape)
          let indices = positions.map { $0.y * width + $0.x }
          #expect(indices.count == sampler.positionCount)
          #expect(zip(indices, indices.dropFirst()).allSatisfy(<))
          #expect(positions.allSatisfy { rows.contains($0.y) && columns.contains($0.x) })
        }
      }
    }
  }

  @Test("every position inside the edges is as likely as any other")
  func uniform() {
    let shape = shape(5, 6)
    let sampler = PositionSampler(count: 2, shapes: [shape], includesEdges: false, seed: 1)
    var counts = [Int](repeating: 0, count: 30)
    let imageCount = 30_000
    for image in 0..<imageCount {
      for position in sampler.positions(ofImage: image, in: shape) {
        counts[6 * position.y + position.x] += 1
      }
    }
    // 12 positions of probability 1/6: a standard deviation of 65.
    for y in 1..<4 {
      for x in 1..<5 { #expect(abs(counts[6 * y + x] - imageCount / 6) < 6 * 65) }
    }
  }

  @Test("positions depend on the seed and the image alone")
  func reproducible() {
    let shape = shape(14, 14)
    func positions(seed: UInt64, image: Int) -> [Int] {
      PositionSampler(count: 10, shapes: [shape], includesEdges: false, seed: seed)
        .positions(ofImage: image, in: shape).map { 14 * $0.y + $0.x }
    }
    #expect(positions(seed: 1, image: 7) == positions(seed: 1, image: 7))
    #expect(positions(seed: 1, image: 7) != positions(seed: 2, image: 7))
    #expect(Set((0..<50).map { positions(seed: 1, image: $0) }).count == 50)
  }

  @Test("coarser layers are sampled at the same parts of the image")
  func severalLayers() {
    let shapes = [shape(7, 9), shape(28, 27), shape(14, 14), shape(1, 1), shape(2, 3)]
    let sampler = PositionSampler(count: 50, shapes: shapes, includesEdges: true, seed: 5)
    for image in 0..<10 {
      let fine = sampler.positions(ofImage: image, in: shapes[1])
      for shape in shapes {
        let positions = sampler.positions(ofImage: image, in: shape)
        #expect(positions.count == 50)
        for (position, other) in zip(positions, fine) {
          #expect((0..<shape.height).contains(position.y) && (0..<shape.width).contains(position.x))
          // The center of the fine cell lies in the coarse cell, its borders included.
          #expect(lies(other.y, 28, in: position.y, shape.height))
          #expect(lies(other.x, 27, in: position.x, shape.width))
        }
      }
    }
  }

  /// Whether the center of a cell of one grid lies in a cell of another.
  private func lies(_ fine: Int, _ fineSize: Int, in coarse: Int, _ coarseSize: Int) -> Bool {
    let center = (Double(fine) + 0.5) / Double(fineSize) * Double(coarseSize)
    return (Double(coarse)...Double(coarse + 1)).contains(center)
  }

  @Test("the edges of every layer are left out, also where the finest layer's are narrower")
  func edgesOfSeveralLayers() {
    let shapes = [shape(28, 28), shape(7, 7), shape(2, 2)]
    let sampler = PositionSampler(count: nil, shapes: shapes, includesEdges: false, seed: 5)
    #expect(sampler.positionCount == 26 * 26)
    let coarse = sampler.positions(ofImage: 0, in: shapes[1])
    #expect(Set(coarse.map(\.y)) == Set(1..<6) && Set(coarse.map(\.x)) == Set(1..<6))
    #expect(Set(sampler.positions(ofImage: 0, in: shapes[2]).map(\.y)) == [0, 1])
  }
}
