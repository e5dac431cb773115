/// What a node computes, with its weights.
///
/// The names in brackets are the inputs, in order; a network's file may leave out those with a
/// question mark, either by a shorter list or by an empty name. Negative axes count from the end.
///
/// A case is what importers write and passes look for; everything else that is known about it is its
/// `rules`, an `Operator` in a file of its own.
public enum Operation: Sendable {
  // MARK: With weights

  /// A two-dimensional convolution. [x: batch × channels × height × width]
  case convolution(Convolution)
  /// A fully connected layer along the last dimension: `weights · x + bias`. [x: … × inputs]
  case innerProduct(InnerProduct)
  /// scale · x + shift, one of each a channel (batch normalization in use). [x: batch × channels …]
  case channelAffine(ChannelAffine)
  /// x where it is positive, else slope · x, one slope a channel. [x: batch × channels …]
  case parametricReLU(ParametricReLU)
  /// Normalization over the last dimensions. [x]
  case layerNormalization(LayerNormalization)
  /// Division by the energy of neighboring channels. [x: batch × channels …]
  case localResponseNormalization(LocalResponseNormalization)

  // MARK: Windows and sums

  /// The largest value of each window. [x: batch × channels × height × width]
  case maxPool(PoolingWindow)
  /// The mean of each window; `countsPadding` says whether padding counts as zeros. [x]
  case averagePool(PoolingWindow, countsPadding: Bool)
  /// The mean over all dimensions after the channels, each such size 1. [x: batch × channels …]
  case globalAveragePool
  /// A sum, a mean, an extremum … along some dimensions, all of them if nil. [x]
  case reduction(ReductionFunction, axes: [Int]?, keepsDimensions: Bool)
  /// exp(x) over its sum along one dimension. [x]
  case softmax(axis: Int)
  /// The matrix products of the last two dimensions; those before are broadcast. [a, b]
  case matrixProduct

  // MARK: Elements

  /// A function of each element. [x]
  case unary(UnaryFunction)
  /// A function of two elements. [a, b]
  case binary(BinaryFunction)
  /// a where the condition holds, else b. [condition, a, b]
  case select
  /// Whether two elements are equal, one is less … [a, b]
  case comparison(Comparison)
  /// The same values as another type: towards zero, and "not 0" for truth values. [x]
  case cast(ElementType)

  // MARK: Arrangement

  /// Tensors joined along one dimension. [x₁, x₂, …]
  case concatenation(axis: Int)
  /// One of the outputs of a split; `sizes` are those of all outputs, nil for `count` equal ones, a
  /// smaller last one allowed. [x]
  case splitOutput(index: Int, count: Int, sizes: [Int]?, axis: Int)
  /// Elements from a start to before an end, with a step (ONNX `Slice`). [x, starts, ends, axes?,
  /// steps?]
  case slice
  /// Some rows and columns of a map. [x: batch × channels × height × width]
  case crop(rows: Range<Int>, columns: Range<Int>)
  /// Elements at indices along one dimension. [x, indices]
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
  /// With further dimensions of size 1, at these indices of the result. [x]
  case unsqueeze(axes: [Int])
  /// Repeated to fill a shape, as NumPy's broadcasting does. [x, shape]
  case expand
  /// Laid side by side, so many times along each dimension. [x, repeats]
  case tile
  /// Interpolated to other sizes. [x, sizes or scales]
  case resize(Resizing)
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
  /// Numbers a step apart. [start, limit, step]
  case range

  /// What is known about the operation.
  ///
  /// The only switch over all of them: a new case is written here and in its own file.
  var rules: any Operator {
    switch self {
    case .convolution(let convolution): convolution
    case .innerProduct(let layer): layer
    case .channelAffine(let affine): affine
    case .parametricReLU(let function): function
    case .layerNormalization(let layer): layer
    case .localResponseNormalization(let constants): constants
    case .maxPool(let window): MaxPool(window: window)
    case .averagePool(let window, let countsPadding):
      AveragePool(window: window, countsPadding: countsPadding)
    case .globalAveragePool: GlobalAveragePool()
    case .reduction(let function, let axes, let keepsDimensions):
      Reduction(function: function, axes: axes, keepsDimensions: keepsDimensions)
    case .softmax(let axis): Softmax(axis: axis)
    case .matrixProduct: MatrixProduct()
    case .unary(let function): function
    case .binary(let function): function
    case .select: Selection()
    case .comparison(let comparison): comparison
    case .cast(let type): Cast(type: type)
    case .concatenation(let axis): Concatenation(axis: axis)
    case .splitOutput(let index, let count, let sizes, let axis):
      SplitOutput(index: index, count: count, sizes: sizes, axis: axis)
    case .slice: Slice()
    case .crop(let rows, let columns): Crop(rows: rows, columns: columns)
    case .gather(let axis): Gather(axis: axis)
    case .flatten(let axis): Reshape(.flatten(axis: axis))
    case .reshape(let allowsZero): Reshape(.sizes(allowsZero: allowsZero))
    case .transpose(let order): Transpose(order: order)
    case .squeeze(let axes): Reshape(.squeeze(axes: axes))
    case .unsqueeze(let axes): Reshape(.unsqueeze(axes: axes))
    case .expand: Expansion()
    case .tile: Tiling()
    case .resize(let resizing): resizing
    case .pad(let content): Pad(content: content)
    case .identity: Identity()
    case .constant(let tensor): Constant(tensor: tensor)
    case .shape(let start, let end): ShapeOf(start: start, end: end)
    case .filled(let tensor): Filled(value: tensor)
    case .range: NumberRange()
    }
  }

  /// The operation's name, for messages and tables, for instance `depthwise convolution`.
  public var name: String { rules.name }
}

extension Operation {
  /// The mean over some dimensions, all of them if nil. [x]
  public static func mean(axes: [Int]?, keepsDimensions: Bool) -> Operation {
    .reduction(.mean, axes: axes, keepsDimensions: keepsDimensions)
  }
}

extension Operation {
  /// Whether the result has the same elements in the same order, in another shape.
  var isReshape: Bool {
    switch self {
    case .flatten, .reshape, .squeeze, .unsqueeze: true
    default: false
    }
  }
}
