internal import OneDNN

/// The windows of a pooling operation, of `MaxPool`, `AveragePool` and their relaxations.
///
/// Output o of a side reads elements o · stride + k · dilation − padding, k from 0 to kernel − 1; the
/// operators' files have the formulas, `Window` the arithmetic.
public struct PoolingWindow: Hashable, Sendable, Window {
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

  /// The shape of a pool's output: batch × channels × windows along rows × windows along columns.
  ///
  /// A window made of padding alone has neither a maximum nor a mean, so the padding must be smaller
  /// than the window, and where there is padding, the map no smaller than the gaps of a window.
  func pooledShape(_ node: Node, _ input: TensorShape) throws(GraphError) -> TensorShape {
    guard input.rank == 4 else { throw GraphError(node, "maps expected, found \(input)") }
    let (height, width) = (input.dimensions[2], input.dimensions[3])
    let counts = try windowCounts(node, forHeight: height, width: width)
    let padding = resolvedPadding(forHeight: height, width: width)
    for (most, kernel, dilation, side) in [
      (max(padding.top, padding.bottom), kernel.height, dilation.height, height),
      (max(padding.left, padding.right), kernel.width, dilation.width, width),
    ] {
      guard most == 0 || (most <= (kernel - 1) * dilation && dilation <= side) else {
        throw GraphError(
          node, "its padding reaches its kernel, \(self.kernel.height) × \(self.kernel.width)")
      }
    }
    return [input.dimensions[0], input.dimensions[1], counts.height, counts.width]
  }

  /// The window as oneDNN sees it: dilation from 0 on, and an end padding that fits the output.
  func geometry(from input: TensorShape, to output: TensorShape) -> WindowGeometry {
    let (height, width) = (input.dimensions[2], input.dimensions[3])
    let padding = resolvedPadding(forHeight: height, width: width)
    // A last window that is cut off by the border counts as padded; one that does not exist at all
    // leaves rows unread.
    func after(
      _ size: Int, _ outputSize: Int, _ kernel: Int, _ stride: Int, _ dilation: Int, _ before: Int
    ) -> Int { (outputSize - 1) * stride + (kernel - 1) * dilation + 1 - size - before }
    return WindowGeometry(
      kernel: [kernel.height, kernel.width], strides: [stride.height, stride.width],
      dilation: [dilation.height - 1, dilation.width - 1],
      paddingBefore: [padding.top, padding.left],
      paddingAfter: [
        after(
          height, output.dimensions[2], kernel.height, stride.height, dilation.height, padding.top),
        after(
          width, output.dimensions[3], kernel.width, stride.width, dilation.width, padding.left),
      ])
  }
}
