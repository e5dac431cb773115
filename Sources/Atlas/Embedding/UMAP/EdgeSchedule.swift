import Tensors

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

  private let graph: NeighborGraph
  /// The share of epochs in which each edge pulls, times 2¹⁶; 0 for edges too light to pull once.
  private let rates: [UInt16]
  /// Where the counter of each edge stands at the beginning.
  ///
  /// The part of the lower row's pull is in its
  /// lowest bits.
  private let phases: [UInt16]

  /// Plans the pulls along the edges of a graph.
  ///
  /// - Complexity: O(edges), on all threads; 4 bytes an edge.
  init(_ graph: NeighborGraph, epochCount: Int) {
    let greatest = graph.weights.max() ?? 1
    let least = greatest / Float(max(1, epochCount))
    // Vectors of edges are read beyond the last one.
    var rates = [UInt16](repeating: 0, count: graph.columns.count + Self.vectorSize)
    var phases = rates
    rates.withDisjointWrites { rates in
      phases.withDisjointWrites { phases in
        parallelFor(count: graph.rowCount, grain: 1024) { rows in
          for row in rows {
            for edge in graph.range(ofRow: row) where graph.weights[edge] >= least {
              let other = Int(graph.columns[edge])
              let hash = mixed(UInt64(min(row, other)) << 32 | UInt64(max(row, other)))
              let rate = min(max(1, graph.weights[edge] / greatest * 0x1p16), 0x1p16 - 1)
              rates[edge] = UInt16(rate)
              phases[edge] = UInt16(truncatingIfNeeded: hash >> 24)
            }
          }
        }
      }
    }
    (self.graph, self.rates, self.phases) = (graph, rates, phases)
  }

  /// The number of edges of a row that pull in an epoch.
  @inline(__always)
  func pullCount(_ row: Int, epoch: UInt16) -> Int {
    let edges = graph.range(ofRow: row)
    var count = 0
    for first in stride(from: edges.lowerBound, to: edges.upperBound, by: Self.vectorSize) {
      count += pulls(from: first, to: edges.upperBound, epoch: epoch).nonzeroBitCount
    }
    return count
  }

  /// Which of up to 16 edges from `first` on pull in an epoch, a bit each.
  ///
  /// A counter of 16 bits starts at an edge's phase and gains its rate an epoch; the edge pulls when
  /// the counter overflows.
  @inline(__always)
  private func pulls(from first: Int, to end: Int, epoch: UInt16) -> UInt16 {
    typealias Lanes = SIMD16<UInt16>
    let (rates, phases) = (rates.span.bytes, phases.span.bytes)
    let rate = rates.unsafeLoadUnaligned(fromUncheckedByteOffset: first * 2, as: Lanes.self)
    let phase = phases.unsafeLoadUnaligned(fromUncheckedByteOffset: first * 2, as: Lanes.self)
    let counter = phase &+ rate &* epoch
    // The borrow of counter − rate is 1 where the counter is less. Comparing the vectors would make a
    // mask, which comes out lane by lane.
    let borrow = ((~counter & rate) | (~(counter ^ rate) & (counter &- rate))) &>> 15
    let bits = (borrow &* Self.laneBits).wrappedSum()
    let left = end - first
    return left < Self.vectorSize ? bits & (1 << UInt16(truncatingIfNeeded: left) &- 1) : bits
  }

  /// Finds the edges of a row that pull in an epoch, by the part in which the row is their head.
  ///
  /// - Parameters:
  ///   - row: The row.
  ///   - epoch: The epoch's number, of which 16 bits count.
  ///   - scratch: Memory for twice as many numbers as edges pull.
  ///   - pulls: Gets the other ends from `start` on, part after part.
  ///   - start: Where the row's pulls begin.
  /// - Returns: Where each part ends, from `start`.
  @inline(__always)
  func collect(
    _ row: Int, epoch: UInt16, scratch: inout MutableSpan<Int32>,
    into pulls: DisjointWrites<Int32>, from start: Int
  ) -> SIMD8<UInt32> {
    let edges = graph.range(ofRow: row)
    let (columns, phases) = (graph.columns.span, phases.span)
    // A byte for each part counts the pulls found so far, unless they are too many.
    var (counts, count) = (UInt64(0), 0)
    for first in stride(from: edges.lowerBound, to: edges.upperBound, by: Self.vectorSize) {
      var bits = self.pulls(from: first, to: edges.upperBound, epoch: epoch)
      while bits != 0 {
        let edge = first + bits.trailingZeroBitCount
        let other = columns[edge]
        let half = Int(other) > row ? 0 : Self.partCount / 2
        let part = (Int(phases[edge]) + half) % Self.partCount
        scratch[2 * count] = other
        scratch[2 * count + 1] = Int32(truncatingIfNeeded: part)
        counts &+= 1 << UInt64(truncatingIfNeeded: 8 * part)
        count += 1
        bits &= bits &- 1
      }
    }
    guard count < 256 else { return sortMany(scratch.span, count, into: pulls, from: start) }
    // Sums of all bytes up to each, by one product.
    let ends = counts &* 0x0101_0101_0101_0101
    var next = ends &<< 8
    for index in 0..<count {
      let shift = UInt64(truncatingIfNeeded: 8 * scratch[2 * index + 1])
      pulls[start + Int(next >> shift & 0xFF)] = scratch[2 * index]
      next &+= 1 << shift
    }
    return SIMD8<UInt32>(truncatingIfNeeded: unsafeBitCast(ends, to: SIMD8<UInt8>.self))
  }

  /// Sorts the pulls of a row with very many by part; returns where each part ends.
  private func sortMany(
    _ found: Span<Int32>, _ count: Int, into pulls: DisjointWrites<Int32>, from start: Int
  ) -> SIMD8<UInt32> {
    var ends = SIMD8<UInt32>.zero
    var place = 0
    for part in 0..<Self.partCount {
      for index in 0..<count where Int(found[2 * index + 1]) == part {
        pulls[start + place] = found[2 * index]
        place += 1
      }
      ends[part] = UInt32(place)
    }
    return ends
  }

  private static let vectorSize = 16
  private static let laneBits = SIMD16<UInt16>(
    1, 1 << 1, 1 << 2, 1 << 3, 1 << 4, 1 << 5, 1 << 6, 1 << 7, 1 << 8, 1 << 9, 1 << 10, 1 << 11,
    1 << 12, 1 << 13, 1 << 14, 1 << 15)
}

