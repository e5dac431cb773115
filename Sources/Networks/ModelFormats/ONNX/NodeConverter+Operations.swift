import NetworkGraphs
import Tensors

extension NodeConverter {
  /// What a node computes; its attributes are read, its constants taken.
  mutating func operation(
    _ kind: KnownOperation, _ parts: Arguments, _ attributes: inout NodeAttributes
  ) throws(ModelError) -> Operation {
    let input = parts.inputs[0].tensor
    switch kind {
    case .convolution, .maxPool, .averagePool, .globalAveragePool, .localResponseNormalization:
      guard !input.isVector else { throw attributes.fault("a map expected, found a vector") }
    case .matrixProduct:
      guard input.isVector else { throw attributes.fault("a vector expected, found a map") }
    case .concatenation:
      guard parts.inputs.allSatisfy({ $0.tensor.isVector == input.isVector }) else {
        throw attributes.fault("maps and vectors cannot be joined")
      }
    case .relu, .flatten, .softmax, .dropout, .identity: break
    }
    switch kind {
    case .convolution: return .convolution(try convolution(parts, &attributes))
    case .relu: return .relu
    case .maxPool:
      attributes.ignore("storage_order")
      return .maxPool(try poolingWindow(&attributes))
    case .averagePool:
      let countsPadding = try attributes.flag("count_include_pad")
      return .averagePool(try poolingWindow(&attributes), countsPadding: countsPadding)
    case .globalAveragePool: return .globalAveragePool
    case .localResponseNormalization: return .localResponseNormalization(try lrn(&attributes))
    case .concatenation:
      try checkChannelAxis(of: input, &attributes, default: nil)
      return .concatenation
    case .flatten:
      try checkChannelAxis(of: input, &attributes, default: 1)
      return .flatten
    case .matrixProduct: return .innerProduct(try innerProduct(parts, &attributes))
    case .softmax:
      try checkSoftmax(of: input, &attributes)
      return .softmax
    case .dropout:
      try checkDropout(parts, &attributes)
      return .identity
    case .identity: return .identity
    }
  }

  private mutating func convolution(
    _ parts: Arguments, _ attributes: inout NodeAttributes
  ) throws(ModelError) -> Convolution {
    let weights = try constant(parts.constants[0], attributes)
    let sides = weights.dimensions
    guard sides.count == 4 else {
      throw attributes.fault(
        "its weights have \(sides.count) dimensions instead of 4",
        remedy: "only two-dimensional operations are known")
    }
    let window = try NodeWindow(
      &attributes, weightKernel: Extent(height: sides[2], width: sides[3]))
    let groups = try attributes.integer("group", default: 1, in: 1...sides[0])
    let (inputChannels, overflows) = sides[1].multipliedReportingOverflow(by: groups)
    guard sides[0].isMultiple(of: groups), !overflows else {
      throw attributes.fault("\(sides[0]) channels cannot be cut into \(groups) groups")
    }
    return Convolution(
      weights: weights.values,
      bias: try bias(parts, count: sides[0], isBroadcast: false, attributes),
      inputChannels: inputChannels, outputChannels: sides[0], kernel: window.kernel,
      stride: window.stride, dilation: window.dilation, padding: window.padding, groups: groups)
  }

  private func poolingWindow(
    _ attributes: inout NodeAttributes
  ) throws(ModelError) -> PoolingWindow {
    let window = try NodeWindow(&attributes)
    guard window.dilation == Extent(height: 1, width: 1) else {
      throw attributes.fault("its window is dilated", remedy: "only dense windows are known")
    }
    return PoolingWindow(
      kernel: window.kernel, stride: window.stride, padding: window.padding,
      roundsUp: try attributes.flag("ceil_mode"))
  }

  /// Gemm: alpha · x · B + beta · C, with B transposed or not.
  private mutating func innerProduct(
    _ parts: Arguments, _ attributes: inout NodeAttributes
  ) throws(ModelError) -> InnerProduct {
    let factor = try constant(parts.constants[0], attributes)
    guard factor.dimensions.count == 2 else {
      throw attributes.fault("its weights are not a matrix")
    }
    guard try !attributes.flag("transA") else {
      throw attributes.fault("it transposes the image's vector")
    }
    var weights = Matrix(
      rowCount: factor.dimensions[0], columnCount: factor.dimensions[1], elements: factor.values)
    if try !attributes.flag("transB") { weights = weights.transposed() }
    var bias = try bias(parts, count: weights.rowCount, isBroadcast: true, attributes)
    let alpha = try attributes.number("alpha", default: 1)
    let beta = try attributes.number("beta", default: 1)
    if alpha != 1 {
      weights = Matrix(
        rowCount: weights.rowCount, columnCount: weights.columnCount,
        elements: weights.elements.map { alpha * $0 })
    }
    if beta != 1 { bias = bias.map { beta * $0 } }
    return InnerProduct(weights: weights, bias: bias)
  }

  /// One value an output: as they stand, one for all where it `isBroadcast`, zeros without a bias.
  private mutating func bias(
    _ parts: Arguments, count: Int, isBroadcast: Bool, _ attributes: NodeAttributes
  ) throws(ModelError) -> [Float] {
    guard parts.constants.count > 1, !parts.constants[1].isEmpty else {
      return [Float](repeating: 0, count: count)
    }
    let bias = try constant(parts.constants[1], attributes)
    let values = bias.values
    guard values.count == count || (isBroadcast && values.count == 1),
      bias.dimensions.last ?? 1 == values.count, isBroadcast || bias.dimensions.count == 1
    else {
      throw attributes.fault("its bias has dimensions \(bias.dimensions), \(count) are expected")
    }
    return values.count == count ? values : [Float](repeating: values[0], count: count)
  }

  private func lrn(
    _ attributes: inout NodeAttributes
  ) throws(ModelError) -> LocalResponseNormalization {
    let result = LocalResponseNormalization(
      size: try attributes.integer("size", in: 1...65_535),
      alpha: try attributes.number("alpha", default: 1e-4),
      beta: try attributes.number("beta", default: 0.75),
      bias: try attributes.number("bias", default: 1))
    guard !result.size.isMultiple(of: 2), result.alpha >= 0, result.bias > 0 else {
      throw attributes.fault("the size must be odd, alpha not negative and the bias positive")
    }
    return result
  }
}
