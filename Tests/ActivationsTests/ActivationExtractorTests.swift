import Activations
import Images
import ModelFormats
import Models
import NeuralNetworks
import ParallelLoops
import TestSupport
import TestTags
import Testing

/// Rows of a small network, against those of a network that the test compiles itself.
@Suite(.tags(.quick), .serialized) final class ActivationExtractorTests {
  private let folder: TemporaryFolder
  private let network: TrainedNetwork
  private let images: ImageCollection

  init() throws {
    folder = try TemporaryFolder()
    network = try TrainedNetwork.load(path: InceptionModel.write(to: folder))
    for index in 0..<5 {
      // Of the size that the network resizes to, so that pixels arrive as they are.
      var picture = gradient(width: 56, height: 56)
      picture.pixels = picture.pixels.map { $0 &* UInt8(2 * index + 1) }
      try folder.write("images/\(index).png", PNGWriter.encode(picture))
    }
    try folder.write("images/2.png", "no image")
    images = try ImageCollection(folder: folder.file("images"))
  }

  private func extractor(
    _ layers: [String], positions: Int? = 7, predicts: Bool = false, perPass: Int? = nil
  ) throws -> ActivationExtractor {
    var parameters = ExtractionParameters()
    parameters.positionCount = positions
    parameters.predictsClasses = predicts
    parameters.seed = 9
    parameters.imagesPerPass = perPass
    return try ActivationExtractor(
      network: network, layers: layers, images: images, parameters: parameters)
  }

  /// The tensors of an image, computed apart.
  private func tensors(_ image: Int, _ names: [String]) throws -> [[Float]] {
    let picture = try ImageReader.read(images.path(of: image))
    let compiled = try CompiledNetwork(
      network.graph, inputHeight: 48, inputWidth: 48, reading: names, weights: PreparedWeights())
    compiled.withInput { input in
      for channel in 0..<3 {
        for y in 0..<48 {
          for x in 0..<48 {
            let value = Float(picture.pixels[3 * ((y + 4) * 56 + x + 4) + 2 - channel])
            input[(channel * 48 + y) * 48 + x] = (value - [104, 117, 123][channel]) / 64
          }
        }
      }
    }
    try compiled.forward()
    return try names.map { name in
      try compiled.withOutput(name) { output in output.indices.map { output[$0] } }
    }
  }

  @Test("rows are the tensor's values at the sampled positions, for every layer")
  func rows() throws {
    let layers = ["mixed/output", "conv1"]
    let extractor = try extractor(layers)
    #expect(extractor.shapes.map(\.channels) == [48, 16])
    #expect(extractor.sampler.positionCount == 7)
    #expect(extractor.bytesPerImage == 4 * 7 * (48 + 16))
    let block = try extractor.extract(0..<5)
    #expect(block.images == [0, 1, 3, 4])
    for (number, image) in block.images.enumerated() {
      let tensors = try tensors(image, layers)
      for (layer, shape) in extractor.shapes.enumerated() {
        let largest = tensors[layer].reduce(0) { max($0, abs($1)) }
        for position in 0..<7 {
          let row = 7 * number + position
          let place = Int(block.y[layer][row]) * shape.width + Int(block.x[layer][row])
          for channel in 0..<shape.channels {
            let expected = tensors[layer][channel * shape.positionCount + place]
            let value = block.activations[layer][row * shape.channels + channel]
            #expect(abs(value - expected) <= 1e-5 * largest)
          }
        }
      }
    }
  }

  @Test("an image that cannot be read is listed with its reason and changes no other")
  func failures() throws {
    let block = try extractor(["mixed/output"]).extract(0..<5)
    #expect(block.failures.map(\.image) == [2])
    #expect(
      block.failures[0].reason.contains("images/2.png: not a JPEG, PNG, WebP, BMP or GIF file"))
    #expect(block.activations[0].count == 4 * 7 * 48 && block.y[0].count == 4 * 7)
    let alone = try extractor(["mixed/output"]).extract(2..<3)
    #expect(alone.images.isEmpty && alone.activations[0].isEmpty && alone.failures.count == 1)
  }

  @Test("classes are those of the largest logits, best first")
  func predictions() throws {
    let block = try extractor(["mixed/output"], predicts: true).extract(0..<5)
    #expect(block.predictions.count == 4 * 5)
    for (number, image) in block.images.enumerated() {
      let logits = try tensors(image, ["fc"])[0]
      let best = logits.indices.sorted { logits[$0] > logits[$1] }.prefix(5).map { Int32($0) }
      #expect(Array(block.predictions[5 * number..<5 * number + 5]) == best)
    }
    #expect(try extractor(["conv1"]).extract(0..<2).predictions.isEmpty)
  }

  @Test("several images in a pass give each its own rows, a damaged one among them or not")
  func passes() throws {
    let single = try extractor(["conv1", "mixed/output"], predicts: true)
    #expect(single.imagesPerPass == 1)
    let expected = try single.extract(0..<5)
    let several = try extractor(["conv1", "mixed/output"], predicts: true, perPass: 4)
    #expect(several.imagesPerPass == 4)
    let block = try several.extract(0..<5)
    #expect(block.images == [0, 1, 3, 4] && block.failures.map(\.image) == [2])
    #expect(block.y == expected.y && block.x == expected.x)
    #expect(block.predictions == expected.predictions)
    for (rows, others) in zip(block.activations, expected.activations) {
      let largest = others.reduce(0) { max($0, abs($1)) }
      #expect(rows.count == others.count)
      #expect(zip(rows, others).allSatisfy { abs($0 - $1) <= 1e-5 * largest })
    }
    // Whatever shares a pass with an image, and in which slot it lies.
    let (first, rest) = (try several.extract(0..<2), try several.extract(2..<5))
    #expect(zip(first.activations, rest.activations).map(+) == block.activations)
    #expect(first.predictions + rest.predictions == block.predictions)
  }

  @Test("blocks and threads do not matter")
  func independence() throws {
    let whole = try Parallelism.withThreadCount(1) {
      try extractor(["conv1"], predicts: true).extract(0..<5)
    }
    let (blocks, workerCount) = try Parallelism.observingWorkers(threadCount: 2) {
      let extractor = try extractor(["conv1"], predicts: true)
      return (try extractor.extract(0..<2), try extractor.extract(2..<5))
    }
    #expect(workerCount == 2)
    var (parts, rest) = blocks
    parts.activations[0] += rest.activations[0]
    parts.y[0] += rest.y[0]
    parts.x[0] += rest.x[0]
    #expect(parts.activations == whole.activations && parts.y == whole.y && parts.x == whole.x)
    #expect(parts.predictions + rest.predictions == whole.predictions)
    #expect(parts.images + rest.images == whole.images)
  }
}
