public import NeuralNetworks

/// A network with its card: the graph, the preprocessing, and the names of layers and classes.
public struct TrainedNetwork: Sendable {
  /// What the network computes.
  public let graph: NetworkGraph
  /// The shape of one image, channels × height × width, that the network was made for, or that of
  /// the card where the file leaves it open.
  public let inputShape: MapShape
  /// The card as it stands, or an empty one.
  public let card: ModelCard
  /// How an image becomes the input, defaults filled in.
  public let preprocessing: Preprocessing
  /// The classes' names; empty when the card gives none.
  public let labels: [Label]
  /// The network's file, as given.
  public let path: String
  /// The network's file and those beside it that its weights were read from (ONNX's external data):
  /// two networks are the same when all of these have the same content.
  public let files: [String]
  /// What was assumed or not understood, one line each.
  public let warnings: [String]

  /// Makes a network of its parts, which are not checked against each other.
  package init(
    graph: NetworkGraph, inputShape: MapShape, card: ModelCard, preprocessing: Preprocessing,
    labels: [Label], path: String, files: [String]? = nil, warnings: [String]
  ) {
    self.graph = graph
    self.inputShape = inputShape
    self.card = card
    self.preprocessing = preprocessing
    self.labels = labels
    self.path = path
    self.files = files ?? [path]
    self.warnings = warnings
  }

  /// The names by which layers can be called: the card's aliases, then the tensors', each in order
  /// of computation.
  ///
  /// - Complexity: O(tensors + aliases).
  public var layerNames: [String] {
    let tensors = graph.tensorNames
    let aliases = Dictionary(grouping: card.layers.keys) { card.layers[$0] }
    return tensors.flatMap { (aliases[$0] ?? []).sorted() } + tensors
  }

  /// The tensor that a layer's name stands for: an alias of the card, or the tensor's own name.
  ///
  /// - Parameter layer: The name that the user gave.
  /// - Returns: The tensor's name in `graph`.
  /// - Throws: `ModelError` with the nearest names when there is no such layer, or with the reason
  ///   when it cannot be computed.
  public func tensorName(for layer: String) throws(ModelError) -> String {
    if let tensor = card.layers[layer] { return tensor }
    guard graph.tensorNames.contains(layer) else {
      if let reason = graph.unavailable[layer] {
        throw ModelError(
          "use network", path, "its layer \(quoted(layer)) cannot be computed: \(reason)",
          remedy: "choose another layer")
      }
      // Names of exported tensors are long and alike: the nearest ones are quicker than a list.
      throw unknown("layer", layer, among: layerNames)
    }
    return layer
  }

  /// An error about a name that does not exist, with the nearest ones that do.
  private func unknown(_ what: String, _ name: String, among names: [String]) -> ModelError {
    let nearest = nearestNames(to: name, among: names).map(quoted).joined(separator: ", ")
    return ModelError(
      "use network", path, "it has no \(what) \(quoted(name))",
      remedy: "the nearest names are \(nearest)")
  }
}
