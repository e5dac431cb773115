import Glibc

extension UnaryFunction {
  /// The function's value.
  package func value(_ x: Float) -> Float {
    switch self {
    case .relu: return x > 0 ? x : x.isNaN ? x : 0
    case .leakyReLU(let slope): return x > 0 ? x : slope * x
    case .elu(let alpha): return x > 0 ? x : alpha * expm1f(x)
    case .clip(let lower, let upper): return x.isNaN ? x : Swift.min(Swift.max(x, lower), upper)
    case .sigmoid: return 1 / (1 + expf(-x))
    case .hardSigmoid(let alpha, let beta): return Swift.min(Swift.max(alpha * x + beta, 0), 1)
    case .hardSwish: return x * Swift.min(Swift.max(x / 6 + 0.5, 0), 1)
    case .swish: return x / (1 + expf(-x))
    case .gelu: return 0.5 * x * (1 + erff(x * Float(0.5).squareRoot()))
    case .geluByTanh:
      let inner = (2 / Float.pi).squareRoot() * (x + 0.044715 * x * x * x)
      return 0.5 * x * (1 + tanhf(inner))
    case .tanh: return tanhf(x)
    case .erf: return erff(x)
    case .exponential: return expf(x)
    case .logarithm: return logf(x)
    case .softplus: return Swift.max(x, 0) + log1pf(expf(-Swift.abs(x)))
    case .squareRoot: return x.squareRoot()
    case .reciprocal: return 1 / x
    case .negative: return -x
    case .absolute: return Swift.abs(x)
    }
  }

  /// The function's value for a whole number; the number itself where there is none.
  func value(_ x: Int) -> Int {
    switch self {
    case .relu: Swift.max(x, 0)
    case .clip(let lower, let upper):
      Swift.min(Swift.max(x, Int(clamping: lower)), Int(clamping: upper))
    case .negative: 0 &- x
    case .absolute: x < 0 ? 0 &- x : x
    default: x
    }
  }
}

extension BinaryFunction {
  /// The function's value.
  package func value(_ a: Float, _ b: Float) -> Float {
    switch self {
    case .add: return a + b
    case .subtract: return a - b
    case .multiply: return a * b
    case .divide: return a / b
    case .power: return powf(a, b)
    case .maximum: return a.isNaN ? a : b.isNaN ? b : Swift.max(a, b)
    case .minimum: return a.isNaN ? a : b.isNaN ? b : Swift.min(a, b)
    case .remainder: return fmodf(a, b)
    case .modulo:
      let rest = fmodf(a, b)
      return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest
    }
  }

  /// The function's value for whole numbers, wrapping around where it overflows.
  ///
  /// - Returns: `nil` where there is none: a division by zero.
  package func value(_ a: Int, _ b: Int) -> Int? {
    switch self {
    case .add: return a &+ b
    case .subtract: return a &- b
    case .multiply: return a &* b
    case .maximum: return Swift.max(a, b)
    case .minimum: return Swift.min(a, b)
    case .divide: return b == 0 ? nil : a.dividedReportingOverflow(by: b).partialValue
    case .remainder: return b == 0 ? nil : a.remainderReportingOverflow(dividingBy: b).partialValue
    case .modulo:
      guard b != 0 else { return nil }
      let rest = a.remainderReportingOverflow(dividingBy: b).partialValue
      return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest
    case .power: return Self.power(a, b)
    }
  }

  /// By repeated squaring; a negative exponent has a whole result for 1 and −1 alone.
  private static func power(_ base: Int, _ exponent: Int) -> Int? {
    guard exponent >= 0 else {
      switch base {
      case 0: return nil
      case 1: return 1
      case -1: return exponent.isMultiple(of: 2) ? 1 : -1
      default: return 0
      }
    }
    var (result, factor, rest) = (1, base, exponent)
    while rest > 0 {
      if rest & 1 == 1 { result = result &* factor }
      factor = factor &* factor
      rest >>= 1
    }
    return result
  }
}
