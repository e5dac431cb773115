internal import Activations
internal import Glibc
public import Models
internal import NeuralNetworks
internal import ParallelLoops

/// What the mean activation of a cell does for classes when it is put into images of another class.
///
/// In a square of each image's map all activations become the cell's mean, and the network above the layer is
/// run: an intervention, not its linear estimate. Squares have a fifth and two fifths of the map's side, in the
/// corners and the center; the one counts in which the cell does most, the same for all images. A feature
/// that turns one class into another often does so only together with what else the image shows (a clock on
/// a house makes a town hall), which its effect in its own photographs does not tell.
public final class CellInsertion: Sendable {
  private let workers: [Worker]
  private let layer: NetworkLayer
  private let logits: String
  /// For each square its positions' elements in the layer's tensor, channel by channel.
  private let squares: [[ActivationForm.Elements]]

  /// The squares that are replaced.
  private static let placements = Placement.sweep([0.2, 0.4])
  /// How many squares the network above the layer takes in a pass, where it takes several.
  private static let squaresPerPass = 8

  /// The networks of one thread.
  private struct Worker: Sendable {
    let below, above: CompiledNetwork
  }

  /// Compiles the network, below and above the layer, a copy for each thread.
  ///
  /// - Throws: `NetworkError` or `GraphError` when the network cannot be compiled, for instance because the
  ///   logits depend on the image past the layer.
  public init(_ network: TrainedNetwork, layer: NetworkLayer, logits: String) throws {
    let size = network.preprocessing.size
    let graph = try network.graph.withGlobalPoolsMarked()
    let image = try graph.imageShape(height: size.height, width: size.width)
    let batch = try ActivationExtractor.inputShape(
      graph, size, [logits], count: Self.squaresPerPass)
    func shape(_ input: TensorShape) throws -> TensorShape? {
      try graph.truncated(to: [layer.tensor]).facts(input: input)[layer.tensor]?.shape
    }
    guard let one = try shape(image), let several = try shape(batch) else {
      throw GraphError("\(layer.tensor) is not computed")
    }
    let weights = PreparedWeights()
    workers = try (0..<Parallelism.threadCount).map { _ in
      Worker(
        below: try CompiledNetwork(
          graph, input: image, reading: [layer.tensor], weights: weights),
        above: try CompiledNetwork(
          graph, from: layer.tensor, input: several, reading: [logits], weights: weights))
    }
    squares = Self.placements.map { placement in
      Self.positions(of: placement, in: layer.shape).map {
        layer.form.elements(y: $0.y, x: $0.x, of: one)
      }
    }
    self.layer = layer
    self.logits = logits
  }

  /// What a cell does between two classes.
  public struct Effect: Sendable, Equatable {
    /// The mean rise of the target's logit.
    public var target: Double
    /// The mean rise of the target's log-odds, which is that of its logit over those of the source and all
    /// other classes, and its standard error over images; NaN of fewer than two.
    public var contrast, standardError: Double
  }

  /// The effects of cells in images of a class.
  ///
  /// - Parameters:
  ///   - means: The mean activation of each cell, c numbers.
  ///   - inputs: The images, as the network's inputs.
  ///   - pairs: The pairs of classes, whose source is that of the images.
  ///   - progress: Called after each image, from any thread.
  /// - Returns: For each pair an effect of each cell.
  /// - Throws: When the network cannot be run.
  /// - Complexity: A pass from the layer to the logits for each image, cell and square.
  public func effects(
    of means: [[Float]], in inputs: [[Float]], pairs: [ClassPair],
    progress: @Sendable () -> Void = {}
  ) throws -> [[Effect]] {
    // Images × cells × squares × pairs: the rises of the target's logit and log-odds.
    let rises = try parallelMap(workerCount: workers.count, itemCount: inputs.count) {
      worker, item in
      defer { progress() }
      let image = try activations(of: inputs[item], workers[worker].below)
      let unchanged = try scores(of: image, with: [nil], workers[worker].above)[0]
      let oddsBefore = pairs.map { Self.logOdds(of: $0.target, unchanged) }
      let changes = means.indices.flatMap { cell in squares.indices.map { (cell, $0) } }
      let rises = try scores(
        of: image, with: changes.map { (means[$0], squares[$1]) }, workers[worker].above
      ).map { after in
        zip(pairs, oddsBefore).map { pair, odds in
          SIMD2(
            Double(after[pair.target] - unchanged[pair.target]),
            Self.logOdds(of: pair.target, after) - odds)
        }
      }
      return means.indices.map { cell in
        Array(rises[cell * squares.count..<(cell + 1) * squares.count])
      }
    }
    return pairs.indices.map { pair in
      means.indices.map { cell in
        let effects = squares.indices.map { square in
          Self.effect(rises.map { $0[cell][square][pair] })
        }
        // The first of equals; the order of squares is fixed.
        return effects.dropFirst().reduce(effects[0]) { $1.contrast > $0.contrast ? $1 : $0 }
      }
    }
  }

  // MARK: The network

  /// The layer's tensor in an image.
  private func activations(of input: [Float], _ below: CompiledNetwork) throws -> [Float] {
    below.withInput { $0.replace(with: input) }
    try below.forward()
    return try below.withOutput(layer.tensor) { values in values.indices.map { values[$0] } }
  }

  /// The logits of an image whose activations become another one in some positions.
  private func scores(
    of image: [Float], with changes: [(mean: [Float], square: [ActivationForm.Elements])?],
    _ above: CompiledNetwork
  ) throws -> [[Float]] {
    var results: [[Float]] = []
    for start in stride(from: 0, to: changes.count, by: above.imageCount) {
      let pass = changes[start..<min(start + above.imageCount, changes.count)]
      for (slot, change) in pass.enumerated() {
        above.withInput(image: slot) { input in
          input.replace(with: image)
          guard let (mean, square) = change else { return }
          for position in square {
            for (channel, element) in position.enumerated() { input[element] = mean[channel] }
          }
        }
      }
      try above.forward()
      try above.forEachOutput(logits) { slot, values in
        if slot < pass.count { results.append(values.indices.map { values[$0] }) }
      }
    }
    return results
  }

  /// The positions of a square in a map.
  private static func positions(of placement: Placement, in shape: MapShape) -> [(y: Int, x: Int)] {
    let size = Extent(height: shape.height, width: shape.width)
    let (side, origin) = (placement.side(in: size), placement.origin(in: size))
    return (0..<side).flatMap { y in (0..<side).map { (origin.y + y, origin.x + $0) } }
  }

  // MARK: Numbers

  private static func effect(_ rises: [SIMD2<Double>]) -> Effect {
    let center = mean(rises.map(\.y))
    let squares = rises.reduce(0) { $0 + ($1.y - center) * ($1.y - center) }
    let count = Double(rises.count)
    return Effect(
      target: mean(rises.map(\.x)), contrast: center,
      standardError: rises.count < 2 ? .nan : (squares / (count - 1) / count).squareRoot())
  }

  /// log p − log (1 − p) of a class.
  private static func logOdds(of index: Int, _ logits: [Float]) -> Double {
    let others = logits.indices.lazy.filter { $0 != index }.map { Double(logits[$0]) }
    let most = others.max() ?? 0
    return Double(logits[index]) - most - log(others.reduce(0) { $0 + exp($1 - most) })
  }
}
