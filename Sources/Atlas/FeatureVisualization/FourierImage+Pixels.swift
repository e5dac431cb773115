extension FourierImage {
  /// Puts the four images together: pixel (±y, ±x) = (a ∓ b) ∓ (c ± d), the sign of y inside the
  /// brackets, that of x between them.
  func unfold(even: Span<Float>, odd: Span<Float>, into planes: inout MutableSpan<Float>) {
    for plane in 0..<3 {
      for row in 0..<cosineCount {
        let place = places(plane, row)
        for column in edges {
          let a = even[place.evenCosine + column]
          guard place.isPaired else {
            planes[place.pixels + column] = a
            continue
          }
          let b = even[place.evenSine + column]
          planes[place.pixels + column] = a - b
          planes[place.oppositePixels + column] = a + b
        }
        forEachOverlappingBlock(of: sineCount) { start, lanes in
          unfold(even, odd, &planes, place, start + 1, lanes)
        }
      }
    }
  }

  @inline(__always)
  private func unfold(
    _ even: Span<Float>, _ odd: Span<Float>, _ planes: inout MutableSpan<Float>,
    _ place: RowPlaces, _ column: Int, _ lanes: Int
  ) {
    let mirrored = side - column - lanes + 1
    let a = even.vector(at: place.evenCosine + column, lanes: lanes)
    let c = odd.vector(at: place.oddCosine + column, lanes: lanes)
    guard place.isPaired else {
      planes.store(a - c, at: place.pixels + column, lanes: lanes)
      planes.storeReversed(a + c, at: place.pixels + mirrored, lanes: lanes)
      return
    }
    let b = even.vector(at: place.evenSine + column, lanes: lanes)
    let d = odd.vector(at: place.oddSine + column, lanes: lanes)
    planes.store((a - b) - (c + d), at: place.pixels + column, lanes: lanes)
    planes.storeReversed((a - b) + (c + d), at: place.pixels + mirrored, lanes: lanes)
    planes.store((a + b) - (c - d), at: place.oppositePixels + column, lanes: lanes)
    planes.storeReversed((a + b) + (c - d), at: place.oppositePixels + mirrored, lanes: lanes)
  }

  /// The adjoint of `unfold`.
  func pullbackUnfold(_ gradient: Span<Float>, even: inout [Float], odd: inout [Float]) {
    var even = even.mutableSpan
    var odd = odd.mutableSpan
    for plane in 0..<3 {
      for row in 0..<cosineCount {
        let place = places(plane, row)
        for column in edges {
          let pixel = gradient[place.pixels + column]
          guard place.isPaired else {
            even[place.evenCosine + column] = pixel
            continue
          }
          let opposite = gradient[place.oppositePixels + column]
          even[place.evenCosine + column] = pixel + opposite
          even[place.evenSine + column] = opposite - pixel
        }
        forEachOverlappingBlock(of: sineCount) { start, lanes in
          pullbackUnfold(gradient, &even, &odd, place, start + 1, lanes)
        }
      }
    }
  }

  @inline(__always)
  private func pullbackUnfold(
    _ gradient: Span<Float>, _ even: inout MutableSpan<Float>, _ odd: inout MutableSpan<Float>,
    _ place: RowPlaces, _ column: Int, _ lanes: Int
  ) {
    let mirrored = side - column - lanes + 1
    let right = gradient.vector(at: place.pixels + column, lanes: lanes)
    let left = gradient.reversedVector(at: place.pixels + mirrored, lanes: lanes)
    let (sum, difference) = (right + left, left - right)
    guard place.isPaired else {
      even.store(sum, at: place.evenCosine + column, lanes: lanes)
      odd.store(difference, at: place.oddCosine + column, lanes: lanes)
      return
    }
    let right1 = gradient.vector(at: place.oppositePixels + column, lanes: lanes)
    let left1 = gradient.reversedVector(at: place.oppositePixels + mirrored, lanes: lanes)
    let (sum1, difference1) = (right1 + left1, left1 - right1)
    even.store(sum + sum1, at: place.evenCosine + column, lanes: lanes)
    even.store(sum1 - sum, at: place.evenSine + column, lanes: lanes)
    odd.store(difference + difference1, at: place.oddCosine + column, lanes: lanes)
    odd.store(difference - difference1, at: place.oddSine + column, lanes: lanes)
  }
}
