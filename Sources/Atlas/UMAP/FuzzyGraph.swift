internal import Glibc
internal import Matrices
public import Neighbors
internal import ParallelLoops

/// The fuzzy simplicial set of all samples: a graph of memberships in (0, 1].
///
/// With the membership w of sample j in the neighborhood of sample i, the weight is the fuzzy union
/// w + wᵀ − w·wᵀ, mixed with the intersection w·wᵀ as `setOperationMix` says (McInnes et al.
/// 2018, section 3.1 and algorithm 2).
///
/// - Parameters:
///   - table: The neighbors; the first `neighborCount` of each sample count.
///   - parameters: The settings.
/// - Returns: The graph.
/// - Precondition: Indices are rows of the table.
/// - Complexity: O(samples · neighbors · log neighbors), on all threads.
public func fuzzyGraph(of table: NeighborTable, parameters: UMAPParameters) -> NeighborGraph {
  let neighborCount = min(parameters.neighborCount, table.neighborCount)
  let mix = parameters.setOperationMix
  return NeighborGraph(
    symmetrizing: table, neighborCount: neighborCount,
    weights: memberships(
      of: table, neighborCount: neighborCount, localConnectivity: parameters.localConnectivity)
  ) { outgoing, incoming in
    let product = outgoing * incoming
    // The sum of the two is taken first, so that both directions round alike.
    return min(1, mix * ((outgoing + incoming) - product) + (1 - mix) * product)
  }
}

/// The membership of each sample's neighbors in its neighborhood, samples × `neighborCount`.
func memberships(
  of table: NeighborTable, neighborCount: Int, localConnectivity: Float
) -> [Float] {
  let kernels = membershipKernels(
    of: table, neighborCount: neighborCount, localConnectivity: localConnectivity)
  return [Float](count: table.rowCount * neighborCount) { result in
    parallelFor(count: table.rowCount, grain: 256) { samples in
      for sample in samples {
        for rank in 0..<neighborCount {
          result[sample * neighborCount + rank] = kernels[sample].membership(
            at: table.distances[sample * table.neighborCount + rank])
        }
      }
    }
  }
}

/// How the distances of one sample become memberships: exp(−max(0, distance − rho) / sigma).
package struct MembershipKernel: Sendable, BitwiseCopyable {
  /// The distance to the nearest neighbor, up to which membership is 1.
  package var rho: Float
  /// The bandwidth of the decay beyond.
  package var sigma: Float

  /// The membership of a neighbor at `distance`.
  package func membership(at distance: Float) -> Float {
    let excess = distance - rho
    return excess > 0 ? exp(-excess / sigma) : 1
  }
}

/// Finds rho and sigma of each sample such that its memberships sum to log₂ k.
///
/// Algorithm 3 of McInnes et al. 2018 (`smooth_knn_dist` in umap-learn). Where more neighbors than
/// that lie no farther than rho, no sigma does it; sigma is then a thousandth of the mean distance,
/// as is its least value everywhere (umap-learn's choice). rho is the least positive distance, or
/// between two when `localConnectivity` is not whole.
///
/// - Complexity: O(samples · neighbors), on all threads.
package func membershipKernels(
  of table: NeighborTable, neighborCount: Int, localConnectivity: Float
) -> [MembershipKernel] {
  let distances = { @Sendable (sample: Int) in
    table.distances[sample * table.neighborCount..<sample * table.neighborCount + neighborCount]
  }
  let means = [Double](count: table.rowCount) { means in
    parallelFor(count: table.rowCount, grain: 256) { samples in
      for sample in samples { means[sample] = mean(distances(sample)) }
    }
  }
  let overallMean = means.reduce(0, +) / Double(max(1, table.rowCount))
  return [MembershipKernel](count: table.rowCount) { output in
    parallelFor(count: table.rowCount, grain: 256) { samples in
      for sample in samples {
        let distances = distances(sample)
        let rho = connectedDistance(distances, localConnectivity: localConnectivity)
        let sigma = bandwidth(of: distances, beyond: rho, sum: log2(Double(neighborCount)))
        // A sample among duplicates has no distance of its own to measure by.
        let least = 1e-3 * (rho > 0 ? means[sample] : overallMean)
        output[sample] = MembershipKernel(
          rho: rho, sigma: max(Float(max(sigma, least)), .leastNormalMagnitude))
      }
    }
  }
}

private func mean(_ distances: ArraySlice<Float>) -> Double {
  distances.reduce(0) { $0 + Double($1) } / Double(max(1, distances.count))
}

/// The distance of the `localConnectivity`-th neighbor among those at a positive distance.
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
/// The sum of memberships falls with the inverse and is convex, so steps from 0 never overshoot. No
/// sum is below the number of neighbors up to rho; where that is the target or more, sigma is 0.
private func bandwidth(
  of distances: ArraySlice<Float>, beyond rho: Float, sum target: Double
) -> Double {
  var inverse = 0.0
  for _ in 0..<64 {
    var (sum, derivative) = (0.0, 0.0)
    for distance in distances {
      let excess = max(0, Double(distance - rho))
      let membership = exp(-excess * inverse)
      sum += membership
      derivative += excess * membership
    }
    guard sum - target >= 1e-5 else { break }
    inverse += (sum - target) / derivative
    guard inverse.isFinite else { return 0 }
  }
  return 1 / inverse
}
