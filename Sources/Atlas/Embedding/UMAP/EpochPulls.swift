import Matrices
import Numerics
import ParallelLoops

/// The pulls of one epoch, sorted by blocks of rows and in a block by the part in which a row is their
/// head.
///
/// All pulls of a block in a part are gone through in one run. Row by row, the number of a row's pulls
/// would be a surprise each time, and the processor would spend more time on wrong guesses than on the
/// moves.
struct EpochPulls: Sendable {
  /// So many rows make a block; their moves stay in the nearest cache.
  static let blockSize = 64
  /// A row with more pulls in a part, as head and as tail, is crowded.
  static let greatestPullCount = 12

  /// What pulls or is pulled, block after block and part after part.
  private(set) var others: [Int32] = []
  /// The row on this side of each pull, counted from the block's first.
  private(set) var owners: [UInt8] = []
  /// Where each block begins.
  private var starts: [UInt32]
  /// Where each part of a block ends, from the beginning of the block.
  private var ends: [SIMD8<UInt32>]
  /// Whether a row of each block is crowded in some part.
  private(set) var isCrowded: [Bool]
  /// The number of rows.
  let rowCount: Int

  /// Memory for the pulls of an epoch.
  init(rowCount: Int) {
    self.rowCount = rowCount
    let blockCount = (rowCount + Self.blockSize - 1) / Self.blockSize
    starts = [UInt32](repeating: 0, count: blockCount + 1)
    ends = [SIMD8<UInt32>](repeating: .zero, count: blockCount)
    isCrowded = [Bool](repeating: false, count: blockCount)
  }

  /// The number of blocks.
  var blockCount: Int { ends.count }

  /// The rows of a block.
  func rows(ofBlock block: Int) -> Range<Int> { Self.rows(ofBlock: block, of: rowCount) }

  private static func rows(ofBlock block: Int, of rowCount: Int) -> Range<Int> {
    block * blockSize..<min((block + 1) * blockSize, rowCount)
  }

  /// The pulls of which a block's rows are heads in a part.
  @inline(__always)
  func asHead(_ block: Int, _ part: Int) -> Range<Int> {
    let (start, ends) = (Int(starts[block]), ends[block])
    return start + (part > 0 ? Int(ends[part - 1]) : 0)..<start + Int(ends[part])
  }

  /// The pulls of which the other ends are heads in a part.
  @inline(__always)
  func asTail(_ block: Int, _ part: Int) -> Range<Int> {
    asHead(block, (part + EdgeSchedule.partCount / 2) % EdgeSchedule.partCount)
  }

  /// Those of a block's pulls in one part that belong to one of its rows.
  func places(_ places: Range<Int>, ofOwner owner: Int) -> Range<Int> {
    let first = places.first { owners[$0] >= owner } ?? places.upperBound
    let end = (first..<places.upperBound).first { owners[$0] > owner } ?? places.upperBound
    return first..<end
  }

  /// Finds the edges that pull in an epoch.
  mutating func collect(_ schedule: EdgeSchedule, epoch: Int) {
    let epoch = UInt16(truncatingIfNeeded: epoch)
    let (rowCount, blockCount) = (rowCount, blockCount)
    starts.withDisjointWrites { starts in
      parallelFor(count: blockCount, grain: 16) { blocks in
        for block in blocks {
          starts[block + 1] = Self.rows(ofBlock: block, of: rowCount).reduce(0) {
            $0 + UInt32(schedule.pullCount($1, epoch: epoch))
          }
        }
      }
    }
    starts.formRunningSums()
    let count = Int(starts[blockCount])
    if others.count < count {
      others = [Int32](repeating: 0, count: count + count / 8)
      owners = [UInt8](repeating: 0, count: others.count)
    }
    let begins = starts
    others.withDisjointWrites { others in
      owners.withDisjointWrites { owners in
        ends.withDisjointWrites { ends in
          isCrowded.withDisjointWrites { isCrowded in
            parallelFor(count: blockCount, grain: 16) { blocks in
              let greatestCount = blocks.reduce(0) { max($0, begins[$1 + 1] - begins[$1]) }
              var found = [Pull](
                repeating: Pull(other: 0, owner: 0, part: 0), count: Int(greatestCount))
              var counts = [UInt32](repeating: 0, count: EdgeSchedule.partCount)
              var foundSpan = found.mutableSpan
              var countSpan = counts.mutableSpan
              for block in blocks {
                let (count, crowded) = findPulls(
                  Self.rows(ofBlock: block, of: rowCount), schedule, epoch: epoch,
                  into: &foundSpan, counts: &countSpan)
                isCrowded[block] = crowded
                ends[block] = sortPulls(
                  foundSpan.span.extracting(0..<count), counts: &countSpan, to: others, owners,
                  from: Int(begins[block]))
              }
            }
          }
        }
      }
    }
  }
}

/// A pull on its way to its place.
private struct Pull: BitwiseCopyable {
  let other: Int32
  /// The row on this side, counted from the block's first.
  let owner: UInt8
  let part: UInt8
}

/// Finds the pulls of a block's rows, row by row, and how many each part has; returns their number, and
/// whether a row has more than a few in some part.
private func findPulls(
  _ rows: Range<Int>, _ schedule: EdgeSchedule, epoch: UInt16, into found: inout MutableSpan<Pull>,
  counts: inout MutableSpan<UInt32>
) -> (count: Int, isCrowded: Bool) {
  for part in counts.indices { counts[part] = 0 }
  var (count, isCrowded) = (0, false)
  for row in rows {
    let (first, owner) = (count, UInt8(truncatingIfNeeded: row - rows.lowerBound))
    // A byte for each part counts the row's pulls; they are right while there are fewer than 64.
    var ofRow: UInt64 = 0
    schedule.forEachPull(row, epoch: epoch) { other, part in
      found[count] = Pull(other: other, owner: owner, part: UInt8(truncatingIfNeeded: part))
      counts[part] &+= 1
      ofRow &+= 1 &<< UInt64(truncatingIfNeeded: 8 &* part)
      count &+= 1
    }
    // Pulls as head and, half the parts later, as tail.
    let both = ofRow &+ (ofRow &<< 32 | ofRow &>> 32)
    let excess = UInt64(127 - EpochPulls.greatestPullCount) &* 0x0101_0101_0101_0101
    isCrowded =
      isCrowded || count - first > 63 || (both &+ excess) & 0x8080_8080_8080_8080 != 0
  }
  return (count, isCrowded)
}

/// Sorts the pulls of a block by part, by counting; returns where each part ends.
private func sortPulls(
  _ found: Span<Pull>, counts next: inout MutableSpan<UInt32>, to others: DisjointWrites<Int32>,
  _ owners: DisjointWrites<UInt8>, from start: Int
) -> SIMD8<UInt32> {
  var (ends, total) = (SIMD8<UInt32>.zero, UInt32(0))
  for part in 0..<EdgeSchedule.partCount {
    let count = next[part]
    next[part] = total
    total += count
    ends[part] = total
  }
  for index in found.indices {
    let pull = found[index]
    let place = start &+ Int(next[Int(pull.part)])
    next[Int(pull.part)] &+= 1
    others[place] = pull.other
    owners[place] = pull.owner
  }
  return ends
}
