internal import OneDNN

/// result ← f(a, b), element by element.
final class BinaryKernel: Kernel {
  let name = "loop"
  private let function: BinaryFunction
  private let plan: Broadcast
  private let result, a, b: TensorMemory

  init(
    _ function: BinaryFunction, _ plan: Broadcast, result: TensorMemory, a: TensorMemory,
    b: TensorMemory
  ) {
    precondition(
      result.storedCount == plan.sizes.reduce(1, *) && plan.reach(plan.aStrides) <= a.storedCount
        && plan.reach(plan.bStrides) <= b.storedCount, "tensors that do not fit each other")
    self.function = function
    self.plan = plan
    self.result = result
    self.a = a
    self.b = b
  }

  func run() {
    switch function {
    case .add: loop { $0 + $1 }
    case .subtract: loop { $0 - $1 }
    case .multiply: loop { $0 * $1 }
    case .divide: loop { $0 / $1 }
    case .maximum: loop { $0 > $1 ? $0 : $1 }
    case .minimum: loop { $0 < $1 ? $0 : $1 }
    case .power, .modulo, .remainder: loop { function.value($0, $1) }
    }
  }

  @inline(__always)
  private func loop(_ f: (Float, Float) -> Float) {
    let inner = plan.inner
    a.withElements { a in
      b.withElements { b in
        result.withMutableElements { result in
          plan.forEachRun { place, startA, startB in
            switch (inner.a, inner.b) {
            case (1, 1):
              for i in 0..<inner.count {
                result[unchecked: place + i] = f(a[unchecked: startA + i], b[unchecked: startB + i])
              }
            case (1, 0):
              let value = b[startB]
              for i in 0..<inner.count {
                result[unchecked: place + i] = f(a[unchecked: startA + i], value)
              }
            default:
              for i in 0..<inner.count {
                result[unchecked: place + i] = f(
                  a[unchecked: startA + i * inner.a], b[unchecked: startB + i * inner.b])
              }
            }
          }
        }
      }
    }
  }
}

/// gradient of a ← gradient of f(a, b) · ∂f/∂a, summed where a was repeated; or the same for b.
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
    precondition(
      resultGradient.storedCount == plan.sizes.reduce(1, *)
        && plan.reach(plan.aStrides) <= a.storedCount
        && plan.reach(plan.bStrides) <= b.storedCount
        && gradient.storedCount == (wantsFirst ? a : b).storedCount,
      "tensors that do not fit each other")
    self.function = function
    self.plan = plan
    self.wantsFirst = wantsFirst
    self.gradient = gradient
    self.resultGradient = resultGradient
    self.a = a
    self.b = b
    let strides = wantsFirst ? plan.aStrides : plan.bStrides
    let isRepeated = zip(strides, plan.sizes).contains { $0 == 0 && $1 > 1 }
    sums = isRepeated ? [Double](repeating: 0, count: gradient.storedCount) : []
  }

  func run() {
    switch (function, wantsFirst) {
    case (.add, _), (.subtract, true), (.modulo, true), (.remainder, true): loop { g, _, _ in g }
    case (.subtract, false): loop { g, _, _ in -g }
    case (.multiply, true): loop { g, _, b in g * b }
    case (.multiply, false): loop { g, a, _ in g * a }
    case (.divide, true): loop { g, _, b in g / b }
    case (.divide, false): loop { g, a, b in -g * a / (b * b) }
    case (.maximum, true): loop { g, a, b in a > b ? g : a == b ? g / 2 : 0 }
    case (.maximum, false): loop { g, a, b in b > a ? g : a == b ? g / 2 : 0 }
    case (.minimum, true): loop { g, a, b in a < b ? g : a == b ? g / 2 : 0 }
    case (.minimum, false): loop { g, a, b in b < a ? g : a == b ? g / 2 : 0 }
    case (.power, true): loop { g, a, b in b == 0 ? 0 : g * b * power(a, b - 1) }
    case (.power, false): loop { g, a, b in a == 0 ? 0 : g * power(a, b) * logarithm(a) }
    case (.modulo, false): loop { g, a, b in -g * (a / b).rounded(.down) }
    case (.remainder, false): loop { g, a, b in -g * (a / b).rounded(.towardZero) }
    }
  }

  @inline(__always)
  private func loop(_ f: (Float, Float, Float) -> Float) {
    if sums.isEmpty { spread(f) } else { collect(f) }
  }

  /// Every element has one place in the gradient.
  @inline(__always)
  private func spread(_ f: (Float, Float, Float) -> Float) {
    let inner = plan.inner
    let step = wantsFirst ? inner.a : inner.b
    withAll { g, a, b, gradient in
      plan.forEachRun { place, startA, startB in
        let start = wantsFirst ? startA : startB
        for i in 0..<inner.count {
          gradient[unchecked: start + i * step] = f(
            g[unchecked: place + i], a[unchecked: startA + i * inner.a],
            b[unchecked: startB + i * inner.b])
        }
      }
    }
  }

  /// Several elements meet in one place: summed in double precision, in memory order.
  @inline(__always)
  private func collect(_ f: (Float, Float, Float) -> Float) {
    let inner = plan.inner
    let step = wantsFirst ? inner.a : inner.b
    for index in sums.indices { sums[index] = 0 }
    var sums = self.sums
    self.sums = []
    withAll { g, a, b, gradient in
      var total = sums.mutableSpan
      plan.forEachRun { place, startA, startB in
        let start = wantsFirst ? startA : startB
        guard step == 0 else {
          for i in 0..<inner.count {
            total[unchecked: start + i * step] += Double(
              f(
                g[unchecked: place + i], a[unchecked: startA + i * inner.a],
                b[unchecked: startB + i * inner.b]))
          }
          return
        }
        var sum = 0.0
        for i in 0..<inner.count {
          sum += Double(
            f(
              g[unchecked: place + i], a[unchecked: startA + i * inner.a],
              b[unchecked: startB + i * inner.b]))
        }
        total[start] += sum
      }
      for index in 0..<total.count { gradient[index] = Float(total[index]) }
    }
    self.sums = sums
  }

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
