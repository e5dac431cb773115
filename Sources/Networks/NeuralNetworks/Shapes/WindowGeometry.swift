extension PoolingWindow {
  /// The padding around a map of the given size, the rule worked out.
  package func resolvedPadding(forHeight height: Int, width: Int) -> Padding {
    paddingRule.resolved(
      padding, kernel: kernel, stride: stride, dilation: dilation,
      side: Extent(height: height, width: width))
  }
}

extension Convolution {
  /// The padding around a map of the given size, the rule worked out.
  package func resolvedPadding(forHeight height: Int, width: Int) -> Padding {
    paddingRule.resolved(
      padding, kernel: kernel, stride: stride, dilation: dilation,
      side: Extent(height: height, width: width))
  }
}

extension PaddingRule {
  /// The padding that the rule stands for.
  ///
  /// Numbers that are no window give whatever; the shape rules refuse them.
  func resolved(
    _ padding: Padding, kernel: Extent, stride: Extent, dilation: Extent, side: Extent
  ) -> Padding {
    if self == .explicit { return padding }
    let rows = shared(side.height, kernel.height, stride.height, dilation.height)
    let columns = shared(side.width, kernel.width, stride.width, dilation.width)
    return Padding(top: rows.before, left: columns.before, bottom: rows.after, right: columns.after)
  }

  /// What is missing along one side for side / stride windows, rounded up, cut in two.
  private func shared(
    _ side: Int, _ kernel: Int, _ stride: Int, _ dilation: Int
  ) -> (before: Int, after: Int) {
    guard let line = WindowLine(kernel: kernel, stride: stride, dilation: dilation), side > 0 else {
      return (0, 0)
    }
    let missing = max(((side - 1) / stride) * stride + line.reach - side, 0)
    let (less, more) = (missing / 2, missing - missing / 2)
    return self == .sameUpper ? (less, more) : (more, less)
  }
}

/// Windows along one side of a map.
struct WindowLine {
  let kernel, stride, dilation: Int

  /// `nil` for numbers that are no window.
  init?(kernel: Int, stride: Int, dilation: Int) {
    let sensible = 1...(1 << 20)
    guard sensible.contains(kernel), sensible.contains(stride), sensible.contains(dilation) else {
      return nil
    }
    self.kernel = kernel
    self.stride = stride
    self.dilation = dilation
  }

  /// The elements from a window's first to its last.
  var reach: Int { (kernel - 1) * dilation + 1 }

  /// The number of windows.
  ///
  /// Rounded down, only windows that lie wholly inside the padded side count. Rounded up (Caffe,
  /// ONNX `ceil_mode`), one more incomplete window may follow, but the last window must start inside
  /// the side or the padding before it.
  ///
  /// - Returns: 0 when not one fits.
  func count(side: Int, before: Int, after: Int, roundsUp: Bool) -> Int {
    let room = side + before + after - reach
    guard room >= 0 else { return 0 }
    guard roundsUp else { return room / stride + 1 }
    let count = (room + stride - 1) / stride + 1
    return (count - 1) * stride >= side + before ? count - 1 : count
  }
}
