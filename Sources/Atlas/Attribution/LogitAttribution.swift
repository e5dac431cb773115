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

  private let network: CompiledNetwork
  private let logits: String
  private let preprocessing: Preprocessing
  private let shape: TensorShape
  /// Where each tangent is not 0.
  private var written: [ActivationForm.Elements?]

  /// Compiles the network.
  ///
  /// - Parameters:
  ///   - network: The network and its preprocessing.
  ///   - layer: The layer.
  ///   - logits: The tensor of logits, a vector.
  ///   - way: How effects are going to be computed.
  ///   - maxPool: What derivatives do at max pools.
  ///   - weights: Prepared weights, shared by copies of the same network.
  /// - Throws: `AttributionError` when the logits are no vector; `NetworkError` or `GraphError` when the
  ///   network cannot be compiled, for instance because they do not depend on the layer.
  public init(
    network: TrainedNetwork, layer: NetworkLayer, logits: String,
    way: Way = .pushforward(), maxPool: MaxPoolRule = .exact, weights: PreparedWeights
  ) throws {
    let size = network.preprocessing.size
    let image = try network.graph.imageShape(height: size.height, width: size.width)
    let rules = BackwardRules(maxPool: maxPool)
    switch way {
    case .pushforward(let count):
      self.network = try CompiledNetwork(
        network.graph, input: image, reading: [layer.tensor, logits],
        pushing: Pushforward(from: layer.tensor, to: [logits], count: count), rules: rules,
        weights: weights)
      written = [ActivationForm.Elements?](repeating: nil, count: count)
    case .pullback:
      self.network = try CompiledNetwork(
        network.graph, input: image, reading: [layer.tensor, logits], seeding: [logits],
        differentiating: [layer.tensor], rules: rules, weights: weights)
      written = []
    }
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
  }

  /// The logits of the image.
  public func scores() throws -> [Float] {
    try network.withOutput(logits) { output in output.indices.map { output[$0] } }
  }

  /// The layer's tensor of the image, in plain order.
  public func values() throws -> [Float] {
    try network.withOutput(layer.tensor) { output in output.indices.map { output[$0] } }
  }

  /// The activation at a position of the image, `layer.shape.channels` numbers.
  ///
  /// - Precondition: The position is one of the layer's.
  public func activation(y: Int, x: Int) throws -> [Float] {
    let elements = elements(y: y, x: x)
    return try network.withOutput(layer.tensor) { output in elements.map { output[$0] } }
  }

  /// The effects of some positions of the image on all classes, by pushforward.
  ///
  /// - Parameter positions: Rows and columns of the layer.
  /// - Returns: positions × classes, row-major.
  /// - Throws: When a primitive fails.
  /// - Precondition: It was made for pushforwards, and the positions are the layer's.
  /// - Complexity: As much as a forward pass from the layer to the logits for each position.
  public func effects(at positions: [(y: Int, x: Int)]) throws -> [Float] {
    let tangentCount = network.tangentCount
    var effects: [Float] = []
    effects.reserveCapacity(positions.count * classCount)
    for start in stride(from: 0, to: positions.count, by: tangentCount) {
      let batch = positions[start..<min(start + tangentCount, positions.count)]
      for tangent in 0..<tangentCount {
        let position = start + tangent < batch.endIndex ? batch[start + tangent] : nil
        try write(position, into: tangent)
      }
      try network.pushforward()
      for tangent in 0..<batch.count {
        network.withTangent(tangent, of: logits) { effect in
          for index in effect.indices { effects.append(effect[index]) }
        }
      }
    }
    return effects
  }

  /// Makes a tangent the activation at a position, and 0 elsewhere.
  private func write(_ position: (y: Int, x: Int)?, into tangent: Int) throws {
    let (old, new) = (written[tangent], position.map { elements(y: $0.y, x: $0.x) })
    written[tangent] = new
    try network.withOutput(layer.tensor) { output in
      network.withTangent(tangent) { values in
        if let old { for index in old { values[index] = 0 } }
        if let new { for index in new { values[index] = output[index] } }
      }
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
    network.withSeed(of: logits) { seed in
      for index in seed.indices { seed[index] = index == classIndex ? 1 : 0 }
    }
    try network.pullback()
    return try network.withOutput(layer.tensor) { output in
      network.withGradient(of: layer.tensor) { gradient in
        positions.map { position in
          // In Double: the sum of 500 products, many of which cancel.
          var sum = 0.0
          for index in elements(y: position.y, x: position.x) {
            sum += Double(output[index]) * Double(gradient[index])
          }
          return Float(sum)
        }
      }
    }
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
