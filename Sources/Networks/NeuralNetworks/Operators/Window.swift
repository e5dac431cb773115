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

/// How the padding of a window follows from the map: ONNX's `auto_pad`, TensorFlow's `SAME`.
public enum PaddingRule: Hashable, Sendable {
  /// As it is stated.
  case explicit
  /// As much as makes size / stride outputs, rounded up; an odd one goes below and to the right.
  case sameUpper
  /// The same, an odd one above and to the left.
  case sameLower
}

/// A window that moves over the rows and columns of a map: a convolution's or a pool's.
///
/// Along a side, output o's element k reads index o · stride + k · dilation − padding. What is computed
/// there, and its pullback and pushforward, is in the operators' files.
package protocol Window {
  /// Size of the window, step between windows, step between its elements (1: dense).
  var kernel: Extent { get }
  var stride: Extent { get }
  var dilation: Extent { get }
  /// Rows and columns around the map, where the rule is `explicit`.
  var padding: Padding { get }
  var paddingRule: PaddingRule { get }
  /// Whether a last, incomplete window counts.
  var roundsUp: Bool { get }
}

extension Window {
  /// The padding around a map of the given size, the rule worked out.
  ///
  /// Numbers that are no window give whatever; `windowed` refuses them.
  package func resolvedPadding(forHeight height: Int, width: Int) -> Padding {
    if paddingRule == .explicit { return padding }
    let rows = missing(height, kernel.height, stride.height, dilation.height)
    let columns = missing(width, kernel.width, stride.width, dilation.width)
    return Padding(top: rows.before, left: columns.before, bottom: rows.after, right: columns.after)
  }

  /// What is missing along one side for side / stride windows, rounded up, cut in two.
  ///
  /// - Returns: Nothing where windows overlap the side already.
  private func missing(
    _ side: Int, _ kernel: Int, _ stride: Int, _ dilation: Int
  ) -> (before: Int, after: Int) {
    guard let line = WindowLine(kernel: kernel, stride: stride, dilation: dilation), side > 0 else {
      return (0, 0)
    }
    let missing = max(((side - 1) / stride) * stride + line.reach - side, 0)
    let (less, more) = (missing / 2, missing - missing / 2)
    return paddingRule == .sameUpper ? (less, more) : (more, less)
  }

  /// How many windows there are along the rows and the columns of a map.
  ///
  /// - Throws: `GraphError` when not one fits, or the numbers are no window.
  func windowCounts(
    _ node: Node, forHeight height: Int, width: Int
  ) throws(GraphError) -> Extent {
    let padding = resolvedPadding(forHeight: height, width: width)
    // An automatic padding is made for side / stride windows; rounding up could add one to them.
    let roundsUp = roundsUp && paddingRule == .explicit
    return Extent(
      height: try count(
        node, side: height, kernel.height, stride.height, dilation.height,
        (padding.top, padding.bottom), roundsUp: roundsUp),
      width: try count(
        node, side: width, kernel.width, stride.width, dilation.width,
        (padding.left, padding.right), roundsUp: roundsUp))
  }

  /// How many windows there are along one side.
  private func count(
    _ node: Node, side: Int, _ kernel: Int, _ stride: Int, _ dilation: Int,
    _ padding: (before: Int, after: Int), roundsUp: Bool
  ) throws(GraphError) -> Int {
    // Numbers of a file: what follows must not overflow.
    let sensible = 0...(1 << 40)
    guard let line = WindowLine(kernel: kernel, stride: stride, dilation: dilation),
      sensible.contains(padding.before), sensible.contains(padding.after)
    else {
      throw GraphError(
        node,
        """
        kernel \(kernel), stride \(stride), dilation \(dilation) and padding \
        \(padding.before), \(padding.after) are no window
        """)
    }
    let count = line.count(
      side: side, before: padding.before, after: padding.after, roundsUp: roundsUp)
    guard count > 0, side > 0 else {
      throw GraphError(
        node,
        """
        its kernel spans \(line.reach), more than the padded map's \
        \(side + padding.before + padding.after); use larger images, or stop before this node
        """)
    }
    return count
  }

  /// A receptive field through the windows: the pixels of all of a window's elements.
  ///
  /// With first and last pixel [f, l] of position 0 and j pixels between positions, the window's are
  /// [f − padding · j, l + ((kernel − 1) · dilation − padding) · j], stride · j apart (Araujo, Norris
  /// and Sim 2019).
  func receptiveField(
    through line: ReceptiveField.Line, of shape: TensorShape, _ rule: ReceptiveFieldRule
  ) -> ReceptiveField.Line {
    guard var positions = line.positions, positions.dimension >= 2 else { return line }
    func side(_ dimension: Int) -> Int {
      dimension < shape.rank ? shape.dimensions[dimension] : 1
    }
    let padding = resolvedPadding(forHeight: side(2), width: side(3))
    let (kernel, step, dilation, before) =
      positions.dimension == 2
      ? (kernel.height, stride.height, dilation.height, padding.top)
      : (kernel.width, stride.width, dilation.width, padding.left)
    let count = rule.output.dimensions[positions.dimension]
    // A 1 × 1 convolution changes nothing, even where positions are in an order of their own.
    if kernel == 1, step == 1, before == 0, count == shape.dimensions[positions.dimension] {
      return line
    }
    guard positions.isDirect(in: shape), positions.stride * step <= 1 << 20 else {
      return line.lost
    }
    var reach = line.reach
    if case .pixels(let range) = reach {
      let first = range.lowerBound - before * positions.stride
      let last = range.upperBound + ((kernel - 1) * dilation - before) * positions.stride
      reach = ReceptiveField.Reach.pixels(first...last).limited
    }
    positions.stride *= step
    positions.count = count
    return ReceptiveField.Line(reach: reach, positions: positions)
  }
}

/// Windows along one side of a map, with numbers that can be computed with.
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
