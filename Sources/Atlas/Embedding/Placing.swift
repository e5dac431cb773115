import Matrices
import Neighbors

/// Stops at new rows that have no neighbours, or such as are not on the layout.
func checkPlacing(_ neighbors: NeighborTable, on layout: Matrix) {
  precondition(
    neighbors.rowCount == 0 || neighbors.neighborCount > 0, "new rows without neighbours")
  precondition(
    neighbors.indices.allSatisfy { $0 >= 0 && $0 < layout.rowCount },
    "neighbours that are not rows of the layout")
}
