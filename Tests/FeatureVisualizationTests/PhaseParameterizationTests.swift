import FeatureVisualization
import Foundation
import TestTags
import Testing

@Suite(.tags(.quick)) struct PhaseParameterizationTests {
  private func image(_ phases: PhaseParameterization, _ parameters: [Float]) -> [Float] {
    var workspace = phases.makeWorkspace()
    return filled(3 * phases.side * phases.side) {
      phases.image(of: parameters.span, using: &workspace, into: &$0)
    }
  }

  @Test("whatever the phases are, planes have the wanted deviation", arguments: [32, 80, 81])
  func deviation(side: Int) {
    let plain = ColorMap(isDecorrelated: false)
    let phases = PhaseParameterization(side: side, deviation: 0.8, colors: plain)
    for item in 0..<4 {
      let rgb = image(phases, phases.start(seed: 1, item: item, restart: 0))
      for plane in 0..<3 {
        // Back from the sigmoid.
        let values = rgb[plane * side * side..<(plane + 1) * side * side].map {
          log(Double($0) / (1 - Double($0)))
        }
        let mean = values.reduce(0, +) / Double(values.count)
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
        #expect(abs(mean) < 1e-3)
        // The columns of frequency 0 and of the highest one hold every frequency twice, and the mean of
        // two random phases is shorter than one.
        #expect(variance.squareRoot() > 0.6 && variance.squareRoot() < 0.95)
      }
    }
  }

  @Test("the seed, the item and the restart decide the start; a turn by 2π changes nothing")
  func start() {
    let phases = PhaseParameterization(side: 32)
    let start = phases.start(seed: 1, item: 2, restart: 0)
    #expect(start.count == 3 * 32 * 17 && start.allSatisfy { abs($0) <= .pi })
    #expect(start == phases.start(seed: 1, item: 2, restart: 0))
    for other in [(2, 2, 0), (1, 3, 0), (1, 2, 1)] {
      #expect(start != phases.start(seed: UInt64(other.0), item: other.1, restart: other.2))
    }
    let turned = image(phases, start.map { $0 + 2 * .pi })
    #expect(greatestDifference(turned, image(phases, start).map(Double.init)) < 1e-4)
  }
}
