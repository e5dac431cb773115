import Embedding
import Glibc
import Matrices
import Randomness

/// UMAP as the paper writes it (algorithm 5), one edge after the other: the standard by which the
/// parallel layout is judged.
func sequentialLayout(of graph: NeighborGraph, start: Matrix, parameters: UMAPParameters) -> Matrix
{
  var random = RandomStream(seed: parameters.seed, purpose: .evaluation)
  var points = (0..<start.rowCount).map { SIMD2(start[$0, 0], start[$0, 1]) }
  let (a, b) = fitCurve(spread: parameters.spread, minimumDistance: parameters.minimumDistance)
  let epochCount = parameters.epochCount(forRowCount: points.count)
  let limit = SIMD2<Float>(repeating: 4)
  for epoch in 0..<epochCount {
    let rate = 1 - Float(epoch) / Float(epochCount)
    for row in points.indices {
      for edge in graph.rowStarts[row]..<graph.rowStarts[row + 1]
      where random.uniform() < graph.weights[edge] {
        let other = Int(graph.columns[edge])
        let difference = points[row] - points[other]
        let square = (difference * difference).sum()
        let pull = -2 * a * b * pow(square, b - 1) / (1 + a * pow(square, b))
        let move = (pull * difference).clamped(lowerBound: -limit, upperBound: limit)
        points[row] += rate * move
        points[other] -= rate * move
        for _ in 0..<parameters.negativeSampleCount {
          let difference = points[row] - points[random.integer(below: points.count)]
          let square = (difference * difference).sum()
          let push = 2 * b / ((0.001 + square) * (1 + a * pow(square, b)))
          points[row] += rate * (push * difference).clamped(lowerBound: -limit, upperBound: limit)
        }
      }
    }
  }
  return Matrix(
    rowCount: points.count, columnCount: 2, elements: points.flatMap { [$0.x, $0.y] })
}
