import Matrices
import Neighbors
import ParallelLoops
import Randomness
import TestTags
import Testing

@Suite(.tags(.quick), .serialized) struct ClusteredSearchTests {
  /// Samples around some centroids, with a few equal to each other.
  private func clusteredRows(_ count: Int, _ dimension: Int, seed: UInt64) -> Matrix {
    var stream = RandomStream(seed: seed, purpose: .evaluation)
    let middles = (0..<40).map { _ in (0..<dimension).map { _ in 3 * stream.normalPair().0 } }
    return Matrix(
      rowCount: count, columnCount: dimension,
      elements: (0..<count).flatMap { row in
        middles[row % 40].map { $0 + (row % 50 == 0 ? 0 : stream.normalPair().0) }
      })
  }

  private func search(recall: Double) -> SearchParameters {
    var parameters = SearchParameters()
    parameters.recall = recall
    parameters.exactRowLimit = 0
    return parameters
  }

  /// The fraction of the neighbors in `truth` that are in `found`.
  private func recall(of found: NeighborTable, in truth: NeighborTable) -> Double {
    let k = truth.neighborCount
    let shares = (0..<truth.rowCount).map { row in
      let range = row * k..<(row + 1) * k
      return Set(found.indices[range]).intersection(truth.indices[range]).count
    }
    return Double(shares.reduce(0, +)) / Double(truth.indices.count)
  }

  @Test("the wanted fraction of the neighbors is found and reported", arguments: Metric.allCases)
  func findsTheShare(metric: Metric) throws {
    let rows = clusteredRows(6000, 12, seed: 2)
    let truth = try nearestNeighbors(of: rows, count: 15, metric: metric)
    #expect(truth.recall == 1)
    var lastRecall = 0.0
    for wanted in [0.6, 0.95] {
      let found = try nearestNeighbors(
        of: rows, count: 15, metric: metric, search: search(recall: wanted))
      #expect(found.recall >= wanted && found.recall < 1)
      // The fraction is measured on 256 samples; its standard error there is about 0.01.
      #expect(abs(recall(of: found, in: truth) - found.recall) < 0.04)
      #expect(found.recall > lastRecall)
      lastRecall = found.recall
    }
  }

  @Test("every sample has its neighbors, sorted, without itself", arguments: Metric.allCases)
  func isComplete(metric: Metric) throws {
    let rows = clusteredRows(3000, 7, seed: 3)
    let k = 60
    let table = try nearestNeighbors(
      of: rows, count: k, metric: metric, search: search(recall: 0.3))
    for row in 0..<table.rowCount {
      let range = row * k..<(row + 1) * k
      let found = table.indices[range]
      #expect(Set(found).count == k && !found.contains(Int32(row)))
      #expect(found.allSatisfy { (0..<3000).contains($0) })
      #expect(zip(table.distances[range], table.distances[range].dropFirst()).allSatisfy(<=))
    }
  }

  @Test("equal samples are each other's neighbors at distance 0")
  func allEqual() throws {
    let rows = Matrix(rowCount: 500, columnCount: 5, repeating: 2)
    let table = try nearestNeighbors(
      of: rows, count: 20, metric: .euclidean, search: search(recall: 0.9))
    #expect(table.distances.allSatisfy { $0 == 0 })
    for row in 0..<500 {
      let found = table.indices[row * 20..<(row + 1) * 20]
      #expect(Set(found).count == 20 && !found.contains(Int32(row)))
    }
  }

  @Test("one, two and three threads give the same bytes, another seed others")
  func threads() throws {
    let rows = clusteredRows(9000, 10, seed: 4)
    var parameters = search(recall: 0.8)
    let tables = try [1, 2, 3].map { count in
      let (table, workerCount) = try Parallelism.observingWorkers(threadCount: count) {
        try nearestNeighbors(of: rows, count: 10, metric: .cosine, search: parameters)
      }
      #expect(workerCount == count)
      return table
    }
    #expect(tables[0] == tables[1] && tables[0] == tables[2])
    parameters.seed = 1
    let other = try nearestNeighbors(of: rows, count: 10, metric: .cosine, search: parameters)
    #expect(other != tables[0])
  }

  @Test(
    "new samples find their neighbors among the others, exact or by lists",
    arguments: Metric.allCases)
  func queries(metric: Metric) throws {
    let all = clusteredRows(5000, 9, seed: 5)
    let rows = Matrix(rowCount: 4900, columnCount: 9, elements: Array(all.elements[..<(4900 * 9)]))
    let queries = Matrix(
      rowCount: 100, columnCount: 9, elements: Array(all.elements[(4900 * 9)...]))
    let exact = try nearestNeighbors(of: queries, among: rows, count: 12, metric: metric)
    #expect(exact.rowCount == 100 && exact.neighborCount == 12 && exact.recall == 1)
    // Of all samples' neighbors, those that are not new ones themselves are the same.
    let joint = try nearestNeighbors(of: all, count: 40, metric: metric)
    for query in 0..<100 {
      let start = (4900 + query) * 40
      let old = joint.indices[start..<start + 40].filter { $0 < 4900 }.prefix(12)
      #expect(old.count == 12)
      let distances = exact.distances[query * 12..<(query + 1) * 12]
      let expected = zip(joint.indices, joint.distances)
        .dropFirst(start).prefix(40).filter { $0.0 < 4900 }.prefix(12).map(\.1)
      // Distances are taken from other means, in float.
      #expect(zip(distances, expected).allSatisfy { abs($0 - $1) <= 1e-5 * max(1, $1) })
    }
    let found = try nearestNeighbors(
      of: queries, among: rows, count: 12, metric: metric, search: search(recall: 0.9))
    #expect(found.recall >= 0.9)
    #expect(recall(of: found, in: exact) > 0.85)
  }

  @Test("a query equal to a sample finds it; queries of any size and zeros have neighbors")
  func extremes() throws {
    let rows = clusteredRows(300, 4, seed: 6)
    var queries = Matrix(rowCount: 3, columnCount: 4)
    queries.elements.replaceSubrange(0..<4, with: rows[row: 77])
    for column in 0..<4 { queries[1, column] = 1e30 }
    for metric in Metric.allCases {
      let table = try nearestNeighbors(of: queries, among: rows, count: 5, metric: metric)
      // The distance of equal samples is computed from differences.
      #expect(table.distances[0] == 0)
      #expect(table.distances.allSatisfy { $0.isFinite })
      for query in 0..<3 {
        #expect(Set(table.indices[query * 5..<(query + 1) * 5]).count == 5)
      }
    }
    queries[2, 1] = .nan
    let error = #expect(throws: NeighborError.self) {
      try nearestNeighbors(of: queries, among: rows, count: 5, metric: .cosine)
    }
    #expect(error?.sample == 2)
  }
}
