internal import Matrices
internal import Numerics
internal import ParallelLoops

/// The edges sampled in one epoch, sorted by blocks of samples and within a block by the part in
/// which a sample is their head.
///
/// All edges of a block in a part are processed in one run. Sample by sample, the inner loop's trip
/// count would be unpredictable, and branch mispredictions would dominate.
struct ActiveEdges: Sendable {
  /// The number of samples in a block; their forces stay in the first-level cache.
  static let blockSize = 64
  /// A sample with more edges in a part, as head and as tail, is a hub.
  ///
  /// Twelve is far beyond the one or two that a sample has on average, and few enough that a sum of
  /// forces does not overshoot.
  static let greatestEdgeCount = 12

  /// The other end of each edge, block after block and part after part.
  private(set) var others: [Int32] = []
  /// The sample on this side of each edge, counted from the block's first.
  private(set) var owners: [UInt8] = []
  /// Where each block begins.
  private var starts: [UInt32]
  /// Where each part of a block ends, from the beginning of the block.
  private var ends: [SIMD8<UInt32>]
  /// Whether a sample of each block is a hub in some part.
  private(set) var hasHub: [Bool]
  /// The number of samples.
  let sampleCount: Int

  /// Takes memory for the edges of an epoch.
  init(sampleCount: Int) {
    self.sampleCount = sampleCount
    let blockCount = (sampleCount + Self.blockSize - 1) / Self.blockSize
    starts = [UInt32](repeating: 0, count: blockCount + 1)
    ends = [SIMD8<UInt32>](repeating: .zero, count: blockCount)
    hasHub = [Bool](repeating: false, count: blockCount)
  }

  /// The number of blocks.
  var blockCount: Int { ends.count }

  /// The samples of a block.
  func samples(ofBlock block: Int) -> Range<Int> { Self.samples(ofBlock: block, of: sampleCount) }

  private static func samples(ofBlock block: Int, of sampleCount: Int) -> Range<Int> {
    block * blockSize..<min((block + 1) * blockSize, sampleCount)
  }

  /// The edges of which a block's samples are the heads in a part.
  @inline(__always)
  func asHead(_ block: Int, _ part: Int) -> Range<Int> {
    let (start, ends) = (Int(starts[block]), ends[block])
    return start + (part > 0 ? Int(ends[part - 1]) : 0)..<start + Int(ends[part])
  }

  /// The edges of which the other ends are the heads in a part.
  @inline(__always)
  func asTail(_ block: Int, _ part: Int) -> Range<Int> {
    asHead(block, (part + EdgeSchedule.partCount / 2) % EdgeSchedule.partCount)
  }

  /// Those of a block's edges in one part that belong to one of its samples.
  func edges(_ edges: Range<Int>, ofOwner owner: Int) -> Range<Int> {
    let first = edges.first { owners[$0] >= owner } ?? edges.upperBound
    let end = (first..<edges.upperBound).first { owners[$0] > owner } ?? edges.upperBound
    return first..<end
  }

  /// Finds the edges that are sampled in an epoch.
  mutating func collect(_ schedule: EdgeSchedule, epoch: Int) {
    let epoch = UInt16(truncatingIfNeeded: epoch)
    let (sampleCount, blockCount) = (sampleCount, blockCount)
    starts.withDisjointWrites { starts in
      parallelFor(count: blockCount, grain: 16) { blocks in
        for block in blocks {
          starts[block + 1] = Self.samples(ofBlock: block, of: sampleCount).reduce(0) {
            $0 + UInt32(schedule.activeEdgeCount($1, epoch: epoch))
          }
        }
      }
    }
    // The first element is 0 in every epoch, so running sums make counts of the others starts.
    starts.formRunningSums()
    let count = Int(starts[blockCount])
    // Room to grow: the number of edges varies a little from epoch to epoch.
    if others.count < count {
      others = [Int32](repeating: 0, count: count + count / 8)
      owners = [UInt8](repeating: 0, count: others.count)
    }
    let begins = starts
    withDisjointWrites(of: &others, &owners, &ends, &hasHub) { others, owners, ends, hasHub in
      parallelFor(count: blockCount, grain: 16) { blocks in
        let greatestCount = blocks.reduce(0) { max($0, begins[$1 + 1] - begins[$1]) }
        var found = [ActiveEdge](
          repeating: ActiveEdge(other: 0, owner: 0, part: 0), count: Int(greatestCount))
        var counts = [UInt32](repeating: 0, count: EdgeSchedule.partCount)
        var foundSpan = found.mutableSpan
        var countSpan = counts.mutableSpan
        for block in blocks {
          let (count, containsHub) = findEdges(
            Self.samples(ofBlock: block, of: sampleCount), schedule, epoch: epoch,
            into: &foundSpan, counts: &countSpan)
          hasHub[block] = containsHub
          ends[block] = sortEdges(
            foundSpan.span.extracting(0..<count), counts: &countSpan, to: others, owners,
            from: Int(begins[block]))
        }
      }
    }
  }
}

/// An edge before it is sorted.
private struct ActiveEdge: BitwiseCopyable {
  let other: Int32
  /// The sample on this side, counted from the block's first.
  let owner: UInt8
  let part: UInt8
}

/// Finds the active edges of a block's samples, sample by sample, and how many each part has.
///
/// - Returns: Their number, and whether a sample is a hub in some part.
private func findEdges(
  _ samples: Range<Int>, _ schedule: EdgeSchedule, epoch: UInt16,
  into found: inout MutableSpan<ActiveEdge>, counts: inout MutableSpan<UInt32>
) -> (count: Int, containsHub: Bool) {
  for part in counts.indices { counts[part] = 0 }
  var (count, containsHub) = (0, false)
  for sample in samples {
    let (first, owner) = (count, UInt8(truncatingIfNeeded: sample - samples.lowerBound))
    // A byte for each part counts the sample's edges; they are right while there are fewer than 64.
    var perPart: UInt64 = 0
    schedule.forEachActiveEdge(sample, epoch: epoch) { other, part in
      found[count] = ActiveEdge(
        other: other, owner: owner, part: UInt8(truncatingIfNeeded: part))
      counts[part] &+= 1
      perPart &+= 1 &<< UInt64(truncatingIfNeeded: 8 &* part)
      count &+= 1
    }
    // Edges as head and, half the parts later, as tail.
    let both = perPart &+ (perPart &<< 32 | perPart &>> 32)
    // Adding 127 − 12 sets a byte's highest bit where it exceeds 12: all parts at once.
    let excess = UInt64(127 - ActiveEdges.greatestEdgeCount) &* 0x0101_0101_0101_0101
    containsHub =
      containsHub || count - first > 63 || (both &+ excess) & 0x8080_8080_8080_8080 != 0
  }
  return (count, containsHub)
}

/// Sorts the edges of a block by part, by counting, and returns where each part ends.
private func sortEdges(
  _ found: Span<ActiveEdge>, counts next: inout MutableSpan<UInt32>,
  to others: DisjointWrites<Int32>, _ owners: DisjointWrites<UInt8>, from start: Int
) -> SIMD8<UInt32> {
  var (ends, total) = (SIMD8<UInt32>.zero, UInt32(0))
  for part in 0..<EdgeSchedule.partCount {
    let count = next[part]
    next[part] = total
    total += count
    ends[part] = total
  }
  for index in found.indices {
    let edge = found[index]
    let target = start &+ Int(next[Int(edge.part)])
    next[Int(edge.part)] &+= 1
    others[target] = edge.other
    owners[target] = edge.owner
  }
  return ends
}
