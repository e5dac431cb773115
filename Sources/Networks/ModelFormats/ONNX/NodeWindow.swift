import NetworkGraphs

/// How the windows of a convolution or a pooling operation lie on a map.
struct NodeWindow {
  let kernel, stride, dilation: Extent
  let padding: Padding

  /// Reads `kernel_shape`, `strides`, `dilations`, `pads` and `auto_pad`.
  ///
  /// `SAME` padding is worked out for a stride of 1 only, where it does not depend on the image's
  /// size.
  ///
  /// - Parameters:
  ///   - attributes: The node's attributes; those of the window are taken out.
  ///   - weightKernel: The kernel that the weights have, when there are weights.
  /// - Throws: `ModelError` for values that are no window.
  init(_ attributes: inout NodeAttributes, weightKernel: Extent? = nil) throws(ModelError) {
    let sides = 1...65_536
    let stated = try attributes.integers("kernel_shape", count: 2, in: sides).map(Self.extent)
    guard let kernel = weightKernel ?? stated else {
      throw attributes.fault("the attribute kernel_shape is missing")
    }
    guard kernel == stated ?? kernel else {
      throw attributes.fault("kernel_shape is not the size of the weights")
    }
    let dense = [1, 1]
    let stride = Self.extent(try attributes.integers("strides", count: 2, in: sides) ?? dense)
    let dilation = Self.extent(try attributes.integers("dilations", count: 2, in: sides) ?? dense)
    let pads = try attributes.integers("pads", count: 4, in: 0...65_536) ?? [0, 0, 0, 0]
    let rule = try attributes.word("auto_pad") ?? "NOTSET"
    self.kernel = kernel
    self.stride = stride
    self.dilation = dilation
    guard rule != "NOTSET" else {
      padding = Padding(top: pads[0], left: pads[1], bottom: pads[2], right: pads[3])
      return
    }
    let remedy = "export the network with explicit pads"
    guard pads == [0, 0, 0, 0] else {
      throw attributes.fault("it has both pads and auto_pad", remedy: remedy)
    }
    switch rule {
    case "VALID":
      padding = Padding()
    case "SAME_UPPER", "SAME_LOWER":
      guard stride == Extent(height: 1, width: 1) else {
        throw attributes.fault(
          "auto_pad \(rule) with a stride depends on the image's size", remedy: remedy)
      }
      let rows = (kernel.height - 1) * dilation.height
      let columns = (kernel.width - 1) * dilation.width
      let odd = rule == "SAME_LOWER" ? 1 : 0
      let (top, left) = ((rows + odd) / 2, (columns + odd) / 2)
      padding = Padding(top: top, left: left, bottom: rows - top, right: columns - left)
    default:
      throw attributes.fault("auto_pad \(quoted(rule)) is not known", remedy: remedy)
    }
  }

  private static func extent(_ sides: [Int]) -> Extent {
    Extent(height: sides[0], width: sides[1])
  }
}
