public import Models
internal import NeuralNetworks

extension TrainedNetwork {
  /// A layer under the name by which people know it.
  public struct NamedLayer: Sendable, Hashable {
    /// Its alias in the card, else the tensor's name.
    public let name: String
    /// The tensor.
    public let tensor: String

    /// Names a layer.
    public init(name: String, tensor: String) { (self.name, self.tensor) = (name, tensor) }
  }

  /// The layers through which an image comes to a layer, first to last, this one included.
  ///
  /// Those with aliases in the card if it has several, else the sums and concatenations that end blocks,
  /// else the results of convolutions.
  ///
  /// - Parameters:
  ///   - tensor: The last of them.
  ///   - side: The image's side in pixels.
  ///   - count: How many at most; they are spread evenly.
  /// - Returns: At least the layer itself.
  public func layers(to tensor: String, side: Int, count: Int = 12) -> [NamedLayer] {
    let aliases = Dictionary(
      card.layers.sorted { $0.key < $1.key }.map { ($0.value, $0.key) },
      uniquingKeysWith: { a, _ in a })
    let last = NamedLayer(name: aliases[tensor] ?? tensor, tensor: tensor)
    guard let nodes = try? graph.truncated(to: [tensor]).nodes else { return [last] }
    let square = Extent(height: side, width: side)
    func suits(_ name: String) -> Bool {
      name != tensor && (try? layer(named: name, at: square)) != nil
    }
    let named = nodes.map(\.output).filter { aliases[$0] != nil && suits($0) }
    func results(where isOne: (Operation) -> Bool) -> [String] {
      nodes.filter { isOne($0.operation) }.map(\.output).filter(suits)
    }
    let chosen =
      [named, results(where: \.joins)].first { $0.count >= 3 } ?? results(where: \.isConvolution)
    let kept = max(count - 1, 0)
    let spread =
      chosen.count <= kept
      ? chosen : (0..<kept).map { chosen[$0 * chosen.count / kept] }
    return spread.map { NamedLayer(name: aliases[$0] ?? $0, tensor: $0) } + [last]
  }

  /// The layer whose mean over all positions is what the network knows of an image: what its classifier
  /// reads, or the last layer before it that is computed for images of a size.
  ///
  /// - Parameter side: The image's side in pixels.
  /// - Returns: The layer; nil for a network without any.
  public func featureLayer(side: Int) -> NamedLayer? {
    let square = Extent(height: side, width: side)
    guard let classifier = graph.nodes.last(where: \.operation.isWeighted),
      var name = classifier.inputs.first
    else { return nil }
    let producers = Dictionary(graph.nodes.map { ($0.output, $0) }, uniquingKeysWith: { a, _ in a })
    while (try? layer(named: name, at: square)) == nil {
      guard let next = producers[name]?.inputs.first else { return nil }
      name = next
    }
    let alias = card.layers.filter { $0.value == name }.keys.min()
    return NamedLayer(name: alias ?? name, tensor: name)
  }
}

extension Operation {
  /// Whether it joins branches: a sum or a concatenation, the end of a block.
  fileprivate var joins: Bool {
    switch self {
    case .binary(.add), .concatenation: true
    default: false
    }
  }

  fileprivate var isConvolution: Bool {
    if case .convolution = self { true } else { false }
  }

  /// Whether it has weights that are multiplied with what it reads.
  fileprivate var isWeighted: Bool {
    switch self {
    case .convolution, .innerProduct, .matrixProduct: true
    default: false
    }
  }
}
