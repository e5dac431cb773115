internal import Numerics

/// A candidate neighbor as one number that is greater for the better one: the more similar, and at
/// equal similarity the one with the lower index.
///
/// The similarity fills the upper half, its bits changed such that their order as an integer is the
/// order of the numbers; the complement of the index fills the lower half. 0 stands for no
/// candidate. One comparison of integers thus decides, and leaves no ties to the order of the
/// search.
struct Candidate: Equatable {
  var key: UInt64

  init(key: UInt64) { self.key = key }

  @inline(__always)
  init(similarity: Float, index: Int) {
    let bits = (similarity + 0).bitPattern  // −0 becomes 0
    let ordered = bits >> 31 == 1 ? ~bits : bits | 1 << 31
    key = UInt64(ordered) << 32 | UInt64(~UInt32(truncatingIfNeeded: index))
  }

  /// The similarity; −∞ for no candidate.
  @inline(__always)
  var similarity: Float {
    guard key != 0 else { return -.infinity }
    let ordered = UInt32(truncatingIfNeeded: key >> 32)
    return Float(bitPattern: ordered >> 31 == 1 ? ordered & ~(1 << 31) : ~ordered)
  }

  /// The index of the candidate.
  var index: Int { Int(~UInt32(truncatingIfNeeded: key)) }
}

/// The best `capacity` candidates so far of each of some queries, each query's in a heap with the
/// worst on top, and the similarity that a further candidate must reach.
///
/// What is kept does not depend on the order in which candidates come.
struct Candidates {
  let capacity: Int
  /// The heaps, queries × `capacity`.
  private(set) var keys: [UInt64]
  /// The similarity of each query's worst kept candidate; −∞ while there is room.
  private var thresholds: [Float]

  init(queryCount: Int, capacity: Int) {
    self.capacity = capacity
    keys = [UInt64](repeating: 0, count: queryCount * capacity)
    thresholds = [Float](repeating: -.infinity, count: queryCount)
  }

  /// The indices of a query's candidates, in no order.
  func indices(ofQuery query: Int) -> [Int] {
    keys[query * capacity..<(query + 1) * capacity].filter { $0 != 0 }
      .map { Candidate(key: $0).index }
  }

  /// The candidates of a query, the best first.
  func sorted(ofQuery query: Int) -> [Candidate] {
    keys[query * capacity..<(query + 1) * capacity].filter { $0 != 0 }.sorted(by: >)
      .map(Candidate.init(key:))
  }

  /// Offers consecutive references, from `first` on, to a query.
  ///
  /// Nearly all are far away and fail the first comparison, which is made for 8 at a time.
  ///
  /// - Parameters:
  ///   - query: The query that gets them.
  ///   - products: The dot products of the query with the references.
  ///   - offset: The query's offset (`VectorPreparation`).
  ///   - offsets: The offsets of the references.
  ///   - first: The index of the first reference.
  ///   - excluded: The index of one that is not to be taken: the query itself; −1 if it is not
  ///     there.
  @inline(__always)
  mutating func offer(
    to query: Int, products: Span<Float>, offset: Float, offsets: Span<Float>, first: Int,
    excluded: Int
  ) {
    typealias Lanes = SIMD8<Float>
    precondition(
      products.count == offsets.count, "\(products.count) products, \(offsets.count) offsets")
    var threshold = thresholds[query]
    let count = products.count
    var position = 0
    while position + Lanes.scalarCount <= count {
      let similarity = products.vector(at: position) - (offsets.vector(at: position) + offset)
      // Equal ones pass: a lower index may still win.
      let hits = similarity .>= threshold
      if any(hits) {
        for lane in 0..<Lanes.scalarCount where hits[lane] && first + position + lane != excluded {
          threshold = keep(
            Candidate(similarity: similarity[lane], index: first + position + lane), for: query,
            threshold)
        }
      }
      position += Lanes.scalarCount
    }
    while position < count {
      let similarity = products[position] - (offsets[position] + offset)
      if first + position != excluded {
        threshold = keep(
          Candidate(similarity: similarity, index: first + position), for: query, threshold)
      }
      position += 1
    }
    thresholds[query] = threshold
  }

  /// Takes a candidate in if it is better than the worst one, and returns the new threshold.
  @inline(__always)
  private mutating func keep(
    _ candidate: Candidate, for query: Int, _ threshold: Float
  ) -> Float {
    guard candidate.key > keys[query * capacity] else { return threshold }
    return replaceWorst(of: query, by: candidate)
  }

  /// Replaces the worst candidate, sifts the new one down, and returns the new threshold.
  ///
  /// Out of line, as it is rare: inlined, it would crowd the registers of the loop above.
  @inline(never)
  private mutating func replaceWorst(of query: Int, by candidate: Candidate) -> Float {
    let base = query * capacity
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
    return Candidate(key: keys[base]).similarity
  }
}
