internal import Activations
internal import Images
public import Models
internal import NeuralNetworks

/// How large the part of the input is that a layer's activations truly depend on.
///
/// Of a receptive field the middle counts most: the gradient of a unit falls off from it about like a
/// Gaussian, and with depth covers an ever smaller part of the field (Luo, Li, Urtasun and Zemel,
/// "Understanding the effective receptive field in deep convolutional neural networks", NeurIPS 2016).
/// The effective extent is the smallest square about the field's center that holds a given part of the
/// gradient's magnitude.
public struct EffectiveExtent: Sendable, Equatable {
  /// The square's side in pixels of the network's input; at least 1.
  public let side: Int
  /// How many samples it was measured of.
  public let sampleCount: Int

  /// Finds the square from what squares hold.
  ///
  /// - Parameters:
  ///   - profiles: For each sample, what part of the gradient's magnitude the square of side s holds, at
  ///     index s, rising to 1; all equally long, at least one.
  ///   - fraction: The part that the square is to hold on average, above 0 and at most 1.
  ///   - limit: The largest side: that of the receptive field or of the input.
  package init(profiles: [[Double]], fraction: Double, limit: Int) {
    precondition(!profiles.isEmpty && limit > 0, "\(profiles.count) profiles, limit \(limit)")
    sampleCount = profiles.count
    let side = profiles[0].indices.first { side in
      // Sums of fractions miss 1 by their rounding.
      profiles.reduce(0) { $0 + $1[side] } >= Double(profiles.count) * (fraction - 1e-9)
    }
    self.side = min(max(1, side ?? limit), limit)
  }

  /// A sample whose gradient can be measured.
  public struct Sample: Sendable, Hashable {
    /// The path of its image.
    public let path: String
    /// The center of its receptive field, in pixels of the image.
    public let center: SIMD2<Float>

    /// Names a sample.
    public init(path: String, center: SIMD2<Float>) {
      self.path = path
      self.center = center
    }
  }

  /// Samples in an order in which the first ones come from cells all over the grid.
  ///
  /// - Parameters:
  ///   - items: For each cell its exemplars, the best first.
  ///   - count: How many first ones that is to be true of.
  /// - Returns: All that have a center: the best of all cells before the second ones.
  public static func samples(of items: [[EvidenceItem]], count: Int = 8) -> [Sample] {
    let step = max(1, items.count / count)
    let cells = (0..<step).flatMap { stride(from: $0, to: items.count, by: step) }
    let longest = items.map(\.count).max() ?? 0
    return (0..<longest).flatMap { rank in
      cells.compactMap { cell in
        guard rank < items[cell].count, let center = items[cell][rank].center else { return nil }
        return Sample(path: items[cell][rank].path, center: center)
      }
    }
  }

  /// Measures the extent of a layer.
  ///
  /// For each of some samples, the squared length of its activation, all channels of one position, is
  /// differentiated with respect to the input. The magnitude at a pixel is the sum over colors of the
  /// gradient's absolute values; samples count equally.
  ///
  /// - Parameters:
  ///   - network: The network.
  ///   - positions: The layer and its positions.
  ///   - samples: Samples in the order in which they are taken. Those whose image cannot be read, and
  ///     those without a gradient, as where all units are silent, are passed over.
  ///   - count: How many samples are enough; at most as many again are passed over.
  ///   - fraction: The part of the gradient's magnitude that the square is to hold.
  /// - Returns: The extent; nil where no sample has a gradient, or the layer has one position only.
  /// - Throws: When the network cannot be compiled or run.
  /// - Complexity: A forward and a backward pass to the layer for each sample, on the calling thread.
  public static func measure(
    _ network: TrainedNetwork, _ positions: PositionMap, samples: [Sample], count: Int = 8,
    fraction: Double
  ) throws -> EffectiveExtent? {
    guard positions.hasPositions, !samples.isEmpty else { return nil }
    let pullback = try PositionPullback(network, positions)
    var profiles: [[Double]] = []
    for sample in samples.prefix(2 * count) where profiles.count < count {
      guard let profile = try pullback.profile(of: sample) else { continue }
      profiles.append(profile)
    }
    guard !profiles.isEmpty else { return nil }
    let side = max(positions.input.width, positions.input.height)
    return EffectiveExtent(
      profiles: profiles, fraction: fraction, limit: min(side, positions.fieldSide ?? side))
  }
}

