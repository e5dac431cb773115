import Matrices
import ParallelLoops
import Randomness

/// The positions of all rows in an order by chance, so that a run of them is a random sample, and
/// lies in one or two lines of the cache.
struct Pushers: Sendable {
  private let order: [Int32]
  /// Where the rows are, in that order, and the first ones again, so that a run of `runLength` may
  /// begin anywhere and be read in groups of four.
  private(set) var positions: [SIMD2<Float>]
  /// The rows of a run.
  let runLength: Int
  /// The number of rows.
  var rowCount: Int { order.count }

  /// Chooses the order.
  init(rowCount: Int, runLength: Int, seed: UInt64) {
    var keys = [UInt64](repeating: 0, count: rowCount)
    keys.withDisjointWrites { keys in
      parallelFor(count: rowCount, grain: 4096) { rows in
        for row in rows {
          var stream = RandomStream(seed: seed, purpose: .negativeSamples, item: row, step: 1)
          keys[row] = UInt64(stream.nextBits()) << 32 | UInt64(row)
        }
      }
    }
    keys.sort()
    order = keys.map { Int32(truncatingIfNeeded: $0 & 0xFFFF_FFFF) }
    self.runLength = runLength
    positions = [SIMD2<Float>](repeating: .zero, count: rowCount + runLength + 3)
  }

  /// Takes over where the rows are now.
  mutating func update(_ current: [SIMD2<Float>]) {
    let order = order
    positions.withDisjointWrites { positions in
      parallelFor(count: order.count, grain: 4096) { places in
        for place in places { positions[place] = current[Int(order[place])] }
      }
    }
    for place in order.count..<positions.count { positions[place] = positions[place - order.count] }
  }
}

/// Random rows, two from each random number of SplitMix64.
///
/// A row is the upper half of the product of 32 random bits and the number of rows; its probability is
/// right to one part in 2³² / rows.
struct RandomRows {
  private var state: UInt64
  private var bits: UInt64 = 0
  private var isHalfUsed = false

  init(seed: UInt64) { state = mixed(seed) }

  /// A row below `rowCount`.
  @inline(__always)
  mutating func next(below rowCount: Int) -> Int {
    if isHalfUsed {
      bits >>= 32
    } else {
      state &+= 0x9E37_79B9_7F4A_7C15
      bits = mixed(state)
    }
    isHalfUsed.toggle()
    return Int(((bits & 0xFFFF_FFFF) &* UInt64(rowCount)) >> 32)
  }
}
