internal import Glibc
internal import OneDNN

/// result ← f(a, b), element by element: the loop of `BinaryFunction`.
///
///     forward      y ← f(a, b)
///     pullback     ā ← Σ ȳ ∂f/∂a,  b̄ ← Σ ȳ ∂f/∂b    one kernel an operand
///     pushforward  ẏ ← ∂f/∂a ȧ + ∂f/∂b ḃ
///
/// All of them walk the same `Broadcast` plan. The function is chosen once a run, outside the loop, and
/// inlined into it, which is what lets the compiler use vector instructions.
///
/// - Complexity: O(elements of the result).
final class BinaryKernel: Kernel {
  let name = "loop"
  private let function: BinaryFunction
  private let plan: Broadcast
  private let result, a, b: TensorMemory

  /// - Precondition: All tensors are single precision, as large as the plan says.
  init(
    _ function: BinaryFunction, _ plan: Broadcast, result: TensorMemory, a: TensorMemory,
    b: TensorMemory
  ) {
    plan.check(result, a, b)
    self.function = function
    self.plan = plan
    self.result = result
    self.a = a
    self.b = b
  }

  func run() {
    // A case each: through `function.value` every element would pass the switch again.
    switch function {
    case .add: loop { $0 + $1 }
    case .subtract: loop { $0 - $1 }
    case .multiply: loop { $0 * $1 }
    case .divide: loop { $0 / $1 }
    // What is no number wins in either place, as in `value`.
    case .maximum: loop { $0 > $1 || $0.isNaN ? $0 : $1 }
    case .minimum: loop { $0 < $1 || $0.isNaN ? $0 : $1 }
    case .power, .modulo, .remainder: loop { function.value($0, $1) }
    }
  }

  /// Applies a function to every pair of elements that meet.
  @inline(__always)
  private func loop(_ f: (Float, Float) -> Float) {
    let inner = plan.inner
    a.withElements { a in
      b.withElements { b in
        result.withMutableElements { result in
          plan.forEachRun { start, startA, startB in
            // Strides that are constants, and a repeated operand in a register, can be vectorized;
            // the general loop's reads cannot.
            switch (inner.a, inner.b) {
            case (1, 1):
              for i in 0..<inner.count {
                result[unchecked: start + i] = f(a[unchecked: startA + i], b[unchecked: startB + i])
              }
            case (1, 0):
              let value = b[startB]
              for i in 0..<inner.count {
                result[unchecked: start + i] = f(a[unchecked: startA + i], value)
              }
            case (0, 1):
              let value = a[startA]
              for i in 0..<inner.count {
                result[unchecked: start + i] = f(value, b[unchecked: startB + i])
              }
            default:
              for i in 0..<inner.count {
                result[unchecked: start + i] = f(
                  a[unchecked: startA + i * inner.a], b[unchecked: startB + i * inner.b])
              }
            }
          }
        }
      }
    }
  }
}