/// The gradient of the activation at one position with respect to the input.
private final class PositionPullback {
  private let compiled: CompiledNetwork
  private let preprocessing: Preprocessing
  private let inputName: String
  private let positions: PositionMap
  /// Where the seed is not 0.
  private var seeded: ActivationForm.Elements?

  init(_ network: TrainedNetwork, _ positions: PositionMap) throws {
    let size = network.preprocessing.size
    compiled = try CompiledNetwork(
      network.graph, inputHeight: size.height, inputWidth: size.width,
      reading: [positions.layer.tensor], seeding: [positions.layer.tensor],
      weights: PreparedWeights())
    preprocessing = network.preprocessing
    inputName = network.graph.inputName
    self.positions = positions
  }

  /// What part of the gradient's magnitude the squares about a sample's center hold, by their side; nil
  /// where the image cannot be read or there is no gradient.
  func profile(of sample: EffectiveExtent.Sample) throws -> [Double]? {
    let read = compiled.withInput { input in
      Result { () throws(ImageError) in try preprocessing.readInput(sample.path, into: &input) }
    }
    guard case .success(let size) = read else { return nil }
    let center = preprocessing.window(of: size).inputPoint(ofImage: sample.center)
    let position = positions.position(nearestTo: center)
    try compiled.forward()
    try seed(position)
    try compiled.pullback()
    return compiled.withGradient(of: inputName) { gradient in
      squareProfile(
        of: gradient, width: positions.input.width, height: positions.input.height,
        center: positions.center(y: position.y, x: position.x))
    }
  }

  /// Makes the seed the activation at a position, and 0 elsewhere.
  private func seed(_ position: (y: Int, x: Int)) throws {
    let (tensor, form) = (positions.layer.tensor, positions.layer.form)
    let elements = form.elements(
      y: position.y, x: position.x, of: compiled.shape(of: tensor))
    let former = seeded
    seeded = elements
    try compiled.withOutput(tensor) { output in
      compiled.withSeed(of: tensor) { seed in
        if let former { for index in former { seed[index] = 0 } }
        for index in elements { seed[index] = output[index] }
      }
    }
  }
}

/// What part of a gradient's magnitude each square about a center holds.
///
/// - Parameters:
///   - gradient: Colors × height × width; the magnitude of a pixel is the sum of absolute values over
///     colors.
///   - width: The pixels in a row.
///   - height: The rows.
///   - center: The squares' center; pixel centers lie at half-integers.
/// - Returns: At index s the part within the square of side s, that is, of the pixels that lie in it as a
///   whole; nil where the gradient is 0 or not finite.
package func squareProfile(
  of gradient: Span<Float>, width: Int, height: Int, center: SIMD2<Double>
) -> [Double]? {
  let plane = width * height
  let colorCount = gradient.count / plane
  // The largest side that a pixel may need, for a center within the input or as far outside.
  var masses = [Double](repeating: 0, count: 4 * max(width, height) + 4)
  for y in 0..<height {
    for x in 0..<width {
      var magnitude = 0.0
      for color in 0..<colorCount {
        magnitude += Double(abs(gradient[color * plane + y * width + x]))
      }
      let distance = max(abs(Double(x) + 0.5 - center.x), abs(Double(y) + 0.5 - center.y))
      // Half a pixel lies beyond its center; the rounding of a center is none of a pixel.
      let side = (2 * distance + 1 - 1e-6).rounded(.up)
      masses[min(Int(side), masses.count - 1)] += magnitude
    }
  }
  let total = masses.reduce(0, +)
  guard total > 0, total.isFinite else { return nil }
  var sum = 0.0
  return masses.map { mass in
    sum += mass
    return sum / total
  }
}

extension InputWindow {
  /// A point of the image, in its own pixels, as one of the network's input, in pixels of it.
  package func inputPoint(ofImage point: SIMD2<Float>) -> SIMD2<Double> {
    SIMD2((Double(point.x) - x) / scaleX, (Double(point.y) - y) / scaleY)
  }
}
