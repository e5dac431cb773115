internal import Numerics
internal import OneDNN

/// A function of eight elements at a time.
typealias VectorFunction = @Sendable (SIMD8<Float>) -> SIMD8<Float>

/// A function of single elements as one of vectors, lane by lane.
func laneByLane(_ function: @escaping @Sendable (Float) -> Float) -> VectorFunction {
  { x in
    var result = SIMD8<Float>()
    for lane in 0..<8 { result[lane] = function(x[lane]) }
    return result
  }
}

/// The ends of a ReLU or of a clip that another loop computes with its own result; infinite ones for
/// none.
struct Bounds {
  let lower, upper: Float

  /// - Precondition: The function is a ReLU, a clip, or none.
  init(_ function: UnaryFunction?) {
    switch function {
    case nil: (lower, upper) = (-.infinity, .infinity)
    case .relu: (lower, upper) = (0, .infinity)
    case .clip(let lower, let upper): (self.lower, self.upper) = (lower, upper)
    case let other?: preconditionFailure("\(other.name) is no clip")
    }
  }

  /// min(max(x, lower), upper); what is no number stays so.
  @inline(__always)
  func callAsFunction(_ x: SIMD8<Float>) -> SIMD8<Float> {
    let (low, high) = (SIMD8(repeating: lower), SIMD8(repeating: upper))
    let y = choose(low, where: low, exceeds: x, else: x)
    return choose(high, where: y, exceeds: high, else: y)
  }
}

/// result ← f(source), for the functions that oneDNN lacks or has not exactly enough.
///
///     forward                   y ← f(x)
///     pullback, pushforward     x̄ ← ȳ f′(x),  ẏ ← ẋ f′(x)      both by `DerivativeKernel`
///
/// Elements are taken as they lie in memory, padding of blocks included: f and f′ are finite at 0, or
/// what they are there is not read.
///
/// - Complexity: O(elements).
final class UnaryKernel: Kernel {
  let name = "loop"
  private let function: VectorFunction
  private let result, source: TensorMemory

  /// - Precondition: Both tensors have as many elements, in single precision and the same layout.
  init(_ function: @escaping VectorFunction, result: TensorMemory, source: TensorMemory) {
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
        forEachBlock(of: result.count) { index, lanes in
          result.store(function(source.vector(at: index, lanes: lanes)), at: index, lanes: lanes)
        }
      }
    }
  }
}

/// result ← gradient · f′(source); a tangent in the gradient's stead gives the result's tangent.
final class DerivativeKernel: Kernel {
  let name = "loop"
  private let derivative: VectorFunction
  private let result, source, gradient: TensorMemory

  /// - Precondition: All tensors have as many elements, in single precision and the same layout.
  init(
    _ derivative: @escaping VectorFunction, result: TensorMemory, source: TensorMemory,
    gradient: TensorMemory
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
          forEachBlock(of: result.count) { index, lanes in
            let factor = derivative(source.vector(at: index, lanes: lanes))
            result.store(
              gradient.vector(at: index, lanes: lanes) * factor, at: index, lanes: lanes)
          }
        }
      }
    }
  }
}
