import Numerics
import Randomness
import TestTags
import Testing

@Suite(.tags(.quick)) struct SortingTests {
  @Test("a counting sort is a stable sort by bin", arguments: [0, 1, 2, 100, 5_000], [1, 3, 64])
  func countingSorts(count: Int, binCount: Int) {
    var stream = RandomStream(seed: 42, purpose: .evaluation, item: count)
    let bins = (0..<count).map { _ in Int32(stream.integer(below: binCount + 1)) - 1 }
    let sorted = countingSort(bins, binCount: binCount)
    let kept = (0..<count).filter { bins[$0] >= 0 }
    let expected = kept.sorted { (bins[$0], $0) < (bins[$1], $1) }
    #expect(sorted.order.map { Int($0) } == expected)
    #expect(sorted.count == binCount && sorted.starts[binCount] == kept.count)
    for bin in 0..<binCount {
      #expect(sorted[bin: bin].allSatisfy { bins[Int($0)] == Int32(bin) })
      #expect(sorted[bin: bin].count == bins.count { $0 == Int32(bin) })
    }
  }

  @Test("running sums turn counts into starts")
  func runningSums() {
    var starts = [0, 3, 0, 2, 5]
    starts.formRunningSums()
    #expect(starts == [0, 3, 3, 5, 10])
    var none: [UInt32] = []
    none.formRunningSums()
    #expect(none.isEmpty)
  }

  @Test("a box holds its points and no more")
  func boxes() {
    let box = BoundingBox([SIMD2(1, -2), SIMD2(-4, 5), SIMD2(0, 0)])
    #expect(box.low == SIMD2(-4, -2) && box.high == SIMD2(1, 5))
    #expect(box.extent == SIMD2(5, 7) && !box.isEmpty)
    var joined = BoundingBox([SIMD2(10, 10)])
    #expect(joined.extent == .zero && !joined.isEmpty)
    joined.include(box)
    #expect(joined == BoundingBox([SIMD2(-4, -2), SIMD2(10, 10)]))
    #expect(BoundingBox().isEmpty && BoundingBox().extent == .zero)
    #expect(BoundingBox([SIMD2(.nan, 1)]).extent.x == 0)
  }
}
