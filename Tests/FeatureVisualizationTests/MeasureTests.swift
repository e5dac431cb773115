import FeatureVisualization
import Foundation
import Matrices
import NeuralNetworks
import TestTags
import Testing

/// Every measure against its formula in `Double`.
@Suite(.tags(.quick)) struct MeasureTests {
  private static let map = MapShape(channels: 6, height: 4, width: 5)
  private static let vector = MapShape(channels: 9, height: 1, width: 1)

  /// A measure, where it looks, and the formula of what it measures.
  struct Example: Sendable, CustomTestStringConvertible {
    let measure: any Measure
    let region: Region
    let shape: MapShape
    /// From the vectors at the region's positions.
    let formula: @Sendable ([[Double]]) -> Double
    var testDescription: String { "\(measure), \(region)" }
  }

  static let examples: [Example] =
    examples(in: .center) + examples(in: .everywhere)
    + examples(in: .rectangle(rows: 1..<3, columns: 2..<5)) + [
      Example(measure: LogitMeasure(7), region: .everywhere, shape: vector) { $0[0][7] },
      Example(measure: ProbabilityMeasure(7), region: .everywhere, shape: vector) { vectors in
        let sum = vectors[0].reduce(0) { $0 + exp($1) }
        return exp(vectors[0][7]) / sum
      },
      Example(measure: LogOddsMeasure(7), region: .everywhere, shape: vector) { vectors in
        let others = vectors[0].enumerated().reduce(0) {
          $1.offset == 7 ? $0 : $0 + exp($1.element)
        }
        return vectors[0][7] - log(others)
      },
    ]

  private static func examples(in region: Region) -> [Example] {
    let direction = randomNumbers(map.channels, item: 1)
    let exact = direction.map(Double.init)
    return [
      Example(measure: ChannelMeasure(4), region: region, shape: map) { vectors in
        mean(vectors.map { $0[4] })
      },
      Example(measure: SquaredNormMeasure(.mean), region: region, shape: map) { vectors in
        mean(vectors.map { inner($0, $0) / 6 })
      },
      Example(measure: SquaredNormMeasure(.sum), region: region, shape: map) { vectors in
        vectors.reduce(0) { $0 + inner($1, $1) }
      },
      Example(measure: DistanceMeasure(to: direction), region: region, shape: map) { vectors in
        mean(vectors.map { a in length(zip(a, exact).map { $0 - $1 }) })
      },
      Example(
        measure: DirectionMeasure(direction, cosinePower: 2, cosineFloor: 0), region: region,
        shape: map
      ) { vectors in
        // With floor 0 it is dot · cos² where the cosine is positive, and 0 elsewhere.
        mean(
          vectors.map { a in
            let reach = inner(a, exact) / (length(exact) + 1e-4)
            let cosine = max(0, reach / (length(a) + 1e-4))
            return reach * cosine * cosine
          })
      },
    ]
  }

  @Test("value and gradient are those of the formula", arguments: examples)
  func formula(example: Example) throws {
    let shape = example.shape
    let activations = randomNumbers(shape.elementCount, item: 2)
    let positions = try #require(example.region.positions(in: shape))
    #expect(example.measure.mismatch(with: shape) == nil)

    let exact = example.formula(vectors(activations.map(Double.init), positions))
    let value = Double(example.measure.value(of: activations.span, at: positions))
    // Sums in Double of numbers that Float rounds to 6 · 10⁻⁸.
    #expect(abs(value - exact) < 1e-6 * (1 + abs(exact)))

    // What is there before stays, and the gradient is added to it.
    let before = randomNumbers(shape.elementCount, item: 3)
    var sum = before
    var span = sum.mutableSpan
    example.measure.addGradient(
      of: activations.span, at: positions, scale: -1.5, to: &span)
    let added = zip(sum, before).map { $0 - $1 }
    let expected = activations.indices.map { index in
      var moved = activations.map(Double.init)
      moved[index] += 1e-5
      let above = example.formula(vectors(moved, positions))
      moved[index] -= 2e-5
      return -1.5 * (above - example.formula(vectors(moved, positions))) / 2e-5
    }
    let scale = expected.reduce(1) { max($0, abs($1)) }
    #expect(greatestDifference(added, expected) < 3e-6 * scale)
    #expect(expected.contains { abs($0) > 1e-3 })
  }

  @Test(
    "a region is the positions it says", arguments: [(1, 1, 0), (2, 2, 3), (3, 3, 4), (4, 5, 12)])
  func regions(height: Int, width: Int, center: Int) throws {
    let shape = MapShape(channels: 2, height: height, width: width)
    func indices(_ region: Region) -> [Int]? {
      guard let positions = region.positions(in: shape) else { return nil }
      var indices: [Int] = []
      positions.forEach { indices.append($0) }
      #expect(positions.count == indices.count)
      return indices
    }
    #expect(indices(.center) == [center])
    #expect(indices(.everywhere) == Array(0..<height * width))
    #expect(indices(.position(row: height - 1, column: 0)) == [(height - 1) * width])
    #expect(
      indices(.rectangle(rows: 0..<height, columns: width - 1..<width))
        == (0..<height).map { $0 * width + width - 1 })
    for outside in [
      Region.position(row: height, column: 0), .position(row: 0, column: -1),
      .rectangle(rows: 0..<height, columns: 0..<width + 1), .rectangle(rows: 0..<0, columns: 0..<1),
    ] { #expect(indices(outside) == nil) }
  }

  @Test("a probability near 1 keeps its gradient, and great logits do not overflow")
  func extremeLogits() {
    let measure = ProbabilityMeasure(1)
    let logits: [Float] = [-20, 0, -21]
    let gradient = filled(3) { measure.gradient(at: logits.span, into: &$0) }
    let (a, b) = (exp(-20.0), exp(-21.0))
    let total = 1 + a + b
    let expected = [-a / (total * total), (a + b) / (total * total), -b / (total * total)]
    #expect(zip(gradient, expected).allSatisfy { abs(Double($0) / $1 - 1) < 1e-6 })
    #expect(measure.value(of: ([1000, 1000, -1000] as [Float]).span) == 0.5)
    #expect(measure.value(of: ([1e30, -1e30, 0] as [Float]).span) == 0)
  }

  @Test("log-odds of great logits do not overflow, and need a second class")
  func extremeLogOdds() {
    let measure = LogOddsMeasure(1)
    #expect(measure.value(of: ([1000, 1000, -1000] as [Float]).span) == 0)
    #expect(measure.value(of: ([0, 1000, -1000] as [Float]).span) == 1000)
    let gradient = filled(3) {
      measure.gradient(at: ([-1000, 1000, -1000] as [Float]).span, into: &$0)
    }
    #expect(gradient == [-0.5, 1, -0.5])
    let one = MapShape(channels: 1, height: 1, width: 1)
    #expect(LogOddsMeasure(0).mismatch(with: one)?.contains("single class") == true)
  }

  @Test("the distance has no gradient where it is 0")
  func zeroDistance() {
    let vector: [Float] = [1, -2, 3]
    let measure = DistanceMeasure(to: vector)
    #expect(measure.value(of: vector.span) == 0)
    #expect(filled(3) { measure.gradient(at: vector.span, into: &$0) } == [0, 0, 0])
  }

  private static func mean(_ values: [Double]) -> Double {
    values.reduce(0, +) / Double(values.count)
  }

  private static func inner(_ a: [Double], _ b: [Double]) -> Double {
    zip(a, b).reduce(0) { $0 + $1.0 * $1.1 }
  }

  private static func length(_ a: [Double]) -> Double { inner(a, a).squareRoot() }

  private func vectors(_ activations: [Double], _ positions: Positions) -> [[Double]] {
    var vectors: [[Double]] = []
    positions.forEach { index in
      vectors.append(
        (0..<positions.shape.channels).map {
          activations[$0 * positions.shape.positionCount + index]
        })
    }
    return vectors
  }
}
