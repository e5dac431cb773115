import Numerics
import TestTags
import Testing

@Suite(.tags(.quick)) struct VectorsTests {
  private let numbers = (0..<40).map { Float($0) + 0.5 }

  @Test("a vector holds the elements from any index on", arguments: [0, 1, 7, 8, 31, 32])
  func loads(index: Int) {
    let vector = numbers.span.vector(at: index)
    let four = numbers.span.vector4(at: index)
    for lane in 0..<8 { #expect(vector[lane] == numbers[index + lane]) }
    for lane in 0..<4 { #expect(four[lane] == numbers[index + lane]) }
    let bits = (0..<48).map { UInt16($0 * 1_000) }
    let sixteen = bits.span.vector(at: index)
    for lane in 0..<16 { #expect(sixteen[lane] == bits[index + lane]) }
  }

  @Test("a vector of fewer lanes has zeros in the others", arguments: 1...8)
  func partialLoads(lanes: Int) {
    let vector = numbers.span.vector(at: 3, lanes: lanes)
    let reversed = numbers.span.reversedVector(at: 3, lanes: lanes)
    for lane in 0..<8 {
      #expect(vector[lane] == (lane < lanes ? numbers[3 + lane] : 0))
      #expect(reversed[lane] == (lane < lanes ? numbers[3 + lanes - 1 - lane] : 0))
    }
  }

  @Test("a store writes its lanes and nothing else", arguments: 1...8, [0, 5, 32])
  func stores(lanes: Int, index: Int) {
    let vector = SIMD8<Float>(-1, -2, -3, -4, -5, -6, -7, -8)
    for isReversed in [false, true] {
      var written = numbers
      var span = written.mutableSpan
      if isReversed {
        span.storeReversed(vector, at: index, lanes: lanes)
      } else {
        span.store(vector, at: index, lanes: lanes)
      }
      for position in numbers.indices {
        let lane = isReversed ? index + lanes - 1 - position : position - index
        let expected = (0..<lanes).contains(lane) ? vector[lane] : numbers[position]
        #expect(written[position] == expected)
      }
    }
    var written = numbers
    var span = written.mutableSpan
    span.store(SIMD4(-1, -2, -3, -4), at: index)
    #expect(Array(written[index..<index + 4]) == [-1, -2, -3, -4])
    #expect(written[(index + 4)...].elementsEqual(numbers[(index + 4)...]))
  }

  @Test("points are read and written as x and y in turn", arguments: [0, 1, 4])
  func points(index: Int) {
    let points = (0..<12).map { SIMD2(Float($0), Float(-$0)) }
    let four = points.span.fourPoints(at: index)
    for point in 0..<4 {
      #expect(SIMD2(four[2 * point], four[2 * point + 1]) == points[index + point])
    }
    var written = points
    var span = written.mutableSpan
    let eight = span.eightPoints(at: index)
    for point in 0..<8 {
      #expect(SIMD2(eight[2 * point], eight[2 * point + 1]) == points[index + point])
    }
    span.storeEight(eight + 100, at: index)
    for (position, point) in points.enumerated() {
      let isWritten = (index..<index + 8).contains(position)
      #expect(written[position] == (isWritten ? point + 100 : point))
    }
    written = points
    span = written.mutableSpan
    span.storeFour(four + 100, at: index)
    for (position, point) in points.enumerated() {
      let isWritten = (index..<index + 4).contains(position)
      #expect(written[position] == (isWritten ? point + 100 : point))
    }
  }

  @Test("lanes are summed halves first, and points by their coordinates")
  func sums() {
    let lanes = SIMD8<Float>(1, 2, 4, 8, 16, 32, 64, 128)
    #expect(lanes.pairwiseSum == 255)
    #expect(lanes.sumOfPoints() == SIMD2(85, 170))
    // 2²⁴ + 1 rounds back to 2²⁴; the order decides which of the ones survive.
    let large = SIMD8<Float>(0x1p24, 1, 0, 0, 1, 1, 0, 0)
    #expect(large.pairwiseSum == 0x1p24 + 2)
  }

  @Test("blocks cover every index once, overlapping blocks at least once", arguments: 0...25)
  func blocks(count: Int) {
    var hits = [Int](repeating: 0, count: count)
    forEachBlock(of: count) { start, lanes in
      for index in start..<start + lanes { hits[index] += 1 }
    }
    #expect(hits.allSatisfy { $0 == 1 })
    hits = [Int](repeating: 0, count: count)
    forEachOverlappingBlock(of: count) { start, lanes in
      #expect(count < 8 || lanes == 8)
      for index in start..<start + lanes { hits[index] += 1 }
    }
    #expect(hits.allSatisfy { $0 >= 1 })
  }
}
