public import Matrices
public import Neighbors
internal import ParallelLoops
import Randomness

/// Puts new rows on a finished layout by UMAP, which stays as it is.
///
/// A new row begins at the mean of its neighbours, weighted by membership, and moves for 100 epochs,
/// pulled by its neighbours and pushed by random rows of the layout (umap-learn's transform). It
/// depends on itself alone, not on other new rows.
///
/// - Parameters:
///   - neighbors: The neighbours of the new rows; indices are rows of the layout, and the first
///     `neighborCount` of each count.
///   - layout: The positions of the old rows, m × 2, finite.
///   - parameters: Those of the layout.
/// - Returns: The positions of the new rows.
/// - Precondition: New rows have neighbours, or there are none.
/// - Complexity: O(new rows · neighbours), with a factor of 100.
public func placeByUMAP(
  neighbors: NeighborTable, on layout: Matrix, parameters: UMAPParameters
) -> Matrix {
  parameters.check()
  precondition(layout.columnCount == 2, "the layout is not in the plane")
  checkPlacing(neighbors, on: layout)
  guard neighbors.rowCount > 0 else { return Matrix(rowCount: 0, columnCount: 2) }
  let count = min(parameters.neighborCount, neighbors.neighborCount)
  let placement = UMAPPlacement(
    neighbors: neighbors, neighborCount: count,
    memberships: memberships(
      of: neighbors, neighborCount: count, localConnectivity: parameters.localConnectivity),
    old: positions(layout), forces: LayoutForces(parameters), parameters: parameters)
  var placed = [SIMD2<Float>](repeating: .zero, count: neighbors.rowCount)
  placed.withDisjointWrites { placed in
    parallelFor(count: neighbors.rowCount, grain: 16) { rows in
      var batch = MoveBatch(
        pullCapacity: count, pushCapacity: count * parameters.negativeSampleCount)
      for row in rows { placed[row] = placement.place(row, &batch) }
    }
  }
  return matrix(placed, dimension: 2)
}

/// What new rows are placed by.
private struct UMAPPlacement: Sendable {
  let neighbors: NeighborTable
  let neighborCount: Int
  /// New rows × `neighborCount`.
  let memberships: [Float]
  let old: [SIMD2<Float>]
  let forces: LayoutForces
  let parameters: UMAPParameters

  private static let epochCount = 100
  /// A quarter of umap-learn's length of steps, as there.
  private static let rate: Float = 0.25

  func place(_ row: Int, _ batch: inout MoveBatch) -> SIMD2<Float> {
    let first = row * neighborCount
    var (sum, total) = (SIMD2<Float>.zero, Float(0))
    for rank in 0..<neighborCount {
      let membership = memberships[first + rank]
      sum += membership * old[neighbor(row, rank)]
      total += membership
    }
    // A membership may fall below the least number.
    var position = total > 0 ? sum / total : old[neighbor(row, 0)]
    // By its nearest neighbour, not by its place among the new rows: a row depends on itself alone.
    var stream = RandomStream(
      seed: parameters.seed, purpose: .negativeSamples, item: neighbor(row, 0))
    var random = RandomRows(seed: stream.nextBits64())
    for epoch in 0..<Self.epochCount {
      let rate = Self.rate * (1 - Float(epoch) / Float(Self.epochCount))
      // A neighbour pulls as often as its membership says, evenly spread.
      let pulling = (0..<neighborCount).filter { rank in
        let membership = memberships[first + rank]
        return Int(Float(epoch + 1) * membership) > Int(Float(epoch) * membership)
      }
      var pushCount = 0
      for (index, rank) in pulling.enumerated() {
        batch.setPull(index, position - old[neighbor(row, rank)])
        for _ in 0..<parameters.negativeSampleCount {
          batch.setPush(pushCount, position - old[random.next(below: old.count)])
          pushCount += 1
        }
      }
      batch.compute(by: forces, pullCount: pulling.count, pushCount: pushCount)
      position += rate * batch.sum(pullCount: pulling.count, pushCount: pushCount)
    }
    return position
  }

  private func neighbor(_ row: Int, _ rank: Int) -> Int {
    Int(neighbors.indices[row * neighbors.neighborCount + rank])
  }
}
