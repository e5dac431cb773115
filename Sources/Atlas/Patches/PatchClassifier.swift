internal import Activations
internal import Glibc
public import Images
public import Models
internal import NeuralNetworks
internal import ParallelLoops

/// What a network says of a picture with a patch.
public struct PatchOutcome: Sendable, Equatable {
  /// The probabilities of the pair's source and target.
  public var source, target: Float
  /// The class with the largest logit.
  public var answer: Int

  /// Makes an outcome.
  public init(source: Float, target: Float, answer: Int) {
    (self.source, self.target, self.answer) = (source, target, answer)
  }
}

/// A patch that is tried on pictures.
public struct PatchTrial: Sendable {
  /// The patch, a square.
  public var picture: RGBImage
  /// Its number, which decides its random places.
  public var number: Int
  /// What it is to turn into what.
  public var pair: ClassPair

  /// Makes a trial.
  public init(picture: RGBImage, number: Int, pair: ClassPair) {
    (self.picture, self.number, self.pair) = (picture, number, pair)
  }
}

/// Runs pictures, with and without patches, through a network to its logits.
///
/// Each thread has a compiled network of its own, which takes as many pictures in a pass as
/// `ActivationExtractor` does. A picture's outcome depends on no other's.
public final class PatchClassifier: Sendable {
  /// How images become the network's input.
  public let preprocessing: Preprocessing
  /// The number of logits, k.
  public let classCount: Int
  private let logits: String
  private let networks: [CompiledNetwork]

  /// Compiles the network, a copy for each thread.
  ///
  /// - Parameters:
  ///   - network: The network.
  ///   - logits: The tensor of logits, a vector.
  /// - Throws: `GraphError` or `NetworkError` when the network cannot be compiled.
  public init(_ network: TrainedNetwork, logits: String) throws {
    preprocessing = network.preprocessing
    let shape = try ActivationExtractor.inputShape(
      network.graph, network.preprocessing.size, [logits])
    let weights = PreparedWeights()
    networks = try (0..<Parallelism.threadCount).map { _ in
      try CompiledNetwork(network.graph, input: shape, reading: [logits], weights: weights)
    }
    classCount = try network.classCount(of: logits)
    self.logits = logits
  }

  /// How many threads work.
  public var workerCount: Int { networks.count }

  /// How many pictures a thread runs in a pass.
  public var imagesPerPass: Int { networks[0].imageCount }

  /// The elements of an input: channels × height × width.
  private var inputCount: Int {
    preprocessing.channels.count * preprocessing.size.height * preprocessing.size.width
  }

  // MARK: Pictures

  /// Reads image files as the network's inputs, on all threads.
  ///
  /// - Returns: For each file channels × height × width, or why there is none.
  public func inputs(of paths: [String]) -> [Result<[Float], ImageError>] {
    parallelMap(count: paths.count) { index in
      Result { () throws(ImageError) in
        var input = [Float](repeating: 0, count: inputCount)
        var span = input.mutableSpan
        try preprocessing.readInput(paths[index], into: &span)
        return input
      }
    }
  }

  /// A picture as the network's input, resized and cropped as its images are.
  public func input(of picture: RGBImage) -> [Float] {
    var input = [Float](repeating: 0, count: inputCount)
    var span = input.mutableSpan
    preprocessing.write(picture, into: &span)
    return input
  }

  /// The probabilities of all classes for some inputs, on all threads.
  ///
  /// - Parameters:
  ///   - inputs: Channels × height × width each.
  ///   - progress: Called with how many are done more, from any thread.
  /// - Returns: k probabilities for each.
  /// - Throws: When the network cannot be run.
  public func probabilities(
    of inputs: [[Float]], progress: @Sendable (Int) -> Void = { _ in }
  ) throws -> [[Float]] {
    let passes = (inputs.count + imagesPerPass - 1) / imagesPerPass
    return try parallelMap(workerCount: networks.count, itemCount: passes) { worker, pass in
      let part = inputs[pass * imagesPerPass..<min(inputs.count, (pass + 1) * imagesPerPass)]
      defer { progress(part.count) }
      let network = networks[worker]
      for (slot, input) in part.enumerated() {
        network.withInput(image: slot) { $0.replace(with: input) }
      }
      try network.forward()
      var results: [[Float]] = []
      try network.forEachOutput(logits) { slot, values in
        if slot < part.count { results.append(Softmax(values).probabilities) }
      }
      return results
    }.flatMap { $0 }
  }

