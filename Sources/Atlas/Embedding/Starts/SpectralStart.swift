public import Matrices
import Numerics

/// The rows along the slowest modes of their graph, as a start for a layout.
///
/// The axes are the eigenvectors from the second on of the symmetric normalised Laplacian
/// 1 − D⁻¹ᐟ²·W·D⁻¹ᐟ² of the weights W (Belkin and Niyogi 2003; umap-learn's choice), found from
/// the principal components by a bounded number of products, so that no graph makes them stall:
/// where eigenvalues lie too close for these, the axes are mixtures of slow modes. Each is turned so
/// that the row farthest out is positive.
///
/// In a graph of several components, each of 16 rows and more has its own modes, over an extent
/// that grows with the square root of its size, around its mean principal place; smaller ones keep
/// their principal places, drawn together to such an extent. The whole runs from −5 to 5 on each
/// axis, with noise of about 10⁻⁴ that parts equal rows.
///
/// - Parameters:
///   - graph: The weights, symmetric and finite.
///   - principal: n × 1 or 2 finite positions, from `principalStart`.
///   - seed: What the noise and the first vectors grow from.
/// - Returns: Positions of the shape of `principal`.
/// - Precondition: Columns are rows of the graph, and there is a position for each.
/// - Complexity: O(edges), with a factor of about 1,000, more for graphs of less than a million;
///   about 100 bytes a row beside the result.
public func spectralStart(of graph: NeighborGraph, principal: Matrix, seed: UInt64) -> Matrix {
  spectralStart(of: graph, principal: principal, seed: seed, productCount: nil)
}

/// The spectral start by a given number of products; nil chooses one.
package func spectralStart(
  of graph: NeighborGraph, principal: Matrix, seed: UInt64, productCount: Int?
) -> Matrix {
  precondition(
    principal.rowCount == graph.rowCount && (1...2).contains(principal.columnCount),
    "\(principal.rowCount) × \(principal.columnCount) positions for \(graph.rowCount) rows")
  let components = connectedComponents(of: graph)
  let minimumSize = components.count == 1 ? 3 : 16
  var subspace = SpectralSubspace(
    of: graph, components: components, minimumSize: minimumSize, start: principal, seed: seed)
  // 120 resolve the graphs of 100,000 rows tried; long chains need more, which cost little in small
  // graphs: about a tenth of a second. A component costs as much as 4,000 edges beside its products.
  let cost = graph.columns.count + 4000 * components.sizes.count { $0 >= minimumSize }
  subspace.iterate(
    productCount: productCount ?? min(max(100_000_000 / max(1, cost), 120), 2000))
  var places = subspace.eigenvectors(count: principal.columnCount)
  for row in 0..<places.rowCount {
    let factor = subspace.degrees[row].squareRoot()
    for axis in 0..<places.columnCount { places[row, axis] *= factor }
  }
  place(&places, components, minimumSize: minimumSize, principal: principal)
  let box = BoundingBox(of: places, rows: 0..<places.rowCount)
  let leastExtent = 1e-4 * box.extent.max()
  return withNoise(on: places, seed: seed, step: 4) { row, axis in
    box.spread(places[row, axis], axis: axis, leastExtent: leastExtent)
  }
}

/// Gives the modes of each component its extent, sign and place, and small components their
/// principal places instead.
private func place(
  _ places: inout Matrix, _ components: ConnectedComponents, minimumSize: Int, principal: Matrix
) {
  let rowCount = places.rowCount
  let sorted = countingSort(components.componentOfRow, binCount: components.count)
  for (component, size) in components.sizes.enumerated() {
    let rows = sorted[bin: component].map { Int($0) }
    let width = 10 * (Float(size) / Float(rowCount)).squareRoot()
    let modes = BoundingBox(of: places, rows: rows)
    // Weights beyond what a Float can sum leave no sensible modes.
    let isSensible =
      size >= minimumSize && rows.allSatisfy { row in places[row: row].allSatisfy(\.isFinite) }
    let leastExtent = 1e-4 * modes.extent.max()
    for axis in 0..<places.columnCount {
      let mean = Float(
        rows.reduce(0) { $0 + Double(principal[$1, axis]) } / Double(max(1, size)))
      if isSensible {
        for row in rows {
          let value = modes.spread(
            places[row, axis], axis: axis, over: width, leastExtent: leastExtent)
          places[row, axis] = mean + (modes.isFartherBelow(axis: axis) ? -value : value)
        }
      } else {
        let extent = BoundingBox(of: principal, rows: rows).extent[axis]
        let factor = extent > width ? width / extent : 1
        for row in rows {
          places[row, axis] = mean + (principal[row, axis] - mean) * factor
        }
      }
    }
  }
}
