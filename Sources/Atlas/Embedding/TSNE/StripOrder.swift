import ParallelLoops

/// Strips of a grid, across one of its axes.
struct Strips: Sendable {
  let axis: Int
  /// How many places wide a strip is.
  let size: Int
  let count: Int
  /// From one place to the next along the axis, in memory.
  let rowStride: Int

  @inline(__always)
  func index(of point: GridPoint) -> Int { Int(point.first[axis]) / size }

  /// The memory that the points of a strip touch: its own and some of the next one's.
  func memory(of strip: Int, upTo end: Int) -> Range<Int> {
    let first = strip * size * rowStride
    return min(first, end)..<min(first + 2 * size * rowStride, end)
  }
}

/// The rows of a layout sorted by strips of a grid, and within a strip by row.
struct StripOrder: Sendable {
  /// Where the rows stand on the grid, sorted.
  private(set) var points: [GridPoint] = []
  /// The rows, sorted.
  private(set) var rows: [Int32] = []
  /// Where each strip begins in these, and their length at the end.
  private(set) var starts: [Int] = []

  /// Sorts by counting: fixed parts of the rows are counted and then moved, each by one thread.
  mutating func update(_ positions: [SIMD2<Float>], sampler: FieldSampler, strips: Strips) {
    let count = positions.count
    if points.count != count {
      points = [GridPoint](
        repeating: GridPoint(first: .zero, share: .zero), count: count)
      rows = [Int32](repeating: 0, count: count)
    }
    let grain = max(4096, strips.count)
    let partCount = (count + grain - 1) / grain
    // Of each part, how many rows are in each strip; then where they begin.
    var counts = [Int32](repeating: 0, count: partCount * strips.count)
    counts.withDisjointWrites { counts in
      parallelFor(count: count, grain: grain) { range in
        let base = range.lowerBound / grain * strips.count
        let positions = positions.span
        for row in range {
          counts[base + strips.index(of: sampler.place(of: positions[row]))] += 1
        }
      }
    }
    starts = [Int](repeating: 0, count: strips.count + 1)
    var total: Int32 = 0
    for strip in 0..<strips.count {
      starts[strip] = Int(total)
      for part in 0..<partCount {
        let index = part * strips.count + strip
        (counts[index], total) = (total, total + counts[index])
      }
    }
    starts[strips.count] = Int(total)
    counts.withDisjointWrites { next in
      points.withDisjointWrites { points in
        rows.withDisjointWrites { rows in
          parallelFor(count: count, grain: grain) { range in
            let base = range.lowerBound / grain * strips.count
            let positions = positions.span
            for row in range {
              let point = sampler.place(of: positions[row])
              let index = base + strips.index(of: point)
              let target = Int(next[index])
              next[index] += 1
              points[target] = point
              rows[target] = Int32(row)
            }
          }
        }
      }
    }
  }
}
