internal import OneDNN

/// The Jacobian that stands for a max pool's under a relaxation (see `MaxPoolRule`), both ways.
///
/// With S the average over windows, x the pool's input and products element by element, the Jacobian is
///
///   average                   S
///   average, padding counted  D S, D the ratio of oneDNN's divisor to PyTorch's where a last window
///                             is cut off
///   L2                        B⁻¹ S 2x − A B⁻² S sgn(x),   A = S x²,  B = 0.01 + S |x|
///
/// The pullback is the transpose of what is listed, the pushforward the Jacobian itself; the forward
/// value stays the exact maximum (`MaxPool`). All of it is computed in single precision, in the layout
/// of the pool: squares of bfloat16 numbers would be rounded to 8 bits before they are averaged.
struct RelaxedMaxPool {
  private let rule: MaxPoolRule
  private let input, output: TensorSlot
  private let compiler: NetworkCompiler
  private let geometry: WindowGeometry
  private let kind: PoolingKind
  /// D for each position of the output, or nil when it is 1 everywhere.
  private let divisorRatios: [Float]?

  init(
    _ rule: MaxPoolRule, window: PoolingWindow, from input: TensorSlot, to output: TensorSlot,
    with compiler: NetworkCompiler
  ) throws {
    self.rule = rule
    self.input = input
    self.output = output
    self.compiler = compiler
    geometry = window.geometry(from: input.shape, to: output.shape)
    switch rule {
    case .exact: preconditionFailure("an exact max pool needs no relaxation")
    case .average, .l2:
      kind = .meanExcludingPadding
      divisorRatios = nil
    case .averageCountingPadding:
      kind = .meanIncludingPadding
      let ratios = Self.divisorRatios(window, from: input, to: output)
      divisorRatios = ratios.allSatisfy { $0 == 1 } ? nil : ratios
    }
  }

  /// The windows' size over the part of it that lies within the padded map: PyTorch divides by the
  /// latter, oneDNN by the former.
  ///
  /// - Returns: One number for each position of the output, row-major; 1 but for cut-off windows.
  private static func divisorRatios(
    _ window: PoolingWindow, from input: TensorSlot, to output: TensorSlot
  ) -> [Float] {
    let padding = window.resolvedPadding(forHeight: input.height, width: input.width)
    /// How many of a window's elements lie before the padded side's end.
    func inside(
      _ index: Int, _ kernel: Int, _ stride: Int, _ dilation: Int, _ before: Int, _ end: Int
    ) -> Int {
      let start = index * stride - before
      return (0..<kernel).count { start + $0 * dilation < end }
    }
    return (0..<output.height).flatMap { row in
      let rows = inside(
        row, window.kernel.height, window.stride.height, window.dilation.height, padding.top,
        input.height + padding.bottom)
      return (0..<output.width).map { column in
        let columns = inside(
          column, window.kernel.width, window.stride.width, window.dilation.width, padding.left,
          input.width + padding.right)
        return Float(window.kernel.height * window.kernel.width) / Float(max(rows * columns, 1))
      }
    }
  }

  // MARK: Both ways

  /// The transpose of the Jacobian times the output's gradient.
  func pullback() throws -> [Step] {
    guard compiler.isDifferentiated(input) else { return [] }
    let contribution = try compiler.gradientContribution(of: input)
    let resultGradient = try wide(output, 1)
    var steps = [try compiler.reorder(try output.gradient(), to: resultGradient)]
    let gradient = try wide(input, 1)
    if rule == .l2 {
      // Jᵀ ȳ = 2x Sᵀ(B⁻¹ ȳ) − sgn(x) Sᵀ(A B⁻² ȳ): two spreads, combined element by element.
      let (values, linearization) = try values()
      let (first, second) = (try wide(output, 1), try wide(output, 1))
      let (alongX, alongSign) = (try wide(input, 1), try wide(input, 1))
      steps += linearization
      steps.append(
        .loop {
          first.set(resultGradient, values.smooth) { $0 * $1.x }
          second.set(resultGradient, values.smooth) { $0 * $1.y }
        })
      steps += [try spread(first, to: alongX, 1), try spread(second, to: alongSign, 1)]
      steps.append(
        .loop {
          gradient.combine(values.x, alongX, alongSign) { x, a, b in 2 * x * a + sign(x) * b }
        })
    } else {
      if let step = scale(resultGradient, 1) { steps.append(step) }
      steps.append(try spread(resultGradient, to: gradient, 1))
    }
    return steps + [try compiler.reorder(gradient, to: contribution.memory)] + contribution.then
  }

