public import Models
internal import NeuralNetworks

extension TrainedNetwork {
  /// Loads a network and its card, and checks that they agree.
  ///
  /// An input of batch × height × width × channels (Keras, TensorFlow) becomes one of batch ×
  /// channels × height × width. Where neither the file nor the card fixes the image's size, 224 ×
  /// 224 pixels are assumed, with a warning.
  ///
  /// - Parameters:
  ///   - path: The network's file: a frozen TensorFlow graph if it ends in `.pb`, otherwise ONNX.
  ///   - cardPath: The model card, when it does not lie beside the network with its name.
  /// - Returns: The network, ready to be compiled.
  /// - Throws: `ModelError`, one line, also when the card names tensors that do not exist, a size
  ///   that the network cannot take, or labels of another count than the classes.
  /// - Complexity: O(size of the file).
  public static func load(
    path: String, card cardPath: String? = nil
  ) throws(ModelError) -> TrainedNetwork {
    let (found, warnings) = try ModelCard.read(besides: path, explicit: cardPath)
    let card = found ?? ModelCard()
    let cardPath = ModelCard.path(besides: path, explicit: cardPath)
    let usual = Extent(height: 224, width: 224)
    let size = card.input.size.map { Extent(height: $0[0], width: $0[1]) }
    let file = try NetworkFile.imported(contentsOf: path, input: .image(open: size ?? usual))
    var graph = file.graph
    if InputSize.isChannelsLast(graph.inputShape.dimensions) { graph = graph.withChannelsFirst() }
    guard let shape = graph.inputShape.map else {
      throw ModelError(
        "use network", path,
        "its input \(graph.inputShape) is not an image, which is not supported",
        remedy: "export it with an input of batch × channels × height × width")
    }
    let assumed =
      file.hasOpenSize && size == nil
      ? ["Network \(path): its input's size is open; assumed 224 × 224 pixels"] : []
    // A file may hold nodes that no atlas needs (training, losses, a decoder): the network is used
    // without them, and only a layer that depends on one is an error.
    let missing = file.missing.map { "Network \(path): \($0)" }
    let whole = card.completed(for: shape, by: file.producer)
    let assumption = card.assumption(whole, path: cardPath, isThere: found != nil)
    let network = TrainedNetwork(
      graph: graph, inputShape: shape, card: card,
      preprocessing: try whole.card.preprocessing(for: shape, path: cardPath),
      labels: try card.labels(cardPath: cardPath), path: path, files: file.paths,
      warnings: warnings + [assumption].compactMap { $0 } + assumed
        + [missing].compactMap { $0 })
    try network.check(cardPath: cardPath)
    return network
  }

  /// Checks the card's names, its size and its labels against the network.
  ///
  /// - Throws: `ModelError` that names the card's field.
  private func check(cardPath: String) throws(ModelError) {
    func fault(_ cause: String) -> ModelError {
      ModelCard.fault(cardPath, cause, remedy: "correct the card")
    }
    if let name = card.input.name, name != graph.inputName {
      throw fault("input.name \(quoted(name)) is not the network's \(quoted(graph.inputName))")
    }
    let tensors = Set(graph.tensorNames)
    let named =
      [("logits", card.logits), ("probabilities", card.probabilities)]
      + card.layers.sorted { $0.key < $1.key }.map { ("layers.\($0.key)", $0.value) }
    for (field, tensor) in named {
      guard let tensor, !tensors.contains(tensor) else { continue }
      if let reason = graph.unavailable[tensor] {
        throw fault(
          "\(field.prefix(100)) names \(quoted(tensor)), which cannot be computed: \(reason)")
      }
      let nearest = nearestNames(to: tensor, among: graph.tensorNames).map(quoted)
      throw fault(
        """
        \(field.prefix(100)) names \(quoted(tensor)), which is not a tensor of the network; the \
        nearest names are \(nearest.joined(separator: ", "))
        """)
    }
    // Such an alias would hide the tensor of its name: a layer would not mean what the file says.
    for (alias, tensor) in card.layers where tensors.contains(alias) && alias != tensor {
      throw fault("the alias \(quoted(alias)) is also the name of another tensor")
    }
    let size = preprocessing.size
    let shapes: [String: MapShape]
    do {
      // The card may ask for another size than the file's: pooling over the whole map follows it,
      // and whatever else cannot is found here, not in the middle of an extraction.
      shapes = try graph.withGlobalPoolsMarked().shapes(
        inputHeight: size.height, inputWidth: size.width)
    } catch {
      throw fault("input.size [\(size.height), \(size.width)]: \(error)")
    }
    if let classes = (card.probabilities ?? card.logits).flatMap({ shapes[$0] }),
      !labels.isEmpty, labels.count != classes.channels
    {
      throw fault(
        "labels has \(labels.count) lines for the network's \(classes.channels) classes")
    }
  }
}
