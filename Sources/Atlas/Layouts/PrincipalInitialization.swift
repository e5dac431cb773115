public import Matrices
internal import Numerics
internal import PrincipalComponents

/// Initial positions along the first one or two principal components.
///
/// PCA preserves the large-scale structure that the optimizers cannot see (Kobak and Berens, Nature
/// Communications 2019). Each axis is oriented such that the sample farthest out on it is positive,
/// and moved and scaled to run from −5 to 5, as umap-learn does. Noise of about 10⁻⁴ separates
/// equal samples.
///
/// - Parameters:
///   - samples: n × d finite numbers.
///   - dimension: The number of components, 1 or 2; the first is the same in both cases.
///   - seed: The seed of the noise and of the first directions.
/// - Returns: n × `dimension` positions. A component without variance is noise alone.
/// - Complexity: O(n · d), with a factor of about 600.
public func principalInitialization(
  of samples: Matrix, dimension: Int = 2, seed: UInt64
) -> Matrix {
  precondition(dimension == 1 || dimension == 2, "1 or 2 components, got \(dimension)")
  let shape = Matrix(rowCount: samples.rowCount, columnCount: dimension)
  guard samples.rowCount > 0 && samples.columnCount > 0 else { return shape }
  let scores = leadingPrincipalScores(of: samples, seed: seed)
  let box = BoundingBox(of: scores, rows: 0..<samples.rowCount)
  // Below this, relative to the first component, a component is rounding error.
  let leastExtent = 1e-4 * box.extent.x
  return withNoise(shape: shape, seed: seed, step: 1) { sample, axis in
    let value = box.spread(scores[sample, axis], axis: axis, leastExtent: leastExtent)
    // Eigenvectors have no sign: without this rule one sample more or less could mirror the map.
    return box.isFartherBelow(axis: axis) ? -value : value
  }
}
