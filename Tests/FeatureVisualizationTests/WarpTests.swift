import FeatureVisualization
import Randomness
import TestTags
import Testing

@Suite(.tags(.quick)) struct WarpTests {
  /// Another border for each plane.
  private static let colors = SIMD3<Float>(0.5, 0.25, 0.75)

  @Test("the identity shows the image exactly", arguments: [1, 2, 7, 8, 13, 80])
  func identity(side: Int) {
    let image = randomValues(3 * side * side, item: side)
    let seen = show(image, Warp(inputSide: side, outputSide: side), .identity(side: side))
    #expect(seen == image)
  }

  @Test(
    "a shift by whole pixels is exact, and the border shows beyond",
    arguments: [
      Border.constant(colors), .replicate,
    ])
  func wholeShift(border: Border) {
    let side = 11
    let image = randomValues(3 * side * side, item: 1)
    let warp = Warp(inputSide: side, outputSide: side, border: border)
    let shift = SIMD2(-3.0, 2.0)
    let seen = show(
      image, warp, AffineMap(inputSide: side, outputSide: side, shift: shift))
    for plane in 0..<3 {
      for y in 0..<side {
        for x in 0..<side {
          let value = pixel(image, side, plane, x - 3, y + 2, border)
          #expect(seen[(plane * side + y) * side + x] == value)
        }
      }
    }
  }

  @Test(
    "values agree with bilinear interpolation in Double",
    arguments: [
      (24, 24), (24, 17), (9, 30), (80, 52), (5, 3),
    ])
  func definition(inputSide: Int, outputSide: Int) {
    let image = randomValues(3 * inputSide * inputSide, item: inputSide)
    for border in [Border.constant(Self.colors), .replicate] {
      let warp = Warp(inputSide: inputSide, outputSide: outputSide, border: border)
      for item in 0..<6 {
        let map = randomMap(inputSide, outputSide, item: item)
        let seen = show(image, warp, map)
        let expected = naive(image, inputSide, outputSide, map, border)
        // Positions are exact to 2⁻¹⁶ pixel, pixels lie up to 1 apart.
        #expect(greatestDifference(seen, expected) < 0x1p-15)
      }
    }
  }

  @Test("the pullback is the adjoint", arguments: [(24, 24), (24, 17), (9, 30), (80, 52), (5, 3)])
  func adjoint(inputSide: Int, outputSide: Int) {
    let x = randomNumbers(3 * inputSide * inputSide, item: inputSide)
    let y = randomNumbers(3 * outputSide * outputSide, item: outputSide)
    for border in [Border.constant(.zero), .replicate] {
      let warp = Warp(inputSide: inputSide, outputSide: outputSide, border: border)
      for item in 0..<6 {
        let map = randomMap(inputSide, outputSide, item: item)
        let seen = show(x, warp, map)
        var workspace = warp.makeWorkspace()
        let back = filled(x.count) {
          warp.pullback(y.span, at: x.span, map, using: &workspace, into: &$0)
        }
        let scale = (dot(seen, seen) * dot(y, y)).squareRoot()
        #expect(abs(dot(seen, y) - dot(x, back)) <= 1e-6 * scale)
      }
    }
  }

  @Test("a constant image stays constant")
  func constantImage() {
    let image = [Float](repeating: 0.3, count: 3 * 20 * 20)
    let inside = AffineMap(inputSide: 20, outputSide: 12, scale: 1.1, degrees: 17)
    let seen = show(image, Warp(inputSide: 20, outputSide: 12), inside)
    #expect(seen.allSatisfy { $0 == 0.3 })
    let beyond = AffineMap(inputSide: 20, outputSide: 40, scale: 0.7, degrees: 17)
    let replicated = show(image, Warp(inputSide: 20, outputSide: 40, border: .replicate), beyond)
    #expect(replicated.allSatisfy { $0 == 0.3 })
  }

  @Test("a map without sense stays inside the image")
  func senseless() {
    let warp = Warp(inputSide: 6, outputSide: 9, border: .replicate)
    var map = AffineMap.identity(side: 6)
    map.xx = .infinity
    map.y0 = .nan
    let image = [Float](repeating: 0.3, count: 3 * 36)
    #expect(show(image, warp, map).allSatisfy { $0 == 0.3 })
  }

  private func show(_ image: [Float], _ warp: Warp, _ map: AffineMap) -> [Float] {
    var workspace = warp.makeWorkspace()
    return filled(3 * warp.outputSide * warp.outputSide) {
      warp.apply(to: image.span, map, using: &workspace, into: &$0)
    }
  }

  private func randomMap(_ inputSide: Int, _ outputSide: Int, item: Int) -> AffineMap {
    var stream = RandomStream(seed: 5, purpose: .evaluation, item: item)
    return AffineMap(
      inputSide: inputSide, outputSide: outputSide, scale: Double(stream.uniform(in: 0.5..<1.5)),
      degrees: Double(stream.uniform(in: -180..<180)),
      shift: SIMD2(Double(stream.uniform(in: -9..<9)), Double(stream.uniform(in: -9..<9))),
      laterShift: SIMD2(Double(stream.uniform()), Double(stream.uniform())))
  }

  private func pixel(
    _ image: [Float], _ side: Int, _ plane: Int, _ x: Int, _ y: Int, _ border: Border
  ) -> Float {
    let isInside = (0..<side).contains(x) && (0..<side).contains(y)
    if case .constant(let values) = border, !isInside { return values[plane] }
    let (column, row) = (max(0, min(side - 1, x)), max(0, min(side - 1, y)))
    return image[(plane * side + row) * side + column]
  }

  private func naive(
    _ image: [Float], _ inputSide: Int, _ outputSide: Int, _ map: AffineMap, _ border: Border
  ) -> [Double] {
    (0..<3 * outputSide * outputSide).map { index in
      let plane = index / (outputSide * outputSide)
      let (column, row) = (Double(index % outputSide), Double(index / outputSide % outputSide))
      let x = map.xx * column + map.xy * row + map.x0
      let y = map.yx * column + map.yy * row + map.y0
      let (left, top) = (x.rounded(.down), y.rounded(.down))
      var sum = 0.0
      for (dx, weightX) in [(0, 1 - (x - left)), (1, x - left)] {
        for (dy, weightY) in [(0, 1 - (y - top)), (1, y - top)] {
          let value = pixel(image, inputSide, plane, Int(left) + dx, Int(top) + dy, border)
          sum += weightX * weightY * Double(value)
        }
      }
      return sum
    }
  }
}
