internal import COneDNN

/// A function of each element that oneDNN knows.
public enum Elementwise: Sendable, Hashable {
  /// x where it is positive, else slope · x.
  case relu(slope: Float)
  /// x where it is positive, else alpha · (exp(x) − 1).
  case elu(alpha: Float)
  /// min(max(x, lower), upper).
  case clip(lower: Float, upper: Float)
  /// scale · x + shift.
  case linear(scale: Float, shift: Float)
  /// factor · x to a power.
  case power(factor: Float, exponent: Float)
  /// 1 / (1 + exp(−x)), x · that, x · min(max(x / 6 + 1/2, 0), 1).
  case logistic, swish, hardSwish
  /// x · Φ(x), by the error function and by a hyperbolic tangent.
  case geluByErf, geluByTanh
  /// The functions of these names.
  case tanh, exponential, absolute

  /// oneDNN's algorithm and its two parameters.
  var code: (algorithm: dnnl_alg_kind_t, alpha: Float, beta: Float) {
    switch self {
    case .relu(let slope): (dnnl_eltwise_relu, slope, 0)
    case .elu(let alpha): (dnnl_eltwise_elu, alpha, 0)
    // The second version's derivative is 0 at the upper end as well, as it is at the lower.
    case .clip(let lower, let upper): (dnnl_eltwise_clip_v2, lower, upper)
    case .linear(let scale, let shift): (dnnl_eltwise_linear, scale, shift)
    case .power(let factor, let exponent): (dnnl_eltwise_pow, factor, exponent)
    case .logistic: (dnnl_eltwise_logistic, 0, 0)
    // oneDNN's is x · logistic(alpha · x).
    case .swish: (dnnl_eltwise_swish, 1, 0)
    case .hardSwish: (dnnl_eltwise_hardswish, 0, 0)
    case .geluByErf: (dnnl_eltwise_gelu_erf, 0, 0)
    case .geluByTanh: (dnnl_eltwise_gelu_tanh, 0, 0)
    case .tanh: (dnnl_eltwise_tanh, 0, 0)
    case .exponential: (dnnl_eltwise_exp, 0, 0)
    case .absolute: (dnnl_eltwise_abs, 0, 0)
    }
  }
}

extension Primitive {
  /// A function of each element, forward.
  ///
  /// The corresponding oneDNN function is `dnnl_eltwise_forward_desc_init`.
  public static func elementwise(
    _ function: Elementwise, data: TensorDescriptor
  ) throws(OneDNNError) -> Primitive {
    var data = data.value
    var operation = dnnl_eltwise_desc_t()
    let code = function.code
    try check(
      dnnl_eltwise_forward_desc_init(
        &operation, dnnl_forward_training, code.algorithm, &data, code.alpha, code.beta),
      "dnnl_eltwise_forward_desc_init")
    return try Primitive(operation: &operation)
  }

  /// The gradient of a function of each element; it reads the function's input.
  ///
  /// The corresponding oneDNN function is `dnnl_eltwise_backward_desc_init`.
  public static func elementwisePullback(
    _ function: Elementwise, data: TensorDescriptor, forward: Primitive
  ) throws(OneDNNError) -> Primitive {
    var data = data.value
    var gradient = data
    var operation = dnnl_eltwise_desc_t()
    let code = function.code
    try check(
      dnnl_eltwise_backward_desc_init(
        &operation, code.algorithm, &gradient, &data, code.alpha, code.beta),
      "dnnl_eltwise_backward_desc_init")
    return try Primitive(operation: &operation, hint: forward)
  }
}
