import Glibc
import Matrices
import Neighbors
import Randomness
import UMAP

/// UMAP as the paper writes it (algorithm 5), one edge after the other: the reference for the
/// parallel layout.
func sequentialLayout(
  of graph: NeighborGraph, initialization: Matrix, parameters: UMAPParameters
) -> Matrix {
  var random = RandomStream(seed: parameters.seed, purpose: .evaluation)
  var points = (0..<initialization.rowCount).map {
    SIMD2(initialization[$0, 0], initialization[$0, 1])
  }
  let (a, b) = fitCurve(spread: parameters.spread, minimumDistance: parameters.minimumDistance)
  let epochCount = parameters.epochCount(forSampleCount: points.count)
  let limit = SIMD2<Float>(repeating: 4)
  for epoch in 0..<epochCount {
    let rate = 1 - Float(epoch) / Float(epochCount)
    for head in points.indices {
      for edge in graph.range(ofRow: head) where random.uniform() < graph.weights[edge] {
        let tail = Int(graph.columns[edge])
        let difference = points[head] - points[tail]
        let square = (difference * difference).sum()
        let attraction = -2 * a * b * pow(square, b - 1) / (1 + a * pow(square, b))
        let step = (attraction * difference).clamped(lowerBound: -limit, upperBound: limit)
        points[head] += rate * step
        points[tail] -= rate * step
        for _ in 0..<parameters.negativeSampleCount {
          let difference = points[head] - points[random.integer(below: points.count)]
          let square = (difference * difference).sum()
          let repulsion = 2 * b / ((0.001 + square) * (1 + a * pow(square, b)))
          points[head] +=
            rate * (repulsion * difference).clamped(lowerBound: -limit, upperBound: limit)
        }
      }
    }
  }
  return Matrix(
    rowCount: points.count, columnCount: 2, elements: points.flatMap { [$0.x, $0.y] })
}
