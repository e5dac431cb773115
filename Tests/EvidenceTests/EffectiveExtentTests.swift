import Evidence
import Images
import ModelFormats
import Models
import NeuralNetworks
import TestSupport
import TestTags
import Testing

/// How large a part of the input counts, by networks whose gradients are known.
@Suite(.tags(.quick), .serialized) struct EffectiveExtentTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A convolution of an image of 32 × 32 pixels, without padding, by a kernel.
  private func convolution(_ side: Int, _ kernel: [Float]) throws -> TrainedNetwork {
    var model = SmallModel()
    model.operatorSets = [("", 17)]
    model.inputs = [SmallModel.value("image", [-1, 3, 32, 32])]
    model.initializers = [
      SmallModel.tensor("w", [1, 3, side, side], kernel + kernel + kernel)
    ]
    model.nodes = [
      SmallModel.node("Conv", ["image", "w"], ["map"]),
      SmallModel.node("GlobalAveragePool", ["map"], ["result"]),
    ]
    return try network(model)
  }

  private func network(_ model: SmallModel) throws -> TrainedNetwork {
    try folder.write(
      "net.json", "{\"input\": {\"crop\": \"none\", \"mean\": [0, 0, 0], \"std\": [255, 255, 255]}}"
    )
    return try TrainedNetwork.load(path: folder.write("net.onnx", model.bytes))
  }

  private func image(_ name: String = "image.png", side: Int = 32) throws -> String {
    let pixels = (0..<3 * side * side).map { UInt8(truncatingIfNeeded: $0 &* $0 / 7 &+ 31 * $0) }
    return try folder.write(
      name, PNGWriter.encode(RGBImage(width: side, height: side, pixels: pixels)))
  }

  private func extent(
    _ network: TrainedNetwork, _ layer: String, _ samples: [EffectiveExtent.Sample],
    fraction: Double = 0.9
  ) throws -> EffectiveExtent? {
    let positions = try PositionMap(of: network.layer(named: layer), in: network)
    return try EffectiveExtent.measure(network, positions, samples: samples, fraction: fraction)
  }

  @Test(
    "of a box the square is as large as the part that it is to hold",
    arguments: [(0.01, 1), (0.3, 3), (0.37, 5), (0.9, 5), (1, 5)])
  func box(fraction: Double, side: Int) throws {
    let network = try convolution(5, [Float](repeating: 1, count: 25))
    let sample = EffectiveExtent.Sample(path: try image(), center: [10.5, 20.5])
    let found = try extent(network, "map", [sample], fraction: fraction)
    #expect(found?.side == side && found?.sampleCount == 1)
  }

  @Test("weights in the middle have a small square, at the border a large one")
  func kernels() throws {
    let path = try image()
    for (place, side) in [(12, 1), (7, 3), (0, 5)] {
      var kernel = [Float](repeating: 0, count: 25)
      kernel[place] = -2
      let samples = [
        EffectiveExtent.Sample(path: path, center: [10.5, 20.5]),
        EffectiveExtent.Sample(path: path, center: [15.5, 5.5]),
      ]
      let found = try extent(convolution(5, kernel), "map", samples)
      #expect(found?.side == side && found?.sampleCount == 2)
    }
    // Four pixels about a center between them.
    let even = try extent(
      convolution(2, [1, 1, 1, 1]), "map", [.init(path: path, center: [11, 9])])
    #expect(even?.side == 2)
  }

  @Test("samples that tell nothing are passed over; without any there is no extent")
  func passedOver() throws {
    let network = try convolution(3, [Float](repeating: 1, count: 9))
    let good = EffectiveExtent.Sample(path: try image(), center: [10, 10])
    let missing = EffectiveExtent.Sample(path: folder.file("missing.png"), center: [10, 10])
    let broken = EffectiveExtent.Sample(
      path: try folder.write("broken.png", "no image"), center: [10, 10])
    #expect(try extent(network, "map", [missing, good, broken, good])?.sampleCount == 2)
    #expect(try extent(network, "map", [missing, broken]) == nil)
    #expect(try extent(network, "map", []) == nil)
    let silent = try convolution(3, [Float](repeating: 0, count: 9))
    #expect(try extent(silent, "map", [good]) == nil)
    // A vector is of the whole image.
    #expect(try extent(network, "result", [good]) == nil)
    // Centers out of files may be anywhere.
    for center in [SIMD2<Float>(-1e30, 1e30), [.greatestFiniteMagnitude, 0], [31.9, 0.1]] {
      #expect(try extent(network, "map", [.init(path: good.path, center: center)])?.side == 3)
    }
  }

  @Test("tokens of attention have a place, though they see everything")
  func tokens() throws {
    let forms = Dictionary(uniqueKeysWithValues: LayerForms.all.map { ($0.name, $0.model) })
    let network = try network(#require(forms["tokens with a class token"]))
    let path = try image()
    // A token of 4 × 4 pixels of its own, in the third row and the fifth column.
    let sample = EffectiveExtent.Sample(path: path, center: [18, 10])
    let positions = try PositionMap(of: network.layer(named: "block"), in: network)
    #expect(positions.hasPositions && positions.field == nil && positions.fieldSide == nil)
    let place = positions.position(nearestTo: [18, 10])
    #expect(place.y == 2 && place.x == 4)
    let small = try #require(try extent(network, "block", [sample], fraction: 0.3))
    let large = try #require(try extent(network, "block", [sample], fraction: 1))
    #expect(small.side >= 4 && small.side < large.side && large.side <= 32)
    let own = try #require(try extent(network, "placed", [sample], fraction: 1))
    #expect(own.side == 4)
  }

  @Test("the real network's mixed layer: within its field, more for more")
  func inception() throws {
    let network = try TrainedNetwork.load(path: InceptionModel.write(to: folder))
    let samples = [
      EffectiveExtent.Sample(path: try image("large.png", side: 90), center: [45, 40]),
      EffectiveExtent.Sample(path: try image("small.png", side: 20), center: [8, 12]),
    ]
    let positions = try PositionMap(of: network.layer(named: "mixed"), in: network)
    let field = try #require(positions.fieldSide)
    var former = 0
    for fraction in [0.2, 0.5, 0.9, 1] {
      let side = try #require(try extent(network, "mixed", samples, fraction: fraction)).side
      #expect(side >= former && side <= field)
      former = side
    }
    #expect(former > field / 2)
  }

  @Test("centers and positions belong to each other")
  func positions() throws {
    let network = try TrainedNetwork.load(path: InceptionModel.write(to: folder))
    for name in ["early", "mixed", "mixed/pool"] {
      let positions = try PositionMap(of: network.layer(named: name), in: network)
      let shape = positions.layer.shape
      for (y, x) in [(0, 0), (3, 5), (shape.height - 1, shape.width - 1)] {
        let found = positions.position(nearestTo: positions.center(y: y, x: x) + [0.4, -0.4])
        #expect(found.y == y && found.x == x)
      }
      #expect(positions.field != nil && positions.hasPositions)
    }
  }

  @Test("what squares hold")
  func profile() throws {
    // One unit at (1, 1) of 4 × 3, two colors, the second negative.
    var gradient = [Float](repeating: 0, count: 24)
    gradient[5] = 1
    gradient[12 + 5] = -3
    gradient[12 + 6] = 4
    func profile(_ gradient: [Float], _ center: SIMD2<Double>) -> [Double]? {
      squareProfile(of: gradient.span, width: 4, height: 3, center: center)
    }
    let parts = try #require(profile(gradient, [1.5, 1.5]))
    #expect(parts[0] == 0 && parts[1] == 0.5 && parts[2] == 0.5 && parts[3] == 1)
    #expect(parts.last == 1)
    #expect(profile([Float](repeating: 0, count: 24), [0, 0]) == nil)
    gradient[0] = .nan
    #expect(profile(gradient, [0, 0]) == nil)
    let extent = EffectiveExtent(
      profiles: [[0, 0.5, 0.9, 1], [0, 0.5, 0.7, 1]], fraction: 0.8, limit: 9)
    #expect(extent.side == 2 && extent.sampleCount == 2)
    #expect(EffectiveExtent(profiles: [[0, 0.5, 1]], fraction: 1, limit: 1).side == 1)
  }

  @Test("the first samples come from all over the grid")
  func order() {
    let items = (0..<20).map { cell in
      (0..<(cell == 3 ? 1 : 2)).map { rank in
        EvidenceItem(
          path: "\(cell) \(rank)", center: cell == 4 ? nil : [Float(cell), Float(rank)], box: nil)
      }
    }
    let samples = EffectiveExtent.samples(of: items)
    #expect(samples.count == 37 && Set(samples).count == 37)
    #expect(samples.prefix(4).map(\.path) == ["0 0", "2 0", "6 0", "8 0"])
    #expect(samples.prefix(19).allSatisfy { $0.center.y == 0 })
    #expect(EffectiveExtent.samples(of: []).isEmpty)
    #expect(EffectiveExtent.samples(of: [[], []]).isEmpty)
  }
}
