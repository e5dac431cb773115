import Glibc
import Matrices
package import Neighbors
import ParallelLoops

/// How the distances of one row become memberships: exp(−max(0, distance − rho) / sigma).
package struct SmoothDistance: Sendable, BitwiseCopyable {
  /// The distance to the nearest neighbour, up to which membership is 1.
  package var rho: Float
  /// The width of the decay beyond.
  package var sigma: Float

  /// The membership of a neighbour at `distance`.
  package func membership(at distance: Float) -> Float {
    let excess = distance - rho
    return excess > 0 ? exp(-excess / sigma) : 1
  }
}

/// Finds rho and sigma of each row so that its memberships sum to log₂ k.
///
/// Algorithm 3 of McInnes, Healy and Melville 2018.
/// Where more neighbours than that lie no farther than rho, no sigma does it; sigma is then a
/// thousandth of the mean distance, as is its least value everywhere (umap-learn's choice). rho is the
/// least positive distance, or between two when `localConnectivity` is not whole.
///
/// - Complexity: O(rows · neighbours).
package func smoothDistances(
  of table: NeighborTable, neighborCount: Int, localConnectivity: Float
) -> [SmoothDistance] {
  let distances = { @Sendable (row: Int) in
    table.distances[row * table.neighborCount..<row * table.neighborCount + neighborCount]
  }
  let means = [Double](count: table.rowCount) { means in
    parallelFor(count: table.rowCount, grain: 256) { rows in
      for row in rows { means[row] = mean(distances(row)) }
    }
  }
  let overallMean = means.reduce(0, +) / Double(max(1, table.rowCount))
  return [SmoothDistance](count: table.rowCount) { output in
    parallelFor(count: table.rowCount, grain: 256) { rows in
      for row in rows {
        let distances = distances(row)
        let rho = connectedDistance(distances, localConnectivity: localConnectivity)
        let sigma = width(of: distances, beyond: rho, sum: log2(Double(neighborCount)))
        let least = 1e-3 * (rho > 0 ? means[row] : overallMean)
        output[row] = SmoothDistance(
          rho: rho, sigma: max(Float(max(sigma, least)), .leastNormalMagnitude))
      }
    }
  }
}

private func mean(_ distances: ArraySlice<Float>) -> Double {
  distances.reduce(0) { $0 + Double($1) } / Double(max(1, distances.count))
}

/// The distance of the `localConnectivity`-th neighbour among those at a positive distance.
private func connectedDistance(_ distances: ArraySlice<Float>, localConnectivity: Float) -> Float {
  let positive = distances.drop { $0 <= 0 }
  guard let last = positive.last else { return 0 }
  let whole = Int(localConnectivity)
  guard whole < positive.count else { return last }
  let fraction = localConnectivity - Float(whole)
  let below = whole > 0 ? positive[positive.startIndex + whole - 1] : 0
  return below + fraction * (positive[positive.startIndex + whole] - below)
}

/// sigma by Newton's method on its inverse.
///
/// The sum of memberships falls with the inverse and is convex, so steps from 0 never go too far. No sum is
/// below the number of neighbours up to rho; where that is the target or more, sigma is 0.
private func width(of distances: ArraySlice<Float>, beyond rho: Float, sum target: Double) -> Double
{
  var inverse = 0.0
  for _ in 0..<64 {
    var (sum, slope) = (0.0, 0.0)
    for distance in distances {
      let excess = max(0, Double(distance - rho))
      let membership = exp(-excess * inverse)
      sum += membership
      slope += excess * membership
    }
    guard sum - target >= 1e-5 else { break }
    inverse += (sum - target) / slope
    guard inverse.isFinite else { return 0 }
  }
  return 1 / inverse
}
