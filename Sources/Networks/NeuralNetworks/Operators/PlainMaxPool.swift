internal import OneDNN

/// A max pool of single precision in plain order, where nobody asks for the maxima's places.
///
///     y_o = max over rows of (max over columns of x)
///
/// Channels whose number is no multiple of a vector lie in plain order, for which oneDNN 2.6 has a kernel of
/// reference alone: about 70 ns for each element of the output with windows of 3 × 3
/// (`atlas-network profile` of the planted world's network on an AMD EPYC).
/// Rows first, so that whole lines are compared at once.
///
/// - Complexity: O(elements of the input · the window's height + elements of the output · its width).
final class PlainMaxPool: Kernel {
  let name = "lines"
  private let source, result: TensorMemory
  private let rows, columns: WindowTaps

  /// - Precondition: `suits(window, input, output)`.
  init(_ window: PoolingWindow, from input: TensorSlot, to output: TensorSlot) throws {
    source = try input.value()
    result = try output.value()
    (rows, columns) = WindowTaps.ofOutputs(window, from: input, to: output)
  }

  /// Whether both tensors are single precision in plain order, and no window lies in the padding as a whole.
  static func suits(
    _ window: PoolingWindow, _ input: TensorSlot, _ output: TensorSlot
  ) -> Bool {
    guard input.isMap, input.format == output.format, input.format.numbers == .float32,
      case .plain = input.format.layout
    else { return false }
    let (rows, columns) = WindowTaps.ofOutputs(window, from: input, to: output)
    return [rows, columns].allSatisfy { taps in
      (0..<taps.count).allSatisfy { !taps.range($0).isEmpty }
    }
  }

  func run() {
    let (height, width) = (rows.otherCount, columns.otherCount)
    let (rowArray, columnArray) = (rows.items, columns.items)
    let (rowItems, columnItems) = (rowArray.span, columnArray.span)
    var line = [Float](repeating: 0, count: width)
    source.withElements { source in
      result.withMutableElements { result in
        var line = line.mutableSpan
        let planes = source.count / max(height * width, 1)
        var index = 0
        for plane in 0..<planes {
          for row in 0..<rows.count {
            for column in 0..<width { line[unchecked: column] = -.infinity }
            for item in rows.range(row) {
              let start = (plane &* height &+ rowItems[unchecked: item].other) &* width
              for column in 0..<width {
                let value = source[unchecked: start &+ column]
                let best = line[unchecked: column]
                line[unchecked: column] = value > best ? value : best
              }
            }
            for column in 0..<columns.count {
              var best = -Float.infinity
              for item in columns.range(column) {
                let value = line[unchecked: columnItems[unchecked: item].other]
                best = value > best ? value : best
              }
              result[unchecked: index] = best
              index &+= 1
            }
          }
        }
      }
    }
  }
}
