internal import Numerics
internal import OneDNN

/// A max pool of single precision where channels lie together in vectors: blocked, or channels last.
///
///     y_o = x_m        m(o) is kept for the gradient, as the maximum's index in its window
///
/// oneDNN's kernel takes 4 to 5 ns an element where it notes the maxima, a fifth of the time of
/// GoogLeNet's icons; this one takes a tenth of it. Of equal elements the first one counts, as there.
///
/// - Complexity: O(elements of the output · window).
final class VectorMaxPool: Kernel {
  let name = "vectors"
  private let source, result: TensorMemory
  private let rows, columns: WindowTaps
  /// Floats that lie together at a position, a multiple of 8.
  private let block: Int
  private let windowWidth: Int
  /// For each element of the output, as it lies in memory, the maximum's index in its window, row-major.
  ///
  /// Whole numbers, but of the type of the values that they are chosen with.
  fileprivate(set) var taps: [Float]

  /// - Precondition: `suits(input, output)`.
  init(_ window: PoolingWindow, from input: TensorSlot, to output: TensorSlot) throws {
    source = try input.value()
    result = try output.value()
    (rows, columns) = WindowTaps.ofOutputs(window, from: input, to: output)
    block = output.channelsTogether
    windowWidth = window.kernel.width
    taps = [Float](repeating: 0, count: result.storedCount)
    precondition(
      Self.suits(input, output) && result.storedCount == output.storedDimensions.reduce(1, *)
        && source.storedCount == input.storedDimensions.reduce(1, *),
      "a max pool from \(input.shape) to \(output.shape)")
  }

  /// Whether both tensors are single precision, of whole vectors of channels.
  static func suits(_ input: TensorSlot, _ output: TensorSlot) -> Bool {
    input.isMap && input.format == output.format && input.format.numbers == .float32
      && output.channelsTogether % 8 == 0 && output.channelsTogether > 0
  }

  func run() {
    var taps = self.taps
    self.taps = []
    source.withElements { source in
      result.withMutableElements { result in
        var taps = taps.mutableSpan
        // Two vectors at a time where there are: the places are worked out once for both.
        if block % 16 == 0 {
          pool(source, into: &result, &taps, vectors: 2)
        } else {
          pool(source, into: &result, &taps, vectors: 1)
        }
      }
    }
    self.taps = taps
  }

  @inline(__always)
  private func pool(
    _ source: Span<Float>, into result: inout MutableSpan<Float>,
    _ taps: inout MutableSpan<Float>, vectors: Int
  ) {
    let (height, width) = (rows.otherCount, columns.otherCount)
    let planes = source.count / max(height * width * block, 1)
    let (rowArray, columnArray) = (rows.items, columns.items)
    let rowItems = rowArray.span
    let columnItems = columnArray.span
    var index = 0
    for plane in 0..<planes {
      for row in 0..<rows.count {
        let rowRange = rows.range(row)
        for column in 0..<columns.count {
          let columnRange = columns.range(column)
          for lane in stride(from: 0, to: block, by: 8 * vectors) {
            var best = SIMD8<Float>(repeating: -.infinity)
            var nextBest = best
            var bestTaps = SIMD8<Float>(repeating: 0)
            var nextTaps = bestTaps
            for r in rowRange {
              let line = (plane &* height &+ rowItems[unchecked: r].other) &* width
              let firstTap = rowItems[unchecked: r].tap &* windowWidth
              for c in columnRange {
                let place = (line &+ columnItems[unchecked: c].other) &* block &+ lane
                let tap = SIMD8(repeating: Float(firstTap &+ columnItems[unchecked: c].tap))
                let values = source.vector(at: place)
                bestTaps = choose(tap, where: values, exceeds: best, else: bestTaps)
                best = choose(values, where: values, exceeds: best, else: best)
                guard vectors == 2 else { continue }
                let next = source.vector(at: place &+ 8)
                nextTaps = choose(tap, where: next, exceeds: nextBest, else: nextTaps)
                nextBest = choose(next, where: next, exceeds: nextBest, else: nextBest)
              }
            }
            result.store(best, at: index)
            taps.store(bestTaps, at: index)
            index &+= 8
            guard vectors == 2 else { continue }
            result.store(nextBest, at: index)
            taps.store(nextTaps, at: index)
            index &+= 8
          }
        }
      }
    }
  }
}

/// The gradient of a max pool with respect to its input: x̄_i = Σ_{o: m(o) = i} ȳ_o.
///
/// Every element of the input gathers from the windows that reach it, always in the same order.
///
/// - Complexity: O(elements of the input · windows that reach it).
final class VectorMaxPoolPullback: Kernel {
  let name = "vectors"
  private let forward: VectorMaxPool
  private let gradient, resultGradient: TensorMemory
  private let rows, columns: WindowTaps
  private let block: Int
  private let windowWidth: Int

  init(
    _ forward: VectorMaxPool, _ window: PoolingWindow, from input: TensorSlot,
    to output: TensorSlot, gradient: TensorMemory
  ) throws {
    self.forward = forward
    self.gradient = gradient
    resultGradient = try output.gradient()
    (rows, columns) = WindowTaps.ofInputs(window, from: input, to: output)
    block = output.channelsTogether
    windowWidth = window.kernel.width
    precondition(
      resultGradient.storedCount == forward.taps.count
        && gradient.storedCount == input.storedDimensions.reduce(1, *),
      "gradients of a max pool from \(input.shape) to \(output.shape)")
  }

