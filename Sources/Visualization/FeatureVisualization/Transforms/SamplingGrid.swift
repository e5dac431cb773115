internal import Numerics

/// Where the output pixels of an affine map lie in a padded image, eight at a time.
struct SamplingGrid {
  private let map: AffineMap
  private let bounds: ClosedRange<Float>
  private let paddedSide: Int

  /// Makes the grid; `bounds` are the padded coordinates that positions are clamped to.
  init(_ map: AffineMap, bounds: ClosedRange<Float>, paddedSide: Int) {
    self.map = map
    self.bounds = bounds
    self.paddedSide = paddedSide
  }

  /// A row of the output.
  func row(_ y: Int) -> Row {
    // Its start is computed in Double, so that rounding errors of positions do not grow with the rows.
    Row(
      x: Float(map.xy * Double(y) + map.x0 + 1),
      y: Float(map.yy * Double(y) + map.y0 + 1),
      stepX: Float(map.xx), stepY: Float(map.yx), lower: bounds.lowerBound,
      upper: bounds.upperBound, paddedSide: paddedSide)
  }

  /// The padded position of a row's first pixel, and what each further pixel adds to it.
  struct Row {
    fileprivate let x, y, stepX, stepY, lower, upper: Float
    fileprivate let paddedSide: Int

    /// The positions of eight pixels from `column` on.
    @inline(__always)
    func taps(from column: Int) -> Taps {
      let columns = SIMD8<Float>(0, 1, 2, 3, 4, 5, 6, 7) + Float(column)
      let x = clamped(SIMD8(repeating: x).addingProduct(columns, SIMD8(repeating: stepX)))
      let y = clamped(SIMD8(repeating: y).addingProduct(columns, SIMD8(repeating: stepY)))
      let left = x.rounded(.down)
      let top = y.rounded(.down)
      // A sum below 2²⁴ holds the index in the low bits of its significand.
      let index =
        SIMD8<Float>(repeating: 0x1p23)
        + left.addingProduct(top, SIMD8(repeating: Float(paddedSide)))
      return Taps(
        index: (unsafeBitCast(index, to: SIMD8<Int32>.self) & 0x7F_FFFF) &<< 2,
        right: x - left, lower: y - top, pitch: 4 * paddedSide)
    }

    /// The position within the bounds; what is no number goes to the lower one, so that every index
    /// lies in the image.
    @inline(__always)
    private func clamped(_ x: SIMD8<Float>) -> SIMD8<Float> {
      let x = SIMD8(repeating: lower).replacing(with: x, where: x .> lower)
      return x.replacing(with: SIMD8(repeating: upper), where: x .> upper)
    }
  }

  /// Eight positions: the upper left of the four pixels around each, and the weights.
  struct Taps {
    /// Where the upper left pixel lies in the padded image, in floats.
    fileprivate let index: SIMD8<Int32>
    /// The weight of the right pixels.
    fileprivate let right: SIMD8<Float>
    /// The weight of the lower pixels.
    fileprivate let lower: SIMD8<Float>
    /// The floats in a row of the padded image.
    fileprivate let pitch: Int

    /// Writes the image at the eight positions, four floats each.
    @inline(__always)
    func sample(_ pixels: Span<Float>, into samples: inout MutableSpan<Float>, at start: Int) {
      samples.store(sample(pixels, 0), at: start)
      samples.store(sample(pixels, 1), at: start + 4)
      samples.store(sample(pixels, 2), at: start + 8)
      samples.store(sample(pixels, 3), at: start + 12)
      samples.store(sample(pixels, 4), at: start + 16)
      samples.store(sample(pixels, 5), at: start + 20)
      samples.store(sample(pixels, 6), at: start + 24)
      samples.store(sample(pixels, 7), at: start + 28)
    }

    @inline(__always)
    private func sample(_ pixels: Span<Float>, _ lane: Int) -> SIMD4<Float> {
      // Two loads of eight floats fetch all four pixels, since neighbors in a row lie side by side.
      let index = Int(self.index[lane])
      let top = pixels.vector(at: index)
      let bottom = pixels.vector(at: index &+ pitch)
      let both = top.addingProduct(bottom - top, SIMD8(repeating: lower[lane]))
      return both.lowHalf
        .addingProduct(both.highHalf - both.lowHalf, SIMD4(repeating: right[lane]))
    }

    /// The adjoint of `sample`: adds the parts of a gradient to the four pixels.
    @inline(__always)
    func scatter(_ gradient: SIMD4<Float>, into pixels: inout MutableSpan<Float>, _ lane: Int) {
      let index = Int(self.index[lane])
      let right = gradient * self.right[lane]
      let left = gradient - right
      let lowerRight = right * lower[lane]
      let lowerLeft = left * lower[lane]
      pixels.add(left - lowerLeft, at: index)
      pixels.add(right - lowerRight, at: index &+ 4)
      pixels.add(lowerLeft, at: index &+ pitch)
      pixels.add(lowerRight, at: index &+ pitch &+ 4)
    }
  }
}
