import Numerics

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
  var index: Int { Int(~UInt32(truncatingIfNeeded: key)) }
}

/// The best `capacity` candidates so far of each of some rows, each row's in a heap with the worst on
/// top, and the closeness that a further candidate must reach.
///
/// What is kept does not depend on the order in which candidates come.
struct Candidates {
  let capacity: Int
  /// The heaps, rows × `capacity`.
  private(set) var keys: [UInt64]
  /// The closeness of each row's worst kept candidate; −∞ while there is room.
  private var thresholds: [Float]

  init(rowCount: Int, capacity: Int) {
    self.capacity = capacity
    keys = [UInt64](repeating: 0, count: rowCount * capacity)
    thresholds = [Float](repeating: -.infinity, count: rowCount)
  }

  /// The indices of a row's candidates, in no order.
  func indices(row: Int) -> [Int] {
    keys[row * capacity..<(row + 1) * capacity].filter { $0 != 0 }.map { Candidate(key: $0).index }
  }

  /// The candidates of a row, the best first.
  func sorted(row: Int) -> [Candidate] {
    keys[row * capacity..<(row + 1) * capacity].filter { $0 != 0 }.sorted(by: >)
      .map(Candidate.init(key:))
  }

  /// Offers consecutive references, from `first` on, to a row.
  ///
  /// Nearly all are far away and fall at the first comparison, which is made for 8 at a time.
  ///
  /// - Parameters:
  ///   - row: The row that gets them.
  ///   - products: The products of the row with the references.
  ///   - offset: The row's offset (`ComparableRows`).
  ///   - offsets: The offsets of the references.
  ///   - first: The index of the first reference.
  ///   - excluded: The index of one that is not to be taken: the row itself; −1 if it is not there.
  @inline(__always)
  mutating func offer(
    to row: Int, products: Span<Float>, offset: Float, offsets: Span<Float>, first: Int,
    excluded: Int
  ) {
    typealias Lanes = SIMD8<Float>
    precondition(products.count == offsets.count)
    var threshold = thresholds[row]
    let count = products.count
    var position = 0
    while position + Lanes.scalarCount <= count {
      let closeness = products.vector(at: position) - (offsets.vector(at: position) + offset)
      let hits = closeness .>= threshold
      if any(hits) {
        for lane in 0..<Lanes.scalarCount where hits[lane] && first + position + lane != excluded {
          threshold = keep(
            Candidate(closeness: closeness[lane], index: first + position + lane), for: row,
            threshold)
        }
      }
      position += Lanes.scalarCount
    }
    while position < count {
      let closeness = products[position] - (offsets[position] + offset)
      if first + position != excluded {
        threshold = keep(
          Candidate(closeness: closeness, index: first + position), for: row, threshold)
      }
      position += 1
    }
    thresholds[row] = threshold
  }

  /// Takes a candidate in if it is better than the worst one; returns the new threshold.
  @inline(__always)
  private mutating func keep(_ candidate: Candidate, for row: Int, _ threshold: Float) -> Float {
    guard candidate.key > keys[row * capacity] else { return threshold }
    return replaceWorst(of: row, by: candidate)
  }

  /// Puts a candidate in the worst one's place and sifts it down; returns the new threshold.
  @inline(never)
  private mutating func replaceWorst(of row: Int, by candidate: Candidate) -> Float {
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
    return Candidate(key: keys[base]).closeness
  }
}