  /// The Jacobian times all tangents, as one batch.
  func pushforward(_ tangents: TangentCompiler) throws -> TangentSteps {
    guard let narrow = try tangents.tangent(of: input) else { return TangentSteps(push: []) }
    let count = tangents.count
    let result = try tangents.makeTangent(of: output)
    let (tangent, wideResult) = (try wide(input, count), try wide(output, count))
    var steps = TangentSteps(push: [try compiler.reorder(narrow, to: tangent)])
    if rule == .l2 {
      let (values, linearization) = try values()
      let (alongX, alongSign) = (try wide(input, count), try wide(input, count))
      let second = try wide(output, count)
      // Factors are the same for all tangents: computed once a forward pass.
      steps.linearization = linearization
      steps.push.append(
        .loop {
          alongX.set(tangent, repeating: values.x) { $0 * 2 * $1 }
          alongSign.set(tangent, repeating: values.x) { $0 * sign($1) }
        })
      steps.push += [
        try average(alongX, to: wideResult, count), try average(alongSign, to: second, count),
      ]
      steps.push.append(
        .loop {
          wideResult.combine(with: second, repeating: values.smooth) { a, b, factors in
            a * factors.x + b * factors.y
          }
        })
    } else {
      steps.push.append(try average(tangent, to: wideResult, count))
      if let step = scale(wideResult, count) { steps.push.append(step) }
    }
    steps.push.append(try compiler.reorder(wideResult, to: result))
    return steps
  }

  // MARK: Parts

  /// What the L2 relaxation takes from the values.
  private struct Values {
    /// The pool's input in single precision.
    let x: TensorMemory
    let smooth: Smooth
  }

  /// B⁻¹ and −A B⁻² for each element of the output, as it lies in memory; filled when the steps run.
  fileprivate final class Smooth {
    var factors: [SIMD2<Float>] = []
  }

  /// The steps that compute them, to be run after a forward pass.
  private func values() throws -> (Values, [Step]) {
    let x = try wide(input, 1)
    let (squares, sizes) = (try wide(input, 1), try wide(input, 1))
    let (a, b) = (try wide(output, 1), try wide(output, 1))
    let smooth = Smooth()
    let steps = [
      try compiler.reorder(try input.value(), to: x),
      .loop {
        squares.set(x) { $0 * $0 }
        sizes.set(x) { abs($0) }
      },
      try average(squares, to: a, 1), try average(sizes, to: b, 1),
      .loop {
        smooth.factors = a.zipped(with: b) { a, b in
          // 0.01 is lucid's: it keeps a window of zeros from dividing by 0.
          let divisor = 0.01 + b
          return SIMD2(1 / divisor, -a / (divisor * divisor))
        }
      },
    ]
    return (Values(x: x, smooth: smooth), steps)
  }

  /// Single-precision memory of a tensor, several times over.
  private func wide(_ slot: TensorSlot, _ count: Int) throws -> TensorMemory {
    try TensorMemory(
      TensorDescriptor(
        slot.shape.repeated(count).dimensions, layout: slot.format.layout, format: .float32))
  }

  /// destination ← S source, for `count` tensors one after the other.
  private func average(
    _ source: TensorMemory, to destination: TensorMemory, _ count: Int
  ) throws -> Step {
    let primitive = try Primitive.pooling(
      kind, source: source.descriptor, destination: destination.descriptor, geometry: geometry,
      keepsWorkspace: false)
    return try compiler.run(primitive, [(.source, source), (.destination, destination)])
  }

