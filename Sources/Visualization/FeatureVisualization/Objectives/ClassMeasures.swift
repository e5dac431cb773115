internal import Glibc
public import NeuralNetworks

/// A class before the softmax: one entry of a vector.
///
/// Icons of logits look better than those of probabilities, which rise as well when all other
/// classes fall (Olah, Mordvintsev and Schubert, "Feature Visualization", Distill 2017).
public struct LogitMeasure: VectorMeasure {
  /// Which class, counted from 0.
  public let classIndex: Int

  /// Measures a class.
  public init(_ classIndex: Int) { self.classIndex = classIndex }

  /// For instance `logit 207`.
  public var description: String { "logit \(classIndex)" }

  /// The tensor must be a vector that has the class.
  public func mismatch(with shape: MapShape) -> String? {
    classMismatch(classIndex, with: shape)
  }

  /// The entry.
  public func value(of activation: Span<Float>) -> Float { activation[classIndex] }

  /// 1 at the entry.
  public func gradient(at activation: Span<Float>, into gradient: inout MutableSpan<Float>) {
    gradient.update(repeating: 0)
    gradient[classIndex] = 1
  }
}

/// The probability of a class: an entry of the softmax of a vector of logits.
///
/// It reads the logits, so that it serves networks whose file ends there. A network with a softmax of
/// its own gives the same by `channel` of the probabilities' tensor.
public struct ProbabilityMeasure: VectorMeasure {
  /// Which class, counted from 0.
  public let classIndex: Int

  /// Measures a class.
  public init(_ classIndex: Int) { self.classIndex = classIndex }

  /// For instance `probability 207`.
  public var description: String { "probability \(classIndex)" }

  /// The tensor must be a vector that has the class.
  public func mismatch(with shape: MapShape) -> String? {
    classMismatch(classIndex, with: shape)
  }

  /// The entry of the softmax.
  public func value(of activation: Span<Float>) -> Float {
    let (greatest, sum) = normalizer(activation)
    return Float(exp(Double(activation[classIndex]) - greatest) / sum)
  }

  /// ∂p_c / ∂z_k = p_c (δ_ck − p_k).
  public func gradient(at activation: Span<Float>, into gradient: inout MutableSpan<Float>) {
    let (greatest, sum) = normalizer(activation)
    let probability = exp(Double(activation[classIndex]) - greatest) / sum
    var others = 0.0
    for index in activation.indices where index != classIndex {
      let other = exp(Double(activation[index]) - greatest) / sum
      gradient[index] = Float(-probability * other)
      others += other
    }
    // 1 − p_c from the others' sum: near p_c = 1 the difference would cancel.
    gradient[classIndex] = Float(probability * others)
  }

  /// The greatest logit, less which no exponential overflows, and the sum of the exponentials.
  private func normalizer(_ logits: Span<Float>) -> (greatest: Double, sum: Double) {
    var greatest = -Double.infinity
    for index in logits.indices { greatest = max(greatest, Double(logits[index])) }
    var sum = 0.0
    for index in logits.indices { sum += exp(Double(logits[index]) - greatest) }
    return (greatest, sum)
  }
}

func classMismatch(_ classIndex: Int, with shape: MapShape) -> String? {
  guard shape.positionCount == 1 else {
    return "it is a map of \(shape); choose a layer of classes, or measure a channel"
  }
  return (0..<shape.channels).contains(classIndex)
    ? nil : "it has \(shape.channels) classes; choose one of 0..<\(shape.channels)"
}

extension Objective {
  /// A class before the softmax.
  ///
  /// - Parameters:
  ///   - classIndex: Which entry of the vector.
  ///   - tensor: The logits.
  /// - Returns: The measure with weight 1.
  public static func logit(_ classIndex: Int, of tensor: String) -> Objective {
    Objective(LogitMeasure(classIndex), of: tensor, in: .everywhere)
  }

  /// The probability of a class.
  ///
  /// - Parameters:
  ///   - classIndex: Which entry of the vector.
  ///   - tensor: The logits, before the softmax.
  /// - Returns: The measure with weight 1.
  public static func probability(_ classIndex: Int, ofLogits tensor: String) -> Objective {
    Objective(ProbabilityMeasure(classIndex), of: tensor, in: .everywhere)
  }
}
