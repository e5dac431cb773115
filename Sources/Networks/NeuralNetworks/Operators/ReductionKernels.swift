internal import Numerics
internal import OneDNN

/// result ← the reduction of the source's elements that meet in each element.
///
///     forward      y_k ← Σ x_i, Σ x_i / n, Π x_i, max x_i or min x_i
///     pullback     x̄_i ← ȳ_k ∂y_k/∂x_i
///     pushforward  ẏ_k ← Σ ẋ_i ∂y_k/∂x_i     of sums and means by the forward loop
///
/// All walk the same plan, in which x is the result and y is repeated over it. Sums and products are
/// formed in double precision in an order of the shapes alone: the same numbers whatever runs beside it,
/// and a mean of a 224 × 224 plane keeps the last digits that its elements have.
///
/// - Complexity: O(elements of x).
final class ReductionKernel: Kernel {
  let name = "loop"
  private let function: ReductionFunction
  private let plan: Broadcast
  private let result, source: TensorMemory
  private var totals: [Double]

  /// - Precondition: Both are in plain order and single precision, as large as the plan says.
  init(
    _ function: ReductionFunction, _ plan: Broadcast, result: TensorMemory, source: TensorMemory
  ) {
    plan.check(source, result, result)
    self.function = function
    self.plan = plan
    self.result = result
    self.source = source
    totals = [Double](repeating: 0, count: result.storedCount)
  }

  func run() {
    switch function {
    case .sum: add(over: 1)
    case .mean: add(over: Double(source.storedCount) / Double(max(totals.count, 1)))
    case .product: collect(from: 1) { $0 * $1 }
    // What is no number wins, as in NumPy.
    case .maximum: collect(from: -.infinity) { $1 > $0 || $1.isNaN ? $1 : $0 }
    case .minimum: collect(from: .infinity) { $1 < $0 || $1.isNaN ? $1 : $0 }
    }
  }

  /// The sums over `count`.
  private func add(over count: Double) {
    let inner = plan.inner
    withTotals(from: 0, over: count) { source, totals in
      plan.forEachRun { index, start, _ in
        totals.addRun(of: inner.count, at: start, step: inner.a) { i, lanes in
          source.vector(at: index &+ i, lanes: lanes)
        }
      }
    }
  }

  @inline(__always)
  private func collect(from start: Double, _ combine: (Double, Double) -> Double) {
    let inner = plan.inner
    withTotals(from: start, over: 1) { source, totals in
      plan.forEachRun { index, start, _ in
        for i in 0..<inner.count {
          let place = start + i * inner.a
          totals[unchecked: place] = combine(
            totals[unchecked: place], Double(source[unchecked: index + i]))
        }
      }
    }
  }

  /// Fills the totals by `body`, then writes them, over `count`, as the result.
  @inline(__always)
  private func withTotals(
    from start: Double, over count: Double, _ body: (Span<Float>, inout MutableSpan<Double>) -> Void
  ) {
    // Taken out of the object for the loop: a stored array is checked at every element.
    var totals = self.totals
    self.totals = []
    var span = totals.mutableSpan
    for index in span.indices { span[index] = start }
    source.withElements { body($0, &span) }
    result.withMutableElements { result in
      for index in span.indices { result[index] = Float(span[index] / count) }
    }
    self.totals = totals
  }
}

/// What the derivative of a reduction at its values is.
///
/// For each result: of a product the product of all elements but the zeros, and how many zeros there
/// are; of an extremum the index of the element that it is, the first of equals.
private struct ReductionDerivative {
  let function: ReductionFunction
  let plan: Broadcast
  private var products: [Double] = []
  private var zeros: [Int] = []
  private var places: [Int] = []

