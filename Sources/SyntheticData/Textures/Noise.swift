/// Irregularity over the plane: the same seed gives the same everywhere, without a table.
///
/// Value noise on a square lattice (Perlin 1985 in spirit, with values instead of gradients), by a
/// hash of the lattice point and the seed; no tables, so that it is the same on every machine.
package struct Noise: Sendable {
  private let seed: UInt32

  /// Noise of a seed; other seeds give unrelated noise.
  package init(seed: UInt32) { self.seed = seed }

  /// Random bits of a place in the lattice of whole numbers.
  package func bits(_ x: Float, _ y: Float) -> UInt32 {
    // Lattice points beyond ±2²³ have no neighbors in Float; the clamp keeps the conversion safe.
    let column = UInt32(bitPattern: Int32(min(max(x, -8e6), 8e6)))
    let row = UInt32(bitPattern: Int32(min(max(y, -8e6), 8e6)))
    // Two rounds of multiply and shift mix neighboring places well enough for images.
    var hash = seed ^ column &* 0x8DA6_B343 ^ row &* 0xD816_3841
    hash = (hash ^ hash >> 15) &* 0x2C1B_3C6D
    hash = (hash ^ hash >> 12) &* 0x297A_2D39
    return hash ^ hash >> 15
  }

  /// A number from 0 to 1 that belongs to a place in the lattice.
  package func lattice(_ x: Float, _ y: Float) -> Float { Float(bits(x, y) >> 8) * 0x1p-24 }

  /// Smooth noise from 0 to 1 with details of size 1 (value noise).
  package func callAsFunction(_ point: SIMD2<Float>) -> Float {
    let corner = point.rounded(.down)
    let t = point - corner
    let s = t * t * (3 - 2 * t)
    let (x, y) = (corner.x, corner.y)
    let upper = lattice(x, y) + (lattice(x + 1, y) - lattice(x, y)) * s.x
    let lower = lattice(x, y + 1) + (lattice(x + 1, y + 1) - lattice(x, y + 1)) * s.x
    return upper + (lower - upper) * s.y
  }

  /// Noise from 0 to 1 with details of sizes 1, ½, ¼ …, each half as strong; sizes below the
  /// footprint are left out.
  ///
  /// - Parameters:
  ///   - point: Where.
  ///   - octaves: How many sizes; at least 1.
  ///   - footprint: The side of a pixel, in the same units; 0 keeps all sizes.
  /// - Returns: From 0 to 1, with mean one half.
  package func fractal(_ point: SIMD2<Float>, octaves: Int, footprint: Float = 0) -> Float {
    var (sum, weight, scale, total): (Float, Float, Float, Float) = (0, 1, 1, 0)
    for octave in 0..<octaves {
      let seen = octave == 0 ? 1 : min(1, max(0, 2 - footprint * scale * 2))
      if seen > 0 {
        let offset = Float(octave) * 37.7
        let value = self(SIMD2(point.x * scale + offset, point.y * scale - offset))
        sum += weight * (0.5 + (value - 0.5) * seen)
      } else {
        sum += weight * 0.5
      }
      total += weight
      weight *= 0.5
      scale *= 2
    }
    return sum / total
  }

  /// Where a point lies among scattered seeds, one in each square of the lattice.
  ///
  /// Patterns read it as they like: distances make cells and cracks, the bits give each cell its
  /// color.
  package struct Cell {
    /// The distances to the nearest seed and to the second.
    package var nearest: Float, second: Float
    /// From the nearest seed to the point.
    package var offset: SIMD2<Float>
    /// Random bits of the nearest seed.
    package var bits: UInt32

    /// A number from 0 to 1 of the nearest seed.
    package var number: Float { Float(bits >> 8) * 0x1p-24 }
    /// Another number from 0 to 1 of the nearest seed.
    package var other: Float { Float((bits &* 0x9E37_79B9) >> 8) * 0x1p-24 }
  }

  /// The nearest of scattered seeds (Worley, "A cellular texture basis function", SIGGRAPH 1996).
  ///
  /// A `scatter` of 0 puts the seeds on a square lattice, 1 anywhere in its squares.
  ///
  /// - Parameters:
  ///   - point: Where, in units of the lattice.
  ///   - scatter: How far seeds may leave the middle of their square.
  /// - Returns: The nearest seed's distances, offset and bits.
  /// - Complexity: Nine hashes.
  package func cell(_ point: SIMD2<Float>, scatter: Float = 0.9) -> Cell {
    let corner = point.rounded(.down)
    var cell = Cell(nearest: 9, second: 9, offset: .zero, bits: 0)
    for row in -1...1 {
      for column in -1...1 {
        let square = corner + SIMD2(Float(column), Float(row))
        let bits = bits(square.x, square.y)
        let stray = SIMD2(Float(bits & 0xFFFF), Float(bits >> 16)) * 0x1p-16
        let offset = point - (square + 0.5 + (stray - 0.5) * scatter)
        let squared = (offset * offset).sum()
        if squared < cell.nearest {
          cell.second = cell.nearest
          cell = Cell(nearest: squared, second: cell.second, offset: offset, bits: bits)
        } else {
          cell.second = min(cell.second, squared)
        }
      }
    }
    cell.nearest = cell.nearest.squareRoot()
    cell.second = cell.second.squareRoot()
    return cell
  }
}
