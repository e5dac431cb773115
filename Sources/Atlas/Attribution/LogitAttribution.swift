internal import Activations
internal import Images
public import Models
public import NeuralNetworks

/// What activations at positions of a layer do for a network's classes: the linear effect on every
/// logit, attr_c = h · ∂logit_c/∂h.
///
/// It is the first-order estimate of what removing the activation, which means setting it to 0, takes
/// from the logit (Carter et al., "Activation Atlas", Distill 2019, section "Attributing"; "gradient ×
/// input" of a hidden layer). It is exact where the logits are linear in the layer, as behind an average
/// pool and a fully connected layer; elsewhere it is blind to saturation and to paths that cancel
/// (Kramár et al., "AtP*", arXiv 2403.00745, 2024).
///
/// With steps it is averaged along the line from 0 to the image's activations of the layer, all of them together:
/// h · the mean of ∂logit/∂h at α H (integrated gradients, Sundararajan et al., ICML 2017, equation 3, of a
/// hidden layer). Then the effects of all positions add up to what the layer's activations do to the logits,
/// as far as the steps are fine enough, also in networks whose logits are saturated: there the derivative at
/// the image itself says how a logit moves about its end, not how it got there.
///
/// One image at a time: `show(_:)` runs it through the network, and then the effects of any of its
/// positions can be had in two ways, which agree but for rounding. A *pushforward* gives all classes of a
/// position, a *pullback* all positions of a class; both run through the layers above alone.
///
/// It works on the calling thread; for several threads make one each with the same weights. A position's
/// effects depend on its image alone, not on the positions that are asked for together.
public final class LogitAttribution {
  /// The way in which effects are computed.
  public enum Way: Sendable, Equatable {
    /// All classes of chosen positions, this many positions at once.
    case pushforward(tangentCount: Int = 8)
    /// All positions for chosen classes.
    case pullback
  }

  /// The layer.
  public let layer: NetworkLayer
  /// The number of logits.
  public let classCount: Int

  /// Runs images, and where there are no steps carries derivatives as well.
  private let network: CompiledNetwork
  /// Carries derivatives: the network itself, or what is above the layer.
  private let top: CompiledNetwork
  /// By which the layer's activations are multiplied where derivatives are taken; none for those of the image.
  private let factors: [Float]
  /// The layer's tensor of the image, in plain order.
  private var map: [Float] = []
  private let logits: String
  private let preprocessing: Preprocessing
  private let shape: TensorShape
  /// Where each tangent is not 0.
  private var written: [[ActivationForm.Elements]]

  /// Compiles the network.
  ///
  /// - Parameters:
  ///   - network: The network and its preprocessing.
  ///   - layer: The layer.
  ///   - logits: The tensor of logits, a vector.
  ///   - way: How effects are going to be computed.
  ///   - maxPool: What derivatives do at max pools.
  ///   - pathSteps: Points on the line from 0 to the image's activations at which derivatives are taken, in
  ///     the middle of equal steps; 0 takes them at the image alone.
  ///   - weights: Prepared weights, shared by copies of the same network.
  /// - Throws: `AttributionError` when the logits are no vector; `NetworkError` or `GraphError` when the
  ///   network cannot be compiled, for instance because they do not depend on the layer, or with steps because
  ///   they depend on the image past it.
  public init(
    network: TrainedNetwork, layer: NetworkLayer, logits: String,
    way: Way = .pushforward(), maxPool: MaxPoolRule = .exact, pathSteps: Int = 0,
    weights: PreparedWeights
  ) throws {
    precondition(pathSteps >= 0, "\(pathSteps) steps")
    let size = network.preprocessing.size
    let image = try network.graph.imageShape(height: size.height, width: size.width)
    let rules = BackwardRules(maxPool: maxPool)
    var (pushing, seeds, sources): (Pushforward?, [String], [String]) = (nil, [], [])
    switch way {
    case .pushforward(let count):
      pushing = Pushforward(from: layer.tensor, to: [logits], count: count)
      written = [[ActivationForm.Elements]](repeating: [], count: count)
    case .pullback:
      (seeds, sources) = ([logits], [layer.tensor])
      written = []
    }
    let isAtImage = pathSteps == 0
    self.network = try CompiledNetwork(
      network.graph, input: image, reading: [layer.tensor, logits],
      seeding: isAtImage ? seeds : [], differentiating: isAtImage ? sources : [],
      pushing: isAtImage ? pushing : nil, rules: rules, weights: weights)
    if isAtImage {
      top = self.network
    } else {
      top = try CompiledNetwork(
        try network.graph.withGlobalPoolsMarked(), from: layer.tensor,
        input: self.network.shape(of: layer.tensor), reading: [logits], seeding: seeds,
        differentiating: sources, pushing: pushing, rules: rules, weights: weights)
    }
    factors = (0..<pathSteps).map { (Float($0) + 0.5) / Float(pathSteps) }
    let vector = try self.network.map(of: logits)
    guard vector.positionCount == 1 else {
      throw AttributionError(
        description:
          "Cannot attribute to \(logits): its sizes are \(self.network.shape(of: logits)), and logits are a vector; name them in the card's field logits."
      )
    }
    classCount = vector.channels
    shape = self.network.shape(of: layer.tensor)
    preprocessing = network.preprocessing
    self.layer = layer
    self.logits = logits
  }

