internal import Glibc
internal import LinearAlgebra
public import Matrices
public import NeuralNetworks

/// How far an activation vector reaches in a direction, weighted by how well it points there.
///
/// With a the activation and u the unit vector along the direction v, or along S v when it is
/// whitened,
///
///   J = dot · max(floor, cos)ᵖ,   dot = ⟨a, u⟩,   cos = dot / ‖a‖,
///
/// the paper's (h · v)ⁿ⁺¹ / (‖h‖ ‖v‖)ⁿ with p = n, divided by ‖v‖ (Carter et al., "Activation Atlas",
/// Distill 2019). Without the floor nothing moves an activation that points away
/// (tensorflow/lucid issue 116); below it, the gradient is floorᵖ · u.
///
/// Its fidelity is the cosine between a and v itself: whitening changes what is asked for, not what an
/// icon is held against.
public struct DirectionMeasure: VectorMeasure {
  /// v, one number per channel.
  public let direction: [Float]
  /// p, the weight of the angle; 4 in the recipe, 0 for the plain dot product.
  public let cosinePower: Float
  /// The least cosine that counts.
  public let cosineFloor: Float

  /// The least cosine that counts by default, 0.1 as in lucid's `_dot_cossim`: an activation that
  /// points away still has a gradient, at power 4 a ten-thousandth of the plain dot product's.
  public static let defaultCosineFloor: Float = 0.1

  /// u, one number per channel.
  private let unit: [Float]

  /// What lengths are increased by before dividing by them.
  private static let epsilon: Float = 1e-4

  /// Measures along a direction.
  ///
  /// - Parameters:
  ///   - direction: v, one number per channel.
  ///   - whitening: S, the symmetric inverse of the activations' second moment, channels × channels.
  ///   - cosinePower: The weight of the angle, not negative.
  ///   - cosineFloor: The least cosine that counts, not negative.
  public init(
    _ direction: [Float], whitening: Matrix? = nil, cosinePower: Float = 4,
    cosineFloor: Float = defaultCosineFloor
  ) {
    precondition(
      cosinePower >= 0 && cosineFloor >= 0,
      "power \(cosinePower) and floor \(cosineFloor) must not be negative")
    precondition(
      whitening.map { $0.rowCount == direction.count && $0.columnCount == direction.count } ?? true,
      "a whitening matrix of \(direction.count) × \(direction.count) is needed")
    self.direction = direction
    self.cosinePower = cosinePower
    self.cosineFloor = cosineFloor
    let target = whitening.map { product($0, direction.span) } ?? direction
    let length = Float(dot(target.span, target.span).squareRoot()) + Self.epsilon
    unit = target.map { $0 / length }
  }

  /// `a direction`.
  public var description: String { "a direction" }

  /// The direction must have as many numbers as the tensor has channels.
  public func mismatch(with shape: MapShape) -> String? {
    channelMismatch(unit.count, with: shape)
  }

  /// J.
  public func value(of activation: Span<Float>) -> Float {
    let reach = Reach(activation, self)
    return reach.dot * reach.weight
  }

  /// ∂J / ∂a; 0 in the angle's part when a is 0.
  public func gradient(at activation: Span<Float>, into gradient: inout MutableSpan<Float>) {
    let reach = Reach(activation, self)
    let (length, cosine, weight) = (reach.length, reach.cosine, reach.weight)
    // ∂J = cosᵖ ∂dot + p dot cosᵖ⁻¹ ∂cos, where dot cosᵖ⁻¹ = cosᵖ (‖a‖ + ε) and
    // ∂cos = (u − cos a / ‖a‖) / (‖a‖ + ε).
    let angleWeight = cosine > cosineFloor && length > 0 ? cosinePower * weight : 0
    let alongUnit = weight + angleWeight
    let alongActivation = length > 0 ? -angleWeight * cosine / length : 0
    for channel in unit.indices {
      gradient[channel] = alongUnit * unit[channel] + alongActivation * activation[channel]
    }
  }

  /// The cosine of the angle between the activation and the direction.
  public func fidelity(of activation: Span<Float>) -> Float? {
    cosine(activation, direction.span)
  }

  /// What value and gradient share.
  private struct Reach {
    /// ‖a‖, ⟨a, u⟩, their quotient, and the quotient's power.
    let length, dot, cosine, weight: Float

    init(_ activation: Span<Float>, _ measure: DirectionMeasure) {
      let unit = measure.unit.span
      precondition(
        activation.count == unit.count,
        "\(unit.count) channels expected, got \(activation.count)")
      length = Float(FeatureVisualization.dot(activation, activation).squareRoot())
      dot = Float(FeatureVisualization.dot(activation, unit))
      cosine = dot / (length + DirectionMeasure.epsilon)
      weight = pow(max(measure.cosineFloor, cosine), measure.cosinePower)
    }
  }
}

extension Objective {
  /// How far the activation reaches in a direction; the objective of an atlas's cells.
  ///
  /// - Parameters:
  ///   - direction: One number per channel.
  ///   - tensor: The layer.
  ///   - region: Where; the mean over several positions.
  ///   - whitening: The symmetric inverse of the activations' second moment, channels × channels.
  ///   - cosinePower: The weight of the angle, not negative.
  ///   - cosineFloor: The least cosine that counts, not negative.
  /// - Returns: The measure with weight 1.
  public static func direction(
    _ direction: [Float], of tensor: String, in region: Region = .center,
    whitening: Matrix? = nil, cosinePower: Float = 4,
    cosineFloor: Float = DirectionMeasure.defaultCosineFloor
  ) -> Objective {
    Objective(
      DirectionMeasure(
        direction, whitening: whitening, cosinePower: cosinePower, cosineFloor: cosineFloor),
      of: tensor, in: region)
  }
}

// MARK: Vectors

/// The cosine of the angle between two vectors; 0 if one of them is 0.
func cosine(_ a: Span<Float>, _ b: Span<Float>) -> Float {
  let lengths = (dot(a, a) * dot(b, b)).squareRoot()
  return lengths > 0 ? Float(dot(a, b) / lengths) : 0
}

/// Why a vector does not fit a tensor.
func channelMismatch(_ count: Int, with shape: MapShape) -> String? {
  shape.channels == count
    ? nil
    : "it has \(shape.channels) channels, the vector \(count); give the layer that it was made of"
}

/// ⟨a, b⟩, summed in `Double` from first to last.
private func dot(_ a: Span<Float>, _ b: Span<Float>) -> Double {
  precondition(a.count == b.count, "vectors of \(a.count) and \(b.count)")
  var sum = 0.0
  for index in a.indices { sum += Double(a[index]) * Double(b[index]) }
  return sum
}

private func product(_ matrix: Matrix, _ vector: Span<Float>) -> [Float] {
  var result = [Float](repeating: 0, count: matrix.rowCount)
  var span = result.mutableSpan
  sgemm(
    rows: matrix.rowCount, columns: 1, inner: matrix.columnCount, matrix.elements.span, vector,
    into: &span)
  return result
}
