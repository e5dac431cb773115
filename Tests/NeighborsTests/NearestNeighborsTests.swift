import Matrices
import Neighbors
import ParallelLoops
import Randomness
import TestTags
import Testing

/// Samples of small whole numbers, many of them equal, some zero.
private func coarseRows(_ count: Int, _ dimension: Int, seed: UInt64) -> Matrix {
  var stream = RandomStream(seed: seed, purpose: .evaluation)
  return Matrix(
    rowCount: count, columnCount: dimension,
    elements: (0..<count * dimension).map { _ in Float(stream.integer(below: 3)) })
}

private func smoothRows(_ count: Int, _ dimension: Int, seed: UInt64) -> Matrix {
  var stream = RandomStream(seed: seed, purpose: .evaluation)
  return Matrix(
    rowCount: count, columnCount: dimension,
    elements: (0..<count * dimension).map { _ in stream.normalPair().0 + 3 })
}

private func naiveDistance(_ rows: Matrix, _ first: Int, _ second: Int, _ metric: Metric) -> Double
{
  let (a, b) = (rows[row: first].map(Double.init), rows[row: second].map(Double.init))
  let dot = { (x: [Double], y: [Double]) in zip(x, y).reduce(0) { $0 + $1.0 * $1.1 } }
  switch metric {
  case .cosine:
    let lengths = (dot(a, a) * dot(b, b)).squareRoot()
    return lengths > 0 ? 1 - dot(a, b) / lengths : 1
  case .euclidean:
    let difference = zip(a, b).map { $0 - $1 }
    return dot(difference, difference).squareRoot()
  }
}

