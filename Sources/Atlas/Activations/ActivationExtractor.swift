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

  /// The defaults.
  public init() {}
}

/// Runs images through a network and takes the activations at sampled positions.
///
/// Every thread reads, decodes and computes its own images with its own copy of the compiled
/// network, so that decoding and computing overlap, and an image's samples depend on nothing else.
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
    networks = try (0..<Parallelism.threadCount).map { _ in
      try CompiledNetwork(
        graph, inputHeight: size.height, inputWidth: size.width,
        reading: layers + (logits.map { [$0] } ?? []),
        precision: parameters.precision, weights: weights)
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
    let size = network.preprocessing.size
    let copies = try network.graph.memoryForecast(
      input: try network.graph.imageShape(height: size.height, width: size.width),
      tensors: tensors, copies: Parallelism.threadCount)
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
      parallelWorkers(count: networks.count, itemCount: range.count) { worker, item in
        slots.base[item] = Result { try sample(range.lowerBound + item, networks[worker]) }
        progress()
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

  /// What each part of the work on an image costs on one thread, the network's steps among them.
  ///
  /// - Parameter repetitions: How often each part runs; its best time counts.
  /// - Returns: One entry per part, in the order in which they run.
  /// - Throws: When the first image cannot be read, or the network cannot be run.
  public func profile(repetitions: Int = 20) throws -> [ProfileEntry] {
    let network = networks[0]
    let decoding = try ProfileEntry.beside("decoding and resizing", repetitions: repetitions) {
      try network.withInput { input in
        Result { () throws(ImageError) in
          _ = try preprocessing.readInput(
            images.path(of: 0), decodesFast: decodesFast, into: &input)
        }
      }.get()
    }
    let steps = try network.profile(repetitions: repetitions)
    let sampling = try ProfileEntry.beside("sampling", repetitions: repetitions) {
      _ = try gatherAll(0, of: preprocessing.size, network)
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

  private func sample(_ image: Int, _ network: CompiledNetwork) throws -> Sample {
    let path = images.path(of: image)
    let extent = try network.withInput { input in
      Result { () throws(ImageError) in
        try preprocessing.readInput(path, decodesFast: decodesFast, into: &input)
      }
    }.get()
    let isPlain = network.withInput { preprocessing.isPlain($0.span) }
    try network.forward()
    var sample = try gatherAll(image, of: extent, network)
    sample.isPlain = isPlain
    return sample
  }

  /// The samples of the image that the network has seen last.
  private func gatherAll(
    _ image: Int, of extent: Extent, _ network: CompiledNetwork
  ) throws -> Sample {
    var sample = Sample(extent: extent)
    for (layer, shape) in zip(layers, shapes) {
      let positions = sampler.positions(ofImage: image, in: shape)
      sample.activations.append(
        try network.withOutput(layer) { gather($0, shape, positions) })
      sample.positions.append(positions)
    }
    if let logits {
      sample.predictions = try network.withOutput(logits) { bestClasses($0) }
    }
    return sample
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
