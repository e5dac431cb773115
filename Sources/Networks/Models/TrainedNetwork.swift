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
}
