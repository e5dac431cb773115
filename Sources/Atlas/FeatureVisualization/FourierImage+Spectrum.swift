extension FourierImage {
  /// Sums and differences of opposite vertical frequencies, weighted.
  func fold(_ parameters: Span<Float>, even: inout [Float], odd: inout [Float]) {
    var even = even.mutableSpan
    var odd = odd.mutableSpan
    for plane in 0..<3 {
      for row in 0..<cosineCount {
        let place = places(plane, row)
        for column in edges {
          let weight = weights[row * cosineCount + column]
          let real = parameters[place.real + column]
          guard place.isPaired else {
            even[place.evenCosine + column] = weight * real
            continue
          }
          let imaginary = parameters[place.imaginary + column]
          even[place.evenCosine + column] =
            weight * (real + parameters[place.oppositeReal + column])
          even[place.evenSine + column] =
            weight * (imaginary - parameters[place.oppositeImaginary + column])
        }
        forEachOverlappingBlock(of: sineCount) { start, lanes in
          fold(parameters, &even, &odd, place, row, start + 1, lanes)
        }
      }
    }
  }

  @inline(__always)
  private func fold(
    _ parameters: Span<Float>, _ even: inout MutableSpan<Float>, _ odd: inout MutableSpan<Float>,
    _ place: RowPlaces, _ row: Int, _ column: Int, _ lanes: Int
  ) {
    let weight = weights.span.vector(at: row * cosineCount + column, lanes: lanes)
    let real = parameters.vector(at: place.real + column, lanes: lanes)
    let imaginary = parameters.vector(at: place.imaginary + column, lanes: lanes)
    guard place.isPaired else {
      even.store(weight * real, at: place.evenCosine + column, lanes: lanes)
      odd.store(weight * imaginary, at: place.oddCosine + column, lanes: lanes)
      return
    }
    let real1 = parameters.vector(at: place.oppositeReal + column, lanes: lanes)
    let imaginary1 = parameters.vector(at: place.oppositeImaginary + column, lanes: lanes)
    even.store(weight * (real + real1), at: place.evenCosine + column, lanes: lanes)
    even.store(weight * (imaginary - imaginary1), at: place.evenSine + column, lanes: lanes)
    odd.store(weight * (imaginary + imaginary1), at: place.oddCosine + column, lanes: lanes)
    odd.store(weight * (real - real1), at: place.oddSine + column, lanes: lanes)
  }

  /// The adjoint of `fold`.
  func pullbackFold(even: Span<Float>, odd: Span<Float>, into gradient: inout MutableSpan<Float>) {
    for plane in 0..<3 {
      for row in 0..<cosineCount {
        let place = places(plane, row)
        for column in edges {
          let weight = weights[row * cosineCount + column]
          let real = weight * even[place.evenCosine + column]
          gradient[place.real + column] = real
          guard place.isPaired else {
            gradient[place.imaginary + column] = 0
            continue
          }
          let imaginary = weight * even[place.evenSine + column]
          gradient[place.oppositeReal + column] = real
          gradient[place.imaginary + column] = imaginary
          gradient[place.oppositeImaginary + column] = -imaginary
        }
        forEachOverlappingBlock(of: sineCount) { start, lanes in
          pullbackFold(even, odd, &gradient, place, row, start + 1, lanes)
        }
      }
    }
  }

  @inline(__always)
  private func pullbackFold(
    _ even: Span<Float>, _ odd: Span<Float>, _ gradient: inout MutableSpan<Float>,
    _ place: RowPlaces, _ row: Int, _ column: Int, _ lanes: Int
  ) {
    let weight = weights.span.vector(at: row * cosineCount + column, lanes: lanes)
    let real = even.vector(at: place.evenCosine + column, lanes: lanes)
    let imaginary = odd.vector(at: place.oddCosine + column, lanes: lanes)
    guard place.isPaired else {
      gradient.store(weight * real, at: place.real + column, lanes: lanes)
      gradient.store(weight * imaginary, at: place.imaginary + column, lanes: lanes)
      return
    }
    let real1 = odd.vector(at: place.oddSine + column, lanes: lanes)
    let imaginary1 = even.vector(at: place.evenSine + column, lanes: lanes)
    gradient.store(weight * (real + real1), at: place.real + column, lanes: lanes)
    gradient.store(weight * (real - real1), at: place.oppositeReal + column, lanes: lanes)
    gradient.store(weight * (imaginary + imaginary1), at: place.imaginary + column, lanes: lanes)
    gradient.store(
      weight * (imaginary - imaginary1), at: place.oppositeImaginary + column, lanes: lanes)
  }
}
