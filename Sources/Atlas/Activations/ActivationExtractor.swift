internal import Images
public import Models
public import NeuralNetworks
internal import ParallelLoops

/// Which positions of images are sampled, and how the network computes.
public struct ExtractionParameters: Sendable, Equatable {
  /// Positions sampled per image; nil takes all.
  ///
  /// The published atlases take one of each of a million images (Carter et al. 2019); from a
  /// thousand images, a hundred of each make as good a layout as the 100,000 that they find often
  /// sufficient.
  public var positionCount: Int? = 100
  /// Whether the outermost rows and columns are sampled as well.
  public var includesEdges = false
  /// Whether large JPEGs are decoded at a fraction of their size: quicker, and other pixels than
  /// those that networks are trained with.
  public var decodesFast = false
  /// Whether the network runs on to the classes.
  public var predictsClasses = false
  /// The format in which the network computes.
  public var precision = Precision.float32
  /// What the choice of positions grows from.
  public var seed: UInt64 = 0
  /// How many images a thread computes in a pass; nil lets the network's size decide.
  package var imagesPerPass: Int?

  /// The defaults.
  public init() {}
}

/// Runs images through a network and takes the activations at sampled positions.
///
/// Every thread reads, decodes and computes its own images with its own copy of the compiled
/// network, so that decoding and computing overlap. Of a large network it takes a few images in a pass,
/// each in its own slot; an image's samples depend on no other image.
public final class ActivationExtractor: Sendable {
  /// The tensors that are sampled.
  public let layers: [String]
  /// Their shapes.
  public let shapes: [MapShape]
  /// Which positions are taken.
  public let sampler: PositionSampler

  private let images: ImageCollection
  /// How images become the network's input.
  public let preprocessing: Preprocessing
  private let decodesFast: Bool
  private let logits: String?
  private let networks: [CompiledNetwork]

  /// How many of the best classes are kept of a prediction.
  public static let predictionCount = 5

  /// Compiles the network, one copy per thread.
  ///
  /// - Parameters:
  ///   - network: The network and its preprocessing.
  ///   - layers: The tensors to sample.
  ///   - images: The images.
  ///   - parameters: Which positions are sampled, and how.
  /// - Throws: `GraphError` or `NetworkError` when the network cannot be compiled, or a layer suits no
  ///   atlas.
  /// - Precondition: There is a layer.
  public init(
    network: TrainedNetwork, layers: [String], images: ImageCollection,
    parameters: ExtractionParameters = ExtractionParameters()
  ) throws {
    precondition(!layers.isEmpty, "no layer to sample")
    let preprocessing = network.preprocessing
    let logits =
      parameters.predictsClasses ? network.card.logits ?? network.graph.outputNames.first : nil
    // The copies share one set of weights: each has memory of its own for activations alone.
    let weights = PreparedWeights()
    let size = preprocessing.size
    let graph = try network.graph.withMaps(
      of: layers,
      input: network.graph.imageShape(height: size.height, width: size.width))
    let outputs = layers + (logits.map { [$0] } ?? [])
    let shape = try Self.inputShape(graph, size, outputs, count: parameters.imagesPerPass)
    networks = try (0..<Parallelism.threadCount).map { _ in
      try CompiledNetwork(
        graph, input: shape, reading: outputs, precision: parameters.precision, weights: weights)
    }
    let shapes = try layers.map { [networks] in try networks[0].map(of: $0) }
    self.shapes = shapes
    self.preprocessing = preprocessing
    decodesFast = parameters.decodesFast
    self.logits = logits
    self.layers = layers
    self.images = images
    sampler = PositionSampler(
      count: parameters.positionCount, shapes: shapes, includesEdges: parameters.includesEdges,
      seed: parameters.seed)
  }

  /// The network's input for as many images as a thread computes in a pass.
  ///
  /// Four fill the multipliers better and share the reading of weights: on one thread of an Emerald
  /// Rapids a pass of four takes 0.59 of the time of four passes for ResNet-18, 0.88 for ResNet-50,
  /// 0.92 for ViT-B/16 and 0.94 for GoogLeNet up to mixed4c; but 1.05 to 1.07 for SqueezeNet 1.1 and
  /// MobileNetV2, whose maps leave the caches (`atlas-network profile --batch`). So the networks of
  /// less than 10⁹ operations get one at a time, and so do those that are written down for one image,
  /// and large images. The number depends on the network alone, so that an image's samples of a layer
  /// are the same whatever else is sampled.
  package static func inputShape(
    _ graph: NetworkGraph, _ size: Extent, _ tensors: [String], count: Int? = nil
  ) throws(GraphError) -> TensorShape {
    let image = try graph.imageShape(height: size.height, width: size.width)
    guard let map = image.map else { return image }
    if let count { return graph.batch(of: map, count: count, for: tensors) }
    guard size.height * size.width <= 256 * 256 else { return image }
    // Of all that the network computes, not of what is sampled; a head that is not known has none.
    let operations = (graph.outputNames + tensors).compactMap { tensor in
      try? graph.floatingPointOperations(
        to: tensor, inputHeight: size.height, inputWidth: size.width)
    }
    return (operations.max() ?? 0) < 1_000_000_000
      ? image : graph.batch(of: map, count: 4, for: tensors)
  }