/// The pulls of one epoch.
struct EpochPulls: Sendable {
  /// The other ends, row after row, and within a row part after part.
  private(set) var others: [Int32] = []
  /// Where each row begins.
  private var starts: [UInt32]
  /// Where each part of a row ends, from the beginning of the row.
  private var ends: [SIMD8<UInt32>]

  /// Memory for the pulls of an epoch.
  init(rowCount: Int) {
    starts = [UInt32](repeating: 0, count: rowCount + 1)
    ends = [SIMD8<UInt32>](repeating: .zero, count: rowCount)
  }

  /// Finds the edges that pull in an epoch.
  mutating func collect(_ schedule: EdgeSchedule, epoch: Int) {
    let rowCount = ends.count
    let epoch = UInt16(truncatingIfNeeded: epoch)
    starts.withDisjointWrites { starts in
      parallelFor(count: rowCount, grain: 1024) { rows in
        for row in rows { starts[row + 1] = UInt32(schedule.pullCount(row, epoch: epoch)) }
      }
    }
    var greatest: UInt32 = 0
    for row in 0..<rowCount {
      greatest = max(greatest, starts[row + 1])
      starts[row + 1] += starts[row]
    }
    let count = Int(starts[rowCount])
    if others.count < count { others = [Int32](repeating: 0, count: count + count / 8) }
    let (begins, scratchCount) = (starts, 2 * Int(greatest))
    others.withDisjointWrites { others in
      ends.withDisjointWrites { ends in
        parallelFor(count: rowCount, grain: 1024) { rows in
          var scratch = [Int32](repeating: 0, count: scratchCount)
          var span = scratch.mutableSpan
          for row in rows {
            ends[row] = schedule.collect(
              row, epoch: epoch, scratch: &span, into: others, from: Int(begins[row]))
          }
        }
      }
    }
  }

  /// The places of the edges that pull and of which `row` is the head in some parts.
  @inline(__always)
  func asHead(_ row: Int, _ parts: Range<Int>) -> Range<Int> {
    let (start, ends) = (Int(starts[row]), ends[row])
    let first = parts.lowerBound > 0 ? Int(ends[parts.lowerBound - 1]) : 0
    return start + first..<start + Int(ends[parts.upperBound - 1])
  }

  /// The places of the edges that pull and of which the other end is the head in some parts, all of one
  /// half of the epoch.
  @inline(__always)
  func asTail(_ row: Int, _ parts: Range<Int>) -> Range<Int> {
    let half = EdgeSchedule.partCount / 2
    let shift = parts.lowerBound < half ? half : -half
    return asHead(row, parts.lowerBound + shift..<parts.upperBound + shift)
  }
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
