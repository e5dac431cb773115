internal import Glibc
public import NeuralNetworks

/// The log-odds of a class, log(p / (1 − p)): its logit less the log-sum-exp of all others.
///
/// It rises when the class wins over the others, as the probability does, and like the logit it never
/// saturates. Patches that turn one class into another are searched with losses of this kind: the
/// difference to the greatest other logit in Carlini and Wagner, "Towards Evaluating the Robustness
/// of Neural Networks" (S&P 2017), section V.A, of which this is the smooth form.
public struct LogOddsMeasure: VectorMeasure {
  /// Which class, counted from 0.
  public let classIndex: Int

  /// Measures a class.
  public init(_ classIndex: Int) { self.classIndex = classIndex }

  /// For instance `log-odds 207`.
  public var description: String { "log-odds \(classIndex)" }

  /// The tensor must be a vector that has the class, and another one beside it.
  public func mismatch(with shape: MapShape) -> String? {
    if let mismatch = classMismatch(classIndex, with: shape) { return mismatch }
    return shape.channels > 1 ? nil : "it has a single class; measure its logit"
  }

  /// z_c − log Σ exp z_k over the other classes.
  public func value(of activation: Span<Float>) -> Float {
    Float(Double(activation[classIndex]) - logSumOfOthers(activation))
  }

  /// 1 at the class, minus the softmax of the others elsewhere.
  public func gradient(at activation: Span<Float>, into gradient: inout MutableSpan<Float>) {
    let logSum = logSumOfOthers(activation)
    for index in activation.indices {
      gradient[index] = Float(-exp(Double(activation[index]) - logSum))
    }
    gradient[classIndex] = 1
  }

  /// log Σ exp z_k over k other than the class, less the greatest of them inside, so that no
  /// exponential overflows.
  private func logSumOfOthers(_ logits: Span<Float>) -> Double {
    var greatest = -Double.infinity
    for index in logits.indices where index != classIndex {
      greatest = max(greatest, Double(logits[index]))
    }
    var sum = 0.0
    for index in logits.indices where index != classIndex {
      sum += exp(Double(logits[index]) - greatest)
    }
    return greatest + log(sum)
  }
}

extension Objective {
  /// The log-odds of a class.
  public static func logOdds(_ classIndex: Int, ofLogits tensor: String) -> Objective {
    Objective(LogOddsMeasure(classIndex), of: tensor, in: .everywhere)
  }
}
