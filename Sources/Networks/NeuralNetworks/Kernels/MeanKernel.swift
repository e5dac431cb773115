internal import OneDNN

/// mean ← the means of the source's elements that meet in each place, summed in double precision.
final class MeanKernel: Kernel {
  let name = "loop"
  private let plan: Broadcast
  private let mean, source: TensorMemory
  private var sums: [Double]

  init(_ plan: Broadcast, mean: TensorMemory, source: TensorMemory) {
    self.plan = plan
    self.mean = mean
    self.source = source
    sums = [Double](repeating: 0, count: mean.storedCount)
  }

  func run() {
    let inner = plan.inner
    let count = Double(source.storedCount) / Double(max(mean.storedCount, 1))
    for index in sums.indices { sums[index] = 0 }
    source.withElements { source in
      plan.forEachRun { place, start, _ in
        for i in 0..<inner.count { sums[start + i * inner.a] += Double(source[place + i]) }
      }
    }
    mean.withMutableElements { mean in
      for index in sums.indices { mean[index] = Float(sums[index] / count) }
    }
  }
}

/// gradient ← the mean's gradient, in equal shares.
final class MeanPullbackKernel: Kernel {
  let name = "loop"
  private let plan: Broadcast
  private let gradient, meanGradient: TensorMemory

  init(_ plan: Broadcast, gradient: TensorMemory, meanGradient: TensorMemory) {
    self.plan = plan
    self.gradient = gradient
    self.meanGradient = meanGradient
  }

  func run() {
    let inner = plan.inner
    let factor = Float(meanGradient.storedCount) / Float(max(gradient.storedCount, 1))
    meanGradient.withElements { mean in
      gradient.withMutableElements { gradient in
        plan.forEachRun { place, start, _ in
          for i in 0..<inner.count { gradient[place + i] = factor * mean[start + i * inner.a] }
        }
      }
    }
  }
}
