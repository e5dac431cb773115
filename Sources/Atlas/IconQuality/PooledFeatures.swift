internal import Activations
public import Images
public import Matrices
public import Models
internal import NeuralNetworks
internal import ParallelLoops
internal import Synchronization

/// What a network makes of small images: the mean activation of each of some layers over all positions.
///
/// Images go in as they are, not resized, if the network takes images of their size; one that is tied to
/// its own size gets them enlarged, bilinearly.
///
/// Every thread has its own copy of the compiled network. An image's features depend on it alone, not on
/// its neighbors in a batch or the number of threads.
public final class PooledFeatures {
  private let networks: [CompiledNetwork]
  private let tensors: [String]
  private let preprocessing: Preprocessing

  /// Compiles the network for images of a size.
  ///
  /// - Parameters:
  ///   - network: The network and its preprocessing.
  ///   - tensors: The layers, by their tensors' names.
  ///   - side: The side that the images are given to the network with.
  /// - Throws: When the network cannot run at that size.
  public init(_ network: TrainedNetwork, tensors: [String], side: Int) throws {
    self.tensors = tensors
    var preprocessing = network.preprocessing
    preprocessing.size = Extent(height: side, width: side)
    preprocessing.resized = preprocessing.size
    preprocessing.keepsAspect = false
    self.preprocessing = preprocessing
    let channels = network.inputShape.channels
    let image = MapShape(channels: channels, height: side, width: side)
    let graph = try network.graph.withMaps(of: tensors, input: TensorShape(image))
    let weights = PreparedWeights()
    let shape = graph.batch(of: image, count: side <= 128 ? 4 : 1, for: tensors)
    networks = try (0..<Parallelism.threadCount).map { _ in
      try CompiledNetwork(graph, input: shape, reading: tensors, weights: weights)
    }
  }

  /// The features of some images.
  ///
  /// - Parameters:
  ///   - images: Squares of one size.
  ///   - progress: Called with the number of images that are finished since the last call, from any
  ///     thread.
  /// - Returns: For each layer a matrix, images × channels.
  /// - Throws: When the network cannot be run.
  public func means(
    of images: [RGBImage], progress: @Sendable (Int) -> Void = { _ in }
  ) throws -> [Matrix] {
    guard let first = networks.first else { return [] }
    let shapes = try tensors.map { try first.map(of: $0) }
    let results = Mutex(shapes.map { Matrix(rowCount: images.count, columnCount: $0.channels) })
    let batch = first.imageCount
    let shared = Shared(networks: networks)
    let (tensors, preprocessing) = (self.tensors, self.preprocessing)
    try parallelWorkers(
      count: networks.count, itemCount: (images.count + batch - 1) / batch
    ) { worker, group in
      let network = shared.networks[worker]
      let indices = group * batch..<min((group + 1) * batch, images.count)
      for (slot, index) in indices.enumerated() {
        network.withInput(image: slot) { preprocessing.write(images[index], into: &$0) }
      }
      try network.forward()
      for (number, tensor) in tensors.enumerated() {
        let shape = shapes[number]
        try network.forEachOutput(tensor) { slot, values in
          guard slot < indices.count else { return }
          let means = Self.means(values, shape)
          results.withLock { results in
            for channel in means.indices {
              results[number][indices.lowerBound + slot, channel] = means[channel]
            }
          }
        }
      }
      progress(indices.count)
    }
    return results.withLock { $0 }
  }

  /// The mean of each channel.
  private static func means(_ values: Span<Float>, _ shape: MapShape) -> [Float] {
    let plane = shape.height * shape.width
    return (0..<shape.channels).map { channel in
      var sum = 0.0
      for index in channel * plane..<(channel + 1) * plane { sum += Double(values[index]) }
      return Float(sum / Double(plane))
    }
  }

  /// What the threads share: each takes the network of its number.
  private struct Shared: @unchecked Sendable {
    let networks: [CompiledNetwork]
  }
}
