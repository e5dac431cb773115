public import Tensors

/// What a node computes, with its weights.
public enum Operation: Sendable {
  /// A two-dimensional convolution.
  case convolution(Convolution)
  /// A fully connected layer: `weights · x + bias`.
  case innerProduct(InnerProduct)
  /// max(x, 0).
  case relu
  /// The largest value of each window.
  case maxPool(PoolingWindow)
  /// The mean of each window; `countsPadding` says whether padding counts as zeros.
  case averagePool(PoolingWindow, countsPadding: Bool)
  /// The mean over the whole map.
  case globalAveragePool
  /// Division by the energy of neighbouring channels.
  case localResponseNormalization(LocalResponseNormalization)
  /// Maps laid one after the other along the channels.
  case concatenation
  /// A map read as a vector: channels × height × width to a map of height and width 1.
  case flatten
  /// exp(x) over its sum along the channels.
  case softmax
  /// The input itself (dropout in use, identity).
  case identity

  /// The operation's name, for messages and tables.
  public var name: String {
    switch self {
    case .convolution: "convolution"
    case .innerProduct: "inner product"
    case .relu: "ReLU"
    case .maxPool: "max pooling"
    case .averagePool: "average pooling"
    case .globalAveragePool: "global average pooling"
    case .localResponseNormalization: "local response normalization"
    case .concatenation: "concatenation"
    case .flatten: "flatten"
    case .softmax: "softmax"
    case .identity: "identity"
    }
  }
}

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
  /// Zeros around the input.
  public var padding: Padding
  /// The number of groups that channels are cut into.
  public var groups: Int

  /// Makes a convolution.
  ///
  /// - Precondition: Counts and sizes agree.
  public init(
    weights: [Float], bias: [Float], inputChannels: Int, outputChannels: Int, kernel: Extent,
    stride: Extent = Extent(height: 1, width: 1), dilation: Extent = Extent(height: 1, width: 1),
    padding: Padding = Padding(), groups: Int = 1
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
    self.groups = groups
  }
}

/// A fully connected layer with its weights.
public struct InnerProduct: Sendable {
  /// Outputs × inputs; the inputs are channels × height × width, row-major.
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

/// The windows of a pooling operation.
public struct PoolingWindow: Hashable, Sendable {
  /// Size of the window and step between windows.
  public var kernel, stride: Extent
  /// Rows and columns added around the map.
  public var padding: Padding
  /// Whether a last, incomplete window counts (Caffe, ONNX `ceil_mode`).
  public var roundsUp: Bool

  /// Makes a window.
  public init(
    kernel: Extent, stride: Extent = Extent(height: 1, width: 1), padding: Padding = Padding(),
    roundsUp: Bool = false
  ) {
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
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
