internal import Activations
public import Images
public import Models
internal import NeuralNetworks
internal import ParallelLoops
internal import Randomness

/// Optimizes the pixels of a patch that turns images of one class into another's wherever it is pasted.
///
/// The mean log-probability of the target over images and random places is raised by steps along the sign
/// of its gradient with momentum (Brown et al., "Adversarial Patch", arXiv 1712.09665, 2017, equation 1;
/// Dong et al., "Boosting adversarial attacks with momentum", CVPR 2018, equations 6 and 7), for a patch of
/// one size. It looks like nothing, and bounds what patches that look like something can do.
public final class PatchOptimizer: Sendable {
  private let networks: [CompiledNetwork]
  private let preprocessing: Preprocessing
  private let logits, inputName: String

  /// Images of a step.
  private static let batch = 4
  private static let momentum: Float = 0.9

  /// How many threads work.
  public var workerCount: Int { networks.count }

  /// Compiles the network, a copy for each thread.
  ///
  /// - Throws: `GraphError` or `NetworkError` when it cannot be compiled.
  public init(_ network: TrainedNetwork, logits: String) throws {
    preprocessing = network.preprocessing
    let size = preprocessing.size
    let image = try network.graph.imageShape(height: size.height, width: size.width)
    let shape =
      image.map.map { network.graph.batch(of: $0, count: Self.batch, for: [logits]) } ?? image
    let weights = PreparedWeights()
    networks = try (0..<Parallelism.threadCount).map { _ in
      try CompiledNetwork(
        network.graph, input: shape, reading: [logits], seeding: [logits], weights: weights)
    }
    self.logits = logits
    inputName = network.graph.inputName
  }

  /// Optimizes a patch, on the calling thread.
  ///
  /// - Parameters:
  ///   - target: The class that images are to be taken for.
  ///   - inputs: Images of another class, channels × height × width each; at least one.
  ///   - fraction: The patch's side as a fraction of the input's smaller side.
  ///   - steps: How many steps, of four images each.
  ///   - pair: The number of the pair, which decides images and places.
  ///   - seed: The run's seed.
  ///   - worker: Which copy of the network, below `workerCount`.
  /// - Returns: The patch, as large as it was pasted.
  /// - Throws: When the network cannot be run.
  /// - Complexity: `steps` forward and backward passes of four images.
  public func patch(
    for target: Int, on inputs: [[Float]], fraction: Double, steps: Int, pair: Int, seed: UInt64,
    worker: Int
  ) throws -> RGBImage {
    precondition(!inputs.isEmpty && steps > 0, "\(inputs.count) images, \(steps) steps")
    let (network, size) = (networks[worker], preprocessing.size)
    let side = Placement(fraction: fraction, x: 0, y: 0).side(in: size)
    var pixels = [Float](repeating: 128, count: 3 * side * side)
    var direction = [Float](repeating: 0, count: pixels.count)
    for step in 0..<steps {
      var random = RandomStream(seed: seed, purpose: .patchPixels, item: pair, step: 1 << 20 + step)
      let picture = picture(of: pixels, side)
      let patch = InputPatch(picture, side: side, preprocessing: preprocessing)
      var origins: [(x: Int, y: Int)] = []
      for slot in 0..<network.imageCount {
        let image = random.integer(below: inputs.count)
        let origin = (
          x: random.integer(below: size.width - side + 1),
          y: random.integer(below: size.height - side + 1)
        )
        origins.append(origin)
        network.withInput(image: slot) { input in
          input.replace(with: inputs[image])
          patch.paste(into: &input, size: size, x: origin.x, y: origin.y)
        }
      }
      let gradient = try gradient(of: network, towards: target, side, origins)
      let length = gradient.reduce(0) { $0 + abs($1) } / Float(gradient.count)
      guard length > 0, length.isFinite else { break }
      // From an eighth of the range down to a level or two.
      let rate = 32 * (1 - Float(step) / Float(steps)) + 1
      for index in pixels.indices {
        direction[index] = Self.momentum * direction[index] + gradient[index] / length
        let move: Float = direction[index] > 0 ? rate : direction[index] < 0 ? -rate : 0
        pixels[index] = min(255, max(0, pixels[index] + move))
      }
    }
    return picture(of: pixels, side)
  }

  private func picture(of pixels: [Float], _ side: Int) -> RGBImage {
    RGBImage(width: side, height: side, pixels: pixels.map { UInt8($0.rounded()) })
  }

  /// The gradient of the images' log-probabilities of a class with respect to the patch's colors.
  private func gradient(
    of network: CompiledNetwork, towards target: Int, _ side: Int, _ origins: [(x: Int, y: Int)]
  ) throws -> [Float] {
    try network.forward()
    var seeds: [[Float]] = []
    try network.forEachOutput(logits) { _, values in
      // The derivative of log p_t by the logits.
      var seed = Softmax(values).probabilities.map { -$0 }
      seed[target] += 1
      seeds.append(seed)
    }
    for (slot, seed) in seeds.enumerated() {
      network.withSeed(of: logits, image: slot) { $0.replace(with: seed) }
    }
    try network.pullback()
    let size = preprocessing.size
    let plane = size.height * size.width
    var gradient = [Float](repeating: 0, count: 3 * side * side)
    for (slot, origin) in origins.enumerated() {
      network.withGradient(of: inputName, image: slot) { values in
        for (channel, kind) in preprocessing.channels.enumerated() {
          let weights = kind.weights
          for row in 0..<side {
            let start = channel * plane + (origin.y + row) * size.width + origin.x
            for column in 0..<side {
              let (value, place) = (values[start + column], 3 * (row * side + column))
              for color in 0..<3 { gradient[place + color] += weights[color] * value }
            }
          }
        }
      }
    }
    return gradient
  }
}
