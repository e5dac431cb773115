import Grids
import Matrices
import TestTags
import Testing

@Suite(.tags(.quick)) struct NormalizedLayoutTests {
  private func distance(_ a: SIMD2<Double>, _ b: SIMD2<Double>) -> Double {
    max(abs(a.x - b.x), abs(a.y - b.y))
  }

  @Test("a straight line gets its percentiles and equal margins")
  func line() throws {
    // 0...100 on x, the same times −2 on y: percentiles 1 and 99 are those numbers themselves.
    var layout = Matrix(rowCount: 101, columnCount: 2)
    for row in 0...100 {
      layout[row, 0] = Float(row)
      layout[row, 1] = Float(-2 * row)
    }
    let normalized = try NormalizedLayout(layout)
    #expect(distance(normalized.lower, SIMD2(-8.8, -217.6)) < 1e-5)
    #expect(distance(normalized.upper, SIMD2(108.8, 17.6)) < 1e-5)
    for row in 0...100 {
      let x = Float((Double(row) + 8.8) / 117.6)
      #expect(abs(normalized.points[row, 0] - x) < 1e-6)
      #expect(abs(normalized.points[row, 1] - (1 - x)) < 1e-6)
    }
  }

  @Test("an axis with a scale of its own is covered as it is")
  func ownScale() throws {
    let layout = Matrix(rowCount: 4, columnCount: 2, elements: [-0.25, 0, 0, 1, 0.5, 2, 1, 3])
    let normalized = try NormalizedLayout(layout, horizontal: -1...1)
    #expect(normalized.lower.x == -1 && normalized.upper.x == 1)
    #expect((0..<4).map { normalized.points[$0, 0] } == [0.375, 0.5, 0.75, 1])
    #expect(try normalized.lower.y == NormalizedLayout(layout).lower.y)
  }

  @Test("points lie in the unit square, in their order along each axis", arguments: [2, 3, 1_000])
  func order(count: Int) throws {
    let layout = clouds(count)
    let normalized = try NormalizedLayout(layout)
    let points = normalized.points
    #expect(points.elements.allSatisfy { 0 <= $0 && $0 <= 1 })
    for axis in 0..<2 {
      let rows = (0..<count).sorted { layout[$0, axis] < layout[$1, axis] }
      #expect(zip(rows, rows.dropFirst()).allSatisfy { points[$0, axis] <= points[$1, axis] })
    }
    // Just those are clipped that would lie outside.
    let outside = (0..<count).filter { sample in
      (0..<2).contains { axis in
        let value = Double(layout[sample, axis])
        return value < normalized.lower[axis] || value > normalized.upper[axis]
      }
    }
    #expect(normalized.clipped == outside && (count < 1_000 || !outside.isEmpty))
  }

  @Test("strays are clipped, counted, and move nothing else")
  func strays() throws {
    let layout = clouds(1_000)
    var strayed = layout
    strayed[3, 0] = 1e30
    strayed[4, 1] = -3e38
    let (plain, clipped) = (try NormalizedLayout(layout), try NormalizedLayout(strayed))
    #expect(clipped.points[3, 0] == 1 && clipped.points[4, 1] == 0)
    // What was clipped without them is clipped with them as well, but for what lies on the border.
    #expect(Set(clipped.clipped).isSuperset(of: [3, 4]))
    #expect(abs(clipped.clipped.count - plain.clipped.count - 2) <= 1)
    #expect(distance(plain.lower, clipped.lower) < 0.2)
    #expect(distance(plain.upper, clipped.upper) < 0.2)
  }

  @Test("without clipping and margin the extremes touch the border")
  func extremes() throws {
    let normalized = try NormalizedLayout(
      clouds(500), percentiles: 0...100, relativeMargin: 0)
    let points = normalized.points
    #expect(normalized.clipped.isEmpty)
    for axis in 0..<2 {
      let column = (0..<500).map { points[$0, axis] }
      #expect(column.min() == 0 && column.max() == 1)
    }
  }

  @Test("a new point is placed as the old ones were")
  func newPoints() throws {
    let layout = clouds(300)
    let normalized = try NormalizedLayout(layout)
    for row in 0..<300 {
      let position = normalized.position(of: SIMD2(layout[row, 0], layout[row, 1]))
      #expect(position == SIMD2(normalized.points[row, 0], normalized.points[row, 1]))
    }
    #expect(normalized.position(of: SIMD2(1e9, -1e9)) == SIMD2(1, 0))
  }

  @Test("equal points come to the middle", arguments: [1, 2, 77])
  func equalPoints(count: Int) throws {
    let points = try NormalizedLayout(Matrix(rowCount: count, columnCount: 2, repeating: 4)).points
    #expect(points.elements.allSatisfy { $0 == 0.5 })
  }

  @Test("no points and points that are not finite are errors")
  func bad() {
    #expect(throws: GridError.noPoints) {
      try NormalizedLayout(Matrix(rowCount: 0, columnCount: 2))
    }
    for number in [Float.nan, .infinity] {
      var layout = clouds(20)
      layout[13, 1] = number
      #expect(throws: GridError.nonFiniteSample(13)) { try NormalizedLayout(layout) }
    }
  }
}
