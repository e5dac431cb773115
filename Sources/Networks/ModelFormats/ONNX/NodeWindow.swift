import Models
import NeuralNetworks

/// How the windows of a convolution or a pooling operation lie on a map, or along a line: then the
/// map has one row.
struct NodeWindow {
  let kernel, stride, dilation: Extent
  let padding: Padding
  let paddingRule: PaddingRule

  /// Reads `kernel_shape`, `strides`, `dilations`, `pads` and `auto_pad`.
  ///
  /// - Parameters:
  ///   - attributes: The node's attributes; those of the window are taken out.
  ///   - rank: The dimensions of a window, 1 or 2.
  ///   - weightKernel: The kernel that the weights have, when there are weights.
  /// - Throws: `ModelError` for values that are no window.
  init(
    _ attributes: inout NodeAttributes, rank: Int, weightKernel: [Int]? = nil
  ) throws(ModelError) {
    let sides = 1...65_536
    let stated = try attributes.integers("kernel_shape", count: rank, in: sides)
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
    self.kernel = Self.extent(kernel)
    stride = Self.extent(try attributes.integers("strides", count: rank, in: sides) ?? dense)
    dilation = Self.extent(try attributes.integers("dilations", count: rank, in: sides) ?? dense)
    padding =
      rank == 1
      ? Padding(left: pads[0], right: pads[1])
      : Padding(top: pads[0], left: pads[1], bottom: pads[2], right: pads[3])
    let remedy = "export the network with explicit pads"
    guard rule == "NOTSET" || pads == none else {
      throw attributes.fault("it has both pads and auto_pad", remedy: remedy)
    }
    switch rule {
    case "NOTSET", "VALID": paddingRule = .explicit
    case "SAME_UPPER": paddingRule = .sameUpper
    case "SAME_LOWER": paddingRule = .sameLower
    default:
      throw attributes.fault("auto_pad \(quoted(rule)) is not known", remedy: remedy)
    }
  }

  private static func extent(_ sides: [Int]) -> Extent {
    Extent(height: sides.count > 1 ? sides[0] : 1, width: sides[sides.count - 1])
  }
}