  /// How many images a thread computes in a pass.
  public var imagesPerPass: Int { networks[0].imageCount }

  /// The samples of some images; what could not be read is listed apart.
  public struct Block: Sendable {
    /// The images that were sampled, in order; each gave the sampler's `positionCount` samples.
    public var images: [Int] = []
    /// The sizes of these images in pixels; `Preprocessing.window(of:)` tells which part the network
    /// saw.
    public var extents: [Extent] = []
    /// Which of these images hardly vary: all colors within eight levels of 256.
    public var plainness: [Bool] = []
    /// For each layer, samples × channels, row-major.
    public var activations: [[Float]]
    /// For each layer, the row and the column of each sample's position.
    public var y, x: [[Int32]]
    /// For each image, at most `predictionCount` classes, best first; empty unless asked for.
    public var predictions: [Int32] = []
    /// Images that could not be read, with the reason.
    public var failures: [(image: Int, reason: String)] = []
  }

  /// The bytes that an image's samples take, of all layers together.
  public var bytesPerImage: Int {
    shapes.reduce(0) { $0 + 4 * $1.channels * sampler.positionCount }
  }

  /// The memory in bytes that an extractor takes, and the program around it: an upper bound.
  ///
  /// - Throws: `GraphError` when a tensor does not exist or the sizes do not fit.
  public static func memoryForecast(
    of tensors: [String], in network: TrainedNetwork
  ) throws(GraphError) -> Int {
    let copies = try network.graph.memoryForecast(
      input: try inputShape(network.graph, network.preprocessing.size, tensors), tensors: tensors,
      copies: Parallelism.threadCount)
    // Beside the copies a block of rows, and photographs being decoded: of twelve million pixels as
    // cameras make them.
    return copies + (120 << 20) + (128 << 20) + Parallelism.threadCount * (48 << 20)
  }

  /// Samples some images on all threads.
  ///
  /// - Parameters:
  ///   - range: The images, as indices into the collection.
  ///   - progress: Called after each image, from any thread.
  /// - Returns: The samples, in the order of the images, whichever thread made them.
  /// - Throws: When the network fails, or the system where an image is read; an image that is damaged
  ///   does not throw.
  public func extract(
    _ range: Range<Int>, progress: @Sendable () -> Void = {}
  ) throws -> Block {
    var results = [Result<Sample, any Error>?](repeating: nil, count: range.count)
    results.withUnsafeMutableBufferPointer { slots in
      let slots = Slots(base: slots)
      let passCount = (range.count + imagesPerPass - 1) / imagesPerPass
      parallelWorkers(count: networks.count, itemCount: passCount) { worker, pass in
        let first = range.lowerBound + pass * imagesPerPass
        let images = first..<min(first + imagesPerPass, range.upperBound)
        for (image, sample) in zip(images, samples(of: images, networks[worker])) {
          slots.base[image - range.lowerBound] = sample
          progress()
        }
      }
    }
    var block = Block(
      activations: layers.map { _ in [] }, y: layers.map { _ in [] }, x: layers.map { _ in [] })
    for (item, result) in results.enumerated() {
      let image = range.lowerBound + item
      switch result {
      case .success(let sample): block.append(sample, of: image)
      // A damaged image is the world's fault, and one of thousands: it must not end a long run. An
      // image that the system could not read is not damaged, and its samples would be missing.
      case .failure(let error as ImageError) where !error.isSystemFault:
        block.failures.append((image, error.description))
      case .failure(let error): throw error
      case nil: break
      }
    }
    return block
  }

  /// What each part of a pass of `imagesPerPass` images costs on one thread, the network's steps among
  /// them.
  ///
  /// - Parameter repetitions: How often each part runs; its best time counts.
  /// - Returns: One entry per part, in the order in which they run.
  /// - Throws: When the first image cannot be read, or the network cannot be run.
  public func profile(repetitions: Int = 20) throws -> [ProfileEntry] {
    let network = networks[0]
    let decoding = try ProfileEntry.beside("decoding and resizing", repetitions: repetitions) {
      for slot in 0..<imagesPerPass { _ = try read(0, into: slot, of: network) }
    }
    let steps = try network.profile(repetitions: repetitions)
    let sampling = try ProfileEntry.beside("sampling", repetitions: repetitions) {
      var samples = (0..<imagesPerPass).map { _ in Sample(extent: preprocessing.size) }
      try gather(&samples, of: [Int](repeating: 0, count: imagesPerPass), network)
    }
    return [decoding] + steps + [sampling]
  }

