import Glibc
import ParallelLoops
import Synchronization
import TestTags
import Testing

@Suite(.tags(.quick)) struct ParallelLoopsTests {
  private struct Failure: Error, Equatable { let index: Int }

  @Test(
    "every index is covered once, in ranges of the grain",
    arguments: [0, 1, 2, 7, 63, 64, 65, 1_000, 4_097], [1, 3, 64, 5_000])
  func coverage(count: Int, grain: Int) {
    for threadCount in [1, 2, 5] {
      var visits = [Int32](repeating: 0, count: count)
      let rangesAreCut = Atomic<Bool>(true)
      let (_, workerCount) = Parallelism.observingWorkers(threadCount: threadCount) {
        visits.withDisjointWrites { visits in
          parallelFor(count: count, grain: grain) { range in
            let isCut =
              range.lowerBound % grain == 0
              && (range.count == grain || range.upperBound == count)
            if !isCut { rangesAreCut.store(false, ordering: .relaxed) }
            for index in range { visits[index] += 1 }
          }
        }
      }
      #expect(visits.allSatisfy { $0 == 1 })
      let allCut = rangesAreCut.load(ordering: .relaxed)
      #expect(allCut)
      #expect(workerCount == min(threadCount, (count + grain - 1) / grain))
    }
  }

  @Test("a sum by ranges has the same bits on any number of threads")
  func threadIndependence() {
    let values = (0..<10_007).map { Float(1) / Float($0 + 1) }
    let sums = [1, 2, 3, 8].map { threadCount -> [Float] in
      var sums = [Float](repeating: 0, count: 101)
      let (_, workerCount) = Parallelism.observingWorkers(threadCount: threadCount) {
        sums.withDisjointWrites { sums in
          parallelFor(count: values.count, grain: 100) { range in
            for index in range { sums[range.lowerBound / 100] += values[index] }
          }
        }
      }
      #expect(workerCount == threadCount)
      return sums
    }
    #expect(sums.allSatisfy { $0 == sums[0] })
    #expect(sums[0].reduce(0, +) > 9)
  }

  @Test("workers handle every item once, one item at a time")
  func workers() {
    let (workerCount, itemCount) = (3, 1_001)
    var visits = [Int32](repeating: 0, count: itemCount)
    var perWorker = [Int](repeating: 0, count: workerCount)
    withDisjointWrites(of: &visits, &perWorker) { visits, perWorker in
      parallelWorkers(count: workerCount, itemCount: itemCount) { worker, item in
        visits[item] += 1
        perWorker[worker] += 1
      }
    }
    #expect(visits.allSatisfy { $0 == 1 })
    #expect(perWorker.reduce(0, +) == itemCount)
  }

  @Test("the number of threads belongs to the caller and is restored after")
  func threadCounts() async {
    let before = Parallelism.threadCount
    let (inner, nested) = Parallelism.withThreadCount(3) {
      (Parallelism.threadCount, Parallelism.withThreadCount(7) { Parallelism.threadCount })
    }
    #expect(inner == 3 && nested == 7 && Parallelism.threadCount == before)
    let elsewhere = await Task.detached { Parallelism.threadCount }.value
    #expect(elsewhere == availableProcessorCount())
    let inherited = await Parallelism.$threadCount.withValue(5) {
      await Task { Parallelism.threadCount }.value
    }
    #expect(inherited == 5)
  }

  @Test("a loop within a loop gets its part of the threads", arguments: [1, 2, 3, 8])
  func nestedLoops(threadCount: Int) {
    var innerCounts = [Int](repeating: 0, count: 2)
    var visits = [Int32](repeating: 0, count: 2_000)
    Parallelism.withThreadCount(threadCount) {
      withDisjointWrites(of: &innerCounts, &visits) { innerCounts, visits in
        parallelFor(count: 2, grain: 1) { outer in
          innerCounts[outer.lowerBound] = Parallelism.threadCount
          parallelFor(count: 1_000, grain: 10) { inner in
            for index in inner { visits[1_000 * outer.lowerBound + index] += 1 }
          }
        }
      }
    }
    #expect(innerCounts.allSatisfy { $0 == max(1, threadCount / 2) })
    #expect(visits.allSatisfy { $0 == 1 })
  }

  @Test("the first range that fails decides the error, and no more are handed out after it")
  func failures() {
    for threadCount in [1, 2, 5] {
      for _ in 0..<20 {
        var visits = [Int32](repeating: 0, count: 3_000)
        let error = #expect(throws: Failure.self) {
          try Parallelism.withThreadCount(threadCount) {
            try visits.withDisjointWrites { visits in
              try parallelFor(count: 3_000, grain: 1) { range in
                let index = range.lowerBound
                visits[index] += 1
                if index >= 100 && index % 3 == 1 { throw Failure(index: index) }
              }
            }
          }
        }
        #expect(error == Failure(index: 100))
        #expect(visits[...100].allSatisfy { $0 == 1 })
        // Each of the other workers may hold one range when the first fails, and takes no other.
        #expect(visits.count { $0 != 0 } <= 101 + 2 * threadCount)
      }
    }
  }

  @Test("a map keeps the order, of values with references too", arguments: [0, 1, 2, 500], [1, 7])
  func maps(count: Int, grain: Int) {
    for threadCount in [1, 2, 5] {
      let (squares, workerCount) = Parallelism.observingWorkers(threadCount: threadCount) {
        parallelMap(count: count, grain: grain) { "\($0 * $0) squared" }
      }
      #expect(squares == (0..<count).map { "\($0 * $0) squared" })
      #expect(workerCount == min(threadCount, (count + grain - 1) / grain))
    }
  }

  @Test("a map throws the error of the first index that fails", arguments: [1, 2, 5])
  func failingMaps(threadCount: Int) {
    let error = #expect(throws: Failure.self) {
      try Parallelism.withThreadCount(threadCount) {
        try parallelMap(count: 900, grain: 4) { index throws(Failure) -> [Int] in
          if index % 50 == 49 { throw Failure(index: index) }
          return [index]
        }
      }
    }
    #expect(error == Failure(index: 49))
  }

  @Test("what runs beside a body runs to its end, and either's error is thrown")
  func beside() throws {
    // Each waits for what the other does first: they would not end one after the other.
    let (isBesideThere, isBodyThere) = (Flag(), Flag())
    let result = try Parallelism.withThreadCount(3) {
      try parallel(beside: {
        isBesideThere.set()
        isBodyThere.wait()
      }) {
        isBodyThere.set()
        isBesideThere.wait()
        return Parallelism.threadCount
      }
    }
    #expect(result == 3)
    #expect(throws: Failure(index: 1)) {
      try parallel(beside: { throw Failure(index: 1) }) { 0 }
    }
    let done = Flag()
    #expect(throws: Failure(index: 2)) {
      try parallel(beside: { done.set() }) { throw Failure(index: 2) }
    }
    #expect(done.isSet)
  }

  private final class Flag: Sendable {
    private let value = Atomic<Bool>(false)

    var isSet: Bool { value.load(ordering: .acquiring) }
    func set() { value.store(true, ordering: .releasing) }
    func wait() { while !isSet { usleep(100) } }
  }

  @Test("disjoint elements of two, three and four arrays are written at once")
  func severalArrays() {
    var (a, b, c, d) = ([0, 0], [Float](repeating: 0, count: 2), [UInt8](), [SIMD2<Float>.zero])
    withDisjointWrites(of: &a, &b) { a, b in (a[1], b[0]) = (1, 2) }
    #expect(a == [0, 1] && b == [2, 0])
    let sum = withDisjointWrites(of: &a, &b, &c) { a, b, _ in
      a[0] = 5
      return Float(a[0]) + b[0]
    }
    #expect(sum == 7)
    withDisjointWrites(of: &a, &b, &c, &d) { a, b, _, d in (a[0], b[1], d[0]) = (9, 8, [7, 6]) }
    #expect(a == [9, 1] && b == [2, 8] && c.isEmpty && d == [[7, 6]])
  }

  @Test(
    "the processors left to the process are counted from its status",
    arguments: [
      ("Name:\tx\nCpus_allowed:\t00000000,0000000f\nCpus_allowed_list:\t0-3\n", 4),
      ("Cpus_allowed:\t1", 1), ("Cpus_allowed:\tffffffff,ffffffff,80000001\n", 66),
      ("Cpus_allowed:\t0\n", nil), ("Cpus_allowed_list:\t0-3\n", nil), ("", nil),
    ])
  func processors(status: String, count: Int?) {
    #expect(allowedProcessorCount(inStatus: status) == count)
  }

  @Test("at least one processor is available, and no more than are online")
  func availableProcessors() {
    #expect(1...max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN))) ~= availableProcessorCount())
  }
}