  init(_ function: ReductionFunction, _ plan: Broadcast, at source: TensorMemory, count: Int) {
    self.function = function
    self.plan = plan
    let inner = plan.inner
    switch function {
    case .sum, .mean: return
    case .product:
      var (products, zeros) = (
        [Double](repeating: 1, count: count), [Int](repeating: 0, count: count)
      )
      source.withElements { x in
        plan.forEachRun { index, start, _ in
          for i in 0..<inner.count {
            let value = Double(x[index + i])
            if value == 0 {
              zeros[start + i * inner.a] += 1
            } else {
              products[start + i * inner.a] *= value
            }
          }
        }
      }
      (self.products, self.zeros) = (products, zeros)
    case .maximum, .minimum:
      var places = [Int](repeating: -1, count: count)
      source.withElements { x in
        plan.forEachRun { index, start, _ in
          for i in 0..<inner.count {
            let (place, value) = (start + i * inner.a, x[index + i])
            let isBetter =
              places[place] < 0
              || (function == .maximum ? value > x[places[place]] : value < x[places[place]])
            if isBetter { places[place] = index + i }
          }
        }
      }
      self.places = places
    }
  }

  /// Calls `body` with the index of every element, that of its result, and ∂y/∂x.
  @inline(__always)
  func forEach(at source: TensorMemory, _ body: (_ x: Int, _ y: Int, _ factor: Float) -> Void) {
    let inner = plan.inner
    source.withElements { x in
      plan.forEachRun { index, start, _ in
        for i in 0..<inner.count {
          let (element, place) = (index + i, start + i * inner.a)
          let factor: Float =
            switch function {
            case .sum, .mean: 1
            case .maximum, .minimum: places[place] == element ? 1 : 0
            // Of the others: with one zero only its own, with two none.
            case .product:
              x[element] == 0
                ? zeros[place] == 1 ? Float(products[place]) : 0
                : zeros[place] == 0 ? Float(products[place] / Double(x[element])) : 0
            }
          body(element, place, factor)
        }
      }
    }
  }
}

/// gradient ← the result's gradient · ∂y/∂x.
final class ReductionPullbackKernel: Kernel {
  let name = "loop"
  private let function: ReductionFunction
  private let plan: Broadcast
  private let gradient, resultGradient, source: TensorMemory

  /// - Precondition: As for the forward loop.
  init(
    _ function: ReductionFunction, _ plan: Broadcast, gradient: TensorMemory,
    resultGradient: TensorMemory, source: TensorMemory
  ) {
    plan.check(gradient, resultGradient, resultGradient)
    self.function = function
    self.plan = plan
    self.gradient = gradient
    self.resultGradient = resultGradient
    self.source = source
  }

  func run() {
    guard function == .sum || function == .mean else { return scale() }
    let inner = plan.inner
    let factor =
      function == .sum
      ? 1 : Float(resultGradient.storedCount) / Float(max(gradient.storedCount, 1))
    resultGradient.withElements { result in
      gradient.withMutableElements { gradient in
        plan.forEachRun { index, start, _ in
          forEachOverlappingBlock(of: inner.count) { i, lanes in
            let value = result.vector(ofRunAt: start, step: inner.a, i, lanes: lanes)
            gradient.store(factor * value, at: index &+ i, lanes: lanes)
          }
        }
      }
    }
  }

  private func scale() {
    let derivative = ReductionDerivative(
      function, plan, at: source, count: resultGradient.storedCount)
    resultGradient.withElements { result in
      gradient.withMutableElements { gradient in
        derivative.forEach(at: source) { gradient[$0] = $2 * result[$1] }
      }
    }
  }
}

/// result ← Σ tangent · ∂y/∂x, of products and extrema.
final class ReductionPushforwardKernel: Kernel {
  let name = "loop"
  private let function: ReductionFunction
  private let plan: Broadcast
  private let result, tangent, source: TensorMemory

  /// - Precondition: As for the forward loop.
  init(
    _ function: ReductionFunction, _ plan: Broadcast, result: TensorMemory,
    tangent: TensorMemory, source: TensorMemory
  ) {
    plan.check(tangent, result, result)
    self.function = function
    self.plan = plan
    self.result = result
    self.tangent = tangent
    self.source = source
  }

  func run() {
    let derivative = ReductionDerivative(function, plan, at: source, count: result.storedCount)
    var sums = [Double](repeating: 0, count: result.storedCount)
    tangent.withElements { tangent in
      derivative.forEach(at: source) { sums[$1] += Double($2) * Double(tangent[$0]) }
    }
    result.withMutableElements { result in
      for index in sums.indices { result[index] = Float(sums[index]) }
    }
  }
}
