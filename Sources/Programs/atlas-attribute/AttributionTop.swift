import Attribution
import Models
import NeuralNetworks

/// A network above a layer, from which copies for several threads are compiled.
struct AttributionTop: Sendable {
  let network: TrainedNetwork
  let layer: NetworkLayer
  let logits: String
  let maxPool: MaxPoolRule
  let pathSteps: Int
  let weights: PreparedWeights

  /// The floating-point operations of a tangent, from the layer to the logits.
  func operations() throws -> Int {
    let size = network.preprocessing.size
    return try network.graph.floatingPointOperations(
      to: logits, inputHeight: size.height, inputWidth: size.width)
      - network.graph.floatingPointOperations(
        to: layer.tensor, inputHeight: size.height, inputWidth: size.width)
  }

  /// Compiles a copy.
  func attribution(_ way: LogitAttribution.Way) throws -> LogitAttribution {
    try LogitAttribution(
      network: network, layer: layer, logits: logits, way: way, maxPool: maxPool,
      pathSteps: pathSteps, weights: weights)
  }

  /// Compiles a copy of what is above the layer, to intervene at it.
  func intervention() throws -> LayerIntervention {
    try LayerIntervention(network: network, layer: layer, logits: logits, weights: weights)
  }
}
