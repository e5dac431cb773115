/// A function of each element alone.
public enum UnaryFunction: Hashable, Sendable {
  /// max(x, 0).
  case relu
  /// x where it is positive, else slope · x.
  case leakyReLU(slope: Float)
  /// x where it is positive, else alpha · (exp(x) − 1).
  case elu(alpha: Float)
  /// min(max(x, lower), upper).
  case clip(lower: Float, upper: Float)
  /// 1 / (1 + exp(−x)).
  case sigmoid
  /// min(max(alpha · x + beta, 0), 1).
  case hardSigmoid(alpha: Float, beta: Float)
  /// x · min(max(x / 6 + 1/2, 0), 1) (Howard et al. 2019).
  case hardSwish
  /// x · sigmoid(x) (Elfwing et al. 2017; SiLU).
  case swish
  /// x · Φ(x), Φ the normal distribution (Hendrycks and Gimpel 2016).
  case gelu
  /// GELU's approximation by a hyperbolic tangent.
  case geluByTanh
  /// The hyperbolic tangent.
  case tanh
  /// The error function.
  case erf
  /// exp(x).
  case exponential
  /// The natural logarithm.
  case logarithm
  /// log(1 + exp(x)).
  case softplus
  /// √x.
  case squareRoot
  /// 1 / x.
  case reciprocal
  /// −x.
  case negative
  /// |x|.
  case absolute

  /// The function's name, for messages and tables.
  public var name: String {
    switch self {
    case .relu: "ReLU"
    case .leakyReLU: "leaky ReLU"
    case .elu: "ELU"
    case .clip: "clip"
    case .sigmoid: "sigmoid"
    case .hardSigmoid: "hard sigmoid"
    case .hardSwish: "hard swish"
    case .swish: "swish"
    case .gelu: "GELU"
    case .geluByTanh: "GELU by tanh"
    case .tanh: "tanh"
    case .erf: "error function"
    case .exponential: "exponential"
    case .logarithm: "logarithm"
    case .softplus: "softplus"
    case .squareRoot: "square root"
    case .reciprocal: "reciprocal"
    case .negative: "negation"
    case .absolute: "absolute value"
    }
  }
}

/// A function of two elements; tensors of different shapes are spread over each other as NumPy does.
public enum BinaryFunction: String, Hashable, Sendable {
  /// a + b.
  case add = "addition"
  /// a − b.
  case subtract = "subtraction"
  /// a · b.
  case multiply = "multiplication"
  /// a / b; of integers, towards zero.
  case divide = "division"
  /// a to the power of b.
  case power
  /// The larger one.
  case maximum
  /// The smaller one.
  case minimum
  /// The remainder of a / b with the sign of b, as Python counts.
  case modulo
  /// The remainder of a / b with the sign of a, as C counts.
  case remainder
}
