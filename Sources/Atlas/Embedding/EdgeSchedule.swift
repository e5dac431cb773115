/// When the edges of a graph pull.
///
/// An edge of the greatest weight pulls in every epoch, another in a share of the epochs that is its
/// share of that weight, evenly spread. As in umap-learn an edge pulls twice then, once with either
/// end as its *head*, the end that random rows push in return.
///
/// An epoch has several parts, and each pull falls into one of them by a hash of the two rows. Both
/// ends know from the same hash when the edge pulls and which of them is the head, so that each end
/// can see to itself.
struct EdgeSchedule: Sendable {
  /// How many parts an epoch has.
  static let partCount = 8

  /// An edge seen from one of its ends.
  struct Edge: BitwiseCopyable {
    /// The other end.
    var other: Int32
    /// The share of epochs in which the edge pulls, times 2¹⁶.
    var rate: UInt16
    /// Where it stands at the beginning.
    var phase: UInt16

    /// Whether the edge pulls in an epoch.
    ///
    /// A counter of 16 bits starts at `phase` and gains `rate` an epoch; the edge pulls when the
    /// counter overflows.
    @inline(__always)
    func pulls(in epoch: UInt16) -> Bool { phase &+ rate &* epoch < rate }
  }

  /// The edges by the part in which a row is their head, and within a part by that row.
  let edges: [Edge]
  /// Where each row's edges begin in `edges`, part after part, and their number at the end.
  let starts: [Int32]
  /// The number of rows.
  let rowCount: Int

  /// Plans the pulls along the edges of a graph; edges too light to pull once are left out.
  init(_ graph: FuzzyGraph, epochCount: Int) {
    let parts = Self.partCount
    let greatest = graph.weights.max() ?? 1
    let least = greatest / Float(max(1, epochCount))
    rowCount = graph.rowCount
    var byPart = [[Edge]](repeating: [], count: parts)
    var startsByPart = [[Int32]](repeating: [], count: parts)
    for row in 0..<graph.rowCount {
      for part in 0..<parts { startsByPart[part].append(Int32(byPart[part].count)) }
      for position in graph.rowStarts[row]..<graph.rowStarts[row + 1]
      where graph.weights[position] >= least {
        let other = Int(graph.columns[position])
        let hash = mixed(UInt64(min(row, other)) << 32 | UInt64(max(row, other)))
        // The second pull comes half an epoch after the first, with the higher row as head.
        let part = (Int(hash >> 32) + (row < other ? 0 : parts / 2)) % parts
        let rate = min(max(1, graph.weights[position] / greatest * 0x1p16), 0x1p16 - 1)
        byPart[part].append(
          Edge(
            other: Int32(other), rate: UInt16(rate), phase: UInt16(truncatingIfNeeded: hash)))
      }
    }
    var (edges, starts) = ([Edge](), [Int32]())
    for part in 0..<parts {
      let before = Int32(edges.count)
      starts += startsByPart[part].map { $0 + before }
      edges += byPart[part]
    }
    self.edges = edges
    self.starts = starts + [Int32(edges.count)]
  }

  /// The positions in `edges` of those of which `row` is the head in a part of an epoch.
  @inline(__always)
  func asHead(_ row: Int, part: Int) -> Range<Int> {
    let index = part * rowCount + row
    return Int(starts[index])..<Int(starts[index + 1])
  }

  /// The positions in `edges` of those of which the other end is the head in a part of an epoch.
  @inline(__always)
  func asTail(_ row: Int, part: Int) -> Range<Int> {
    asHead(row, part: (part + Self.partCount / 2) % Self.partCount)
  }

  /// The greatest number of pulls on a row in a part of an epoch.
  var greatestPullCount: Int {
    (0..<rowCount).reduce(0) { greatest, row in
      (0..<Self.partCount).reduce(greatest) { greatest, part in
        max(greatest, asHead(row, part: part).count + asTail(row, part: part).count)
      }
    }
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
