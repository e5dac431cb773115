import Embedding
import Neighbors
import Randomness
import Tensors
import Testing

@Suite(.serialized) struct LayoutQualityTests {
  private func randomPoints(_ count: Int, seed: UInt64) -> Matrix {
    var stream = RandomStream(seed: seed, purpose: .evaluation)
    return Matrix(
      rowCount: count, columnCount: 2, elements: (0..<2 * count).map { _ in stream.uniform() })
  }

  @Test("rows laid out as they are keep everything, any others about what chance keeps")
  func extremes() throws {
    let rows = randomPoints(700, seed: 1)
    let same = try layoutQuality(
      of: rows, for: rows, neighborCount: 10, metric: .euclidean, sampleCount: 200, seed: 1)
    #expect(same.trustworthiness == 1 && same.keptNeighborShare == 1)
    let other = try layoutQuality(
      of: randomPoints(700, seed: 2), for: rows, neighborCount: 10, metric: .euclidean,
      sampleCount: 700, seed: 1)
    #expect(abs(other.trustworthiness - 0.5) < 0.03)
    #expect(abs(other.keptNeighborShare - 10 / 699) < 0.01)
  }

  @Test("the measures are those of their definitions", arguments: Metric.allCases)
  func definitions(metric: Metric) throws {
    let (count, k) = (120, 7)
    let rows = bentSheets(count)
    let layout = Matrix(
      rowCount: count, columnCount: 2, elements: (0..<count).flatMap { [rows[$0, 0], rows[$0, 1]] })
    let truth = try nearestNeighbors(of: rows, count: count - 1, metric: metric)
    let found = try nearestNeighbors(of: layout, count: k, metric: .euclidean)
    var (excess, kept) = (0, 0)
    for row in 0..<count {
      let order = Array(truth.indices[row * (count - 1)..<(row + 1) * (count - 1)])
      for neighbor in found.indices[row * k..<(row + 1) * k] {
        let rank = try #require(order.firstIndex(of: neighbor)) + 1
        excess += max(0, rank - k)
        kept += rank <= k ? 1 : 0
      }
    }
    let quality = try layoutQuality(
      of: layout, for: rows, neighborCount: k, metric: metric, sampleCount: count, seed: 1)
    let scale = 2 / Double(count * k * (2 * count - 3 * k - 1))
    #expect(abs(quality.trustworthiness - (1 - scale * Double(excess))) < 1e-9)
    #expect(abs(quality.keptNeighborShare - Double(kept) / Double(count * k)) < 1e-9)
  }

  @Test("the order of equal rows costs nothing")
  func allEqual() throws {
    let rows = Matrix(rowCount: 50, columnCount: 3, repeating: 1)
    let quality = try layoutQuality(
      of: randomPoints(50, seed: 1), for: rows, neighborCount: 5, metric: .cosine, sampleCount: 20,
      seed: 1)
    #expect(quality.trustworthiness == 1 && quality.keptNeighborShare == 1)
  }

  @Test("few rows", arguments: 0...4)
  func fewRows(count: Int) throws {
    let quality = try layoutQuality(
      of: randomPoints(count, seed: 1), for: randomPoints(count, seed: 2), neighborCount: 15,
      metric: .euclidean, sampleCount: 10, seed: 1)
    #expect((0...1).contains(quality.trustworthiness))
    #expect((0...1).contains(quality.keptNeighborShare))
  }

  @Test("the sample is the seed's, on any number of threads")
  func threads() throws {
    let before = Parallelism.threadCount
    defer { Parallelism.threadCount = before }
    let (rows, layout) = (randomPoints(300, seed: 1), randomPoints(300, seed: 2))
    let measure = { (seed: UInt64) in
      try layoutQuality(
        of: layout, for: rows, neighborCount: 10, metric: .euclidean, sampleCount: 60, seed: seed)
    }
    Parallelism.threadCount = 1
    let one = try measure(1)
    Parallelism.threadCount = 2
    #expect(try measure(1) == one)
    #expect(try measure(2) != one)
  }
}
