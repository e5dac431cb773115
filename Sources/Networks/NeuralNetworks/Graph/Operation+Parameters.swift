public import Matrices

/// Height and width of something: a kernel, a stride, a dilation.
public struct Extent: Hashable, Sendable {
  /// Along the rows.
  public var height: Int
  /// Along the columns.
  public var width: Int

  /// Makes an extent.
  public init(height: Int, width: Int) {
    self.height = height
    self.width = width
  }
}

/// Rows and columns added around a map.
public struct Padding: Hashable, Sendable {
  /// Rows above, columns to the left, rows below, columns to the right.
  public var top, left, bottom, right: Int

  /// Makes a padding.
  public init(top: Int = 0, left: Int = 0, bottom: Int = 0, right: Int = 0) {
    self.top = top
    self.left = left
    self.bottom = bottom
    self.right = right
  }
}

/// How the padding of a window follows from the map.
public enum PaddingRule: Hashable, Sendable {
  /// As it is stated.
  case explicit
  /// As much as makes size / stride outputs, rounded up; an odd one goes below and to the right.
  case sameUpper
  /// The same, an odd one above and to the left.
  case sameLower
}

/// A two-dimensional convolution (cross-correlation) with its weights.
public struct Convolution: Sendable {
  /// Outputs × (inputs / groups) × kernel height × kernel width, row-major.
  public var weights: [Float]
  /// One value an output channel.
  public var bias: [Float]
  /// Channels in and out.
  public var inputChannels, outputChannels: Int
  /// Size of the kernel, step between windows, step between taps (1: dense).
  public var kernel, stride, dilation: Extent
  /// Zeros around the input, where the rule is `explicit`.
  public var padding: Padding
  /// How the padding follows from the map.
  public var paddingRule: PaddingRule
  /// The number of groups that channels are cut into.
  public var groups: Int

  /// Makes a convolution.
  ///
  /// - Precondition: Counts and sizes agree.
  public init(
    weights: [Float], bias: [Float], inputChannels: Int, outputChannels: Int, kernel: Extent,
    stride: Extent = Extent(height: 1, width: 1), dilation: Extent = Extent(height: 1, width: 1),
    padding: Padding = Padding(), paddingRule: PaddingRule = .explicit, groups: Int = 1
  ) {
    precondition(
      weights.count == outputChannels * (inputChannels / groups) * kernel.height * kernel.width
        && bias.count == outputChannels,
      "weights and bias do not fit \(inputChannels) → \(outputChannels) channels")
    self.weights = weights
    self.bias = bias
    self.inputChannels = inputChannels
    self.outputChannels = outputChannels
    self.kernel = kernel
    self.stride = stride
    self.dilation = dilation
    self.padding = padding
    self.paddingRule = paddingRule
    self.groups = groups
  }
}

/// A fully connected layer with its weights.
public struct InnerProduct: Sendable {
  /// Outputs × inputs, row-major.
  public var weights: Matrix
  /// One value an output.
  public var bias: [Float]

  /// Makes a layer.
  public init(weights: Matrix, bias: [Float]) {
    precondition(bias.count == weights.rowCount, "one bias an output is needed")
    self.weights = weights
    self.bias = bias
  }
}

/// scale · x + shift for each channel: what batch normalization is in use (Ioffe and Szegedy 2015).
public struct ChannelAffine: Hashable, Sendable {
  /// One value a channel.
  public var scale, shift: [Float]

  /// Makes the constants.
  ///
  /// - Precondition: There are as many of each.
  public init(scale: [Float], shift: [Float]) {
    precondition(scale.count == shift.count, "one scale and one shift a channel are needed")
    self.scale = scale
    self.shift = shift
  }
}

/// (x − mean) / √(variance + epsilon) · scale + shift, mean and variance over the dimensions from
/// `axis` on (Ba, Kiros and Hinton 2016).
public struct LayerNormalization: Hashable, Sendable {
  /// The first dimension that is normalized; negative counts from the end.
  public var axis: Int
  /// Added to the variance.
  public var epsilon: Float
  /// One value an element of the normalized dimensions, row-major.
  public var scale, shift: [Float]

  /// Makes the constants.
  ///
  /// - Precondition: There are as many of each.
  public init(axis: Int, epsilon: Float, scale: [Float], shift: [Float]) {
    precondition(scale.count == shift.count, "one scale and one shift an element are needed")
    self.axis = axis
    self.epsilon = epsilon
    self.scale = scale
    self.shift = shift
  }
}

/// The windows of a pooling operation.
public struct PoolingWindow: Hashable, Sendable {
  /// Size of the window, step between windows, step between its elements (1: dense).
  public var kernel, stride, dilation: Extent
  /// Rows and columns added around the map, where the rule is `explicit`.
  public var padding: Padding
  /// How the padding follows from the map.
  public var paddingRule: PaddingRule
  /// Whether a last, incomplete window counts (Caffe, ONNX `ceil_mode`).
  public var roundsUp: Bool

  /// Makes a window.
  public init(
    kernel: Extent, stride: Extent = Extent(height: 1, width: 1),
    dilation: Extent = Extent(height: 1, width: 1), padding: Padding = Padding(),
    paddingRule: PaddingRule = .explicit, roundsUp: Bool = false
  ) {
    self.kernel = kernel
    self.stride = stride
    self.dilation = dilation
    self.padding = padding
    self.paddingRule = paddingRule
    self.roundsUp = roundsUp
  }
}

/// Local response normalization across channels:
/// `y_c = x_c / (bias + alpha/size · Σ x_j²)^beta`, the sum over `size` channels around `c`
/// (Krizhevsky, Sutskever and Hinton 2012, section 3.3, with ONNX's division by the size).
public struct LocalResponseNormalization: Hashable, Sendable {
  /// The number of channels in the sum.
  public var size: Int
  /// The constants of the formula.
  public var alpha, beta, bias: Float

  /// Makes the constants.
  public init(size: Int, alpha: Float, beta: Float, bias: Float) {
    self.size = size
    self.alpha = alpha
    self.beta = beta
    self.bias = bias
  }
}
