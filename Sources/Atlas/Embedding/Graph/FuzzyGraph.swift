import Matrices
public import Neighbors
import ParallelLoops

/// Joins the neighbourhoods of all rows to a graph of memberships in (0, 1].
///
/// With the memberships w of row j in the surroundings of row i, the weight is the fuzzy union
/// w + wᵀ − w·wᵀ, mixed with the intersection w·wᵀ as `setOperationMix` says (McInnes et al.
/// 2018, section 3.1 and algorithm 2).
///
/// - Parameters:
///   - table: The neighbours; the first `neighborCount` of each row count.
///   - parameters: The settings.
/// - Returns: The graph.
/// - Precondition: Indices are rows of the table.
/// - Complexity: O(rows · neighbours · log neighbours).
public func fuzzyGraph(of table: NeighborTable, parameters: UMAPParameters) -> NeighborGraph {
  let neighborCount = min(parameters.neighborCount, table.neighborCount)
  let mix = parameters.setOperationMix
  return NeighborGraph(
    joining: table, neighborCount: neighborCount,
    weights: memberships(
      of: table, neighborCount: neighborCount, localConnectivity: parameters.localConnectivity)
  ) { outgoing, incoming in
    let product = outgoing * incoming
    // The sum of the two is taken first, so that both directions round alike.
    return min(1, mix * ((outgoing + incoming) - product) + (1 - mix) * product)
  }
}

/// The membership of each row's neighbours in its surroundings, rows × `neighborCount`.
func memberships(
  of table: NeighborTable, neighborCount: Int, localConnectivity: Float
) -> [Float] {
  let smooth = smoothDistances(
    of: table, neighborCount: neighborCount, localConnectivity: localConnectivity)
  return [Float](count: table.rowCount * neighborCount) { result in
    parallelFor(count: table.rowCount, grain: 256) { rows in
      for row in rows {
        for rank in 0..<neighborCount {
          result[row * neighborCount + rank] = smooth[row].membership(
            at: table.distances[row * table.neighborCount + rank])
        }
      }
    }
  }
}
