internal import Matrices
internal import Neighbors
internal import Numerics
internal import ParallelLoops
internal import Randomness

/// In which epochs each edge of a graph is sampled.
///
/// An edge of the greatest weight is sampled in every epoch, another in a fraction of the epochs
/// that is its fraction of that weight, evenly spread (`make_epochs_per_sample` in umap-learn). As
/// there, a sampled edge acts twice, once with either end as its *head*, the end that negative
/// samples repel in return.
///
/// An epoch has several parts, and each action falls into one of them by a hash of the two samples:
/// that with the lower sample as head, and half an epoch later that with the higher one. Both ends
/// compute from the same hash when the edge acts and which of them is the head, so each sample
/// finds its own edges without asking another.
struct EdgeSchedule: Sendable {
  /// The number of parts of an epoch.
  ///
  /// With eight, one or two edges act on a sample in a part, so that sums of forces seldom
  /// overshoot; more parts would cost more passes over all samples.
  static let partCount = 8

  /// Where the edges of each sample begin, and their number at the end; samples in Morton order.
  private let starts: [Int]
  /// The other end of each edge, as an index in Morton order.
  private let columns: [Int32]
  /// The fraction of epochs in which each edge is sampled, times 2¹⁶.
  private let rates: [UInt16]
  /// The initial value of each edge's counter.
  ///
  /// Its lowest bits are the part of the action with the lower sample as head.
  private let phases: [UInt16]

  /// The number of samples.
  var sampleCount: Int { starts.count - 1 }

  /// Schedules the edges of a graph, but for those too light to be sampled once.
  ///
  /// - Parameters:
  ///   - graph: The graph.
  ///   - order: The Morton order of the samples; hashes do not depend on it, so a new order does
  ///     not change the schedule.
  ///   - epochCount: The number of epochs.
  /// - Complexity: O(edges), on all threads; 8 bytes per edge.
  init(_ graph: NeighborGraph, order: MortonOrder, epochCount: Int) {
    let greatest = graph.weights.max() ?? 1
    let least = greatest / Float(max(1, epochCount))
    var starts = [Int](repeating: 0, count: graph.rowCount + 1)
    starts.withDisjointWrites { starts in
      parallelFor(count: graph.rowCount, grain: 1024) { indices in
        for index in indices {
          var count = 0
          for edge in graph.range(ofRow: order.sample(at: index))
          where graph.weights[edge] >= least {
            count += 1
          }
          starts[index + 1] = count
        }
      }
    }
    starts.formRunningSums()
    self.starts = starts
    let (begins, count) = (starts, starts[graph.rowCount])
    var (columns, rates): ([Int32], [UInt16]) = ([], [])
    // Vectors of edges are read beyond the last one.
    phases = [UInt16](count: count + Self.vectorSize) { phases in
      rates = [UInt16](count: count + Self.vectorSize) { rates in
        columns = [Int32](count: count) { columns in
          parallelFor(count: graph.rowCount, grain: 1024) { indices in
            for index in indices {
              let sample = order.sample(at: index)
              var target = begins[index]
              for edge in graph.range(ofRow: sample) where graph.weights[edge] >= least {
                let other = Int(graph.columns[edge])
                let hash = mixed(UInt64(min(sample, other)) << 32 | UInt64(max(sample, other)))
                // From 1, so that every edge kept is sampled, to 2¹⁶ − 1, which misses one epoch in
                // 65,536.
                let rate = min(max(1, graph.weights[edge] / greatest * 0x1p16), 0x1p16 - 1)
                columns[target] = Int32(order.index(of: other))
                rates[target] = UInt16(rate)
                phases[target] = UInt16(truncatingIfNeeded: hash >> 24)
                target += 1
              }
            }
          }
        }
        for index in count..<count + Self.vectorSize { rates[index] = 0 }
      }
      for index in count..<count + Self.vectorSize { phases[index] = 0 }
    }
    (self.columns, self.rates) = (columns, rates)
  }

  /// The number of a sample's edges that are sampled in an epoch.
  @inline(__always)
  func activeEdgeCount(_ index: Int, epoch: UInt16) -> Int {
    let end = starts[index + 1]
    var count = 0
    for first in stride(from: starts[index], to: end, by: Self.vectorSize) {
      count += activeEdges(from: first, to: end, epoch: epoch).nonzeroBitCount
    }
    return count
  }

  /// Calls `body` with the other end of each edge of a sample that is sampled in an epoch, and the
  /// part in which the sample is its head.
  @inline(__always)
  func forEachActiveEdge(
    _ index: Int, epoch: UInt16, _ body: (_ other: Int32, _ part: Int) -> Void
  ) {
    let end = starts[index + 1]
    let (columns, phases) = (columns.span, phases.span)
    for first in stride(from: starts[index], to: end, by: Self.vectorSize) {
      var bits = activeEdges(from: first, to: end, epoch: epoch)
      while bits != 0 {
        let edge = first &+ bits.trailingZeroBitCount
        let other = columns[edge]
        let half = Int(other) > index ? 0 : Self.partCount / 2
        body(other, (Int(phases[edge]) &+ half) % Self.partCount)
        bits &= bits &- 1
      }
    }
  }

  /// Which of up to 16 edges from `first` on are sampled in an epoch, a bit each.
  ///
  /// A counter of 16 bits starts at an edge's phase and gains its rate an epoch; the edge is
  /// sampled when the counter overflows.
  @inline(__always)
  private func activeEdges(from first: Int, to end: Int, epoch: UInt16) -> UInt16 {
    let rate = rates.span.vector(at: first)
    let counter = phases.span.vector(at: first) &+ rate &* epoch
    // The borrow of counter − rate is 1 where the counter is less. Comparing the vectors would make
    // a mask, which Swift takes out lane by lane.
    let borrow = ((~counter & rate) | (~(counter ^ rate) & (counter &- rate))) &>> 15
    let bits = joined(borrow &* Self.laneBits)
    let left = end - first
    return left < Self.vectorSize ? bits & (1 << UInt16(truncatingIfNeeded: left) &- 1) : bits
  }

  /// All lanes by "or".
  @inline(__always)
  private func joined(_ lanes: SIMD16<UInt16>) -> UInt16 {
    let eight = lanes.lowHalf | lanes.highHalf
    let four = eight.lowHalf | eight.highHalf
    let two = four.lowHalf | four.highHalf
    return two.x | two.y
  }

  private static let vectorSize = 16
  private static let laneBits = SIMD16<UInt16>(
    1, 1 << 1, 1 << 2, 1 << 3, 1 << 4, 1 << 5, 1 << 6, 1 << 7, 1 << 8, 1 << 9, 1 << 10, 1 << 11,
    1 << 12, 1 << 13, 1 << 14, 1 << 15)
}
