internal import Numerics

// The steps between a spectrum, or an image, and the even and odd arrays of `FourierImage`: sums and
// differences of rows ±l and columns ±k. Both run over rows 0 … side/2 and reach the opposite rows
// from there. Columns 0 and, when the side is even, side/2 have no sine and are done one by one; the
// others go eight at a time.
extension FourierImage {
  /// The columns of the even array that the odd one lacks: 0 and, when the side is even, side/2.
  private var edges: StrideTo<Int> {
    stride(from: 0, to: side / 2 + 1 - side % 2, by: max(1, side / 2))
  }

  /// Where a row 0 … side/2 of a plane, and its opposite row, start in the arrays.
  private struct RowIndices {
    /// Rows of the spectrum, in the parameters.
    let real, oppositeReal, imaginary, oppositeImaginary: Int
    /// Rows of cosines and sines in the even array.
    let evenCosine, evenSine: Int
    /// Rows of cosines and sines in the odd array, less 1, since its first column is column 1.
    let oddCosine, oddSine: Int
    /// Rows of the image.
    let pixels, oppositePixels: Int
    /// Whether the row differs from its opposite.
    let isPaired: Bool
  }

  /// The indices of a row of a plane.
  private func indices(_ plane: Int, _ row: Int) -> RowIndices {
    let opposite = (side - row) % side
    let sineRow = cosineCount + row - 1
    return RowIndices(
      real: (plane * side + row) * cosineCount,
      oppositeReal: (plane * side + opposite) * cosineCount,
      imaginary: ((3 + plane) * side + row) * cosineCount,
      oppositeImaginary: ((3 + plane) * side + opposite) * cosineCount,
      evenCosine: (3 * row + plane) * cosineCount, evenSine: (3 * sineRow + plane) * cosineCount,
      oddCosine: (3 * row + plane) * sineCount - 1,
      oddSine: (3 * sineRow + plane) * sineCount - 1, pixels: (plane * side + row) * side,
      oppositePixels: (plane * side + opposite) * side, isPaired: opposite != row)
  }

  // MARK: Spectrum

  /// Sums and differences of opposite vertical frequencies, weighted.
  func fold(_ parameters: Span<Float>, even: inout [Float], odd: inout [Float]) {
    var even = even.mutableSpan
    var odd = odd.mutableSpan
    for plane in 0..<3 {
      for row in 0..<cosineCount {
        let index = indices(plane, row)
        for column in edges {
          let weight = weights[row * cosineCount + column]
          let real = parameters[index.real + column]
          guard index.isPaired else {
            even[index.evenCosine + column] = weight * real
            continue
          }
          let imaginary = parameters[index.imaginary + column]
          even[index.evenCosine + column] =
            weight * (real + parameters[index.oppositeReal + column])
          even[index.evenSine + column] =
            weight * (imaginary - parameters[index.oppositeImaginary + column])
        }
        forEachOverlappingBlock(of: sineCount) { start, lanes in
          fold(parameters, &even, &odd, index, row, start + 1, lanes)
        }
      }
    }
  }

  @inline(__always)
  private func fold(
    _ parameters: Span<Float>, _ even: inout MutableSpan<Float>, _ odd: inout MutableSpan<Float>,
    _ index: RowIndices, _ row: Int, _ column: Int, _ lanes: Int
  ) {
    let weight = weights.span.vector(at: row * cosineCount + column, lanes: lanes)
    let real = parameters.vector(at: index.real + column, lanes: lanes)
    let imaginary = parameters.vector(at: index.imaginary + column, lanes: lanes)
    guard index.isPaired else {
      even.store(weight * real, at: index.evenCosine + column, lanes: lanes)
      odd.store(weight * imaginary, at: index.oddCosine + column, lanes: lanes)
      return
    }
    let real1 = parameters.vector(at: index.oppositeReal + column, lanes: lanes)
    let imaginary1 = parameters.vector(at: index.oppositeImaginary + column, lanes: lanes)
    even.store(weight * (real + real1), at: index.evenCosine + column, lanes: lanes)
    even.store(weight * (imaginary - imaginary1), at: index.evenSine + column, lanes: lanes)
    odd.store(weight * (imaginary + imaginary1), at: index.oddCosine + column, lanes: lanes)
    odd.store(weight * (real - real1), at: index.oddSine + column, lanes: lanes)
  }

  /// The adjoint of `fold`.
  func pullbackFold(even: Span<Float>, odd: Span<Float>, into gradient: inout MutableSpan<Float>) {
    for plane in 0..<3 {
      for row in 0..<cosineCount {
        let index = indices(plane, row)
        for column in edges {
          let weight = weights[row * cosineCount + column]
          let real = weight * even[index.evenCosine + column]
          gradient[index.real + column] = real
          guard index.isPaired else {
            gradient[index.imaginary + column] = 0
            continue
          }
          let imaginary = weight * even[index.evenSine + column]
          gradient[index.oppositeReal + column] = real
          gradient[index.imaginary + column] = imaginary
          gradient[index.oppositeImaginary + column] = -imaginary
        }
        forEachOverlappingBlock(of: sineCount) { start, lanes in
          pullbackFold(even, odd, &gradient, index, row, start + 1, lanes)
        }
      }
    }
  }