@Suite(.tags(.quick), .serialized) struct NearestNeighborsTests {
  // Distances are float sums of up to 130 terms of a few units.
  static let tolerance = 2e-6

  @Test(
    "neighbors are those of a naive search", arguments: Metric.allCases,
    [(1, 3), (2, 1), (7, 1), (31, 5), (64, 8), (65, 33), (200, 130), (1025, 17)])
  func agreesWithNaive(metric: Metric, size: (Int, Int)) throws {
    let (count, k) = (size.0, 9)
    let rows = smoothRows(count, size.1, seed: 3)
    let table = try nearestNeighbors(of: rows, count: k, metric: metric)
    #expect(table.rowCount == count && table.neighborCount == min(k, count - 1))
    for row in 0..<count {
      let all = (0..<count).filter { $0 != row }.map {
        (distance: naiveDistance(rows, row, $0, metric), row: $0)
      }.sorted { $0 < $1 }
      let range = row * table.neighborCount..<(row + 1) * table.neighborCount
      let found = table.indices[range].map(Int.init)
      #expect(Set(found).count == table.neighborCount && !found.contains(row))
      for (place, neighbor) in found.enumerated() {
        let distance = Double(table.distances[range.lowerBound + place])
        // The position's distance is right, and the neighbor is at that distance.
        #expect(abs(distance - all[place].distance) < Self.tolerance * (1 + all[place].distance))
        #expect(
          abs(naiveDistance(rows, row, neighbor, metric) - distance) < Self.tolerance
            * (1 + distance))
      }
    }
  }

  @Test(
    "equal samples come first, and those at equal distance in order", arguments: Metric.allCases)
  func tiesByIndex(metric: Metric) throws {
    let rows = coarseRows(700, 3, seed: 5)
    let table = try nearestNeighbors(of: rows, count: 12, metric: metric)
    for row in 0..<rows.rowCount {
      let twins = (0..<rows.rowCount).filter {
        $0 != row && Array(rows[row: $0]) == Array(rows[row: row])
      }
      guard metric == .euclidean, !twins.isEmpty else { continue }
      let found = table.indices[row * 12..<(row + 1) * 12].map(Int.init)
      // Of more twins than positions any may be kept: their products may differ in the last bit.
      let nearest = found.prefix(twins.count)
      #expect(nearest.allSatisfy(twins.contains) && zip(nearest, nearest.dropFirst()).allSatisfy(<))
    }
    for row in 0..<rows.rowCount {
      for place in row * 12 + 1..<(row + 1) * 12 {
        let (before, here) = (table.distances[place - 1], table.distances[place])
        #expect(before <= here)
        if before == here { #expect(table.indices[place - 1] < table.indices[place]) }
      }
    }
  }

  @Test("equal samples are at distance 0 and in order", arguments: Metric.allCases)
  func allEqual(metric: Metric) throws {
    let rows = Matrix(rowCount: 100, columnCount: 20, repeating: 0.3)
    let table = try nearestNeighbors(of: rows, count: 4, metric: metric)
    #expect(table.distances.allSatisfy { $0 == 0 })
    #expect(Array(table.indices[0..<4]) == [1, 2, 3, 4])
    #expect(Array(table.indices[8..<12]) == [0, 1, 3, 4])
    #expect(Array(table.indices[396..<400]) == [0, 1, 2, 3])
  }

  @Test("under cosine a sample of zeros is at distance 1 from every other")
  func zeroRows() throws {
    let rows = Matrix(rowCount: 4, columnCount: 2, elements: [1, 0, 0, 0, 2, 0, 0, 0])
    let table = try nearestNeighbors(of: rows, count: 3, metric: .cosine)
    #expect(table.indices == [2, 1, 3, 0, 2, 3, 0, 1, 3, 0, 1, 2])
    #expect(table.distances == [0, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1])
  }

  @Test("near-duplicates far from zero keep their digits")
  func nearDuplicates() throws {
    // 10,000 and steps of 2⁻⁷: exact in Float, lost in |a|² + |b|² − 2ab.
    let rows = Matrix(
      rowCount: 60, columnCount: 2,
      elements: (0..<60).flatMap { [10_000 + Float($0 * $0) / 128, 10_000] })
    let table = try nearestNeighbors(of: rows, count: 2, metric: .euclidean)
    for row in 2..<59 {
      #expect(table.indices[row * 2] == Int32(row - 1))
      #expect(table.distances[row * 2] == Float(2 * row - 1) / 128)
    }
  }

  @Test("samples of any magnitude have finite distances", arguments: [1e-30, 1, 1e30] as [Float])
  func magnitudes(scale: Float) throws {
    let rows = Matrix(rowCount: 3, columnCount: 2, elements: [0, 0, 3, 4, 6, 8].map { $0 * scale })
    let table = try nearestNeighbors(of: rows, count: 1, metric: .euclidean)
    for distance in table.distances { #expect(abs(distance / (5 * scale) - 1) < 1e-6) }
  }

  @Test("no sample, one sample, no neighbor asked for: an empty table")
  func nothing() throws {
    for (rowCount, k) in [(0, 5), (1, 5), (3, 0)] {
      let rows = Matrix(rowCount: rowCount, columnCount: 4, repeating: 1)
      let table = try nearestNeighbors(of: rows, count: k, metric: .cosine)
      #expect(table.rowCount == rowCount && table.neighborCount == 0 && table.indices.isEmpty)
    }
  }

  @Test(
    "a sample that is not finite is named", arguments: Metric.allCases,
    [Float.nan, .infinity, -.infinity])
  func notFinite(metric: Metric, value: Float) {
    var rows = smoothRows(20, 3, seed: 1)
    rows[17, 1] = value
    rows[19, 0] = .nan
    let error = #expect(throws: NeighborError.self) {
      try nearestNeighbors(of: rows, count: 2, metric: metric)
    }
    #expect(error?.sample == 17)
    #expect(error?.description.contains("sample 17") == true)
  }

  @Test("one and two threads give the same bytes", arguments: Metric.allCases)
  func threads(metric: Metric) throws {
    let rows = smoothRows(2100, 19, seed: 8)
    let tables = try [1, 2].map { count in
      let (table, workerCount) = try Parallelism.observingWorkers(threadCount: count) {
        try nearestNeighbors(of: rows, count: 15, metric: metric)
      }
      #expect(workerCount == count)
      return table
    }
    #expect(tables[0] == tables[1])
  }
}