  // MARK: Patches

  /// Tries a patch on pictures in all sizes and places, on the calling thread.
  ///
  /// - Parameters:
  ///   - trial: The patch and its pair.
  ///   - inputs: The pictures, channels × height × width each.
  ///   - pictures: Their numbers, which decide random places.
  ///   - seed: The run's seed.
  ///   - worker: Which copy of the network, below `workerCount`.
  /// - Returns: For each picture the outcomes of `placements(of:picture:seed:)`.
  /// - Throws: When the network cannot be run.
  /// - Complexity: A forward pass for each picture and placement.
  public func outcomes(
    of trial: PatchTrial, on inputs: [[Float]], pictures: [Int], seed: UInt64, worker: Int
  ) throws -> [PatchOutcome] {
    precondition(inputs.count == pictures.count, "\(pictures.count) numbers of \(inputs.count)")
    let (network, size) = (networks[worker], preprocessing.size)
    let all = pictures.map { Self.placements(of: trial, picture: $0, seed: seed) }
    let jobs = all.indices.flatMap { picture in all[picture].map { (picture, $0) } }
    // A patch is resized once for each size, not for each place.
    var patches: [Int: InputPatch] = [:]
    for (_, placement) in jobs {
      let side = placement.side(in: size)
      if patches[side] == nil {
        patches[side] = InputPatch(trial.picture, side: side, preprocessing: preprocessing)
      }
    }
    var outcomes: [PatchOutcome] = []
    outcomes.reserveCapacity(jobs.count)
    for start in stride(from: 0, to: jobs.count, by: imagesPerPass) {
      let pass = jobs[start..<min(start + imagesPerPass, jobs.count)]
      for (slot, job) in pass.enumerated() {
        let (picture, placement) = job
        let origin = placement.origin(in: size)
        network.withInput(image: slot) { input in
          input.replace(with: inputs[picture])
          patches[placement.side(in: size)]?.paste(
            into: &input, size: size, x: origin.x, y: origin.y)
        }
      }
      try network.forward()
      try network.forEachOutput(logits) { slot, values in
        guard slot < pass.count else { return }
        let softmax = Softmax(values)
        outcomes.append(
          PatchOutcome(
            source: softmax.probability(of: trial.pair.source),
            target: softmax.probability(of: trial.pair.target), answer: softmax.answer))
      }
    }
    return outcomes
  }

  /// The sizes of patches as fractions of the input's smaller side.
  public static let fractions = [0.1, 0.2, 0.3, 0.4, 0.5]

  /// The placements that all patches share, size by size.
  public static let sweep = Placement.sweep(fractions)

  /// All placements of a patch on a picture: those that patches share, then SNAFUE's.
  public static func placements(
    of trial: PatchTrial, picture: Int, seed: UInt64
  ) -> [Placement] {
    sweep + [Placement.random(patch: trial.number, picture: picture, seed: seed)]
  }
}

/// The probabilities that logits stand for.
struct Softmax {
  private let values: [Double]
  private let sum: Double
  /// The class with the largest logit, the first of equals.
  let answer: Int

  init(_ logits: Span<Float>) {
    var best = 0
    for index in logits.indices where logits[index] > logits[best] { best = index }
    var exponentials = [Double](repeating: 0, count: logits.count)
    var sum = 0.0
    for index in logits.indices {
      exponentials[index] = exp(Double(logits[index]) - Double(logits[best]))
      sum += exponentials[index]
    }
    (values, self.sum, answer) = (exponentials, sum, best)
  }

  func probability(of index: Int) -> Float { Float(values[index] / sum) }

  var probabilities: [Float] { values.map { Float($0 / sum) } }
}

extension MutableSpan<Float> {
  /// Writes all elements.
  mutating func replace(with values: [Float]) {
    precondition(values.count == count, "\(values.count) values for \(count) elements")
    let source = values.span
    for index in 0..<count { self[index] = source[index] }
  }
}
