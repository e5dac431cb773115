public import NeuralNetworks

/// What a term measures of the activations where it looks: a number, its gradient, and what to
/// report of it.
///
/// A measure reads one image's values of one tensor, channels × height × width in plain order, and of
/// these only the given positions. Most measures say something about one activation vector at a
/// time: conform to `VectorMeasure`, which leaves the positions to others. The description completes
/// "Cannot visualize …" and names the measure in reports, for instance `channel 5`.
public protocol Measure: Sendable, CustomStringConvertible {
  /// What keeps the measure from tensors of a shape, with a remedy; nil when nothing does.
  func mismatch(with shape: MapShape) -> String?

  /// The measured number.
  ///
  /// - Parameters:
  ///   - activations: The tensor, `positions.shape.elementCount` values.
  ///   - positions: Which of them count.
  /// - Returns: The number.
  func value(of activations: Span<Float>, at positions: Positions) -> Float

  /// Adds `scale` times the gradient of the measured number with respect to the tensor.
  ///
  /// - Parameters:
  ///   - activations: The tensor, `positions.shape.elementCount` values.
  ///   - positions: Which of them count; elsewhere nothing is added.
  ///   - scale: The factor, a term's weight.
  ///   - gradient: What is added to, of the tensor's shape.
  func addGradient(
    of activations: Span<Float>, at positions: Positions, scale: Float,
    to gradient: inout MutableSpan<Float>)

  /// How well the activations meet the measure's target, from −1 to 1 at best, on a scale that allows
  /// comparing targets; nil for measures that have none.
  func fidelity(of activations: Span<Float>, at positions: Positions) -> Float?
}

extension Measure {
  /// None.
  public func fidelity(of activations: Span<Float>, at positions: Positions) -> Float? { nil }
}

/// A measure of one activation vector; over several positions, the mean of their numbers.
public protocol VectorMeasure: Measure {
  /// The number of a vector.
  ///
  /// - Parameter activation: One number per channel.
  /// - Returns: The number.
  func value(of activation: Span<Float>) -> Float

  /// Writes the gradient of `value(of:)`.
  ///
  /// - Parameters:
  ///   - activation: One number per channel.
  ///   - gradient: ∂value / ∂activation, every element of it; holds anything before.
  func gradient(at activation: Span<Float>, into gradient: inout MutableSpan<Float>)

  /// How well a vector meets the target, from −1 to 1 at best; nil for measures that have none.
  func fidelity(of activation: Span<Float>) -> Float?
}

extension VectorMeasure {
  /// None.
  public func fidelity(of activation: Span<Float>) -> Float? { nil }

  /// The mean over the positions, summed in `Double`.
  public func value(of activations: Span<Float>, at positions: Positions) -> Float {
    var sum = 0.0
    positions.forEachVector(of: activations) { vector, _ in sum += Double(value(of: vector)) }
    return Float(sum / Double(positions.count))
  }

  /// The mean over the positions, summed in `Double`; nil where one has none.
  public func fidelity(of activations: Span<Float>, at positions: Positions) -> Float? {
    var sum: Double? = 0
    positions.forEachVector(of: activations) { vector, _ in
      sum = fidelity(of: vector).flatMap { one in sum.map { $0 + Double(one) } }
    }
    return sum.map { Float($0 / Double(positions.count)) }
  }

  /// Adds the gradient of the mean: at each position, one over their number.
  public func addGradient(
    of activations: Span<Float>, at positions: Positions, scale: Float,
    to gradient: inout MutableSpan<Float>
  ) {
    let (channelCount, planeSize) = (positions.shape.channels, positions.shape.positionCount)
    let weight = scale / Float(positions.count)
    var vectorGradient = [Float](repeating: 0, count: channelCount)
    positions.forEachVector(of: activations) { vector, index in
      var one = vectorGradient.mutableSpan
      self.gradient(at: vector, into: &one)
      for channel in 0..<channelCount {
        gradient[channel * planeSize + index] += weight * one[channel]
      }
    }
  }
}

extension Positions {
  /// Calls `body` with each position's activation vector and index.
  ///
  /// Vectors are gathered one at a time: in a planar map their elements lie a whole plane apart.
  fileprivate func forEachVector(
    of activations: Span<Float>, _ body: (_ vector: Span<Float>, _ index: Int) -> Void
  ) {
    var vector = [Float](repeating: 0, count: shape.channels)
    forEach { index in
      for channel in vector.indices {
        vector[channel] = activations[channel * shape.positionCount + index]
      }
      body(vector.span, index)
    }
  }
}
