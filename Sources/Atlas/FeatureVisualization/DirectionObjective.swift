internal import Glibc
public import Matrices
internal import OneDNN

/// How far an activation vector reaches in a direction, weighted by how well it points there.
///
/// With a the activation and u the unit vector along the direction v, or along S v when it is
/// whitened,
///
///   J = dot · max(floor, cos)ᵖ,   dot = ⟨a, u⟩,   cos = dot / ‖a‖,
///
/// the paper's (h · v)ⁿ⁺¹ / (‖h‖ ‖v‖)ⁿ with p = n, divided by ‖v‖ (Carter et al., "Activation Atlas",
/// Distill 2019). Without the floor nothing pulls an activation that points away
/// (tensorflow/lucid issue 116); below it, the gradient is floorᵖ · u.
public struct DirectionObjective: Sendable {
  /// p, the weight of the angle; 4 in the recipe, 0 for the plain dot product.
  public let cosinePower: Float
  /// The least cosine that counts.
  public let cosineFloor: Float

  /// u, one number a channel.
  private let unit: [Float]

  /// What lengths are increased by before dividing by them.
  private static let epsilon: Float = 1e-4

  /// Makes the objective of a direction.
  ///
  /// - Parameters:
  ///   - direction: v, one number a channel.
  ///   - whitening: S, the symmetric inverse of the activations' second moment, channels × channels.
  ///   - cosinePower: The weight of the angle, not negative.
  ///   - cosineFloor: The least cosine that counts, not negative.
  public init(
    direction: [Float], whitening: Matrix? = nil, cosinePower: Float = 4,
    cosineFloor: Float = 0.1
  ) {
    precondition(cosinePower >= 0 && cosineFloor >= 0, "power and floor must not be negative")
    precondition(
      whitening.map { $0.rowCount == direction.count && $0.columnCount == direction.count } ?? true,
      "a whitening matrix of \(direction.count) × \(direction.count) is needed")
    self.cosinePower = cosinePower
    self.cosineFloor = cosineFloor
    let target = whitening.map { product($0, direction.span) } ?? direction
    let length = Float(dot(target.span, target.span).squareRoot()) + Self.epsilon
    unit = target.map { $0 / length }
  }

  /// The number of channels.
  public var channelCount: Int { unit.count }

  /// The objective and its gradient.
  ///
  /// - Parameters:
  ///   - activation: a, one number a channel.
  ///   - gradient: ∂J / ∂a; 0 in the angle's part when a is 0.
  /// - Returns: J.
  /// - Complexity: O(channels).
  public func value(_ activation: [Float], gradient: inout [Float]) -> Float {
    let activation = activation.span
    var gradient = gradient.mutableSpan
    precondition(
      activation.count == channelCount && gradient.count == channelCount,
      "\(channelCount) channels expected, got \(activation.count) and \(gradient.count)")
    let length = Float(dot(activation, activation).squareRoot())
    let reach = Float(dot(activation, unit.span))
    let cosine = reach / (length + Self.epsilon)
    let weight = pow(max(cosineFloor, cosine), cosinePower)
    // ∂J = cosᵖ ∂dot + p dot cosᵖ⁻¹ ∂cos, where dot cosᵖ⁻¹ = cosᵖ (‖a‖ + ε) and
    // ∂cos = (u − cos a / ‖a‖) / (‖a‖ + ε).
    let angleWeight = cosine > cosineFloor && length > 0 ? cosinePower * weight : 0
    let alongUnit = weight + angleWeight
    let alongActivation = length > 0 ? -angleWeight * cosine / length : 0
    for channel in unit.indices {
      gradient[channel] = alongUnit * unit[channel] + alongActivation * activation[channel]
    }
    return reach * weight
  }
}

/// The cosine of the angle between two vectors; 0 if one of them is 0.
///
/// The fidelity of an icon is the cosine between its activation and its target.
public func cosine(_ a: [Float], _ b: [Float]) -> Float {
  let (a, b) = (a.span, b.span)
  let lengths = (dot(a, a) * dot(b, b)).squareRoot()
  return lengths > 0 ? Float(dot(a, b) / lengths) : 0
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
  multiply(matrix, vector, into: &span)
  return result
}

private func multiply(
  _ matrix: Matrix, _ vector: Span<Float>, into result: inout MutableSpan<Float>
) {
  sgemm(
    rows: matrix.rowCount, columns: 1, inner: matrix.columnCount, matrix.elements.span, vector,
    into: &result)
}
