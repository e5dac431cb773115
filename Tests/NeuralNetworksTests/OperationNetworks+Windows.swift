import NeuralNetworks
import Testing

extension OperationNetwork {
  /// Pools whose last window is cut off, and interpolations.
  static let windows: [OperationNetwork] = pools + interpolations

  /// Windows that `roundsUp` lets in count what lies in the map and its padding alone.
  private static let pools: [OperationNetwork] = [
    (3, 2, 1, 1, 16), (3, 2, 0, 1, 16), (2, 2, 0, 1, 15), (3, 3, 1, 2, 13), (4, 3, 1, 1, 7),
  ].flatMap { (kernel: Int, stride: Int, padding: Int, dilation: Int, side: Int) in
    [true, false].flatMap { countsPadding in
      [3, 17].map { channels in
        OperationNetwork(
          """
          average pool of \(kernel), stride \(stride), padding \(padding), dilation \(dilation), \
          \(channels) maps of \(side), padding \(countsPadding ? "counts" : "does not count")
          """,
          .averagePool(
            PoolingWindow(
              kernel: Extent(height: kernel, width: kernel - 1),
              stride: Extent(height: stride, width: stride),
              dilation: Extent(height: dilation, width: 1),
              padding: Padding(top: padding, left: 0, bottom: padding, right: padding),
              roundsUp: true), countsPadding: countsPadding), [1, channels, side, side - 1])
      }
    }
  }

  private static let interpolations: [OperationNetwork] = [
    ("nearest", Resizing.Interpolation.nearest(.preferFloor)), ("linear", .linear),
    ("cubic", .cubic(coefficient: -0.75)),
  ].flatMap { (name: String, interpolation: Resizing.Interpolation) in
    [[1, 2, 7, 9], [1, 2, 3, 2], [1, 2, 5, 12]].map { sizes in
      OperationNetwork(
        "\(name) interpolation to \(sizes)",
        .resize(Resizing(interpolation, .halfPixel, isByScale: false)), [1, 2, 4, 5],
        [ConstantTensor(sizes)])
    }
  }

  /// Means by their definition: each element of a window that lies in the map, over how many of the
  /// window lie there, or in its padding as well.
  func averaged(_ data: [Float], _ window: PoolingWindow, countsPadding: Bool) -> [Float] {
    let shape = graph.inputShape.dimensions
    let (height, width) = (shape[2], shape[3])
    let (kernel, stride, dilation) = (window.kernel, window.stride, window.dilation)
    let pads = window.padding
    /// Windows start inside the map or the padding before it, the last one reaching its end or beyond.
    func starts(_ side: Int, _ kernel: Int, _ stride: Int, _ dilation: Int, _ pads: (Int, Int))
      -> [Int]
    {
      let reach = (kernel - 1) * dilation + 1
      let end = side + pads.1
      return Swift.stride(from: -pads.0, to: side, by: stride).filter {
        $0 - stride + reach < end || $0 == -pads.0
      }
    }
    let rows = starts(
      height, kernel.height, stride.height, dilation.height, (pads.top, pads.bottom))
    let columns = starts(width, kernel.width, stride.width, dilation.width, (pads.left, pads.right))
    return (0..<shape[0] * shape[1]).flatMap { plane in
      rows.flatMap { top in
        columns.map { left in
          var (sum, count) = (0.0, 0)
          for y in (0..<kernel.height).map({ top + $0 * dilation.height }) {
            for x in (0..<kernel.width).map({ left + $0 * dilation.width }) {
              let isInside = (0..<height).contains(y) && (0..<width).contains(x)
              if isInside { sum += Double(data[(plane * height + y) * width + x]) }
              let isPadding = y < height + pads.bottom && x < width + pads.right
              if isInside || countsPadding && isPadding { count += 1 }
            }
          }
          return Float(sum / Double(count))
        }
      }
    }
  }

  /// Interpolation of maps by its definition, the edge going on.
  func resized(_ data: [Float], _ rule: Resizing) throws -> [Float] {
    let shape = graph.inputShape.dimensions
    guard case .constant(let constant) = graph.nodes[0].operation else { return [] }
    let wanted = try #require(constant.integers)
    func weight(_ distance: Double) -> Double {
      let x = abs(distance)
      switch rule.interpolation {
      // Of two that are as near the one before.
      case .nearest: return distance >= -0.5 && distance < 0.5 ? 1 : 0
      case .linear: return max(0, 1 - x)
      case .cubic(let coefficient):
        let a = Double(coefficient)
        if x <= 1 { return (a + 2) * x * x * x - (a + 3) * x * x + 1 }
        return x < 2 ? a * x * x * x - 5 * a * x * x + 8 * a * x - 4 * a : 0
      }
    }
    func line(_ size: Int, _ wanted: Int) -> [[(index: Int, weight: Double)]] {
      (0..<wanted).map { output in
        let x = (Double(output) + 0.5) * Double(size) / Double(wanted) - 0.5
        return (-3..<size + 3).map { (min(max($0, 0), size - 1), weight(Double($0) - x)) }
      }
    }
    let (rows, columns) = (line(shape[2], wanted[2]), line(shape[3], wanted[3]))
    return (0..<shape[0] * shape[1]).flatMap { plane in
      rows.flatMap { row in
        columns.map { column in
          var sum = 0.0
          for y in row {
            for x in column {
              sum +=
                y.weight * x.weight
                * Double(data[(plane * shape[2] + y.index) * shape[3] + x.index])
            }
          }
          return Float(sum)
        }
      }
    }
  }
}
