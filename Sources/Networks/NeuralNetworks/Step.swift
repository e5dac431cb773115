internal import OneDNN

/// One thing to do when a compiled network runs.
enum Step {
  /// A oneDNN primitive.
  case run(BoundPrimitive)
  /// target ← max(source, 0).
  case rectify(TensorMemory, from: TensorMemory)
  /// target ← target where the value is positive, else 0.
  case mask(TensorMemory, by: TensorMemory)
  /// target ← target + source; then masked, if a value is given.
  case accumulate(TensorMemory, from: TensorMemory, mask: TensorMemory?)
  /// target ← source.
  case copy(TensorMemory, from: TensorMemory)
  /// The gradient of a convolution that reads the image.
  case imageGradient(ImageConvolutionPullback)

  func run() throws(OneDNNError) {
    switch self {
    case .run(let primitive): try primitive.run()
    case .rectify(let target, let source): target.rectify(source)
    case .mask(let target, let value): target.mask(wherePositive: value)
    case .accumulate(let target, let source, let mask?):
      target.add(source, maskedWherePositive: mask)
    case .accumulate(let target, let source, nil): target.add(source)
    case .copy(let target, let source): target.copy(source)
    case .imageGradient(let pullback): pullback.run()
    }
  }
}
