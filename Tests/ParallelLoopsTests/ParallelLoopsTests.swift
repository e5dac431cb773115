import Glibc
import ParallelLoops
import Synchronization
import Testing

@Suite(.serialized) struct ParallelLoopsTests {
  @Test(
    "every index is covered once, in ranges of the grain",
    arguments: [0, 1, 2, 7, 63, 64, 65, 1_000, 4_097], [1, 3, 64, 5_000])
  func coverage(count: Int, grain: Int) {
    for threadCount in [1, 2, 5] {
      Parallelism.threadCount = threadCount
      var visits = [Int32](repeating: 0, count: count)
      let rangesAreCut = Atomic<Bool>(true)
      visits.withDisjointWrites { visits in
        parallelFor(count: count, grain: grain) { range in
          let isCut =
            range.lowerBound % grain == 0
            && (range.count == grain || range.upperBound == count)
          if !isCut { rangesAreCut.store(false, ordering: .relaxed) }
          for index in range { visits[index] += 1 }
        }
      }
      #expect(visits.allSatisfy { $0 == 1 })
      let allCut = rangesAreCut.load(ordering: .relaxed)
      #expect(allCut)
    }
  }

  @Test("a sum by ranges has the same bits on any number of threads")
  func threadIndependence() {
    let values = (0..<10_007).map { Float(1) / Float($0 + 1) }
    let sums = [1, 2, 3, 8].map { threadCount -> [Float] in
      Parallelism.threadCount = threadCount
      var sums = [Float](repeating: 0, count: 101)
      sums.withDisjointWrites { sums in
        parallelFor(count: values.count, grain: 100) { range in
          for index in range { sums[range.lowerBound / 100] += values[index] }
        }
      }
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
    visits.withDisjointWrites { visits in
      perWorker.withDisjointWrites { perWorker in
        parallelWorkers(count: workerCount, itemCount: itemCount) { worker, item in
          visits[item] += 1
          perWorker[worker] += 1
        }
      }
    }
    #expect(visits.allSatisfy { $0 == 1 })
    #expect(perWorker.reduce(0, +) == itemCount)
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
