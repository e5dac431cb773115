internal import Numerics
internal import ParallelLoops

/// An order of the samples of a layout in which samples that lie close follow each other, so that
/// most of what a sample reads is in a near cache.
///
/// The order is that of Morton's curve through the positions ("A Computer Oriented Geodetic Data
/// Base", IBM, 1966).
struct MortonOrder: Sendable {
  /// The sample at each index.
  private let samples: [Int32]
  /// The index of each sample.
  private let indices: [Int32]

  /// Sorts samples by their positions; those at one point by number.
  init(_ positions: [SIMD2<Float>]) {
    let count = positions.count
    let box = BoundingBox(positions)
    let corner = box.isEmpty ? .zero : box.low
    // By halves, so that no difference overflows.
    let half = box.isEmpty ? 0 : (box.high / 2 - box.low / 2).max()
    // 16 bits an axis: finer than the points of any layout that fits in memory.
    let scale = 65535 / max(half, .leastNormalMagnitude)
    var keys = [UInt64](repeating: 0, count: count)
    keys.withDisjointWrites { keys in
      parallelFor(count: count, grain: 4096) { range in
        for sample in range {
          let point = (positions[sample] / 2 - corner / 2) * scale
          let code = spaced(point.x) | spaced(point.y) << 1
          keys[sample] = UInt64(code) << 32 | UInt64(sample)
        }
      }
    }
    keys.sort()
    let samples = keys.map { Int32(truncatingIfNeeded: $0) }
    var indices = [Int32](repeating: 0, count: count)
    for (index, sample) in samples.enumerated() { indices[Int(sample)] = Int32(index) }
    (self.samples, self.indices) = (samples, indices)
  }

  /// The sample at an index of the order.
  @inline(__always)
  func sample(at index: Int) -> Int { Int(samples[index]) }

  /// The index of a sample in the order.
  @inline(__always)
  func index(of sample: Int) -> Int { Int(indices[sample]) }

  /// Values by sample, in this order.
  func sorted(_ values: [SIMD2<Float>]) -> [SIMD2<Float>] { samples.map { values[Int($0)] } }

  /// Values in this order, by sample.
  func unsorted(_ values: [SIMD2<Float>]) -> [SIMD2<Float>] { indices.map { values[Int($0)] } }
}

/// The 16 bits of a number from 0 to 65535 with a gap after each; 0 for NaN.
@inline(__always)
private func spaced(_ value: Float) -> UInt32 {
  var bits = value > 0 ? UInt32(min(value, 65535)) : 0
  bits = (bits | bits << 8) & 0x00FF_00FF
  bits = (bits | bits << 4) & 0x0F0F_0F0F
  bits = (bits | bits << 2) & 0x3333_3333
  return (bits | bits << 1) & 0x5555_5555
}
