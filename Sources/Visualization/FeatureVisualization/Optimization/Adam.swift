internal import Glibc
internal import Numerics

/// Adam, an optimizer that scales each parameter's step by the recent size of its gradient.
///
/// Kingma and Ba, "Adam: a method for stochastic optimization", ICLR 2015, algorithm 1, here uphill;
/// with a weight decay that is decoupled from the gradient (Loshchilov and Hutter, "Decoupled weight
/// decay regularization", ICLR 2019, algorithm 2), and implicit, so that none is too strong: a parameter
/// is divided by 1 + λ (Zhuang et al., "Understanding AdamW through proximal methods and
/// scale-freeness", TMLR 2022).
public struct Adam: Sendable {
  /// The size of a step, α; 0.05 in the published atlas recipes.
  public var learningRate: Float = 0.05
  /// The decay of the mean of gradients, β₁.
  public var meanDecay: Float = 0.9
  /// The decay of the mean of squared gradients, β₂.
  public var squareDecay: Float = 0.999
  /// The weight decay of a step of full size, λ: the fraction of a parameter that is lost, where it is
  /// small.
  public var weightDecay: Float = 0
  /// What keeps the divisor from 0, ε.
  public var epsilon: Float = 1e-8

  /// Makes the optimizer with the published recipes' constants.
  public init() {}

  /// What Adam remembers of one image.
  public struct State: Sendable {
    /// The number of steps taken.
    public fileprivate(set) var stepCount = 0
    fileprivate var means: [Float]
    fileprivate var squares: [Float]

    /// The state before the first step.
    public init(parameterCount: Int) {
      means = [Float](repeating: 0, count: parameterCount)
      squares = means
    }
  }

  /// Takes a step uphill.
  ///
  /// - Parameters:
  ///   - parameters: What is optimized.
  ///   - gradient: The gradient of the objective with respect to `parameters`.
  ///   - state: The memory of former steps.
  ///   - factor: What the size of this step and its decay are multiplied by; a schedule's.
  ///   - decayScales: What each parameter's decay is multiplied by besides, at least 0; 1 for
  ///     all if there are none.
  public func ascend(
    _ parameters: inout [Float], along gradient: Span<Float>, _ state: inout State,
    factor: Float = 1, decayScales: [Float] = []
  ) {
    let count = parameters.count
    precondition(
      gradient.count == count && state.means.count == count,
      "\(count) parameters, \(gradient.count) gradients, a state of \(state.means.count)")
    precondition(
      decayScales.isEmpty || decayScales.count == count,
      "\(decayScales.count) scales of \(count) parameters")
    state.stepCount += 1
    // In Double: at first 1 − β₂ᵗ is about 10⁻³, of which Float's powers would keep four digits. The
    // corrections are the same for all parameters; one goes into the rate, the other under the root.
    let step = Double(state.stepCount)
    let meanCorrection = Float(1 / (1 - pow(Double(meanDecay), step)))
    let squareCorrection = Float(1 / (1 - pow(Double(squareDecay), step)))
    let rate = factor * learningRate * meanCorrection
    let decay = factor * weightDecay
    if !decayScales.isEmpty {
      let decayScales = decayScales.span
      update(&parameters, gradient, &state.means, &state.squares, rate, squareCorrection) {
        1 / (1 + decay * decayScales.vector(at: $0, lanes: $1))
      }
    } else {
      let kept = SIMD8(repeating: 1 / (1 + decay))
      update(&parameters, gradient, &state.means, &state.squares, rate, squareCorrection) { _, _ in
        kept
      }
    }
  }

  @inline(__always)
  private func update(
    _ parameters: inout [Float], _ gradient: Span<Float>, _ means: inout [Float],
    _ squares: inout [Float], _ rate: Float, _ squareCorrection: Float,
    kept: (_ index: Int, _ lanes: Int) -> SIMD8<Float>
  ) {
    var parameters = parameters.mutableSpan
    var means = means.mutableSpan
    var squares = squares.mutableSpan
    forEachBlock(of: parameters.count) { index, lanes in
      update(
        &parameters, gradient, &means, &squares, rate, squareCorrection, kept(index, lanes),
        at: index, lanes)
    }
  }

  @inline(__always)
  private func update(
    _ parameters: inout MutableSpan<Float>, _ gradient: Span<Float>,
    _ means: inout MutableSpan<Float>, _ squares: inout MutableSpan<Float>, _ rate: Float,
    _ squareCorrection: Float, _ kept: SIMD8<Float>, at index: Int, _ lanes: Int
  ) {
    let partial = gradient.vector(at: index, lanes: lanes)
    var mean = means.vector(at: index, lanes: lanes)
    var square = squares.vector(at: index, lanes: lanes)
    mean = (meanDecay * mean).addingProduct(partial, SIMD8(repeating: 1 - meanDecay))
    square = (squareDecay * square)
      .addingProduct(partial * partial, SIMD8(repeating: 1 - squareDecay))
    let divisor = squareRoot(square * squareCorrection) + epsilon
    let parameter = parameters.vector(at: index, lanes: lanes)
    parameters.store(kept * parameter + rate * mean / divisor, at: index, lanes: lanes)
    means.store(mean, at: index, lanes: lanes)
    squares.store(square, at: index, lanes: lanes)
  }
}