  /// result ← Sᵀ gradient: the transpose of `average`.
  private func spread(
    _ gradient: TensorMemory, to result: TensorMemory, _ count: Int
  ) throws -> Step {
    let forward = try Primitive.pooling(
      kind, source: result.descriptor, destination: gradient.descriptor, geometry: geometry,
      keepsWorkspace: false)
    let primitive = try Primitive.poolingPullback(
      kind, sourceGradient: result.descriptor, destinationGradient: gradient.descriptor,
      geometry: geometry, forward: forward)
    return try compiler.run(
      primitive, [(.sourceGradient, result), (.destinationGradient, gradient)])
  }

  /// Multiplies by D, if it is not 1.
  private func scale(_ memory: TensorMemory, _ count: Int) -> Step? {
    guard let ratios = divisorRatios else { return nil }
    let block = output.channelsTogether
    return .loop {
      memory.withMutableElements { elements in
        // In memory: planes × positions × lanes of a block, in every layout.
        for index in 0..<elements.count {
          elements[index] *= ratios[index / block % ratios.count]
        }
      }
    }
  }
}

/// −1, 0 or 1, as TensorFlow's derivative of |x| has it at 0.
private func sign(_ x: Float) -> Float { x > 0 ? 1 : x < 0 ? -1 : 0 }

extension TensorMemory {
  /// self ← f(a).
  fileprivate func set(_ a: TensorMemory, _ f: (Float) -> Float) {
    a.withElements { a in
      withMutableElements { result in
        for index in 0..<result.count { result[index] = f(a[index]) }
      }
    }
  }

  /// self ← f(a, b), b repeated.
  fileprivate func set(
    _ a: TensorMemory, repeating b: TensorMemory, _ f: (Float, Float) -> Float
  ) {
    a.withElements { a in
      b.withElements { b in
        withMutableElements { result in
          for start in stride(from: 0, to: result.count, by: max(b.count, 1)) {
            for index in 0..<b.count { result[start + index] = f(a[start + index], b[index]) }
          }
        }
      }
    }
  }

  /// self ← f(a, factors).
  fileprivate func set(
    _ a: TensorMemory, _ smooth: RelaxedMaxPool.Smooth, _ f: (Float, SIMD2<Float>) -> Float
  ) {
    let factors = smooth.factors
    a.withElements { a in
      withMutableElements { result in
        for index in 0..<result.count { result[index] = f(a[index], factors[index]) }
      }
    }
  }

  /// self ← f(a, b, c).
  fileprivate func combine(
    _ a: TensorMemory, _ b: TensorMemory, _ c: TensorMemory,
    _ f: (Float, Float, Float) -> Float
  ) {
    a.withElements { a in
      b.withElements { b in
        c.withElements { c in
          withMutableElements { result in
            for index in 0..<result.count { result[index] = f(a[index], b[index], c[index]) }
          }
        }
      }
    }
  }

  /// self ← f(self, b, factors), the factors repeated.
  fileprivate func combine(
    with b: TensorMemory, repeating smooth: RelaxedMaxPool.Smooth,
    _ f: (Float, Float, SIMD2<Float>) -> Float
  ) {
    let factors = smooth.factors
    b.withElements { b in
      withMutableElements { result in
        for start in stride(from: 0, to: result.count, by: max(factors.count, 1)) {
          for index in factors.indices {
            result[start + index] = f(result[start + index], b[start + index], factors[index])
          }
        }
      }
    }
  }

  /// f of both tensors' elements, in memory order.
  fileprivate func zipped<Result>(
    with other: TensorMemory, _ f: (Float, Float) -> Result
  ) -> [Result] {
    withElements { a in other.withElements { b in a.indices.map { f(a[$0], b[$0]) } } }
  }
}
