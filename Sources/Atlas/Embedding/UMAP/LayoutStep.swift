import Randomness
import Tensors

/// One part of an epoch, or several of one half of it at once.
struct LayoutStep: Sendable {
  let parts: Range<Int>
  let forces: LayoutForces
  let rate: Float
  let negativeSampleCount: Int
  let springs: Springs?
  let key: UInt64

  /// So many rows are moved together; their differences stay in the nearest cache.
  private static let blockSize = 32
  /// A row that more others pull makes its moves in several steps.
  private var greatestPullCount: Int { 12 * parts.count }

  /// Moves all rows.
  ///
  /// - Parameters:
  ///   - positions: Where the rows are.
  ///   - moved: Gets where they go.
  ///   - pulls: The pulls of the epoch.
  ///   - pushers: The positions of all rows in a random order.
  func move(
    _ positions: [SIMD2<Float>], to moved: inout [SIMD2<Float>], pulls: EpochPulls,
    pushers: Pushers
  ) {
    let capacity = Self.blockSize * greatestPullCount
    moved.withDisjointWrites { moved in
      parallelFor(count: positions.count, grain: 512) { rows in
        var batch = MoveBatch(
          pullCapacity: capacity, pushCapacity: capacity * negativeSampleCount)
        var pullEnds = [Int](repeating: 0, count: Self.blockSize)
        var pushEnds = pullEnds
        for first in stride(from: rows.lowerBound, to: rows.upperBound, by: Self.blockSize) {
          let block = first..<min(first + Self.blockSize, rows.upperBound)
          var (pullCount, pushCount) = (0, 0)
          for row in block {
            let (asHead, asTail) = (pulls.asHead(row, parts), pulls.asTail(row, parts))
            if asHead.count + asTail.count <= greatestPullCount {
              let position = positions[row]
              pullCount = batch.addPulls(
                position, asHead, of: pulls.others.span, at: positions.span, from: pullCount)
              pullCount = batch.addPulls(
                position, asTail, of: pulls.others.span, at: positions.span, from: pullCount)
              var random = randomRows(row)
              for _ in asHead {
                pushCount = batch.addPushes(
                  position, run: random.next(below: positions.count),
                  runLength: negativeSampleCount, of: pushers.positions.span, from: pushCount)
              }
            }
            (pullEnds[row - first], pushEnds[row - first]) = (pullCount, pushCount)
          }
          batch.compute(by: forces, pullCount: pullCount, pushCount: pushCount)
          var (pull, push) = (0, 0)
          for row in block {
            let ends = (pull: pullEnds[row - first], push: pushEnds[row - first])
            let move = batch.sumOfPulls(pull..<ends.pull) + batch.sumOfPushes(push..<ends.push)
            moved[row] = positions[row] + rate * move
            (pull, push) = ends
          }
          for row in block {
            let (asHead, asTail) = (pulls.asHead(row, parts), pulls.asTail(row, parts))
            if asHead.count + asTail.count > greatestPullCount {
              moved[row] = movedInSteps(
                row, asHead, asTail, positions, pulls: pulls, pushers: pushers)
            }
            if let springs {
              moved[row] += springs.move(
                row, from: positions[row], rate: rate * Float(parts.count))
            }
          }
        }
      }
    }
  }

  /// Where a row with many pulls goes: a few of them at a time, with the pushes that belong to them,
  /// the later ones from where the earlier ones led, so that their sum does not overshoot.
  private func movedInSteps(
    _ row: Int, _ asHead: Range<Int>, _ asTail: Range<Int>, _ positions: [SIMD2<Float>],
    pulls: EpochPulls, pushers: Pushers
  ) -> SIMD2<Float> {
    var position = positions[row]
    var random = randomRows(row)
    var batch = MoveBatch(pullCapacity: 2, pushCapacity: 2 * negativeSampleCount)
    for (places, runLength) in [(asHead, negativeSampleCount), (asTail, 0)] {
      for first in stride(from: places.lowerBound, to: places.upperBound, by: 2) {
        let pair = first..<min(first + 2, places.upperBound)
        let pullCount = batch.addPulls(
          position, pair, of: pulls.others.span, at: positions.span, from: 0)
        var pushCount = 0
        for _ in pair where runLength > 0 {
          pushCount = batch.addPushes(
            position, run: random.next(below: positions.count), runLength: runLength,
            of: pushers.positions.span, from: pushCount)
        }
        batch.compute(by: forces, pullCount: pullCount, pushCount: pushCount)
        position += rate * (batch.sumOfPulls(0..<pullCount) + batch.sumOfPushes(0..<pushCount))
      }
    }
    return position
  }

  private func randomRows(_ row: Int) -> RandomRows {
    RandomRows(seed: key &+ UInt64(row) &* 0x9E37_79B9_7F4A_7C15)
  }
}

/// The positions of all rows in an order by chance, so that a run of them is a random sample, and
/// lies in one or two lines of the cache.
struct Pushers: Sendable {
  private let order: [Int32]
  /// Where the rows are, in that order.
  private(set) var positions: [SIMD2<Float>]

  /// Chooses the order.
  init(rowCount: Int, seed: UInt64) {
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
    positions = [SIMD2<Float>](repeating: .zero, count: rowCount)
  }

  /// Takes over where the rows are now.
  mutating func update(_ current: [SIMD2<Float>]) {
    let order = order
    positions.withDisjointWrites { positions in
      parallelFor(count: order.count, grain: 4096) { places in
        for place in places { positions[place] = current[Int(order[place])] }
      }
    }
  }
}

/// The pulls of anchors.
struct Springs: Sendable {
  private let targets: [SIMD2<Float>]
  /// The share of the way in a part of an epoch.
  private let share: Float

  init(_ anchors: LayoutAnchors) {
    targets = positions(anchors.targets)
    share = min(anchors.strength, 1) / Float(EdgeSchedule.partCount)
  }

  /// How far a row goes, at most all the way; nowhere if it is free.
  @inline(__always)
  func move(_ row: Int, from position: SIMD2<Float>, rate: Float) -> SIMD2<Float> {
    let way = targets[row] - position
    guard way.x.isFinite && way.y.isFinite else { return .zero }
    return way * min(rate * share, 1)
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
