internal import Glibc
internal import Numerics
internal import OneDNN

/// t · ∂f of eight elements, as a function of (t, a, b).
private typealias Derivative = (SIMD8<Float>, SIMD8<Float>, SIMD8<Float>) -> SIMD8<Float>

extension BinaryFunction {
  /// Calls `body` with t · ∂f/∂a, or t · ∂f/∂b, as a function of (t, a, b).
  ///
  /// A gradient and a tangent are multiplied by the same factor. At a kink of a maximum both operands
  /// have half, so that the two add up to t.
  @inline(__always)
  fileprivate func withDerivative(ofFirst isFirst: Bool, _ body: (Derivative) -> Void) {
    let zero = SIMD8<Float>.zero
    // Remainders jump where a / b is a whole number; between the jumps they are linear in both.
    switch (self, isFirst) {
    case (.add, _), (.subtract, true), (.modulo, true), (.remainder, true): body { t, _, _ in t }
    case (.subtract, false): body { t, _, _ in -t }
    case (.multiply, true): body { t, _, b in t * b }
    case (.multiply, false): body { t, a, _ in t * a }
    case (.divide, true): body { t, _, b in t / b }
    case (.divide, false): body { t, a, b in -t * a / (b * b) }
    case (.maximum, true), (.minimum, false):
      body { t, a, b in
        let half = choose(0.5 * t, where: a, equals: b, else: zero)
        return choose(t, where: a, exceeds: b, else: half)
      }
    case (.maximum, false), (.minimum, true):
      body { t, a, b in
        let half = choose(0.5 * t, where: a, equals: b, else: zero)
        return choose(t, where: b, exceeds: a, else: half)
      }
    // At b = 0 and at a = 0 a power's derivatives are 0 · ∞; taken as 0, since a NaN would spread to
    // every pixel.
    case (.power, true):
      body { t, a, b in
        eachLane {
          b[$0] == 0 || a[$0] == 0 && b[$0] < 1 ? 0 : t[$0] * b[$0] * powf(a[$0], b[$0] - 1)
        }
      }
    case (.power, false):
      body { t, a, b in
        eachLane { a[$0] == 0 ? 0 : t[$0] * powf(a[$0], b[$0]) * logf(a[$0]) }
      }
    case (.modulo, false):
      body { t, a, b in -t * eachLane { (a[$0] / b[$0]).rounded(.down) } }
    case (.remainder, false):
      body { t, a, b in -t * eachLane { (a[$0] / b[$0]).rounded(.towardZero) } }
    }
  }
}

/// gradient of a ← gradient of f(a, b) · ∂f/∂a, summed where a was repeated; or the same for b.
///
/// Repetition forward is a sum backward. Sums are formed in double precision in an order of the shapes
/// alone: an operand repeated over a whole map adds thousands of terms of both signs.
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
  private func loop(_ f: Derivative) {
    if sums.isEmpty { write(f) } else { collect(f) }
  }

  /// Every element of the gradient is written once: the operand lies as the result does.
  @inline(__always)
  private func write(_ f: Derivative) {
    let inner = plan.inner
    withAll { g, a, b, gradient in
      plan.forEachRun { index, startA, startB in
        forEachOverlappingBlock(of: inner.count) { i, lanes in
          gradient.store(
            f(
              g.vector(at: index &+ i, lanes: lanes),
              a.vector(ofRunAt: startA, step: inner.a, i, lanes: lanes),
              b.vector(ofRunAt: startB, step: inner.b, i, lanes: lanes)),
            at: index &+ i, lanes: lanes)
        }
      }
    }
  }

  /// Several elements are added into one, in double precision: neighbors of a run into neighbors of the
  /// sums where the operand is repeated in an outer dimension, else a whole run into one.
  @inline(__always)
  private func collect(_ f: Derivative) {
    let inner = plan.inner
    let step = wantsFirst ? inner.a : inner.b
    // Taken out of the object for the loop: a stored array is checked for exclusive access and for
    // uniqueness at every element.
    var sums = self.sums
    self.sums = []
    withAll { g, a, b, gradient in
      var total = sums.mutableSpan
      for index in total.indices { total[index] = 0 }
      plan.forEachRun { index, startA, startB in
        let start = wantsFirst ? startA : startB
        total.addRun(of: inner.count, at: start, step: step) { i, lanes in
          f(
            g.vector(at: index &+ i, lanes: lanes),
            a.vector(ofRunAt: startA, step: inner.a, i, lanes: lanes),
            b.vector(ofRunAt: startB, step: inner.b, i, lanes: lanes))
        }
      }
      for index in total.indices { gradient[index] = Float(total[index]) }
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
    // The first tangent is written, the other one added to it.
    var adds = false
    for (tangent, isFirst) in [(alongA, true), (alongB, false)] {
      guard let tangent else { continue }
      function.withDerivative(ofFirst: isFirst) { loop(tangent, isFirst, adds: adds, $0) }
      adds = true
    }
    if !adds { result.clear() }
  }

  /// Writes or adds one operand's part of the tangent.
  @inline(__always)
  private func loop(
    _ tangent: TensorMemory, _ isFirst: Bool, adds: Bool, _ f: Derivative
  ) {
    let inner = plan.inner
    let step = isFirst ? inner.a : inner.b
    tangent.withElements { t in
      a.withElements { a in
        b.withElements { b in
          result.withMutableElements { result in
            plan.forEachRun { index, startA, startB in
              let start = isFirst ? startA : startB
              forEachBlock(of: inner.count) { i, lanes in
                var part = f(
                  t.vector(ofRunAt: start, step: step, i, lanes: lanes),
                  a.vector(ofRunAt: startA, step: inner.a, i, lanes: lanes),
                  b.vector(ofRunAt: startB, step: inner.b, i, lanes: lanes))
                if adds { part += result.vector(at: index &+ i, lanes: lanes) }
                result.store(part, at: index &+ i, lanes: lanes)
              }
            }
          }
        }
      }
    }
  }
}