  /// What one image gives.
  fileprivate struct Sample {
    var extent: Extent
    var isPlain = false
    /// For each layer, positions × channels.
    var activations: [[Float]] = []
    var positions: [[(y: Int, x: Int)]] = []
    var predictions: [Int32] = []
  }

  /// Where the results of images go.
  ///
  /// The pointer may cross threads because each slot is written by one worker alone, and read when
  /// all are done.
  private struct Slots: @unchecked Sendable {
    let base: UnsafeMutableBufferPointer<Result<Sample, any Error>?>
  }

  /// Samples at most `imagesPerPass` images in a pass; one that fails fails alone.
  private func samples(
    of images: Range<Int>, _ network: CompiledNetwork
  ) -> [Result<Sample, any Error>] {
    var results: [Result<Sample, any Error>] = []
    var (read, samples): ([Int], [Sample]) = ([], [])
    for image in images {
      results.append(Result { try self.read(image, into: read.count, of: network) })
      guard case .success(let sample) = results[results.count - 1] else { continue }
      read.append(image)
      samples.append(sample)
    }
    guard !read.isEmpty else { return results }
    do {
      // Slots without an image hold former ones, which no one reads.
      try network.forward()
      try gather(&samples, of: read, network)
      for (image, sample) in zip(read, samples) {
        results[image - images.lowerBound] = .success(sample)
      }
    } catch {
      for image in read { results[image - images.lowerBound] = .failure(error) }
    }
    return results
  }

  /// Reads an image into one of the network's slots; its sample is still without activations.
  private func read(_ image: Int, into slot: Int, of network: CompiledNetwork) throws -> Sample {
    let path = images.path(of: image)
    let extent = try network.withInput(image: slot) { input in
      Result { () throws(ImageError) in
        try preprocessing.readInput(path, decodesFast: decodesFast, into: &input)
      }
    }.get()
    let isPlain = network.withInput(image: slot) { preprocessing.isPlain($0.span) }
    return Sample(extent: extent, isPlain: isPlain)
  }

  /// Takes the samples of the images in the network's first slots.
  private func gather(
    _ samples: inout [Sample], of images: [Int], _ network: CompiledNetwork
  ) throws {
    for (layer, shape) in zip(layers, shapes) {
      try network.forEachOutput(layer) { slot, output in
        guard slot < images.count else { return }
        let positions = sampler.positions(ofImage: images[slot], in: shape)
        samples[slot].activations.append(gather(output, shape, positions))
        samples[slot].positions.append(positions)
      }
    }
    if let logits {
      try network.forEachOutput(logits) { slot, output in
        if slot < images.count { samples[slot].predictions = bestClasses(output) }
      }
    }
  }

  /// The vectors at some positions of a feature map, positions × channels.
  ///
  /// The map has its channels outermost (C × H × W), so that a vector's elements are a plane apart.
  private func gather(
    _ activations: Span<Float>, _ shape: MapShape, _ positions: [(y: Int, x: Int)]
  ) -> [Float] {
    let plane = shape.height * shape.width
    let size = positions.count * shape.channels
    // Not zeroed first: every element is written once.
    return [Float](unsafeUninitializedCapacity: size) { vectors, count in
      count = size
      for (sample, position) in positions.enumerated() {
        let offset = position.y * shape.width + position.x
        for channel in 0..<shape.channels {
          vectors.initializeElement(
            at: sample * shape.channels + channel, to: activations[channel * plane + offset])
        }
      }
    }
  }

  /// The classes of the highest scores, best first; of equal ones the class of the lower index, so
  /// that every machine ranks alike.
  private func bestClasses(_ scores: Span<Float>) -> [Int32] {
    let order = (0..<scores.count).sorted { (scores[$1], $0) < (scores[$0], $1) }
    return order.prefix(Self.predictionCount).map(Int32.init)
  }
}

extension ActivationExtractor.Block {
  fileprivate mutating func append(_ sample: ActivationExtractor.Sample, of image: Int) {
    images.append(image)
    extents.append(sample.extent)
    plainness.append(sample.isPlain)
    predictions += sample.predictions
    for layer in activations.indices {
      activations[layer] += sample.activations[layer]
      y[layer] += sample.positions[layer].map { Int32($0.y) }
      x[layer] += sample.positions[layer].map { Int32($0.x) }
    }
  }
}
