internal import OneDNN

/// Clears a gradient where a value lies at the ends of a clip, 0 and `upper`.
final class ClipMaskKernel: Kernel {
  let name = "loop"
  private let gradient, value: TensorMemory
  private let upper: Float

  init(_ gradient: TensorMemory, by value: TensorMemory, upper: Float) {
    self.gradient = gradient
    self.value = value
    self.upper = upper
  }

  func run() { gradient.mask(wherePositive: value, andLessThan: upper) }
}
