import Matrices
import Numerics
import ParallelLoops

/// When the edges of a graph pull.
///
/// An edge of the greatest weight pulls in every epoch, another in a share of the epochs that is its
/// share of that weight, evenly spread. As in umap-learn an edge pulls twice then, once with either
/// end as its *head*, the end that random rows push in return.
///
/// An epoch has several parts, and each pull falls into one of them by a hash of the two rows: that
/// with the lower row as head, and half an epoch later that with the higher one. Both ends know from
/// the same hash when the edge pulls and which of them is the head, so that each end can see to
/// itself.
struct EdgeSchedule: Sendable {
  /// How many parts an epoch has.
  static let partCount = 8

  /// Where the edges of each row begin, and their number at the end; rows in the order of the layout.
  private let starts: [Int]
  /// The other end of each edge.
  private let columns: [Int32]
  /// The share of epochs in which each edge pulls, times 2¹⁶.
  private let rates: [UInt16]
  /// Where the counter of each edge stands at the beginning.
  ///
  /// The part of the lower row's pull is in its lowest bits.
  private let phases: [UInt16]

  /// The number of rows.
  var rowCount: Int { starts.count - 1 }

  /// Plans the pulls along the edges of a graph, but for those too light to pull once.
  ///
  /// - Parameters:
  ///   - graph: The graph.
  ///   - order: The rows of the graph in the order of the layout; hashes do not depend on it.
  ///   - epochCount: The number of epochs.
  /// - Complexity: O(edges), on all threads; 8 bytes an edge.
  init(_ graph: NeighborGraph, order: RowOrder, epochCount: Int) {
    let greatest = graph.weights.max() ?? 1
    let least = greatest / Float(max(1, epochCount))
    var starts = [Int](repeating: 0, count: graph.rowCount + 1)
    starts.withDisjointWrites { starts in
      parallelFor(count: graph.rowCount, grain: 1024) { places in
        for place in places {
          var count = 0
          for edge in graph.range(ofRow: order.row(at: place)) where graph.weights[edge] >= least {
            count += 1
          }
          starts[place + 1] = count
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
          parallelFor(count: graph.rowCount, grain: 1024) { places in
            for place in places {
              let row = order.row(at: place)
              var target = begins[place]
              for edge in graph.range(ofRow: row) where graph.weights[edge] >= least {
                let other = Int(graph.columns[edge])
                let hash = mixed(UInt64(min(row, other)) << 32 | UInt64(max(row, other)))
                let rate = min(max(1, graph.weights[edge] / greatest * 0x1p16), 0x1p16 - 1)
                columns[target] = Int32(order.place(of: other))
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

  /// The number of edges of a row that pull in an epoch.
  @inline(__always)
  func pullCount(_ row: Int, epoch: UInt16) -> Int {
    let end = starts[row + 1]
    var count = 0
    for first in stride(from: starts[row], to: end, by: Self.vectorSize) {
      count += pulls(from: first, to: end, epoch: epoch).nonzeroBitCount
    }
    return count
  }

  /// Calls `body` with the other end of every edge of a row that pulls in an epoch, and the part in
  /// which the row is its head.
  @inline(__always)
  func forEachPull(_ row: Int, epoch: UInt16, _ body: (_ other: Int32, _ part: Int) -> Void) {
    let end = starts[row + 1]
    let (columns, phases) = (columns.span, phases.span)
    for first in stride(from: starts[row], to: end, by: Self.vectorSize) {
      var bits = pulls(from: first, to: end, epoch: epoch)
      while bits != 0 {
        let edge = first &+ bits.trailingZeroBitCount
        let other = columns[edge]
        let half = Int(other) > row ? 0 : Self.partCount / 2
        body(other, (Int(phases[edge]) &+ half) % Self.partCount)
        bits &= bits &- 1
      }
    }
  }

  /// Which of up to 16 edges from `first` on pull in an epoch, a bit each.
  ///
  /// A counter of 16 bits starts at an edge's phase and gains its rate an epoch; the edge pulls when
  /// the counter overflows.
  @inline(__always)
  private func pulls(from first: Int, to end: Int, epoch: UInt16) -> UInt16 {
    let rate = rates.span.vector(at: first)
    let counter = phases.span.vector(at: first) &+ rate &* epoch
    // The borrow of counter − rate is 1 where the counter is less. Comparing the vectors would make a
    // mask, which comes out lane by lane.
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

/// The 64-bit mixing function of SplitMix64 (Steele, Lea and Flood, OOPSLA 2014), with Stafford's
/// constants: a change of one bit changes each bit of the result with probability one half.
@inline(__always)
func mixed(_ value: UInt64) -> UInt64 {
  var bits = value
  bits = (bits ^ (bits >> 30)) &* 0xBF58_476D_1CE4_E5B9
  bits = (bits ^ (bits >> 27)) &* 0x94D0_49BB_1331_11EB
  return bits ^ (bits >> 31)
}
