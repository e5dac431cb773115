import LayoutQuality
import LayoutTestSupport
import Matrices
import Neighbors
import ParallelLoops
import Randomness
import TestTags
import Testing

@Suite(.tags(.quick), .serialized) struct QualityReportTests {
  private func randomPoints(_ count: Int, columns: Int = 2, seed: UInt64) -> Matrix {
    var stream = RandomStream(seed: seed, purpose: .evaluation)
    return Matrix(
      rowCount: count, columnCount: columns,
      elements: (0..<columns * count).map { _ in stream.uniform() })
  }

  private func firstColumns(_ count: Int, of rows: Matrix) -> Matrix {
    Matrix(
      rowCount: rows.rowCount, columnCount: count,
      elements: (0..<rows.rowCount).flatMap { row in (0..<count).map { rows[row, $0] } })
  }

  @Test("samples laid out as they are preserve everything", arguments: [1, 2])
  func perfect(columns: Int) throws {
    let rows = randomPoints(700, columns: columns, seed: 1)
    let report = try qualityReport(
      of: rows, for: rows, metric: .euclidean, neighborCount: 10, sampleCount: 200, seed: 1)
    #expect(report.trustworthiness == 1 && report.continuity == 1)
    #expect(report.neighborPreservation == 1)
    // Similarity and distances are rounded each in their way, and few pairs agree to seven digits.
    #expect(report.distanceCorrelation > 0.999999 && report.tripletAccuracy > 0.9999)
    #expect(report.neighborCount == 10 && report.sampleCount == 200)
  }

  @Test("samples laid out as others are preserve what chance preserves")
  func chance() throws {
    let report = try qualityReport(
      of: randomPoints(700, seed: 2), for: randomPoints(700, seed: 1), metric: .euclidean,
      neighborCount: 10, sampleCount: 700, seed: 1)
    #expect(abs(report.trustworthiness - 0.5) < 0.03)
    #expect(abs(report.continuity - 0.5) < 0.03)
    #expect(abs(report.neighborPreservation - 10 / 699) < 0.01)
    #expect(abs(report.distanceCorrelation) < 0.03)
    #expect(abs(report.tripletAccuracy - 0.5) < 0.03)
  }

  @Test("the measures of neighbors are those of their definitions", arguments: Metric.allCases)
  func definitions(metric: Metric) throws {
    // More samples than a block, and no whole number of blocks.
    let (count, k) = (1100, 7)
    let rows = bentSheets(count)
    for columns in 1...2 {
      let layout = firstColumns(columns, of: rows)
      let truth = try nearestNeighbors(of: rows, count: count - 1, metric: metric)
      let shown = try nearestNeighbors(of: layout, count: count - 1, metric: .euclidean)
      func excess(_ found: NeighborTable, by order: NeighborTable) -> (excess: Int, kept: Int) {
        var sum = (excess: 0, kept: 0)
        var rank = [Int](repeating: 0, count: count)
        for row in 0..<count {
          let line = row * (count - 1)..<(row + 1) * (count - 1)
          for (place, other) in order.indices[line].enumerated() { rank[Int(other)] = place + 1 }
          for other in found.indices[line].prefix(k) {
            sum.excess += max(0, rank[Int(other)] - k)
            sum.kept += rank[Int(other)] <= k ? 1 : 0
          }
        }
        return sum
      }
      let report = try qualityReport(
        of: layout, for: rows, metric: metric, neighborCount: k, sampleCount: count, seed: 1)
      let scale = 2 / Double(count * k * (2 * count - 3 * k - 1))
      // Samples whose float cosines agree share a rank that distances tell apart: a few ranks of
      // some hundred thousand.
      let (trust, continuity) = (excess(shown, by: truth), excess(truth, by: shown))
      #expect(abs(report.trustworthiness - (1 - scale * Double(trust.excess))) < 2e-5)
      #expect(abs(report.continuity - (1 - scale * Double(continuity.excess))) < 2e-5)
      #expect(abs(report.neighborPreservation - Double(trust.kept) / Double(count * k)) < 1e-3)
    }
  }

  @Test("the measures of distances are those of their definitions", arguments: Metric.allCases)
  func distances(metric: Metric) throws {
    let count = 90
    let rows = bentSheets(count)
    let layout = firstColumns(2, of: rows)
    func matrix(_ rows: Matrix, _ metric: Metric) throws -> [[Double]] {
      let table = try nearestNeighbors(of: rows, count: count - 1, metric: metric)
      var result = [[Double]](repeating: .init(repeating: 0, count: count), count: count)
      for (place, other) in table.indices.enumerated() {
        result[place / (count - 1)][Int(other)] = Double(table.distances[place])
      }
      return result
    }
    let (truth, shown) = (try matrix(rows, metric), try matrix(layout, .euclidean))
    let pairs = (0..<count).flatMap { i in (0..<i).map { (i, $0) } }
    /// Ranks by counting: those below, and half of those equal.
    func ranks(_ distances: [[Double]]) -> [Double] {
      pairs.map { pair in
        let own = distances[pair.0][pair.1]
        return pairs.reduce(0) {
          let other = distances[$1.0][$1.1]
          return $0 + (other < own ? 1 : other == own ? 0.5 : 0)
        }
      }
    }
    let (a, b) = (ranks(truth), ranks(shown))
    let mean = a.reduce(0, +) / Double(a.count)
    let common = zip(a, b).reduce(0) { $0 + ($1.0 - mean) * ($1.1 - mean) }
    let squares = [a, b].map { $0.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } }
    let spearman = common / (squares[0] * squares[1]).squareRoot()
    var (right, total) = (0, 0)
    for i in 0..<count {
      for j in 0..<count where j != i {
        for k in 0..<j where k != i {
          total += 1
          right += (truth[i][j] < truth[i][k]) == (shown[i][j] < shown[i][k]) ? 1 : 0
        }
      }
    }
    let report = try qualityReport(
      of: layout, for: rows, metric: metric, sampleCount: count, seed: 1)
    #expect(abs(report.distanceCorrelation - spearman) < 1e-4)
    // 9,000 of 352,440 triplets: a standard deviation of 0.005.
    #expect(abs(report.tripletAccuracy - Double(right) / Double(total)) < 0.02)
  }

  @Test("a cluster torn apart costs continuity, clusters laid over each other trustworthiness")
  func tornAndOverlaid() throws {
    let count = 600
    let plane = randomPoints(count, seed: 3)
    // Two far clusters, and one cluster; each is the other's layout.
    var apart = plane
    for row in stride(from: 0, to: count, by: 2) { apart[row, 0] += 100 }
    let torn = try qualityReport(
      of: apart, for: plane, metric: .euclidean, sampleCount: count, seed: 1)
    #expect(torn.trustworthiness > torn.continuity + 0.1)
    let overlaid = try qualityReport(
      of: plane, for: apart, metric: .euclidean, sampleCount: count, seed: 1)
    #expect(overlaid.continuity > overlaid.trustworthiness + 0.1)
    // The two sides compute distances in their own ways; far clusters cost a digit or two.
    #expect(abs(overlaid.continuity - torn.trustworthiness) < 1e-3)
    #expect(abs(overlaid.trustworthiness - torn.continuity) < 1e-3)
  }

  @Test("equal distances share their ranks")
  func ties() throws {
    // Pairs 01, 02, 12 at 1, 2, 1 in truth and 3, 3, 0 in the layout: ranks 1.5, 3, 1.5 and
    // 2.5, 2.5, 1, whose correlation is one half.
    let rows = Matrix(rowCount: 3, columnCount: 1, elements: [0, 1, 2])
    let layout = Matrix(rowCount: 3, columnCount: 1, elements: [0, 3, 3])
    let report = try qualityReport(
      of: layout, for: rows, metric: .euclidean, sampleCount: 3, seed: 1)
    #expect(abs(report.distanceCorrelation - 0.5) < 1e-12)
    // At sample 0 the layout leaves open what the samples order, at 1 it need not, at 2 it is
    // right.
    #expect(abs(report.tripletAccuracy - 2.5 / 3) < 1e-12)
  }

  @Test("the order of equal samples costs nothing", arguments: Metric.allCases)
  func allEqual(metric: Metric) throws {
    for value: Float in [0, 1] {
      let rows = Matrix(rowCount: 50, columnCount: 3, repeating: value)
      let report = try qualityReport(
        of: randomPoints(50, seed: 1), for: rows, metric: metric, neighborCount: 5,
        sampleCount: 20, seed: 1)
      #expect(report.trustworthiness == 1 && report.neighborPreservation == 1)
      #expect(report.distanceCorrelation == 1 && report.tripletAccuracy == 1)
    }
  }

  @Test("a layout with all samples at one position preserves no order")
  func collapsed() throws {
    let layout = Matrix(rowCount: 400, columnCount: 2, repeating: 3)
    let report = try qualityReport(
      of: layout, for: randomPoints(400, seed: 1), metric: .euclidean, seed: 1)
    #expect(abs(report.trustworthiness - 0.5) < 0.05)
    #expect(report.distanceCorrelation == 0 && report.tripletAccuracy == 0.5)
  }

  @Test("few samples", arguments: 0...4)
  func fewRows(count: Int) throws {
    let report = try qualityReport(
      of: randomPoints(count, seed: 1), for: randomPoints(count, seed: 2), metric: .euclidean,
      sampleCount: 10, seed: 1)
    #expect(report.sampleCount == count && report.neighborCount == max(0, (count - 1) / 2))
    for measure in [report.trustworthiness, report.continuity, report.neighborPreservation] {
      #expect(count < 3 ? measure == 1 : (0...1).contains(measure))
    }
    #expect(count < 3 ? report.tripletAccuracy == 1 : (0...1).contains(report.tripletAccuracy))
    #expect((-1...1).contains(report.distanceCorrelation))
  }

  @Test("huge numbers do not overflow, NaN is refused")
  func range() throws {
    let points = randomPoints(60, seed: 1)
    var large = points
    for index in large.elements.indices { large.elements[index] *= 0x1p127 }
    for metric in Metric.allCases {
      #expect(
        try qualityReport(of: large, for: large, metric: metric, seed: 1)
          == qualityReport(of: points, for: points, metric: metric, seed: 1))
    }
    var broken = points
    broken[17, 1] = .nan
    #expect(throws: NeighborError.self) {
      try qualityReport(of: points, for: broken, metric: .cosine, seed: 1)
    }
    #expect(throws: NeighborError.self) {
      try qualityReport(of: broken, for: points, metric: .cosine, seed: 1)
    }
  }

  @Test("the sample is the seed's, on any number of threads")
  func threads() throws {
    // More of the sample than is compared at once, and several blocks for each thread.
    let (rows, layout) = (bentSheets(2500), randomPoints(2500, seed: 2))
    let measure = { (count: Int, seed: UInt64) in
      let (report, workerCount) = try Parallelism.observingWorkers(threadCount: count) {
        try qualityReport(
          of: layout, for: rows, metric: .euclidean, sampleCount: 1200, seed: seed)
      }
      #expect(workerCount == count)
      return report
    }
    let one = try measure(1, 1)
    for count in [2, 3] { #expect(try measure(count, 1) == one) }
    #expect(try measure(2, 2) != one)
  }
}
