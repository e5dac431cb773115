import FeatureVisualization
import Foundation
import TestTags
import Testing

@Suite(.tags(.quick)) struct FourierImageTests {
  @Test(
    "a spectrum's weight decay is 1 in the mean and grows with the square of the frequency",
    arguments: [8, 9, 80])
  func decayOfSpectra(side: Int) {
    let scales = FourierParameterization(side: side).weightDecayScales
    #expect(scales.count == FourierParameterization(side: side).parameterCount)
    let columns = side / 2 + 1
    #expect(scales[0] == 0)
    // Real part, first plane, one cycle across and the highest frequency in either direction.
    #expect(abs(scales[1] - 6 / Float(side * side)) < 1e-6)
    #expect(scales[(side - 1) * columns] == scales[columns])
    let corner = scales[(side / 2) * columns + columns - 1]
    #expect(corner == scales.max())
    if side % 2 == 0 { #expect(corner == 3) }
    let mean = scales.reduce(0, +) / Float(scales.count)
    #expect(abs(mean - 1) < 4 / Float(side))
    #expect(PixelParameterization(side: side).weightDecayScales.allSatisfy { $0 == 0.2 })
    #expect(PhaseParameterization(side: side).weightDecayScales.allSatisfy { $0 == 0 })
  }

  @Test(
    "the planes are the inverse real transform of the weighted spectrum",
    arguments: [
      2, 3, 4, 5, 7, 8, 18, 21,
    ])
  func definition(side: Int) {
    let image = FourierImage(side: side)
    let parameters = randomNumbers(image.parameterCount, item: side)
    var workspace = image.makeWorkspace()
    let planes = filled(3 * side * side) {
      image.planes(of: parameters.span, using: &workspace, into: &$0)
    }
    // The weights are at most 1/4, and side² terms of unit variance add up.
    #expect(greatestDifference(planes, naivePlanes(parameters, side, decayPower: 1)) < 2e-6)
  }

  @Test("the decay of high frequencies can be chosen")
  func decay() {
    let image = FourierImage(side: 9, decayPower: 1.5)
    let parameters = randomNumbers(image.parameterCount, item: 1)
    var workspace = image.makeWorkspace()
    let planes = filled(3 * 81) {
      image.planes(of: parameters.span, using: &workspace, into: &$0)
    }
    #expect(greatestDifference(planes, naivePlanes(parameters, 9, decayPower: 1.5)) < 2e-6)
  }

  @Test("the pullback is the adjoint", arguments: [2, 3, 6, 16, 17, 18, 19, 33, 80, 81])
  func adjoint(side: Int) {
    let image = FourierImage(side: side)
    let x = randomNumbers(image.parameterCount, item: 2 * side)
    let y = randomNumbers(3 * side * side, item: 2 * side + 1)
    var workspace = image.makeWorkspace()
    let forward = filled(y.count) { image.planes(of: x.span, using: &workspace, into: &$0) }
    let back = filled(x.count) { image.pullback(y.span, using: &workspace, into: &$0) }
    let scale = (dot(forward, forward) * dot(y, y)).squareRoot()
    #expect(abs(dot(forward, y) - dot(x, back)) < 1e-6 * scale)
  }

  @Test(
    "an icon starts with the known standard deviation", arguments: [(80, 0.0177), (128, 0.0187)])
  func startDeviation(side: Int, expected: Double) {
    let image = FourierImage(side: side)
    var workspace = image.makeWorkspace()
    var sum = 0.0
    let count = 12
    for cell in 0..<count {
      let parameters = FourierParameterization(side: side).start(seed: 3, item: cell, restart: 0)
      let planes = filled(3 * side * side) {
        image.planes(of: parameters.span, using: &workspace, into: &$0)
      }
      sum += dot(planes, planes) / Double(planes.count)
    }
    // Few low frequencies carry most of the variance: 36 planes give it within some 10 %.
    #expect(abs((sum / Double(count)).squareRoot() / expected - 1) < 0.05)
  }

  @Test("the start depends on seed, item and restart and on nothing else")
  func startStreams() {
    let image = FourierParameterization(side: 8)
    let start = image.start(seed: 1, item: 2, restart: 3)
    #expect(start.count == image.parameterCount)
    #expect(start == image.start(seed: 1, item: 2, restart: 3))
    #expect(start != image.start(seed: 2, item: 2, restart: 3))
    #expect(start != image.start(seed: 1, item: 3, restart: 3))
    #expect(start != image.start(seed: 1, item: 2, restart: 4))
  }

  /// The definition in `Double`, as numpy's `irfft2` has it: the inverse complex transform of every
  /// column, then of each row, whose mean and highest frequency count by their real parts alone.
  private func naivePlanes(_ parameters: [Float], _ side: Int, decayPower: Double) -> [Double] {
    let width = side / 2 + 1
    let angle = 2 * Double.pi / Double(side)
    var planes: [Double] = []
    for plane in 0..<3 {
      for y in 0..<side {
        for x in 0..<side {
          var sum = 0.0
          for column in 0..<width {
            var (real, imaginary) = (0.0, 0.0)
            for row in 0..<side {
              let vertical = Double(row <= side / 2 ? row : row - side) / Double(side)
              let frequency = hypot(vertical, Double(column) / Double(side))
              let scale = Double(side) / pow(max(frequency, 1 / Double(side)), decayPower) / 4
              let index = (plane * side + row) * width + column
              let re = scale * Double(parameters[index])
              let im = scale * Double(parameters[3 * side * width + index])
              let (c, s) = (cos(angle * Double(row * y)), sin(angle * Double(row * y)))
              real += re * c - im * s
              imaginary += re * s + im * c
            }
            if column == 0 || 2 * column == side {
              sum += real * cos(angle * Double(column * x))
            } else {
              let (c, s) = (cos(angle * Double(column * x)), sin(angle * Double(column * x)))
              sum += 2 * (real * c - imaginary * s)
            }
          }
          planes.append(sum / Double(side * side))
        }
      }
    }
    return planes
  }
}
