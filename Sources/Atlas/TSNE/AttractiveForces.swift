internal import Numerics

/// The attractive force on a sample: Σ pᵢⱼ·w·(yᵢ − yⱼ) over its neighbors, with w = 1 / (1 + d²/ν).
///
/// A quarter of the attractive part of the divergence's gradient (van der Maaten and Hinton 2008,
/// equation 5). Every sample sums over its own neighbors in order, four at a time.
///
/// - Parameters:
///   - position: The position of the sample.
///   - neighbors: Its edges; must lie within `columns` and `weights`, as is not checked here.
///   - columns: The other end of each edge; must lie within `positions`, as is not checked here.
///   - weights: The affinity of each edge.
///   - positions: The positions of all samples.
///   - inverseDegrees: 1/ν.
/// - Returns: The force, times −1: the direction in which the divergence grows.
@inline(__always)
func attractiveForce(
  at position: SIMD2<Float>, _ neighbors: Range<Int>, columns: Span<Int32>, weights: Span<Float>,
  positions: Span<SIMD2<Float>>, inverseDegrees: Float
) -> SIMD2<Float> {
  // x and y in turn, so that coordinates are not taken apart. The whole is written without naming
  // lanes: the compiler would follow them back and calculate lane by lane.
  let two = SIMD4(lowHalf: position, highHalf: position)
  let here = SIMD8(lowHalf: two, highHalf: two)
  var sums = SIMD8<Float>.zero
  var index = neighbors.lowerBound
  while index + 4 <= neighbors.upperBound {
    let differences = here - fourPositions(columns, from: index, positions)
    let squares = differences * differences
    let affinities = inPairs(unsafeBitCast(weights.vector4(at: index), to: SIMD4<UInt32>.self))
    sums += differences * (affinities / (1 + (squares + swapped(squares)) * inverseDegrees))
    index += 4
  }
  var sum = sums.sumOfPoints()
  while index < neighbors.upperBound {
    let difference = position - positions[unchecked: Int(columns[unchecked: index])]
    let square = difference.x * difference.x + difference.y * difference.y
    sum += difference * (weights[unchecked: index] / (1 + square * inverseDegrees))
    index += 1
  }
  return sum
}

/// Σ pᵢⱼ·log₂(1 + d²/ν) over the neighbors of a sample: its part of the divergence.
///
/// The parameters are those of `attractiveForce`.
@inline(__always)
func meanLogDistance(
  at position: SIMD2<Float>, _ neighbors: Range<Int>, columns: Span<Int32>, weights: Span<Float>,
  positions: Span<SIMD2<Float>>, inverseDegrees: Float
) -> Double {
  var sums = SIMD8<Float>.zero
  var index = neighbors.lowerBound
  while index < neighbors.upperBound {
    // The last eight may hold fewer: their other lanes have no weight.
    let count = min(8, neighbors.upperBound - index)
    var (x, y, affinities) = (SIMD8<Float>.zero, SIMD8<Float>.zero, SIMD8<Float>.zero)
    for lane in 0..<count {
      let other = positions[unchecked: Int(columns[unchecked: index + lane])]
      x[lane] = other.x
      y[lane] = other.y
      affinities[lane] = weights[unchecked: index + lane]
    }
    let (dx, dy) = (position.x - x, position.y - y)
    sums += affinities * logarithm2(1 + (dx * dx + dy * dy) * inverseDegrees)
    index += 8
  }
  return Double(sums.pairwiseSum)
}

/// The coordinates of four neighbors, x and y in turn.
@inline(__always)
private func fourPositions(
  _ columns: Span<Int32>, from index: Int, _ positions: Span<SIMD2<Float>>
) -> SIMD8<Float> {
  let p0 = positions[unchecked: Int(columns[unchecked: index])]
  let p1 = positions[unchecked: Int(columns[unchecked: index + 1])]
  let p2 = positions[unchecked: Int(columns[unchecked: index + 2])]
  let p3 = positions[unchecked: Int(columns[unchecked: index + 3])]
  return SIMD8(
    lowHalf: SIMD4(lowHalf: p0, highHalf: p1), highHalf: SIMD4(lowHalf: p2, highHalf: p3))
}

/// Each of four numbers, given by their bits, twice.
///
/// By integer shifts: Swift has no shuffle of lanes.
@inline(__always)
private func inPairs(_ four: SIMD4<UInt32>) -> SIMD8<Float> {
  let wide = SIMD4<UInt64>(truncatingIfNeeded: four)
  return unsafeBitCast(wide | wide &<< 32, to: SIMD8<Float>.self)
}

/// The lanes with each two swapped.
@inline(__always)
private func swapped(_ lanes: SIMD8<Float>) -> SIMD8<Float> {
  var result = lanes
  result.evenHalf = lanes.oddHalf
  result.oddHalf = lanes.evenHalf
  return result
}
