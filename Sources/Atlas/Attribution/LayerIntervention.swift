public import Models
public import NeuralNetworks

/// The network above a layer, run on an image's activations with one position changed: what linear
/// effects are held against.
///
/// It works on the calling thread; for several threads make one each with the same weights.
public final class LayerIntervention {
  /// The layer.
  public let layer: NetworkLayer

  private let network: CompiledNetwork
  private let logits: String
  private let shape: TensorShape
  /// The layer's tensor as the image has it.
  private var values: [Float] = []
  /// The logits of it.
  public private(set) var scores: [Float] = []

  /// Compiles the network above the layer.
  ///
  /// - Parameters:
  ///   - network: The network.
  ///   - layer: The layer.
  ///   - logits: The tensor of logits.
  ///   - weights: Prepared weights, shared by copies of the same network.
  /// - Throws: `NetworkError` or `GraphError` when the network cannot be compiled, for instance because
  ///   the logits depend on the image past the layer.
  public init(
    network: TrainedNetwork, layer: NetworkLayer, logits: String, weights: PreparedWeights
  ) throws {
    let size = network.preprocessing.size
    let image = try network.graph.imageShape(height: size.height, width: size.width)
    let graph = try network.graph.withGlobalPoolsMarked()
    let facts = try graph.truncated(to: [layer.tensor]).facts(input: image)
    guard let shape = facts[layer.tensor]?.shape else {
      throw AttributionError(description: "Cannot change \(layer.tensor): it is not computed.")
    }
    self.network = try CompiledNetwork(
      graph, from: layer.tensor, input: shape, reading: [logits],
      pushing: Pushforward(from: layer.tensor, to: [logits], count: 1), weights: weights)
    self.layer = layer
    self.logits = logits
    self.shape = shape
  }

  /// Takes the activations of an image, and computes its logits.
  ///
  /// - Parameter values: The layer's tensor in plain order, as `LogitAttribution.values()` gives it.
  /// - Throws: When the network cannot be run.
  public func show(_ values: [Float]) throws {
    precondition(
      values.count == shape.elementCount, "\(values.count) activations for a tensor \(shape)")
    self.values = values
    network.withInput { input in for index in values.indices { input[index] = values[index] } }
    scores = try run()
  }

  /// How much each logit falls when the activations of some positions become another.
  ///
  /// - Parameters:
  ///   - positions: Rows and columns of the layer.
  ///   - replacement: The other activation, c numbers; nil for 0.
  /// - Returns: One number a class: the logit of the image less that with the replacement.
  /// - Throws: When the network cannot be run.
  /// - Precondition: The positions are the layer's.
  /// - Complexity: A forward pass from the layer to the logits.
  public func ablationEffects(
    at positions: [(y: Int, x: Int)], replacement: [Float]? = nil
  ) throws -> [Float] {
    let elements = positions.map { layer.form.elements(y: $0.y, x: $0.x, of: shape) }
    precondition(
      replacement.map { $0.count == layer.shape.channels } ?? true, "not \(layer.shape.channels)")
    defer { elements.forEach(restore) }
    network.withInput { input in
      for position in elements {
        for (channel, element) in position.enumerated() {
          input[element] = replacement?[channel] ?? 0
        }
      }
    }
    return zip(scores, try run()).map { $0 - $1 }
  }

  /// Integrated gradients of a position's activation, from 0 to what it is: h · the mean of ∂logit/∂h
  /// along the way (Sundararajan et al., "Axiomatic attribution for deep networks", ICML 2017, equation
  /// 3, for one position's activation).
  ///
  /// With many steps it is the effect of ablation; its distance from the linear effect is what curvature
  /// makes of it.
  ///
  /// - Parameters:
  ///   - y: The position's row.
  ///   - x: Its column.
  ///   - stepCount: Points at which the derivative is taken, in the middle of equal steps.
  /// - Returns: One number a class.
  /// - Throws: When the network cannot be run.
  /// - Complexity: Two forward passes from the layer to the logits for each step.
  public func integratedGradients(y: Int, x: Int, stepCount: Int = 10) throws -> [Float] {
    precondition(stepCount > 0, "\(stepCount) steps")
    let elements = layer.form.elements(y: y, x: x, of: shape)
    defer { restore(elements) }
    network.withTangent(0) { tangent in
      for element in elements { tangent[element] = values[element] }
    }
    defer {
      network.withTangent(0) { tangent in for element in elements { tangent[element] = 0 } }
    }
    var sums = [Double](repeating: 0, count: scores.count)
    for step in 0..<stepCount {
      let factor = (Float(step) + 0.5) / Float(stepCount)
      network.withInput { input in
        for element in elements { input[element] = factor * values[element] }
      }
      try network.forward()
      try network.pushforward()
      network.withTangent(0, of: logits) { effect in
        for index in sums.indices { sums[index] += Double(effect[index]) }
      }
    }
    return sums.map { Float($0 / Double(stepCount)) }
  }

  private func run() throws -> [Float] {
    try network.forward()
    return try network.withOutput(logits) { output in output.indices.map { output[$0] } }
  }

  private func restore(_ elements: ActivationForm.Elements) {
    network.withInput { input in
      for element in elements { input[element] = values[element] }
    }
  }
}
