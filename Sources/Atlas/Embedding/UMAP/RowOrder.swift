import Numerics
import ParallelLoops

/// An order of the rows of a layout in which rows that lie close follow each other, so that most of
/// what a row reads is in a near cache.
///
/// The order is that of Morton's curve through the positions ("A Computer Oriented Geodetic Data Base",
/// IBM, 1966).
struct RowOrder: Sendable {
  /// The row at each place.
  private let rows: [Int32]
  /// The place of each row.
  private let places: [Int32]

  /// Sorts rows by their positions; those at one point by number.
  init(_ positions: [SIMD2<Float>]) {
    let count = positions.count
    let box = BoundingBox(positions)
    let corner = box.isEmpty ? .zero : box.low
    // By halves, so that no difference overflows.
    let half = box.isEmpty ? 0 : (box.high / 2 - box.low / 2).max()
    let scale = 65535 / max(half, .leastNormalMagnitude)
    var keys = [UInt64](repeating: 0, count: count)
    keys.withDisjointWrites { keys in
      parallelFor(count: count, grain: 4096) { range in
        for row in range {
          let place = (positions[row] / 2 - corner / 2) * scale
          let curve = spaced(place.x) | spaced(place.y) << 1
          keys[row] = UInt64(curve) << 32 | UInt64(row)
        }
      }
    }
    keys.sort()
    let rows = keys.map { Int32(truncatingIfNeeded: $0) }
    var places = [Int32](repeating: 0, count: count)
    for (place, row) in rows.enumerated() { places[Int(row)] = Int32(place) }
    (self.rows, self.places) = (rows, places)
  }

  @inline(__always)
  func row(at place: Int) -> Int { Int(rows[place]) }

  @inline(__always)
  func place(of row: Int) -> Int { Int(places[row]) }

  /// Values by row as values by place.
  func sorted(_ values: [SIMD2<Float>]) -> [SIMD2<Float>] { rows.map { values[Int($0)] } }

  /// Values by place as values by row.
  func unsorted(_ values: [SIMD2<Float>]) -> [SIMD2<Float>] { places.map { values[Int($0)] } }
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
