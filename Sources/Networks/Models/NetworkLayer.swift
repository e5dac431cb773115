public import NeuralNetworks

/// A layer of a network of which an atlas can be made.
public struct NetworkLayer: Hashable, Sendable {
  /// Its tensor, by the name in the network's file.
  public let tensor: String
  /// How the tensor holds activations.
  public let form: ActivationForm
  /// Its channels and positions for an image of the size that was asked for.
  public let shape: MapShape
}

extension TrainedNetwork {
  /// The layer of a name, if an atlas can be made of it: what extraction and rendering ask first.
  ///
  /// - Parameters:
  ///   - name: An alias of the card, a tensor's name, or the path of a module.
  ///   - size: The image's size; by default that of the network's input.
  /// - Returns: The layer.
  /// - Throws: `ModelError`, one line, when there is no such layer, it does not suit an atlas, or the
  ///   network does not take images of that size.
  /// - Complexity: O(nodes).
  public func layer(named name: String, at size: Extent? = nil) throws(ModelError) -> NetworkLayer {
    let tensor = try tensorName(for: name)
    let size = size ?? preprocessing.size
    func fault(_ cause: String) -> ModelError {
      ModelError(
        "use network", path, "its layer \(quoted(name)) suits no atlas: \(cause)",
        remedy: "choose one of those that \(Self.listing) lists")
    }
    let known: (fact: TensorFact, suitability: LayerSuitability)
    do throws(GraphError) {
      let graph = try graph.withGlobalPoolsMarked().truncated(to: [tensor])
      let facts = try graph.facts(
        input: graph.imageShape(height: size.height, width: size.width))
      let fields = graph.receptiveFields(facts)
      guard let fact = facts[tensor],
        let suitability = graph.suitability(of: tensor, facts, fields)
      else { throw GraphError("it is not computed") }
      known = (fact, suitability)
    } catch {
      throw fault("at \(size.height) × \(size.width) pixels, \(error)")
    }
    switch known.suitability {
    case .suits(let form):
      return NetworkLayer(tensor: tensor, form: form, shape: form.map(of: known.fact.shape))
    case .unsuited(let reason): throw fault("its sizes are \(known.fact.shape), and \(reason)")
    }
  }

  /// The side of the square images that can be icons of a layer.
  ///
  /// A network may be tied to its own size: by a fully connected layer behind a map, whose vector has
  /// another length at another size, by position embeddings, by windows. Its icons are as large as its
  /// input.
  ///
  /// - Parameters:
  ///   - layer: The layer, of the network's own size.
  ///   - side: The side in pixels that is wanted.
  /// - Returns: `side` if the network takes such images and the layer has as many channels then, or if
  ///   they are too small for it; else the network's own.
  /// - Throws: `ModelError` when its own size is not that of an icon.
  public func iconSide(for layer: NetworkLayer, preferring side: Int) throws(ModelError) -> Int {
    let square = Extent(height: side, width: side)
    if let there = try? self.layer(named: layer.tensor, at: square),
      there.shape.channels == layer.shape.channels
    {
      return side
    }
    let own = preprocessing.size
    // What is computed of larger images is not tied to a size: the images are too small for it.
    let twice = Extent(height: 2 * own.height, width: 2 * own.width)
    if side < own.height, let there = try? self.layer(named: layer.tensor, at: twice),
      there.shape.channels == layer.shape.channels
    {
      return side
    }
    guard own.height == own.width, own.height <= Self.largestIcon else {
      throw ModelError(
        "render icons with", path,
        """
        its layer \(quoted(layer.tensor)) is computed of images of \(own.height) × \(own.width) \
        pixels alone, and icons are squares of at most \(Self.largestIcon) pixels
        """, remedy: "choose an earlier layer, or export the network for a square input")
    }
    return own.height
  }

  /// The largest side of an icon, in pixels.
  private static var largestIcon: Int { 1024 }

  /// The command that shows which layers there are.
  static var listing: String { "atlas-network summary --layers" }
}
