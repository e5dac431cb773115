internal import Numerics
internal import OneDNN

/// result ← f(a, b), element by element: the loop of `BinaryFunction`.
///
/// It walks a `Broadcast` plan eight elements at a time, and so do those of the derivatives
/// (`BinaryDerivativeKernels.swift`). The function is chosen once a
/// run, outside the loop, and inlined into it.
///
/// - Complexity: O(elements of the result).
final class BinaryKernel: Kernel {
  let name = "loop"
  private let function: BinaryFunction
  private let plan: Broadcast
  private let result, a, b: TensorMemory
  private let bounds: Bounds

  /// - Precondition: All tensors are single precision, as large as the plan says; only sums are
  ///   clipped.
  init(
    _ function: BinaryFunction, _ plan: Broadcast, result: TensorMemory, a: TensorMemory,
    b: TensorMemory, within bounds: Bounds
  ) {
    plan.check(result, a, b)
    self.bounds = bounds
    self.function = function
    self.plan = plan
    self.result = result
    self.a = a
    self.b = b
  }

  func run() {
    // A case each: through `function.value` every element would pass the switch again.
    switch function {
    case .add:
      let bounds = bounds
      loop { bounds($0 + $1) }
    case .subtract: loop { $0 - $1 }
    case .multiply: loop { $0 * $1 }
    case .divide: loop { $0 / $1 }
    // What is no number wins in either place, as in `value`.
    case .maximum: loop { a, b in or(a, choose(a, where: a, exceeds: b, else: b)) }
    case .minimum: loop { a, b in or(a, choose(a, where: b, exceeds: a, else: b)) }
    case .power, .modulo, .remainder:
      loop { a, b in eachLane { function.value(a[$0], b[$0]) } }
    }
  }

  /// A vector, but the first one in lanes where that is no number.
  @inline(__always)
  private func or(_ a: SIMD8<Float>, _ extremum: SIMD8<Float>) -> SIMD8<Float> {
    choose(extremum, where: a, equals: a, else: a)
  }

  /// Applies a function to every pair of elements that meet.
  @inline(__always)
  private func loop(_ f: (SIMD8<Float>, SIMD8<Float>) -> SIMD8<Float>) {
    let inner = plan.inner
    a.withElements { a in
      b.withElements { b in
        result.withMutableElements { result in
          plan.forEachRun { start, startA, startB in
            forEachOverlappingBlock(of: inner.count) { i, lanes in
              result.store(
                f(
                  a.vector(ofRunAt: startA, step: inner.a, i, lanes: lanes),
                  b.vector(ofRunAt: startB, step: inner.b, i, lanes: lanes)),
                at: start &+ i, lanes: lanes)
            }
          }
        }
      }
    }
  }
}

/// A vector made lane by lane, for functions of the C library.
@inline(__always)
func eachLane(_ f: (Int) -> Float) -> SIMD8<Float> {
  var result = SIMD8<Float>()
  for lane in 0..<8 { result[lane] = f(lane) }
  return result
}