  func run() {
    let tapArray = forward.taps
    let taps = tapArray.span
    resultGradient.withElements { resultGradient in
      gradient.withMutableElements { gradient in
        if block % 16 == 0 {
          gather(resultGradient, taps, into: &gradient, vectors: 2)
        } else {
          gather(resultGradient, taps, into: &gradient, vectors: 1)
        }
      }
    }
  }

  @inline(__always)
  private func gather(
    _ resultGradient: Span<Float>, _ taps: Span<Float>, into gradient: inout MutableSpan<Float>,
    vectors: Int
  ) {
    let (height, width) = (rows.otherCount, columns.otherCount)
    let planes = taps.count / max(height * width * block, 1)
    let (rowArray, columnArray) = (rows.items, columns.items)
    let rowItems = rowArray.span
    let columnItems = columnArray.span
    let zero = SIMD8<Float>(repeating: 0)
    var index = 0
    for plane in 0..<planes {
      for row in 0..<rows.count {
        let rowRange = rows.range(row)
        for column in 0..<columns.count {
          let columnRange = columns.range(column)
          for lane in stride(from: 0, to: block, by: 8 * vectors) {
            var sum = zero
            var nextSum = zero
            for r in rowRange {
              let line = (plane &* height &+ rowItems[unchecked: r].other) &* width
              let firstTap = rowItems[unchecked: r].tap &* windowWidth
              for c in columnRange {
                let place = (line &+ columnItems[unchecked: c].other) &* block &+ lane
                let tap = SIMD8(repeating: Float(firstTap &+ columnItems[unchecked: c].tap))
                sum += choose(
                  resultGradient.vector(at: place), where: taps.vector(at: place), equals: tap,
                  else: zero)
                guard vectors == 2 else { continue }
                nextSum += choose(
                  resultGradient.vector(at: place &+ 8), where: taps.vector(at: place &+ 8),
                  equals: tap, else: zero)
              }
            }
            gradient.store(sum, at: index)
            index &+= 8
            guard vectors == 2 else { continue }
            gradient.store(nextSum, at: index)
            index &+= 8
          }
        }
      }
    }
  }
}

/// Along one side of a map: for each index of one end of a pool, the indices of the other end that it
/// has to do with, and by which element of the window.
struct WindowTaps {
  /// One of them.
  struct Item {
    let other: Int
    let tap: Int
  }

  /// All items, index by index, in the order of the window.
  let items: [Item]
  private let ends: [Int]
  /// The size of the other end.
  let otherCount: Int

  /// The number of indices.
  var count: Int { ends.count }

  /// An index's items.
  @inline(__always)
  func range(_ index: Int) -> Range<Int> {
    Range(uncheckedBounds: (index == 0 ? 0 : ends[index - 1], ends[index]))
  }

  private init(_ lists: [[Item]], otherCount: Int) {
    items = lists.flatMap { $0 }
    var end = 0
    ends = lists.map { list in
      end += list.count
      return end
    }
    self.otherCount = otherCount
  }

  /// For each index of the output those of the input, rows and columns.
  static func ofOutputs(
    _ window: PoolingWindow, from input: TensorSlot, to output: TensorSlot
  ) -> (WindowTaps, WindowTaps) {
    sides(window, input, output) { size, outputSize, index in
      WindowTaps(
        (0..<outputSize).map { output in
          index(output).filter { (0..<size).contains($0.other) }
        }, otherCount: size)
    }
  }

  /// For each index of the input those of the output, rows and columns.
  static func ofInputs(
    _ window: PoolingWindow, from input: TensorSlot, to output: TensorSlot
  ) -> (WindowTaps, WindowTaps) {
    sides(window, input, output) { size, outputSize, index in
      var lists = [[Item]](repeating: [], count: size)
      for output in 0..<outputSize {
        for item in index(output) where (0..<size).contains(item.other) {
          lists[item.other].append(Item(other: output, tap: item.tap))
        }
      }
      return WindowTaps(lists, otherCount: outputSize)
    }
  }

  /// Both sides, each by its sizes and by what an output reads, the padding included.
  private static func sides(
    _ window: PoolingWindow, _ input: TensorSlot, _ output: TensorSlot,
    _ make: (_ size: Int, _ outputSize: Int, _ index: (Int) -> [Item]) -> WindowTaps
  ) -> (WindowTaps, WindowTaps) {
    let padding = window.resolvedPadding(forHeight: input.height, width: input.width)
    func reads(_ stride: Int, _ dilation: Int, _ before: Int, _ kernel: Int) -> (Int) -> [Item] {
      { output in
        (0..<kernel).map { Item(other: output * stride + $0 * dilation - before, tap: $0) }
      }
    }
    return (
      make(
        input.height, output.height,
        reads(
          window.stride.height, window.dilation.height, padding.top, window.kernel.height)),
      make(
        input.width, output.width,
        reads(window.stride.width, window.dilation.width, padding.left, window.kernel.width))
    )
  }
}
