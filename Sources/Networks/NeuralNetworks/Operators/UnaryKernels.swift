internal import OneDNN

/// result ← f(source), for the functions that oneDNN lacks: hard sigmoid and the error function.
///
///     forward                   y ← f(x)
///     pullback, pushforward     x̄ ← ȳ f′(x),  ẏ ← ẋ f′(x)      both by `DerivativeKernel`
///
/// Elements are taken as they lie in memory, padding of blocks included: f and f′ are finite at 0.
///
/// - Complexity: O(elements).
final class UnaryKernel: Kernel {
  let name = "loop"
  private let function: UnaryFunction
  private let result, source: TensorMemory

  /// - Precondition: Both tensors have as many elements, in single precision and the same layout.
  init(_ function: UnaryFunction, result: TensorMemory, source: TensorMemory) {
    precondition(
      result.storedCount == source.storedCount,
      "\(source.storedCount) elements for \(result.storedCount)")
    self.function = function
    self.result = result
    self.source = source
  }

  func run() {
    let function = function
    source.withElements { source in
      result.withMutableElements { result in
        for index in 0..<result.count {
          result[unchecked: index] = function.value(source[unchecked: index])
        }
      }
    }
  }
}

/// result ← gradient · f′(source); a tangent in the gradient's stead gives the result's tangent.
final class DerivativeKernel: Kernel {
  let name = "loop"
  private let derivative: @Sendable (Float) -> Float
  private let result, source, gradient: TensorMemory

  /// - Precondition: All tensors have as many elements, in single precision and the same layout.
  init(
    _ derivative: @escaping @Sendable (Float) -> Float, result: TensorMemory,
    source: TensorMemory, gradient: TensorMemory
  ) {
    precondition(
      result.storedCount == source.storedCount && result.storedCount == gradient.storedCount,
      """
      \(source.storedCount) elements and \(gradient.storedCount) of a gradient for \
      \(result.storedCount)
      """)
    self.derivative = derivative
    self.result = result
    self.source = source
    self.gradient = gradient
  }

  func run() {
    let derivative = derivative
    source.withElements { source in
      gradient.withElements { gradient in
        result.withMutableElements { result in
          for index in 0..<result.count {
            result[unchecked: index] =
              gradient[unchecked: index] * derivative(source[unchecked: index])
          }
        }
      }
    }
  }
}
