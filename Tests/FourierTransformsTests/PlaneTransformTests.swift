import FourierTransforms
import Glibc
import Matrices
import ParallelLoops
import Randomness
import TestTags
import Testing

@Suite(.tags(.quick), .serialized) struct PlaneTransformTests {
  /// Rows, columns, rows filled: single lines, odd and prime lengths, blocks of 8, 4, 2 and 1 rows.
  private static let sizes = [
    [1, 1, 1], [1, 2, 1], [1, 30, 1], [2, 2, 1], [3, 5, 2], [7, 11, 7], [12, 10, 4], [16, 18, 8],
    [20, 24, 9],
  ]

  private func filled(_ size: [Int]) -> (transform: PlaneTransform, values: [[Double]]) {
    let transform = PlaneTransform(
      rowCount: size[0], columnCount: size[1], filledRowCount: size[2])
    var stream = RandomStream(seed: 1, purpose: .evaluation)
    let values = (0..<size[0]).map { row in
      (0..<size[1]).map { column in
        guard row < size[2] else { return 0.0 }
        let value = 2 * stream.uniform() - 1
        transform.plane[row * transform.rowStride + column] = value
        return Double(value)
      }
    }
    return (transform, values)
  }

  @Test("the spectrum is that of the definition", arguments: sizes)
  func definition(size: [Int]) {
    let (transform, values) = filled(size)
    transform.forward()
    for u in 0..<transform.spectrumColumnCount {
      for v in 0..<size[0] {
        var (real, imaginary) = (0.0, 0.0)
        for y in 0..<size[2] {
          for x in 0..<size[1] {
            let turns = Double(u * x) / Double(size[1]) + Double(v * y) / Double(size[0])
            real += values[y][x] * cos(2 * .pi * turns)
            imaginary -= values[y][x] * sin(2 * .pi * turns)
          }
        }
        let position = 2 * (u * transform.columnStride + v)
        // At most 480 numbers below 1: their sum's rounding is far below 1e-4.
        #expect(abs(Double(transform.spectrum[position]) - real) < 1e-4)
        #expect(abs(Double(transform.spectrum[position + 1]) - imaginary) < 1e-4)
      }
    }
  }

  @Test("there and back gives the plane times its size", arguments: sizes)
  func backward(size: [Int]) {
    let (transform, values) = filled(size)
    transform.forward()
    transform.backward()
    for y in 0..<size[2] {
      for x in 0..<size[1] {
        let value = Double(transform.plane[y * transform.rowStride + x])
        #expect(abs(value / Double(size[0] * size[1]) - values[y][x]) < 1e-5)
      }
    }
  }

  @Test("a product of spectra is a circular convolution", arguments: sizes)
  func convolution(size: [Int]) {
    let (transform, values) = filled(size)
    // The kernel is 2 at its middle and 0.5 at the four places around, even about 0.
    let factors = (0..<transform.spectrumColumnCount).flatMap { u in
      (0..<size[0]).map { v in
        let (x, y) = (Double(u) / Double(size[1]), Double(v) / Double(size[0]))
        return Float((2 + cos(2 * .pi * x) + cos(2 * .pi * y)) / Double(size[0] * size[1]))
      }
    }
    transform.convolve(factors)
    for y in 0..<size[2] {
      for x in 0..<size[1] {
        let (above, below) = (values[(y + size[0] - 1) % size[0]], values[(y + 1) % size[0]])
        let sides = values[y][(x + size[1] - 1) % size[1]] + values[y][(x + 1) % size[1]]
        let expected = 2 * values[y][x] + 0.5 * (above[x] + below[x] + sides)
        #expect(abs(Double(transform.plane[y * transform.rowStride + x]) - expected) < 1e-5)
      }
    }
  }

  @Test("any number of threads gives the same bytes, and so do later plans")
  func threads() {
    let results = [1, 2, 3].map { count in
      let (numbers, workerCount) = Parallelism.observingWorkers(threadCount: count) {
        let transform = filled([120, 390, 56]).transform
        transform.forward()
        let spectrum = transform.spectrum.withSpan { span in span.indices.map { span[$0] } }
        transform.backward()
        return spectrum + transform.plane.withSpan { span in span.indices.map { span[$0] } }
      }
      #expect(workerCount == count)
      return numbers
    }
    #expect(results[1] == results[0] && results[2] == results[0])
  }

  @Test("fast lengths are even and have no great factors")
  func lengths() {
    #expect(
      [0, 2, 3, 7, 13, 17, 121, 1001].map(fastTransformLength(atLeast:))
        == [2, 2, 4, 8, 16, 18, 128, 1024])
  }
}
