internal import Numerics
internal import OneDNN

/// The runs that an indexed copy is made of: elements that lie together in the result, and in the source
/// lie together as well, or are one element, or are filling.
///
/// The innermost dimensions that are taken whole are one; the dimension around them is cut into
/// segments, the same for each index of the dimensions before it.
struct IndexedRuns {
  /// Part of a row of the result.
  struct Segment {
    /// Where it begins in a row of the result and in one of the source; −1 for filling.
    let index, source: Int
    /// Its length, and the distance between its elements in the source: 1, or 0 for one repeated.
    var count: Int
    let step: Int
  }

  private let segments: [Segment]
  /// For each dimension before that of the segments, where the source's part for an index begins.
  private let starts: [[Int]]
  private let rowLength: Int

  /// - Complexity: O(sum of the result's sizes).
  init(_ copy: IndexedCopy) {
    let (maps, sizes, strides) = (copy.maps, copy.source.dimensions, copy.source.strides)
    func isWhole(_ dimension: Int) -> Bool {
      maps[dimension].count == sizes[dimension]
        && zip(maps[dimension], Int32(0)...).allSatisfy { $0 == $1 }
    }
    var walked = maps.count
    while walked > 0, isWhole(walked - 1) { walked -= 1 }
    let length = sizes[walked...].reduce(1, *)
    guard maps.allSatisfy({ !$0.isEmpty }), length > 0 else {
      (segments, starts, rowLength) = ([], [], 0)
      return
    }
    guard walked > 0 else {
      segments = [Segment(index: 0, source: 0, count: length, step: 1)]
      (starts, rowLength) = ([], length)
      return
    }
    segments = Self.segments(of: maps[walked - 1], length: length)
    starts = maps[..<(walked - 1)].enumerated().map { dimension, map in
      map.map { $0 < 0 ? -1 : Int($0) * strides[dimension] }
    }
    rowLength = maps[walked - 1].count * length
  }

  /// Joins the indices of a map, each of which stands for `length` elements.
  private static func segments(of map: [Int32], length: Int) -> [Segment] {
    var result: [Segment] = []
    var start = 0
    while start < map.count {
      let source = map[start]
      /// The end of the indices from here on that grow by a step.
      func end(step: Int32) -> Int {
        var end = start + 1
        while end < map.count, map[end] == source + step * Int32(end - start) { end += 1 }
        return end
      }
      let repeated = source < 0 || length == 1 ? end(step: 0) : start + 1
      let isRepeated = source < 0 || repeated > start + 1
      let next = isRepeated ? repeated : end(step: 1)
      result.append(
        Segment(
          index: start * length, source: source < 0 ? -1 : Int(source) * length,
          count: (next - start) * length, step: isRepeated ? 0 : 1))
      start = next
    }
    return result
  }

  /// Calls `body` for every run: its index in the result, its index in the source or −1, its length,
  /// and the distance between its elements in the source, 0 or 1.
  @inline(__always)
  func forEach(_ body: (_ index: Int, _ source: Int, _ count: Int, _ step: Int) -> Void) {
    guard rowLength > 0 else { return }
    let segments = segments.span
    var counter = [Int](repeating: 0, count: starts.count)
    // The source's start for the indices of all dimensions so far; −1 once outside in one of them.
    var sums = [Int](repeating: 0, count: starts.count + 1)
    var (row, changed) = (0, 0)
    while true {
      for dimension in changed..<starts.count {
        let start = starts[dimension][counter[dimension]]
        sums[dimension + 1] = sums[dimension] < 0 || start < 0 ? -1 : sums[dimension] + start
      }
      let start = sums[starts.count]
      if start < 0 {
        body(row, -1, rowLength, 0)
      } else {
        for index in segments.indices {
          let segment = segments[index]
          body(
            row &+ segment.index, segment.source < 0 ? -1 : start &+ segment.source,
            segment.count, segment.step)
        }
      }
      row += rowLength
      changed = starts.count - 1
      while changed >= 0 {
        counter[changed] += 1
        if counter[changed] < starts[changed].count { break }
        counter[changed] = 0
        changed -= 1
      }
      if changed < 0 { return }
    }
  }
}

/// Runs an indexed copy forward.
final class IndexedCopyKernel: Kernel {
  let name = "loop"
  private let runs: IndexedRuns
  private let filling: Float
  private let result, source: TensorMemory

  init(_ copy: IndexedCopy, result: TensorMemory, source: TensorMemory) {
    copy.check(result: result, source: source)
    runs = IndexedRuns(copy)
    filling = copy.filling
    self.result = result
    self.source = source
  }

  func run() {
    let filling = filling
    source.withElements { source in
      result.withMutableElements { result in
        runs.forEach { index, start, count, step in
          if step == 0 {
            let value = start < 0 ? filling : source[unchecked: start]
            for i in 0..<count { result[unchecked: index &+ i] = value }
          } else if count < 8 {
            for i in 0..<count { result[unchecked: index &+ i] = source[unchecked: start &+ i] }
          } else {
            forEachOverlappingBlock(of: count) { i, _ in
              result.store(source.vector(at: start &+ i), at: index &+ i)
            }
          }
        }
      }
    }
  }
}

/// Runs an indexed copy's adjoint.
///
/// Contributions to one element are added in single precision in the result's memory order.
final class IndexedCopyPullbackKernel: Kernel {
  let name = "loop"
  private let runs: IndexedRuns
  private let adds: Bool
  private let sourceGradient, resultGradient: TensorMemory

  init(_ copy: IndexedCopy, sourceGradient: TensorMemory, resultGradient: TensorMemory) {
    copy.check(result: resultGradient, source: sourceGradient)
    runs = IndexedRuns(copy)
    self.sourceGradient = sourceGradient
    self.resultGradient = resultGradient
    // Worked out once: a permutation writes every element, so that clearing and adding are not needed.
    adds = !copy.isPermutation
  }

  func run() {
    if adds { sourceGradient.clear() }
    resultGradient.withElements { result in
      sourceGradient.withMutableElements { gradient in
        runs.forEach { index, start, count, step in
          guard start >= 0 else { return }
          if step == 0 || count < 8 {
            for i in 0..<count {
              let old = adds ? gradient[unchecked: start &+ i &* step] : 0
              gradient[unchecked: start &+ i &* step] = old + result[unchecked: index &+ i]
            }
          } else {
            forEachBlock(of: count) { i, lanes in
              var sum = result.vector(at: index &+ i, lanes: lanes)
              if adds { sum += gradient.vector(at: start &+ i, lanes: lanes) }
              gradient.store(sum, at: start &+ i, lanes: lanes)
            }
          }
        }
      }
    }
  }
}
