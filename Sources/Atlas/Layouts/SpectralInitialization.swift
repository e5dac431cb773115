public import Matrices
public import Neighbors
internal import Numerics

/// Initial positions along the slowest modes of a graph: Laplacian eigenmaps (Belkin and Niyogi,
/// Neural Computation 2003), umap-learn's default.
///
/// The axes are the eigenvectors from the second on of the symmetric normalized Laplacian 1 −
/// D⁻¹ᐟ²·W·D⁻¹ᐟ² of the weights W. They are found by a bounded number of products, starting from
/// the principal components, so that no graph makes the computation stall: where eigenvalues lie
/// too close for that, the axes are mixtures of slow modes. Each axis is oriented such that the
/// sample farthest out is positive.
///
/// In a graph of several connected components, each of 16 samples and more has its own modes, over
/// an extent that grows with the square root of its size, around its mean principal position;
/// smaller ones keep their principal positions, drawn together to such an extent. The whole runs
/// from −5 to 5 on each axis, with noise of about 10⁻⁴ that separates equal samples.
///
/// - Parameters:
///   - graph: The weights, symmetric and finite.
///   - principal: n × 1 or 2 finite positions, from `principalInitialization`.
///   - seed: The seed of the noise and of the first vectors.
/// - Returns: Positions of the shape of `principal`.
/// - Precondition: Columns are rows of the graph, and there is a position for each.
/// - Complexity: O(edges), with a factor of about 1,000, more for graphs of less than a million
///   edges; about 100 bytes per sample beside the result.
public func spectralInitialization(
  of graph: NeighborGraph, principal: Matrix, seed: UInt64
) -> Matrix {
  spectralInitialization(of: graph, principal: principal, seed: seed, productCount: nil)
}

/// The spectral initialization by a given number of products; nil chooses one.
package func spectralInitialization(
  of graph: NeighborGraph, principal: Matrix, seed: UInt64, productCount: Int?
) -> Matrix {
  precondition(
    principal.rowCount == graph.rowCount && (1...2).contains(principal.columnCount),
    "\(principal.rowCount) × \(principal.columnCount) positions for \(graph.rowCount) samples")
  let components = connectedComponents(of: graph)
  let minimumSize = components.count == 1 ? 3 : 16
  var subspace = SpectralSubspace(
    of: graph, components: components, minimumSize: minimumSize, initial: principal, seed: seed)
  // 120 resolve the graphs of 100,000 samples tried; long chains need more, which cost little in
  // small graphs: about a tenth of a second. A component costs as much as 4,000 edges beside its
  // products.
  let cost = graph.columns.count + 4000 * components.sizes.count { $0 >= minimumSize }
  subspace.iterate(
    productCount: productCount ?? min(max(100_000_000 / max(1, cost), 120), 2000))
  var positions = subspace.eigenvectors(count: principal.columnCount)
  // From eigenvectors of D⁻¹W to those of the symmetric D⁻¹ᐟ²·W·D⁻¹ᐟ².
  for sample in 0..<positions.rowCount {
    let factor = subspace.degrees[sample].squareRoot()
    for axis in 0..<positions.columnCount { positions[sample, axis] *= factor }
  }
  arrange(&positions, components, minimumSize: minimumSize, principal: principal)
  let box = BoundingBox(of: positions, rows: 0..<positions.rowCount)
  let leastExtent = 1e-4 * box.extent.max()
  return withNoise(shape: positions, seed: seed, step: 4) { sample, axis in
    box.spread(positions[sample, axis], axis: axis, leastExtent: leastExtent)
  }
}

/// Gives the modes of each component their extent, sign and center, and small components their
/// principal positions instead.
private func arrange(
  _ positions: inout Matrix, _ components: ConnectedComponents, minimumSize: Int,
  principal: Matrix
) {
  let sampleCount = positions.rowCount
  let sorted = countingSort(components.componentOfRow, binCount: components.count)
  for (component, size) in components.sizes.enumerated() {
    let samples = sorted[bin: component].map { Int($0) }
    // Areas in proportion to sizes, so that all components are about equally dense.
    let width = 10 * (Float(size) / Float(sampleCount)).squareRoot()
    let modes = BoundingBox(of: positions, rows: samples)
    // Weights beyond what a Float can sum leave no sensible modes.
    let isSensible =
      size >= minimumSize
      && samples.allSatisfy { positions[row: $0].allSatisfy(\.isFinite) }
    let leastExtent = 1e-4 * modes.extent.max()
    for axis in 0..<positions.columnCount {
      let mean = Float(
        samples.reduce(0) { $0 + Double(principal[$1, axis]) } / Double(max(1, size)))
      if isSensible {
        for sample in samples {
          let value = modes.spread(
            positions[sample, axis], axis: axis, over: width, leastExtent: leastExtent)
          positions[sample, axis] = mean + (modes.isFartherBelow(axis: axis) ? -value : value)
        }
      } else {
        let extent = BoundingBox(of: principal, rows: samples).extent[axis]
        let factor = extent > width ? width / extent : 1
        for sample in samples {
          positions[sample, axis] = mean + (principal[sample, axis] - mean) * factor
        }
      }
    }
  }
}