extension BinaryFunction {
  /// Calls `body` with t · ∂f/∂a, or t · ∂f/∂b, as a function of (t, a, b).
  ///
  /// A gradient and a tangent are multiplied by the same factor. At a kink of a maximum both operands
  /// have half, so that the two add up to t.
  @inline(__always)
  fileprivate func withDerivative(
    ofFirst isFirst: Bool, _ body: ((Float, Float, Float) -> Float) -> Void
  ) {
    // Remainders jump where a / b is a whole number; between the jumps they are linear in both.
    switch (self, isFirst) {
    case (.add, _), (.subtract, true), (.modulo, true), (.remainder, true): body { t, _, _ in t }
    case (.subtract, false): body { t, _, _ in -t }
    case (.multiply, true): body { t, _, b in t * b }
    case (.multiply, false): body { t, a, _ in t * a }
    case (.divide, true): body { t, _, b in t / b }
    case (.divide, false): body { t, a, b in -t * a / (b * b) }
    case (.maximum, true): body { t, a, b in a > b ? t : a == b ? t / 2 : 0 }
    case (.maximum, false): body { t, a, b in b > a ? t : a == b ? t / 2 : 0 }
    case (.minimum, true): body { t, a, b in a < b ? t : a == b ? t / 2 : 0 }
    case (.minimum, false): body { t, a, b in b < a ? t : a == b ? t / 2 : 0 }
    // At b = 0 and at a = 0 a power's derivatives are 0 · ∞; taken as 0, since a NaN would spread to
    // every pixel.
    case (.power, true):
      body { t, a, b in b == 0 || a == 0 && b < 1 ? 0 : t * b * powf(a, b - 1) }
    case (.power, false): body { t, a, b in a == 0 ? 0 : t * powf(a, b) * logf(a) }
    case (.modulo, false): body { t, a, b in -t * (a / b).rounded(.down) }
    case (.remainder, false): body { t, a, b in -t * (a / b).rounded(.towardZero) }
    }
  }
}

/// gradient of a ← gradient of f(a, b) · ∂f/∂a, summed where a was repeated; or the same for b.
///
/// Repetition forward is a sum backward. Sums are formed in double precision in memory order, whatever
/// the number of threads: an operand repeated over a whole map adds thousands of terms of both signs.
///
/// Memory: a double for each element of the operand, if it is repeated.
final class BinaryPullbackKernel: Kernel {
  let name = "loop"
  private let function: BinaryFunction
  private let plan: Broadcast
  private let wantsFirst: Bool
  private let gradient, resultGradient, a, b: TensorMemory
  private var sums: [Double]

  /// Makes the kernel of one operand's gradient; the plan is that of the forward loop.
  init(
    _ function: BinaryFunction, _ plan: Broadcast, wantsFirst: Bool, gradient: TensorMemory,
    resultGradient: TensorMemory, a: TensorMemory, b: TensorMemory
  ) {
    plan.check(resultGradient, a, b)
    precondition(
      gradient.storedCount == (wantsFirst ? a : b).storedCount,
      "a gradient of \(gradient.storedCount) for \((wantsFirst ? a : b).storedCount) elements")
    self.function = function
    self.plan = plan
    self.wantsFirst = wantsFirst
    self.gradient = gradient
    self.resultGradient = resultGradient
    self.a = a
    self.b = b
    // Without repetition every element is written once, and no sums are needed.
    let strides = wantsFirst ? plan.aStrides : plan.bStrides
    let isRepeated = zip(strides, plan.sizes).contains { $0 == 0 && $1 > 1 }
    sums = isRepeated ? [Double](repeating: 0, count: gradient.storedCount) : []
  }

  func run() { function.withDerivative(ofFirst: wantsFirst) { loop($0) } }

  /// Applies ȳ, a, b ↦ ȳ ∂f to every pair of elements that meet.
  @inline(__always)
  private func loop(_ f: (Float, Float, Float) -> Float) {
    if sums.isEmpty { write(f) } else { collect(f) }
  }

  /// Every element of the gradient is written once.
  @inline(__always)
  private func write(_ f: (Float, Float, Float) -> Float) {
    let inner = plan.inner
    let step = wantsFirst ? inner.a : inner.b
    withAll { g, a, b, gradient in
      plan.forEachRun { index, startA, startB in
        let start = wantsFirst ? startA : startB
        for i in 0..<inner.count {
          gradient[unchecked: start + i * step] = f(
            g[unchecked: index + i], a[unchecked: startA + i * inner.a],
            b[unchecked: startB + i * inner.b])
        }
      }
    }
  }

