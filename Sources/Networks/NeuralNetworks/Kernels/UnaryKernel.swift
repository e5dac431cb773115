internal import OneDNN

/// result ← f(source), or gradient · f′(source), for the functions that oneDNN lacks.
final class UnaryKernel: Kernel {
  let name = "loop"
  private let function: UnaryFunction
  private let result, source: TensorMemory
  private let gradient: TensorMemory?

  init(
    _ function: UnaryFunction, result: TensorMemory, source: TensorMemory,
    gradient: TensorMemory?
  ) {
    precondition(function.isOwnLoop, "\(function.name) is oneDNN's")
    precondition(
      result.storedCount == source.storedCount
        && gradient?.storedCount ?? result.storedCount == result.storedCount,
      "tensors of different sizes")
    self.function = function
    self.result = result
    self.source = source
    self.gradient = gradient
  }

  func run() {
    switch (function, gradient) {
    case (.erf, nil): loop { UnaryFunction.erf.value($0) }
    case (.erf, let gradient?): loop(gradient) { $1 * errorFunctionSlope($0) }
    case (.hardSigmoid(let alpha, let beta), nil): loop { min(max(alpha * $0 + beta, 0), 1) }
    case (.hardSigmoid(let alpha, let beta), let gradient?):
      loop(gradient) { x, g in
        let y = alpha * x + beta
        return y > 0 && y < 1 ? alpha * g : 0
      }
    default: preconditionFailure("\(function.name) is oneDNN's")
    }
  }

  @inline(__always)
  private func loop(_ f: (Float) -> Float) {
    source.withElements { source in
      result.withMutableElements { result in
        for index in 0..<result.count { result[unchecked: index] = f(source[unchecked: index]) }
      }
    }
  }

  @inline(__always)
  private func loop(_ gradient: TensorMemory, _ f: (Float, Float) -> Float) {
    source.withElements { source in
      gradient.withElements { gradient in
        result.withMutableElements { result in
          for index in 0..<result.count {
            result[unchecked: index] = f(source[unchecked: index], gradient[unchecked: index])
          }
        }
      }
    }
  }
}
