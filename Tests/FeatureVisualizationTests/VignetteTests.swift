import FeatureVisualization
import TestTags
import Testing

@Suite(.tags(.quick)) struct VignetteTests {
  @Test(
    "the center keeps its colors, the corners lose the given fraction", arguments: [16, 33, 80])
  func fades(side: Int) {
    let colors = [Float](repeating: 1, count: 3 * side * side)
    let faded = fade(colors, Vignette(side: side, strength: 0.8))
    for channel in 0..<3 {
      let plane = faded[channel * side * side..<(channel + 1) * side * side]
      #expect(plane[plane.startIndex + side / 2 * side + side / 2] == 1)
      #expect(abs((plane.first ?? 0) - 0.6) < 1e-6 && abs((plane.last ?? 0) - 0.6) < 1e-6)
      #expect(plane.allSatisfy { $0 >= 0.6 - 1e-6 && $0 <= 1 })
    }
  }

  @Test("strength 0 changes nothing; gray stays gray")
  func fixedPoints() {
    let colors = randomNumbers(3 * 20 * 20, item: 1)
    let unfaded = fade(colors, Vignette(side: 20, strength: 0))
    #expect(greatestDifference(unfaded, colors.map(Double.init)) < 1e-6)
    let gray = [Float](repeating: 0.5, count: colors.count)
    #expect(fade(gray, Vignette(side: 20, strength: 1)) == gray)
  }

  @Test("the pullback is the adjoint of the linear part")
  func adjoint() {
    let side = 17
    let (x, y) = (randomNumbers(3 * side * side, item: 2), randomNumbers(3 * side * side, item: 3))
    let vignette = Vignette(side: side, strength: 0.7)
    let moved = fade(x, vignette)
    let base = fade([Float](repeating: 0, count: x.count), vignette)
    var workspace: Void = ()
    let pulled = filled(x.count) {
      vignette.pullback(y.span, at: x.span, (), using: &workspace, into: &$0)
    }
    let left = zip(zip(moved, base), y).reduce(0.0) { $0 + Double($1.0.0 - $1.0.1) * Double($1.1) }
    let right = zip(x, pulled).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
    #expect(abs(left - right) < 1e-4 * abs(right) + 1e-4)
  }

  private func fade(_ colors: [Float], _ vignette: Vignette) -> [Float] {
    var workspace: Void = ()
    return filled(colors.count) {
      vignette.apply(to: colors.span, (), using: &workspace, into: &$0)
    }
  }
}