  /// Runs an image file through the network.
  ///
  /// - Throws: `ImageError` if the file cannot be read, or when the network cannot be run.
  public func show(_ path: String) throws {
    _ = try network.withInput { input in
      Result { () throws(ImageError) in try preprocessing.readInput(path, into: &input) }
    }.get()
    try network.forward()
    map = try network.withOutput(layer.tensor) { output in output.indices.map { output[$0] } }
  }

  /// The logits of the image.
  public func scores() throws -> [Float] {
    try network.withOutput(logits) { output in output.indices.map { output[$0] } }
  }

  /// The layer's tensor of the image, in plain order.
  public func values() throws -> [Float] { map }

  /// The activation at a position of the image, `layer.shape.channels` numbers.
  ///
  /// - Precondition: The position is one of the layer's.
  public func activation(y: Int, x: Int) throws -> [Float] {
    elements(y: y, x: x).map { map[$0] }
  }

  /// The effects of some positions of the image on all classes, by pushforward.
  ///
  /// - Parameter positions: Rows and columns of the layer.
  /// - Returns: positions × classes, row-major.
  /// - Throws: When a primitive fails.
  /// - Precondition: It was made for pushforwards, and the positions are the layer's.
  /// - Complexity: As much as a forward pass from the layer to the logits for each position.
  public func effects(at positions: [(y: Int, x: Int)]) throws -> [Float] {
    try effects(ofGroups: positions.map { [$0] })
  }

  /// The effect of all positions of the image together on all classes, by pushforward.
  ///
  /// - Returns: One number a class, the sum of the effects of all positions but for rounding.
  /// - Throws: When a primitive fails.
  /// - Precondition: It was made for pushforwards.
  /// - Complexity: As much as the effects of one position.
  public func effectsOfAll() throws -> [Float] {
    try effects(ofGroups: [layer.shape.positions])
  }

  /// The effects of groups of positions; groups × classes, row-major.
  private func effects(ofGroups groups: [[(y: Int, x: Int)]]) throws -> [Float] {
    let tangentCount = top.tangentCount
    var effects = [Float](repeating: 0, count: groups.count * classCount)
    try atEachPoint { scale in
      for start in stride(from: 0, to: groups.count, by: tangentCount) {
        let batch = groups[start..<min(start + tangentCount, groups.count)]
        for tangent in 0..<tangentCount {
          write(start + tangent < batch.endIndex ? batch[start + tangent] : [], into: tangent)
        }
        try top.pushforward()
        for tangent in 0..<batch.count {
          top.withTangent(tangent, of: logits) { effect in
            let row = (start + tangent) * classCount
            for index in effect.indices { effects[row + index] += scale * effect[index] }
          }
        }
      }
    }
    return effects
  }

  /// Calls `body` with the network at each point at which derivatives are taken, and the weight of the point.
  private func atEachPoint(_ body: (Float) throws -> Void) throws {
    guard !factors.isEmpty else { return try body(1) }
    for factor in factors {
      top.withInput { input in
        for index in map.indices { input[index] = factor * map[index] }
      }
      try top.forward()
      try body(1 / Float(factors.count))
    }
  }

  /// Makes a tangent the activations at some positions, and 0 elsewhere.
  private func write(_ positions: [(y: Int, x: Int)], into tangent: Int) {
    let (old, new) = (written[tangent], positions.map { elements(y: $0.y, x: $0.x) })
    written[tangent] = new
    top.withTangent(tangent) { values in
      for position in old { for index in position { values[index] = 0 } }
      for position in new { for index in position { values[index] = map[index] } }
    }
  }

  /// The effects of some positions of the image on a class, by pullback.
  ///
  /// - Parameters:
  ///   - classIndex: The class, an index of the logits.
  ///   - positions: Rows and columns of the layer.
  /// - Returns: One number a position.
  /// - Throws: When a primitive fails.
  /// - Precondition: It was made for pullbacks, and the class and positions exist.
  /// - Complexity: As much as a backward pass from the logits to the layer, for all positions together.
  public func effects(onClass classIndex: Int, at positions: [(y: Int, x: Int)]) throws -> [Float] {
    precondition((0..<classCount).contains(classIndex), "class \(classIndex) of \(classCount)")
    // In Double: each the sum of 500 products, many of which cancel.
    var sums = [Double](repeating: 0, count: positions.count)
    try atEachPoint { scale in
      top.withSeed(of: logits) { seed in
        for index in seed.indices { seed[index] = index == classIndex ? 1 : 0 }
      }
      try top.pullback()
      top.withGradient(of: layer.tensor) { gradient in
        for (place, position) in positions.enumerated() {
          for index in elements(y: position.y, x: position.x) {
            sums[place] += Double(scale) * Double(map[index]) * Double(gradient[index])
          }
        }
      }
    }
    return sums.map(Float.init)
  }

  private func elements(y: Int, x: Int) -> ActivationForm.Elements {
    precondition(
      (0..<layer.shape.height).contains(y) && (0..<layer.shape.width).contains(x),
      "no position \(y), \(x) in \(layer.shape)")
    return layer.form.elements(y: y, x: x, of: shape)
  }
}

/// Why nothing can be attributed, in a sentence.
public struct AttributionError: Error, CustomStringConvertible {
  /// The sentence.
  public let description: String
}
