import Drawing
import Foundation
import TestTags
import Testing

@Suite(.tags(.quick)) struct ProjectionTests {
  static let maps: [Projection] = [
    .identity, .move(3, -2), .turn(0.13), .scale(2, -0.5), .shear(0.4), .perspective([0.2, -0.1]),
    .ground(horizon: [0.5, 0.4], height: 0.9),
    .move(1, 2).after(.turn(0.3)).after(.perspective([0.1, 0.2])).after(.scale(3)),
  ]

  @Test("the inverse undoes the map", arguments: maps.indices)
  func inverse(index: Int) {
    let map = Self.maps[index]
    for point: SIMD2<Float> in [[0.3, 0.8], [-0.5, 0.6], [0.9, 1.7]] {
      let back = map.inverse(map(point))
      #expect(abs(back.x - point.x) < 1e-4 && abs(back.y - point.y) < 1e-4)
    }
  }

  @Test("after means: the other first")
  func order() {
    let map = Projection.scale(2).after(.move(1, 0))
    #expect(map([1, 1]) == [4, 2])
  }

  @Test("magnification is the root of the change of area", arguments: maps.indices)
  func magnification(index: Int) {
    let map = Self.maps[index]
    let (point, step): (SIMD2<Float>, Float) = ([0.4, 0.7], 1e-2)
    let right = (map(point + [step, 0]) - map(point - [step, 0])) / (2 * step)
    let down = (map(point + [0, step]) - map(point - [0, step])) / (2 * step)
    let area = abs(right.x * down.y - right.y * down.x)
    // Central differences err by the square of the step.
    #expect(abs(map.magnification(at: point) - area.squareRoot()) < 2e-3 * area.squareRoot())
  }

  @Test("sine and cosine agree with the C library's")
  func sine() {
    for step in -400...400 {
      let turns = Float(step) / 97
      let exact = sin(2 * Double.pi * Double(turns))
      #expect(abs(Double(Drawing.sine(turns: turns)) - exact) < 3e-6)
      #expect(abs(Double(cosine(turns: turns)) - cos(2 * Double.pi * Double(turns))) < 3e-6)
    }
  }

  @Test("hue goes round from red over green and blue")
  func hue() {
    #expect(Color(hue: 0, saturation: 1, value: 1) == Color(1, 0, 0))
    let green = Color(hue: 1.0 / 3, saturation: 1, value: 0.5)
    #expect(green.components.y > 0.499 && green.components.x < 1e-5 && green.components.z < 1e-5)
  }
}
