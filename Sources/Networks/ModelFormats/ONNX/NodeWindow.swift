import Models
import NeuralNetworks

/// The window of an ONNX convolution or pooling operation on a map, along a line, which is treated as
/// a map of one row, or in a volume, of which it is the rows' and columns' part.
struct NodeWindow {
  /// Sizes and steps in pixels, each from 1 to 65,536.
  let kernel, stride, dilation: Extent
  /// Pixels added at each side; zero where `paddingRule` computes them.
  let padding: Padding
  /// Whether padding is stated or follows from the input's size.
  let paddingRule: PaddingRule
  /// Along the depth of a volume: kernel, stride, dilation, padding before and after; else nil.
  private let depth: [Int]?

  /// Whether each window is one element, and there is one for each.
  var isTrivial: Bool {
    let one = Extent(height: 1, width: 1)
    return kernel == one && stride == one && padding == Padding()
  }

  /// The window along the depth of a volume, as rows of a map of its own.
  var alongDepth: NodeWindow? { depth.map { NodeWindow(depth: $0, paddingRule) } }

  private init(depth: [Int], _ rule: PaddingRule) {
    kernel = Extent(height: depth[0], width: 1)
    stride = Extent(height: depth[1], width: 1)
    dilation = Extent(height: depth[2], width: 1)
    padding = Padding(top: depth[3], bottom: depth[4])
    paddingRule = rule
    self.depth = nil
  }

  /// Reads `kernel_shape`, `strides`, `dilations`, `pads` and `auto_pad`.
  ///
  /// `pads` lists the beginnings of all dimensions, then their ends: top, left, bottom, right.
  /// `auto_pad` is deprecated, but converters from Keras and TensorFlow write it for `SAME`
  /// padding: `SAME_UPPER` puts the odd pixel at the end, as TensorFlow does, `SAME_LOWER` at the
  /// beginning.
  ///
  /// - Parameters:
  ///   - attributes: The node's attributes; those of the window are taken out.
  ///   - rank: The dimensions of a window, from 1 to 3.
  ///   - weightKernel: The kernel that the weights have, when there are weights.
  /// - Throws: `ModelError` for values that are not a window, a kernel unlike that of the weights,
  ///   or both kinds of padding.
  init(
    _ attributes: inout NodeAttributes, rank: Int, weightKernel: [Int]? = nil
  ) throws(ModelError) {
    // Far more than any map has, and small enough that products of two sides cannot overflow.
    let sides = 1...65_536
    let stated = try attributes.integers("kernel_shape", count: rank, in: sides)
    // `kernel_shape` may be left out of a convolution, whose weights have it anyway.
    guard let kernel = weightKernel ?? stated else {
      throw attributes.fault("the attribute kernel_shape is missing")
    }
    guard kernel == stated ?? kernel else {
      throw attributes.fault("kernel_shape is not the size of the weights")
    }
    let dense = [Int](repeating: 1, count: rank)
    let none = [Int](repeating: 0, count: 2 * rank)
    let pads = try attributes.integers("pads", count: 2 * rank, in: 0...65_536) ?? none
    let rule = try attributes.word("auto_pad") ?? "NOTSET"
    let strides = try attributes.integers("strides", count: rank, in: sides) ?? dense
    let dilations = try attributes.integers("dilations", count: rank, in: sides) ?? dense
    self.kernel = Self.extent(kernel)
    stride = Self.extent(strides)
    dilation = Self.extent(dilations)
    padding =
      rank == 1
      ? Padding(left: pads[0], right: pads[1])
      : Padding(
        top: pads[rank - 2], left: pads[rank - 1], bottom: pads[2 * rank - 2],
        right: pads[2 * rank - 1])
    depth = rank == 3 ? [kernel[0], strides[0], dilations[0], pads[0], pads[3]] : nil
    let remedy = "export the network with explicit pads"
    guard rule == "NOTSET" || pads == none else {
      throw attributes.fault("it has both pads and auto_pad", remedy: remedy)
    }
    switch rule {
    // VALID means no padding, which `pads` of zero say as well.
    case "NOTSET", "VALID": paddingRule = .explicit
    case "SAME_UPPER": paddingRule = .sameUpper
    case "SAME_LOWER": paddingRule = .sameLower
    default:
      throw attributes.fault("auto_pad \(quoted(rule)) is not known", remedy: remedy)
    }
  }

  /// The last two sides as height × width; a line has height 1.
  private static func extent(_ sides: [Int]) -> Extent {
    Extent(height: sides.count > 1 ? sides[sides.count - 2] : 1, width: sides[sides.count - 1])
  }
}