  /// Several elements are added into one: summed in double precision, in memory order.
  @inline(__always)
  private func collect(_ f: (Float, Float, Float) -> Float) {
    let inner = plan.inner
    let step = wantsFirst ? inner.a : inner.b
    for index in sums.indices { sums[index] = 0 }
    // Taken out of the object for the loop: a stored array is checked for exclusive access and for
    // uniqueness at every element.
    var sums = self.sums
    self.sums = []
    withAll { g, a, b, gradient in
      var total = sums.mutableSpan
      plan.forEachRun { index, startA, startB in
        let start = wantsFirst ? startA : startB
        guard step == 0 else {
          // Repeated in an outer dimension: neighbors of a run go to neighbors of the sums.
          for i in 0..<inner.count {
            total[unchecked: start + i * step] += Double(
              f(
                g[unchecked: index + i], a[unchecked: startA + i * inner.a],
                b[unchecked: startB + i * inner.b]))
          }
          return
        }
        // Repeated along the run: one sum, kept in a register.
        var sum = 0.0
        for i in 0..<inner.count {
          sum += Double(
            f(
              g[unchecked: index + i], a[unchecked: startA + i * inner.a],
              b[unchecked: startB + i * inner.b]))
        }
        total[start] += sum
      }
      for index in 0..<total.count { gradient[index] = Float(total[index]) }
    }
    self.sums = sums
  }

  /// Opens the result's gradient, both operands and the gradient that is written.
  @inline(__always)
  private func withAll(
    _ body: (Span<Float>, Span<Float>, Span<Float>, inout MutableSpan<Float>) -> Void
  ) {
    resultGradient.withElements { g in
      a.withElements { a in
        b.withElements { b in
          gradient.withMutableElements { gradient in body(g, a, b, &gradient) }
        }
      }
    }
  }
}

/// result ← ∂f/∂a ȧ + ∂f/∂b ḃ; a tangent that is missing is 0.
///
/// An operand that is repeated forward is repeated here in the same way: a pushforward needs no sums.
final class BinaryPushforwardKernel: Kernel {
  let name = "loop"
  private let function: BinaryFunction
  private let plan: Broadcast
  private let result, a, b: TensorMemory
  private let alongA, alongB: TensorMemory?

  /// Makes the kernel of one tangent; `alongA` and `alongB` are ȧ and ḃ.
  ///
  /// - Precondition: A tangent has as many elements as its operand.
  init(
    _ function: BinaryFunction, _ plan: Broadcast, result: TensorMemory, a: TensorMemory,
    b: TensorMemory, alongA: TensorMemory?, alongB: TensorMemory?
  ) {
    plan.check(result, a, b)
    precondition(
      alongA?.storedCount ?? a.storedCount == a.storedCount
        && alongB?.storedCount ?? b.storedCount == b.storedCount,
      "tangents that do not fit \(a.storedCount) and \(b.storedCount) elements")
    self.function = function
    self.plan = plan
    self.result = result
    self.a = a
    self.b = b
    self.alongA = alongA
    self.alongB = alongB
  }

  func run() {
    // Two additions, a's first, keep one loop for both operands and their order fixed.
    result.clear()
    for (tangent, isFirst) in [(alongA, true), (alongB, false)] {
      guard let tangent else { continue }
      function.withDerivative(ofFirst: isFirst) { add(tangent, isFirst, $0) }
    }
  }

  /// Adds one operand's part of the tangent to the result.
  @inline(__always)
  private func add(
    _ tangent: TensorMemory, _ isFirst: Bool, _ f: (Float, Float, Float) -> Float
  ) {
    let inner = plan.inner
    let step = isFirst ? inner.a : inner.b
    tangent.withElements { t in
      a.withElements { a in
        b.withElements { b in
          result.withMutableElements { result in
            plan.forEachRun { index, startA, startB in
              let start = isFirst ? startA : startB
              for i in 0..<inner.count {
                result[unchecked: index + i] += f(
                  t[unchecked: start + i * step], a[unchecked: startA + i * inner.a],
                  b[unchecked: startB + i * inner.b])
              }
            }
          }
        }
      }
    }
  }
}