  @inline(__always)
  private func pullbackFold(
    _ even: Span<Float>, _ odd: Span<Float>, _ gradient: inout MutableSpan<Float>,
    _ index: RowIndices, _ row: Int, _ column: Int, _ lanes: Int
  ) {
    let weight = weights.span.vector(at: row * cosineCount + column, lanes: lanes)
    let real = even.vector(at: index.evenCosine + column, lanes: lanes)
    let imaginary = odd.vector(at: index.oddCosine + column, lanes: lanes)
    guard index.isPaired else {
      gradient.store(weight * real, at: index.real + column, lanes: lanes)
      gradient.store(weight * imaginary, at: index.imaginary + column, lanes: lanes)
      return
    }
    let real1 = odd.vector(at: index.oddSine + column, lanes: lanes)
    let imaginary1 = even.vector(at: index.evenSine + column, lanes: lanes)
    gradient.store(weight * (real + real1), at: index.real + column, lanes: lanes)
    gradient.store(weight * (real - real1), at: index.oppositeReal + column, lanes: lanes)
    gradient.store(weight * (imaginary + imaginary1), at: index.imaginary + column, lanes: lanes)
    gradient.store(
      weight * (imaginary - imaginary1), at: index.oppositeImaginary + column, lanes: lanes)
  }

  // MARK: Pixels

  /// Puts the four images together: pixel (±y, ±x) = (a ∓ b) ∓ (c ± d), the sign of y inside the
  /// brackets, that of x between them.
  func unfold(even: Span<Float>, odd: Span<Float>, into planes: inout MutableSpan<Float>) {
    for plane in 0..<3 {
      for row in 0..<cosineCount {
        let index = indices(plane, row)
        for column in edges {
          let a = even[index.evenCosine + column]
          guard index.isPaired else {
            planes[index.pixels + column] = a
            continue
          }
          let b = even[index.evenSine + column]
          planes[index.pixels + column] = a - b
          planes[index.oppositePixels + column] = a + b
        }
        forEachOverlappingBlock(of: sineCount) { start, lanes in
          unfold(even, odd, &planes, index, start + 1, lanes)
        }
      }
    }
  }

  @inline(__always)
  private func unfold(
    _ even: Span<Float>, _ odd: Span<Float>, _ planes: inout MutableSpan<Float>,
    _ index: RowIndices, _ column: Int, _ lanes: Int
  ) {
    let mirrored = side - column - lanes + 1
    let a = even.vector(at: index.evenCosine + column, lanes: lanes)
    let c = odd.vector(at: index.oddCosine + column, lanes: lanes)
    guard index.isPaired else {
      planes.store(a - c, at: index.pixels + column, lanes: lanes)
      planes.storeReversed(a + c, at: index.pixels + mirrored, lanes: lanes)
      return
    }
    let b = even.vector(at: index.evenSine + column, lanes: lanes)
    let d = odd.vector(at: index.oddSine + column, lanes: lanes)
    planes.store((a - b) - (c + d), at: index.pixels + column, lanes: lanes)
    planes.storeReversed((a - b) + (c + d), at: index.pixels + mirrored, lanes: lanes)
    planes.store((a + b) - (c - d), at: index.oppositePixels + column, lanes: lanes)
    planes.storeReversed((a + b) + (c - d), at: index.oppositePixels + mirrored, lanes: lanes)
  }

  /// The adjoint of `unfold`.
  func pullbackUnfold(_ gradient: Span<Float>, even: inout [Float], odd: inout [Float]) {
    var even = even.mutableSpan
    var odd = odd.mutableSpan
    for plane in 0..<3 {
      for row in 0..<cosineCount {
        let index = indices(plane, row)
        for column in edges {
          let pixel = gradient[index.pixels + column]
          guard index.isPaired else {
            even[index.evenCosine + column] = pixel
            continue
          }
          let opposite = gradient[index.oppositePixels + column]
          even[index.evenCosine + column] = pixel + opposite
          even[index.evenSine + column] = opposite - pixel
        }
        forEachOverlappingBlock(of: sineCount) { start, lanes in
          pullbackUnfold(gradient, &even, &odd, index, start + 1, lanes)
        }
      }
    }
  }

  @inline(__always)
  private func pullbackUnfold(
    _ gradient: Span<Float>, _ even: inout MutableSpan<Float>, _ odd: inout MutableSpan<Float>,
    _ index: RowIndices, _ column: Int, _ lanes: Int
  ) {
    let mirrored = side - column - lanes + 1
    let right = gradient.vector(at: index.pixels + column, lanes: lanes)
    let left = gradient.reversedVector(at: index.pixels + mirrored, lanes: lanes)
    let (sum, difference) = (right + left, left - right)
    guard index.isPaired else {
      even.store(sum, at: index.evenCosine + column, lanes: lanes)
      odd.store(difference, at: index.oddCosine + column, lanes: lanes)
      return
    }
    let right1 = gradient.vector(at: index.oppositePixels + column, lanes: lanes)
    let left1 = gradient.reversedVector(at: index.oppositePixels + mirrored, lanes: lanes)
    let (sum1, difference1) = (right1 + left1, left1 - right1)
    even.store(sum + sum1, at: index.evenCosine + column, lanes: lanes)
    even.store(sum1 - sum, at: index.evenSine + column, lanes: lanes)
    odd.store(difference + difference1, at: index.oddCosine + column, lanes: lanes)
    odd.store(difference - difference1, at: index.oddSine + column, lanes: lanes)
  }
}
