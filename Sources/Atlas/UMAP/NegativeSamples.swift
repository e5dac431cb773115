internal import Matrices
internal import ParallelLoops
internal import Randomness

/// The positions of all samples in a random order, so that a run of them is a random sample, and
/// lies in one or two cache lines.
///
/// UMAP repels a sample from a few others drawn at random for each edge. Drawn one by one, each
/// would be a cache miss in a large layout. One random order, kept for all epochs, with a random
/// beginning for each run, costs one miss per run.
struct NegativeSamples: Sendable {
  private let order: [Int32]
  /// The positions in that order, and the first ones again, so that a run of `runLength` may begin
  /// anywhere and be read in groups of four.
  private(set) var positions: [SIMD2<Float>]
  /// The number of samples in a run.
  let runLength: Int
  /// The number of samples.
  var sampleCount: Int { order.count }

  /// Chooses the order.
  init(sampleCount: Int, runLength: Int, seed: UInt64) {
    var keys = [UInt64](repeating: 0, count: sampleCount)
    keys.withDisjointWrites { keys in
      parallelFor(count: sampleCount, grain: 4096) { samples in
        for sample in samples {
          var stream = RandomStream(
            seed: seed, purpose: .negativeSamples, item: sample, step: 1)
          // The index in the lower half makes equal random numbers differ, so that any sort gives
          // the same order.
          keys[sample] = UInt64(stream.nextBits()) << 32 | UInt64(sample)
        }
      }
    }
    keys.sort()
    order = keys.map { Int32(truncatingIfNeeded: $0 & 0xFFFF_FFFF) }
    self.runLength = runLength
    positions = [SIMD2<Float>](repeating: .zero, count: sampleCount + runLength + 3)
  }

  /// Takes over the current positions.
  mutating func update(_ current: [SIMD2<Float>]) {
    let order = order
    positions.withDisjointWrites { positions in
      parallelFor(count: order.count, grain: 4096) { indices in
        for index in indices { positions[index] = current[Int(order[index])] }
      }
    }
    for index in order.count..<positions.count { positions[index] = positions[index - order.count] }
  }
}
