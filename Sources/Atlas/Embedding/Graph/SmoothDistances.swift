import Glibc
package import Neighbors
import Tensors

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
  let overallMean =
    (0..<table.rowCount).reduce(0) { $0 + mean(distances($1)) } / Double(max(1, table.rowCount))
  var result = [SmoothDistance](repeating: SmoothDistance(rho: 0, sigma: 1), count: table.rowCount)
  result.withDisjointWrites { output in
    parallelFor(count: table.rowCount, grain: 256) { rows in
      for row in rows {
        let distances = distances(row)
        let rho = connectedDistance(distances, localConnectivity: localConnectivity)
        let sigma = width(of: distances, beyond: rho, sum: log2(Double(neighborCount)))
        let least = 1e-3 * (rho > 0 ? mean(distances) : overallMean)
        output[row] = SmoothDistance(
          rho: rho, sigma: max(Float(max(sigma, least)), .leastNormalMagnitude))
      }
    }
  }
  return result
}

private func mean(_ distances: ArraySlice<Float>) -> Double {
  distances.reduce(0) { $0 + Double($1) } / Double(max(1, distances.count))
}

/// The distance of the `localConnectivity`-th neighbour among those at a positive distance.
private func connectedDistance(_ distances: ArraySlice<Float>, localConnectivity: Float) -> Float {
  let positive = distances.filter { $0 > 0 }
  guard let last = positive.last else { return 0 }
  let whole = Int(localConnectivity)
  guard whole < positive.count else { return last }
  let fraction = localConnectivity - Float(whole)
  let below = whole > 0 ? positive[whole - 1] : 0
  return below + fraction * (positive[whole] - below)
}

/// sigma by bisection, the upper end doubled until it is one.
private func width(of distances: ArraySlice<Float>, beyond rho: Float, sum target: Double) -> Double
{
  var (low, high, sigma) = (0.0, Double.infinity, 1.0)
  for _ in 0..<64 {
    var sum = 0.0
    for distance in distances {
      let excess = Double(distance - rho)
      sum += excess > 0 ? exp(-excess / sigma) : 1
    }
    if abs(sum - target) < 1e-5 { break }
    if sum > target { high = sigma } else { low = sigma }
    sigma = high.isFinite ? (low + high) / 2 : 2 * sigma
  }
  return sigma
}
