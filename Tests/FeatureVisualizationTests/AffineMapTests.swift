import FeatureVisualization
import Randomness
import TestTags
import Testing

@Suite(.tags(.quick)) struct AffineMapTests {
  @Test("center shows center, whatever the scale and the angle")
  func centers() {
    let map = AffineMap(inputSide: 80, outputSide: 51, scale: 0.8, degrees: 33)
    let (x, y) = position(map, 25, 25)
    #expect(abs(x - 39.5) < 1e-12 && abs(y - 39.5) < 1e-12)
  }

  @Test("a smaller scale shows more of the image")
  func scale() {
    let map = AffineMap(inputSide: 80, outputSide: 40, scale: 0.5)
    #expect(position(map, 0, 0) == (0.5, 0.5))
    #expect(position(map, 39, 39) == (78.5, 78.5))
  }

  @Test("a positive angle turns the image counterclockwise")
  func angle() {
    // The image's right edge comes to lie at the top.
    let map = AffineMap(inputSide: 11, outputSide: 11, degrees: 90)
    let (x, y) = position(map, 5, 0)
    #expect(abs(x - 10) < 1e-12 && abs(y - 5) < 1e-12)
  }

  @Test("the recipe has 125 scales and 75 angles")
  func recipe() {
    let recipe = AffineMapDistribution()
    #expect(recipe.scales.count == 125)
    #expect(abs(recipe.scales.reduce(1, min) - 0.673) < 5e-4)
    #expect(abs(recipe.scales.reduce(0, max) - 1.025) < 5e-4)
    #expect(abs(recipe.scales.reduce(0, +) / 125 - 0.871) < 5e-4)
    #expect(recipe.angles.count == 75)
    #expect(recipe.angles.count { $0 == 0 } == 8)
    #expect(recipe.angles.reduce(0, min) == -20 && recipe.angles.reduce(0, max) == 19)
  }

  @Test("draws stay within the recipe's bounds and reach them")
  func draws() {
    var recipe = AffineMapDistribution()
    recipe.scales = [1]
    recipe.angles = [0]
    recipe.jitters = [4, 8]
    var (least, most, sum) = (Double.infinity, -Double.infinity, 0.0)
    for step in 0..<4000 {
      var stream = RandomStream(seed: 1, purpose: .transform, item: 9, step: step)
      let map = recipe.draw(using: &stream, inputSide: 20, outputSide: 12)
      #expect(map.xx == 1 && map.xy == 0 && map.yx == 0 && map.yy == 1)
      least = min(least, map.x0, map.y0)
      most = max(most, map.x0, map.y0)
      sum += map.x0 + map.y0
    }
    // The window starts at 4 when centerd and moves by at most 2 + 4 + 1.
    #expect(least == -3 && most == 11)
    #expect(abs(sum / 8000 - 4) < 0.15)
  }

  @Test("a draw depends on seed, item and step")
  func streams() {
    func draw(_ seed: UInt64, _ item: Int, _ step: Int) -> AffineMap {
      var stream = RandomStream(seed: seed, purpose: .transform, item: item, step: step)
      return AffineMapDistribution().draw(using: &stream, inputSide: 80, outputSide: 52)
    }
    #expect(draw(1, 2, 3) == draw(1, 2, 3))
    #expect(draw(1, 2, 3) != draw(2, 2, 3))
    #expect(draw(1, 2, 3) != draw(1, 3, 3))
    #expect(draw(1, 2, 3) != draw(1, 2, 4))
  }

  private func position(_ map: AffineMap, _ x: Double, _ y: Double) -> (Double, Double) {
    (
      map.xx * x + map.xy * y + map.x0,
      map.yx * x + map.yy * y + map.y0
    )
  }
}
