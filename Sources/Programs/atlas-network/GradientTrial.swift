import CommandLine
import FoundationEssentials
import Models
import NeuralNetworks
import Randomness

/// The gradients of a network's layers against central differences.
///
/// For a random linear function J of a layer and random directions d of the image, ⟨∇J, d⟩ is compared
/// with (J(x + h d) − J(x − h d)) / 2h. No step h suits all networks: a large one passes the kinks of
/// ReLUs and maxima and the curvature of the rest, a small one leaves a difference of nearly equal
/// numbers in single precision. Differences are taken at steps that shrink by 4 each; where those of all
/// directions change least over three of them both faults are smallest, and how much they change is
/// how far they are trusted. One step for all directions: of one alone two may agree by chance.
struct GradientTrial {
  /// One layer's result, over all directions.
  struct Finding {
    let layer: String
    /// ⟨∇J, d⟩ and the differences, along the direction where they lie farthest apart.
    let gradient, difference: Double
    /// The root mean square of how far they lie apart, as a fraction of ⟨∇J, d⟩'s usual size.
    let error: Double
    /// How far the differences are trusted, in the same measure.
    let uncertainty: Double

    /// Whether no step explains how far apart they are.
    ///
    /// Of GoogLeNet, SqueezeNet, ResNet-18, ViT-B/16, ShuffleNet v2 and the synthetic world's network, whose
    /// gradients are right by double precision, `atlas-network check` finds differences known to 0.0004
    /// (ViT) … 0.07 (ShuffleNet v2, whose random weights magnify whatever passes), and gradients within
    /// twice that.
    var isWrong: Bool { error > max(0.1, 5 * uncertainty) }
  }

  private let network: TrainedNetwork
  private let list: TensorList
  private let weights: PreparedWeights
  private let directionCount = 3
  /// Fractions of the input's own deviation: from a clear noise to one far below an image's levels.
  private let steps: [Double] = (2...9).map {
    Double(sign: .plus, exponent: -2 * $0, significand: 1)
  }

  init(_ network: TrainedNetwork, _ list: TensorList, weights: PreparedWeights) {
    self.network = network
    self.list = list
    self.weights = weights
  }

  /// Layers from the deepest on, then those that halve what is between.
  var layers: [TensorEntry] {
    let all = list.layers.filter { $0.fact.type == .float }
    guard let deepest = list.deepest else { return [] }
    var order: [TensorEntry] = [deepest]
    // 1/2, 1/4, 3/4, 1/8 … of the depth, so that whatever time allows is spread evenly.
    for index in 1..<max(2, 2 * all.count) {
      var (fraction, part, rest) = (0.0, 0.5, index)
      while rest > 0 {
        if rest & 1 == 1 { fraction += part }
        rest >>= 1
        part /= 2
      }
      let entry = all.isEmpty ? deepest : all[min(Int(fraction * Double(all.count)), all.count - 1)]
      if !order.contains(where: { $0.name == entry.name }) { order.append(entry) }
    }
    return order
  }

  /// Compares the gradients of layers until the time is over, of one at least.
  ///
  /// - Parameter seconds: How long it may take, about.
  /// - Returns: One finding a layer; none of a layer that is silent on the image.
  /// - Throws: When the network cannot be run.
  func findings(seconds: Double) throws -> [Finding] {
    let start = ContinuousClock.now
    var result: [Finding] = []
    for (index, layer) in layers.enumerated() {
      // The first layers show how long another takes.
      let elapsed = (ContinuousClock.now - start).seconds
      if index > 0, elapsed * Double(index + 1) / Double(index) > seconds { break }
      if let finding = try finding(layer) { result.append(finding) }
    }
    return result
  }

  private func finding(_ layer: TensorEntry) throws -> Finding? {
    let compiled = try CompiledNetwork(
      network.graph, inputHeight: list.size.height, inputWidth: list.size.width, reading: [],
      seeding: [layer.name], weights: weights)
    SyntheticImage(list.size).write(to: compiled, network.preprocessing)
    let image = compiled.withInput { input in (0..<input.count).map { input[$0] } }
    var random = RandomStream(seed: 1, purpose: .evaluation)
    let seed = (0..<compiled.shape(of: layer.name).elementCount).map { _ in random.normalPair().0 }
    try compiled.forward()
    compiled.withSeed(of: layer.name) { span in
      for index in seed.indices { span[index] = seed[index] }
    }
    try compiled.pullback()
    let gradient = compiled.withGradient(of: network.graph.inputName) { span in
      image.indices.map { Double(span[$0]) }
    }
    let deviation = Self.deviation(image)
    let scale = deviation * gradient.reduce(0) { $0 + $1 * $1 }.squareRoot()
    guard scale > 0, scale.isFinite else { return nil }
    var gradients: [Double] = []
    var slopes: [[Double]] = []
    for _ in 0..<directionCount {
      let direction = image.indices.map { _ in Double(random.normalPair().0) * deviation }
      gradients.append(zip(gradient, direction).reduce(0) { $0 + $1.0 * $1.1 })
      slopes.append(
        try steps.map { step in
          let (up, down) = (
            try objective(compiled, layer.name, seed, image, direction, step),
            try objective(compiled, layer.name, seed, image, direction, -step)
          )
          return (up.value - down.value) / (up.distance - down.distance)
        })
    }
    let changes = steps.indices.dropLast().map { step in
      Self.rootMeanSquare(slopes.map { $0[step] - $0[step + 1] })
    }
    // Three steps must agree: two may by chance, while the differences still converge.
    let doubts = changes.indices.dropLast().map { max(changes[$0], changes[$0 + 1]) }
    guard let best = doubts.indices.min(by: { doubts[$0] < doubts[$1] }) else { return nil }
    let gaps = zip(gradients, slopes).map { $0 - $1[best + 1] }
    let worst = gaps.indices.max { abs(gaps[$0]) < abs(gaps[$1]) } ?? 0
    return Finding(
      layer: layer.name, gradient: gradients[worst], difference: gradients[worst] - gaps[worst],
      error: Self.rootMeanSquare(gaps) / scale, uncertainty: doubts[best] / scale)
  }

  private static func rootMeanSquare(_ values: [Double]) -> Double {
    (values.reduce(0) { $0 + $1 * $1 } / Double(max(values.count, 1))).squareRoot()
  }

  /// J at x + step · direction, and how far the image that single precision has of it lies from x
  /// along the direction.
  private func objective(
    _ compiled: CompiledNetwork, _ layer: String, _ seed: [Float], _ image: [Float],
    _ direction: [Double], _ step: Double
  ) throws -> (value: Double, distance: Double) {
    var (along, length) = (0.0, 0.0)
    compiled.withInput { input in
      for index in image.indices {
        input[index] = Float(Double(image[index]) + step * direction[index])
        along += (Double(input[index]) - Double(image[index])) * direction[index]
        length += direction[index] * direction[index]
      }
    }
    try compiled.forward()
    let value = try compiled.withOutput(layer) { output in
      seed.indices.reduce(0.0) { $0 + Double(seed[$1]) * Double(output[$1]) }
    }
    return (value, length > 0 ? along / length : 0)
  }

  private static func deviation(_ values: [Float]) -> Double {
    let mean = values.reduce(0) { $0 + Double($1) } / Double(max(values.count, 1))
    let squares = values.reduce(0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
    return (squares / Double(max(values.count, 1))).squareRoot()
  }
}
