import Tensors

/// A candidate neighbour as one number that is greater for the better one: the closer, and at equal
/// closeness the one with the lower index.
///
/// The closeness fills the upper half, its bits changed so that their order as a whole number is
/// the order of the numbers; the complement of the index fills the lower half. 0 stands for no
/// candidate.
struct Candidate: Equatable {
  var key: UInt64

  init(key: UInt64) { self.key = key }

  @inline(__always)
  init(closeness: Float, index: Int) {
    let bits = (closeness + 0).bitPattern  // −0 becomes 0
    let ordered = bits >> 31 == 1 ? ~bits : bits | 1 << 31
    key = UInt64(ordered) << 32 | UInt64(~UInt32(truncatingIfNeeded: index))
  }

  /// The closeness; −∞ for no candidate.
  @inline(__always)
  var closeness: Float {
    guard key != 0 else { return -.infinity }
    let ordered = UInt32(truncatingIfNeeded: key >> 32)
    return Float(bitPattern: ordered >> 31 == 1 ? ordered & ~(1 << 31) : ~ordered)
  }

  /// The row that the candidate is.
  var index: Int32 { Int32(bitPattern: ~UInt32(truncatingIfNeeded: key)) }
}

/// The best `capacity` candidates of every row so far, each row's in a heap with the worst on top,
/// and the closeness that a further candidate must reach.
///
/// What is kept does not depend on the order in which candidates come.
struct CandidateHeaps: Sendable {
  let capacity: Int
  /// The closeness of each row's worst kept candidate; −∞ while there is room.
  let thresholds: DisjointWrites<Float>
  let keys: DisjointWrites<UInt64>

  /// Offers two rows to each other.
  @inline(__always)
  func offer(_ first: Int, _ second: Int, closeness: Float) {
    keep(Candidate(closeness: closeness, index: second), for: first)
    keep(Candidate(closeness: closeness, index: first), for: second)
  }

  /// Takes a candidate in if it is better than the worst one.
  @inline(__always)
  private func keep(_ candidate: Candidate, for row: Int) {
    guard candidate.key > keys[row * capacity] else { return }
    replaceWorst(of: row, by: candidate)
  }

  /// Puts a candidate in the worst one's place and sifts it down.
  @inline(never)
  private func replaceWorst(of row: Int, by candidate: Candidate) {
    let base = row * capacity
    var hole = 0
    while true {
      var child = 2 * hole + 1
      guard child < capacity else { break }
      if child + 1 < capacity && keys[base + child + 1] < keys[base + child] { child += 1 }
      guard keys[base + child] < candidate.key else { break }
      keys[base + hole] = keys[base + child]
      hole = child
    }
    keys[base + hole] = candidate.key
    thresholds[row] = Candidate(key: keys[base]).closeness
  }
}
