public import Layouts
public import Matrices
public import Neighbors
internal import ParallelLoops
internal import Randomness

/// Places new samples on a finished layout by UMAP, which stays as it is (`transform` in
/// umap-learn).
///
/// A new sample begins at the mean of its neighbors, weighted by membership, and moves for 100
/// epochs, attracted by its neighbors and repelled by random samples of the layout. Its position
/// depends on the sample itself alone, not on other new ones.
///
/// - Parameters:
///   - neighbors: The neighbors of the new samples; indices are samples of the layout, and the
///     first `neighborCount` of each count.
///   - layout: The positions of the old samples, m × 2.
///   - parameters: Those of the layout.
/// - Returns: The positions of the new samples.
/// - Throws: `PlacementError` for a layout with a position out of range.
/// - Precondition: New samples have neighbors, or there are none.
/// - Complexity: O(new samples · neighbors), with a factor of 100, on all threads.
public func placeByUMAP(
  neighbors: NeighborTable, on layout: Matrix, parameters: UMAPParameters
) throws(PlacementError) -> Matrix {
  parameters.check()
  precondition(layout.columnCount == 2, "a layout of 2 columns expected, got \(layout.columnCount)")
  try checkPlacement(of: neighbors, on: layout)
  guard neighbors.rowCount > 0 else { return Matrix(rowCount: 0, columnCount: 2) }
  let count = min(parameters.neighborCount, neighbors.neighborCount)
  let placement = UMAPPlacement(
    neighbors: neighbors, neighborCount: count,
    memberships: memberships(
      of: neighbors, neighborCount: count, localConnectivity: parameters.localConnectivity),
    old: layout.points, forces: UMAPForces(parameters), parameters: parameters)
  var placed = [SIMD2<Float>](repeating: .zero, count: neighbors.rowCount)
  placed.withDisjointWrites { placed in
    parallelFor(count: neighbors.rowCount, grain: 16) { samples in
      var batch = ForceBatch(
        attractionCapacity: count, repulsionCapacity: count * parameters.negativeSampleCount)
      for sample in samples { placed[sample] = placement.place(sample, &batch) }
    }
  }
  return Matrix(placed, dimension: 2)
}

/// What new samples are placed by.
private struct UMAPPlacement: Sendable {
  let neighbors: NeighborTable
  let neighborCount: Int
  /// New samples × `neighborCount`.
  let memberships: [Float]
  let old: [SIMD2<Float>]
  let forces: UMAPForces
  let parameters: UMAPParameters

  /// As umap-learn's transform for up to 10,000 new samples.
  private static let epochCount = 100
  /// A quarter of umap-learn's step length, as in its transform: the beginning is already good.
  private static let rate: Float = 0.25

  func place(_ sample: Int, _ batch: inout ForceBatch) -> SIMD2<Float> {
    let first = sample * neighborCount
    var (sum, total) = (SIMD2<Float>.zero, Float(0))
    for rank in 0..<neighborCount {
      let membership = memberships[first + rank]
      sum += membership * old[neighbor(sample, rank)]
      total += membership
    }
    // All memberships may underflow to 0.
    var position = total > 0 ? sum / total : old[neighbor(sample, 0)]
    // Seeded by its nearest neighbor, not by its index among the new samples: its position depends
    // on itself alone.
    var stream = RandomStream(
      seed: parameters.seed, purpose: .negativeSamples, item: neighbor(sample, 0))
    var random = RandomIndices(seed: stream.nextBits64())
    for epoch in 0..<Self.epochCount {
      let rate = Self.rate * (1 - Float(epoch) / Float(Self.epochCount))
      // A neighbor attracts as often as its membership says, evenly spread.
      let attracting = (0..<neighborCount).filter { rank in
        let membership = memberships[first + rank]
        return Int(Float(epoch + 1) * membership) > Int(Float(epoch) * membership)
      }
      var repulsionCount = 0
      for (index, rank) in attracting.enumerated() {
        batch.setAttraction(index, position - old[neighbor(sample, rank)])
        for _ in 0..<parameters.negativeSampleCount {
          batch.setRepulsion(repulsionCount, position - old[random.next(below: old.count)])
          repulsionCount += 1
        }
      }
      batch.compute(
        by: forces, attractionCount: attracting.count, repulsionCount: repulsionCount)
      position +=
        rate
        * batch.sum(
          attractionCount: attracting.count, runCount: 1, runLength: repulsionCount,
          limit: UMAPForces.greatestRunMove / rate)
    }
    return position
  }

  private func neighbor(_ sample: Int, _ rank: Int) -> Int {
    Int(neighbors.indices[sample * neighbors.neighborCount + rank])
  }
}
