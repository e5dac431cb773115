/// How one dimension is resized.
struct ResizingLine {
  let size, outputSize: Int
  /// Output over input, as stated; the output's size is rounded.
  let scale: Float
  private let isWhole: Bool

  /// A dimension that stays as it is.
  init(size: Int) { (self.size, outputSize, scale, isWhole) = (size, size, 1, true) }

  init(size: Int, outputSize: Int, scale: Float) {
    (self.size, self.outputSize, self.scale) = (size, outputSize, scale)
    // A scale that is not 1 moves elements even where their number stays.
    isWhole = outputSize == size && scale == 1
  }

  /// The weights of the input's elements for each element of the output; nil for the identity.
  func matrix(_ rule: Resizing) -> SparseRows? {
    guard !isWhole else { return nil }
    return SparseRows(
      columnCount: size, rows: (0..<outputSize).map { entries(at: coordinate($0, rule), rule) })
  }

  /// The coordinate in the input, in single precision: which of two elements is nearer must not differ
  /// from what other readers of the file find.
  private func coordinate(_ index: Int, _ rule: Resizing) -> Float {
    let o = Float(index)
    switch rule.coordinates {
    case .asymmetric: return o / scale
    case .alignCorners:
      return outputSize == 1 ? 0 : o * Float(size - 1) / Float(outputSize - 1)
    case .halfPixel: return (o + 0.5) / scale - 0.5
    case .pytorchHalfPixel: return outputSize == 1 ? 0 : (o + 0.5) / scale - 0.5
    case .halfPixelSymmetric:
      let adjustment = Float(outputSize) / (scale * Float(size))
      return Float(size) / 2 * (1 - adjustment) + (o + 0.5) / scale - 0.5
    }
  }

  /// The weights of a coordinate's neighbors.
  private func entries(at x: Float, _ rule: Resizing) -> [SparseRows.Entry] {
    switch rule.interpolation {
    case .nearest(let rounding):
      let nearest: Float =
        switch rounding {
        case .floor: x.rounded(.down)
        case .ceiling: x.rounded(.up)
        // Of two that are as near.
        case .preferFloor: (x - 0.5).rounded(.up)
        case .preferCeiling: (x + 0.5).rounded(.down)
        }
      return [.init(column: min(max(Int(clamping: nearest), 0), size - 1), weight: 1)]
    case .linear: return weighted(at: x, rule, reach: 1) { max(0, 1 - abs($0)) }
    case .cubic(let a): return weighted(at: x, rule, reach: 2) { Self.cubic($0, a) }
    }
  }

  /// Keys' kernel ("Cubic convolution interpolation", 1981, equation 4 with a for −1/2).
  private static func cubic(_ distance: Double, _ coefficient: Float) -> Double {
    let (x, a) = (abs(distance), Double(coefficient))
    if x < 1 { return ((a + 2) * x - (a + 3)) * x * x + 1 }
    return x < 2 ? ((a * x - 5 * a) * x + 8 * a) * x - 4 * a : 0
  }

  /// The elements within the kernel's reach, wider by 1 / scale where antialiasing asks for it.
  private func weighted(
    at x: Float, _ rule: Resizing, reach: Double, _ kernel: (Double) -> Double
  ) -> [SparseRows.Entry] {
    let shrinks = rule.antialiases && scale < 1
    let stretch = shrinks ? 1 / Double(scale) : 1
    let x = Double(x)
    let first = Int((x - reach * stretch).rounded(.down)) + 1
    let last = Int((x + reach * stretch).rounded(.up)) - 1
    var sums: [Int: Double] = [:]
    for index in first...max(first, last) {
      let isOutside = !(0..<size).contains(index)
      // Else the border's element stands for those beyond it, with antialiasing as well: so onnxruntime
      // and onnx.reference have it, unlike torch and Pillow, which leave them out.
      if isOutside && rule.excludesOutside { continue }
      sums[min(max(index, 0), size - 1), default: 0] += kernel((Double(index) - x) / stretch)
    }
    let total = sums.values.reduce(0, +)
    return sums.sorted { $0.key < $1.key }.map {
      .init(column: $0.key, weight: Float($0.value / (total == 0 ? 1 : total)))
    }
  }
}
