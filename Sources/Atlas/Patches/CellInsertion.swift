internal import Attribution
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
public final class CellInsertion {
  private let lower: [CompiledNetwork]
  private let upper: [LayerIntervention]
  private let layer: NetworkLayer

  /// The squares that are replaced.
  private static let squares = Placement.sweep([0.2, 0.4])

  /// Compiles the network, below and above the layer, a copy for each thread.
  ///
  /// - Throws: `NetworkError` or `GraphError` when the network cannot be compiled, for instance because the
  ///   logits depend on the image past the layer.
  public init(_ network: TrainedNetwork, layer: NetworkLayer, logits: String) throws {
    let size = network.preprocessing.size
    let image = try network.graph.imageShape(height: size.height, width: size.width)
    let weights = PreparedWeights()
    lower = try (0..<Parallelism.threadCount).map { _ in
      try CompiledNetwork(
        network.graph, input: image, reading: [layer.tensor], weights: weights)
    }
    upper = try (0..<Parallelism.threadCount).map { _ in
      try LayerIntervention(network: network, layer: layer, logits: logits, weights: weights)
    }
    self.layer = layer
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
    let copies = zip(lower, upper).map(Copy.init)
    let layer = self.layer
    let squares = Self.squares.map { Self.positions(of: $0, in: layer.shape) }
    // Images × cells × squares × pairs: the rises of the target's logit and log-odds.
    let rises = try parallelMap(workerCount: copies.count, itemCount: inputs.count) {
      worker, item in
      defer { progress() }
      let copy = copies[worker]
      try copy.show(inputs[item], layer.tensor)
      let before = copy.upper.scores
      let oddsBefore = pairs.map { Self.logOdds(of: $0.target, before) }
      return try means.map { mean in
        try squares.map { positions in
          let losses = try copy.upper.ablationEffects(at: positions, replacement: mean)
          let after = zip(before, losses).map { $0 - $1 }
          return zip(pairs, oddsBefore).map { pair, odds in
            SIMD2(Double(-losses[pair.target]), Self.logOdds(of: pair.target, after) - odds)
          }
        }
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

  private static func effect(_ rises: [SIMD2<Double>]) -> Effect {
    let center = mean(rises.map(\.y))
    let squares = rises.reduce(0) { $0 + ($1.y - center) * ($1.y - center) }
    let count = Double(rises.count)
    return Effect(
      target: mean(rises.map(\.x)), contrast: center,
      standardError: rises.count < 2 ? .nan : (squares / (count - 1) / count).squareRoot())
  }

  /// The positions of a square in a map.
  private static func positions(of placement: Placement, in shape: MapShape) -> [(y: Int, x: Int)] {
    let size = Extent(height: shape.height, width: shape.width)
    let (side, origin) = (placement.side(in: size), placement.origin(in: size))
    return (0..<side).flatMap { y in (0..<side).map { (origin.y + y, origin.x + $0) } }
  }

  /// log p − log (1 − p) of a class.
  private static func logOdds(of index: Int, _ logits: [Float]) -> Double {
    let others = logits.indices.lazy.filter { $0 != index }.map { Double(logits[$0]) }
    let most = others.max() ?? 0
    return Double(logits[index]) - most - log(others.reduce(0) { $0 + exp($1 - most) })
  }

  /// The networks of one worker.
  private struct Copy: @unchecked Sendable {
    let lower: CompiledNetwork
    let upper: LayerIntervention

    func show(_ input: [Float], _ tensor: String) throws {
      lower.withInput { $0.replace(with: input) }
      try lower.forward()
      try upper.show(
        try lower.withOutput(tensor) { values in values.indices.map { values[$0] } })
    }
  }
}
