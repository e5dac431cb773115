internal import ParallelLoops

/// Strips of a grid, across one of its axes.
struct Strips: Sendable {
  let axis: Int
  /// The width of a strip in grid points.
  let size: Int
  let count: Int
  /// From one grid point to the next along the axis, in memory.
  let rowStride: Int

  /// The strip of a sample.
  @inline(__always)
  func index(of point: GridPoint) -> Int { Int(point.first[axis]) / size }

  /// The memory that the samples of a strip touch: its own and some of the next one's.
  func memory(of strip: Int, upTo end: Int) -> Range<Int> {
    let first = strip * size * rowStride
    return min(first, end)..<min(first + 2 * size * rowStride, end)
  }
}

/// The samples of a layout sorted by strips of a grid, and within a strip by index.
///
/// Strips can be spread by different threads; and samples of one strip read and write memory that
/// stays in the cache.
struct StripSort: Sendable {
  /// The samples' positions on the grid, sorted.
  private(set) var points: [GridPoint] = []
  /// The samples, sorted.
  private(set) var samples: [Int32] = []
  /// Where each strip begins in these, and their length at the end.
  private(set) var starts: [Int] = []

  /// Sorts by counting: fixed parts of the samples are counted and then moved, each by one thread.
  mutating func update(_ positions: [SIMD2<Float>], sampler: FieldSampler, strips: Strips) {
    let count = positions.count
    if points.count != count {
      points = [GridPoint](
        repeating: GridPoint(first: .zero, fraction: .zero), count: count)
      samples = [Int32](repeating: 0, count: count)
    }
    // Parts no smaller than the number of strips, so that the counts take no more memory than the
    // samples.
    let grain = max(4096, strips.count)
    let partCount = (count + grain - 1) / grain
    // Of each part, the number of samples in each strip; then where they begin.
    var counts = [Int32](repeating: 0, count: partCount * strips.count)
    counts.withDisjointWrites { counts in
      parallelFor(count: count, grain: grain) { part in
        let base = part.lowerBound / grain * strips.count
        let positions = positions.span
        for sample in part {
          counts[base + strips.index(of: sampler.gridPoint(of: positions[sample]))] += 1
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
    withDisjointWrites(of: &counts, &points, &samples) { next, points, samples in
      parallelFor(count: count, grain: grain) { part in
        let base = part.lowerBound / grain * strips.count
        let positions = positions.span
        for sample in part {
          let point = sampler.gridPoint(of: positions[sample])
          let index = base + strips.index(of: point)
          let target = Int(next[index])
          next[index] += 1
          points[target] = point
          samples[target] = Int32(sample)
        }
      }
    }
  }
}
