public import NeuralNetworks

/// The Euclidean distance between an activation and a given vector, ‖a − v‖.
///
/// Minimizing it inverts a representation (Mahendran and Vedaldi, "Understanding deep image
/// representations by inverting them", CVPR 2015): subtract it from an objective, or give it a
/// negative weight.
public struct DistanceMeasure: VectorMeasure {
  /// v, one number per channel.
  public let vector: [Float]

  /// Measures the distance to a vector.
  public init(to vector: [Float]) { self.vector = vector }

  /// `the distance to a vector`.
  public var description: String { "the distance to a vector" }

  /// The vector must have as many numbers as the tensor has channels.
  public func mismatch(with shape: MapShape) -> String? {
    channelMismatch(vector.count, with: shape)
  }

  /// ‖a − v‖.
  public func value(of activation: Span<Float>) -> Float { Float(distance(activation)) }

  /// (a − v) / ‖a − v‖, and 0 where a is v.
  public func gradient(at activation: Span<Float>, into gradient: inout MutableSpan<Float>) {
    let distance = distance(activation)
    let factor = distance > 0 ? Float(1 / distance) : 0
    for channel in vector.indices {
      gradient[channel] = factor * (activation[channel] - vector[channel])
    }
  }

  /// The cosine of the angle between the activation and the vector.
  public func fidelity(of activation: Span<Float>) -> Float? {
    cosine(activation, vector.span)
  }

  private func distance(_ activation: Span<Float>) -> Double {
    precondition(
      activation.count == vector.count,
      "\(vector.count) channels expected, got \(activation.count)")
    var sum = 0.0
    for channel in vector.indices {
      let difference = Double(activation[channel]) - Double(vector[channel])
      sum += difference * difference
    }
    return sum.squareRoot()
  }
}

extension Objective {
  /// The Euclidean distance to a vector; to come closer, subtract it or give it a negative weight.
  public static func distance(
    to vector: [Float], of tensor: String, in region: Region = .center
  ) -> Objective {
    Objective(DistanceMeasure(to: vector), of: tensor, in: region)
  }
}
