/// What a node computes, with its weights.
///
/// The names in brackets are the inputs, in order; a network's file may leave out those with a
/// question mark, either by a shorter list or by an empty name. Negative axes count from the end.
public enum Operation: Sendable {
  // MARK: With weights

  /// A two-dimensional convolution. [x: batch × channels × height × width]
  case convolution(Convolution)
  /// A fully connected layer along the last dimension: `weights · x + bias`. [x: … × inputs]
  case innerProduct(InnerProduct)
  /// scale · x + shift, one of each a channel (batch normalization in use). [x: batch × channels …]
  case channelAffine(ChannelAffine)
  /// Normalization over the last dimensions. [x]
  case layerNormalization(LayerNormalization)
  /// Division by the energy of neighbouring channels. [x: batch × channels …]
  case localResponseNormalization(LocalResponseNormalization)

  // MARK: Windows and sums

  /// The largest value of each window. [x: batch × channels × height × width]
  case maxPool(PoolingWindow)
  /// The mean of each window; `countsPadding` says whether padding counts as zeros. [x]
  case averagePool(PoolingWindow, countsPadding: Bool)
  /// The mean over everything behind the channels, each such size 1. [x: batch × channels …]
  case globalAveragePool
  /// The mean over some dimensions, all of them if nil. [x]
  case mean(axes: [Int]?, keepsDimensions: Bool)
  /// exp(x) over its sum along one dimension. [x]
  case softmax(axis: Int)
  /// The matrix products of the last two dimensions; those before are spread over each other. [a, b]
  case matrixProduct

  // MARK: Elements

  /// A function of each element. [x]
  case unary(UnaryFunction)
  /// A function of two elements. [a, b]
  case binary(BinaryFunction)
  /// a where the condition holds, else b. [condition, a, b]
  case select
  /// Whether two elements are equal. [a, b]
  case equal
  /// The same values as another type: towards zero, and "not 0" for truth values. [x]
  case cast(ElementType)

  // MARK: Arrangement

  /// Tensors laid one after the other along one dimension. [x₁, x₂, …]
  case concatenation(axis: Int)
  /// One of the pieces into which a dimension is cut; `sizes` are all pieces', nil for equal ones of
  /// which there are `count`, a smaller last one allowed. [x]
  case piece(index: Int, count: Int, sizes: [Int]?, axis: Int)
  /// Elements from a start to before an end, with a step (ONNX `Slice`). [x, starts, ends, axes?,
  /// steps?]
  case slice
  /// Elements at places along one dimension. [x, indices]
  case gather(axis: Int)
  /// Two dimensions: what lies before the axis, and the rest. [x]
  case flatten(axis: Int)
  /// The same elements in another shape: −1 is whatever fits, 0 the old size unless `allowsZero`.
  /// [x, shape]
  case reshape(allowsZero: Bool)
  /// Dimensions in another order; nil reverses them. [x]
  case transpose([Int]?)
  /// Without dimensions of size 1; nil drops all of them. [x]
  case squeeze(axes: [Int]?)
  /// With further dimensions of size 1, at these places of the result. [x]
  case unsqueeze(axes: [Int])
  /// Repeated to fill a shape, as NumPy's broadcasting does. [x, shape]
  case expand
  /// With elements around it; negative amounts cut off. [x, amounts, value?, axes?]
  case pad(PaddingContent)
  /// The input itself (dropout in use, identity). [x]
  case identity

  // MARK: Known before the network runs

  /// Values of the file. []
  case constant(ConstantTensor)
  /// The sizes of a tensor, from one dimension to before another (nil: to the end). [x]
  case shape(start: Int, end: Int?)
  /// One value repeated to fill a shape. [shape]
  case filled(ConstantTensor)

  /// The operation's name, for messages and tables.
  public var name: String {
    switch self {
    case .convolution(let convolution):
      convolution.groups == 1
        ? "convolution"
        : convolution.groups == convolution.inputChannels
          ? "depthwise convolution" : "grouped convolution"
    case .innerProduct: "inner product"
    case .channelAffine: "batch normalization"
    case .layerNormalization: "layer normalization"
    case .localResponseNormalization: "local response normalization"
    case .maxPool: "max pooling"
    case .averagePool: "average pooling"
    case .globalAveragePool: "global average pooling"
    case .mean: "mean"
    case .softmax: "softmax"
    case .matrixProduct: "matrix product"
    case .unary(let function): function.name
    case .binary(let function): function.rawValue
    case .select: "selection"
    case .equal: "comparison"
    case .cast: "cast"
    case .concatenation: "concatenation"
    case .piece: "split"
    case .slice: "slice"
    case .gather: "gather"
    case .flatten: "flatten"
    case .reshape: "reshape"
    case .transpose: "transpose"
    case .squeeze: "squeeze"
    case .unsqueeze: "unsqueeze"
    case .expand: "expand"
    case .pad: "padding"
    case .identity: "identity"
    case .constant: "constant"
    case .shape: "shape"
    case .filled: "constant of a shape"
    }
  }
}

/// What lies around a padded tensor.
public enum PaddingContent: Hashable, Sendable {
  /// A value, 0 unless given.
  case constant
  /// The tensor mirrored, its edge not repeated.
  case reflection
  /// The nearest element.
  case edge
}
