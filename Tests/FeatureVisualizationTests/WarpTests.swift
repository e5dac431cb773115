import FeatureVisualization
import Randomness
import Testing

@Suite struct WarpTests {
  @Test("the identity shows the image exactly", arguments: [1, 2, 7, 8, 13, 80])
  func identity(side: Int) {
    let image = randomValues(3 * side * side, item: side)
    let seen = show(image, Warp(inputSide: side, outputSide: side), .identity(side: side))
    #expect(seen == image.map { 255 * $0 })
  }

  @Test(
    "a shift by whole pixels is exact, and the border shows beyond",
    arguments: [
      Border.constant(0.5), .replicate,
    ])
  func wholeShift(border: Border) {
    let side = 11
    let image = randomValues(3 * side * side, item: 1)
    let warp = Warp(inputSide: side, outputSide: side, border: border)
    let shift = SIMD2(-3.0, 2.0)
    let seen = show(
      image, warp, Transform(inputSide: side, outputSide: side, shift: shift))
    for plane in 0..<3 {
      for y in 0..<side {
        for x in 0..<side {
          let value = pixel(image, side, plane, x - 3, y + 2, border)
          #expect(seen[(plane * side + y) * side + x] == 255 * value)
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
    for border in [Border.constant(0.25), .replicate] {
      let warp = Warp(inputSide: inputSide, outputSide: outputSide, border: border)
      for item in 0..<6 {
        let transform = randomTransform(inputSide, outputSide, item: item)
        let seen = show(image, warp, transform)
        let expected = naive(image, inputSide, outputSide, transform, border)
        // Positions are exact to 2⁻¹⁶ pixel, pixels lie up to 255 apart.
        #expect(greatestDifference(seen, expected) < 255 * 0x1p-15)
      }
    }
  }

  @Test("the pullback is the adjoint", arguments: [(24, 24), (24, 17), (9, 30), (80, 52), (5, 3)])
  func adjoint(inputSide: Int, outputSide: Int) {
    let x = randomNumbers(3 * inputSide * inputSide, item: inputSide)
    let y = randomNumbers(3 * outputSide * outputSide, item: outputSide)
    let channels = NetworkChannels(order: [2, 0, 1], scale: SIMD3(0.5, -1, 2))
    for border in [Border.constant(0), .replicate] {
      let warp = Warp(
        inputSide: inputSide, outputSide: outputSide, border: border, channels: channels)
      for item in 0..<6 {
        let transform = randomTransform(inputSide, outputSide, item: item)
        let seen = show(x, warp, transform)
        var workspace = warp.makeWorkspace()
        let back = filled(x.count) {
          warp.pullback(transform, y.span, using: &workspace, into: &$0)
        }
        let scale = (dot(seen, seen) * dot(y, y)).squareRoot()
        #expect(abs(dot(seen, y) - dot(x, back)) <= 1e-6 * scale)
      }
    }
  }

  @Test("a constant image stays constant")
  func constantImage() {
    let image = [Float](repeating: 0.3, count: 3 * 20 * 20)
    let inside = Transform(inputSide: 20, outputSide: 12, scale: 1.1, degrees: 17)
    let seen = show(image, Warp(inputSide: 20, outputSide: 12), inside)
    #expect(seen.allSatisfy { $0 == 255 * 0.3 })
    let beyond = Transform(inputSide: 20, outputSide: 40, scale: 0.7, degrees: 17)
    let replicated = show(image, Warp(inputSide: 20, outputSide: 40, border: .replicate), beyond)
    #expect(replicated.allSatisfy { $0 == 255 * 0.3 })
  }

  @Test("a transform without sense stays inside the image")
  func senseless() {
    let warp = Warp(inputSide: 6, outputSide: 9, border: .replicate)
    var transform = Transform.identity(side: 6)
    transform.xx = .infinity
    transform.y0 = .nan
    let image = [Float](repeating: 0.3, count: 3 * 36)
    #expect(show(image, warp, transform).allSatisfy { $0 == 255 * 0.3 })
  }

  @Test("the network's channels are a permuted, scaled and shifted RGB")
  func channels() {
    let image = randomValues(3 * 4, item: 2)
    let channels = NetworkChannels(
      order: [2, 1, 0], scale: SIMD3(1, 2, 0.5), offset: SIMD3(-104, -117, 3))
    let warp = Warp(inputSide: 2, outputSide: 2, border: .constant(0.5), channels: channels)
    let seen = show(image, warp, .identity(side: 2))
    for index in 0..<4 {
      #expect(seen[index] == 255 * image[8 + index] - 104)
      #expect(seen[4 + index] == 510 * image[4 + index] - 117)
      #expect(seen[8 + index] == 127.5 * image[index] + 3)
    }
    let outside = show(image, warp, Transform(inputSide: 2, outputSide: 2, shift: SIMD2(50, 0)))
    #expect(outside[0] == 127.5 - 104 && outside[4] == 255 - 117 && outside[8] == 63.75 + 3)
  }

  private func show(_ image: [Float], _ warp: Warp, _ transform: Transform) -> [Float] {
    var workspace = warp.makeWorkspace()
    return filled(3 * warp.outputSide * warp.outputSide) {
      var output = $0.mutableSpan
      warp.apply(transform, to: image, using: &workspace, into: &output)
    }
  }

  private func randomTransform(_ inputSide: Int, _ outputSide: Int, item: Int) -> Transform {
    var stream = RandomStream(seed: 5, purpose: .evaluation, item: item)
    return Transform(
      inputSide: inputSide, outputSide: outputSide, scale: Double(stream.uniform(in: 0.5..<1.5)),
      degrees: Double(stream.uniform(in: -180..<180)),
      shift: SIMD2(Double(stream.uniform(in: -9..<9)), Double(stream.uniform(in: -9..<9))),
      laterShift: SIMD2(Double(stream.uniform()), Double(stream.uniform())))
  }

  private func pixel(
    _ image: [Float], _ side: Int, _ plane: Int, _ x: Int, _ y: Int, _ border: Border
  ) -> Float {
    let isInside = (0..<side).contains(x) && (0..<side).contains(y)
    if case .constant(let value) = border, !isInside { return value }
    let (column, row) = (max(0, min(side - 1, x)), max(0, min(side - 1, y)))
    return image[(plane * side + row) * side + column]
  }

  private func naive(
    _ image: [Float], _ inputSide: Int, _ outputSide: Int, _ transform: Transform, _ border: Border
  ) -> [Double] {
    (0..<3 * outputSide * outputSide).map { index in
      let plane = index / (outputSide * outputSide)
      let (column, row) = (Double(index % outputSide), Double(index / outputSide % outputSide))
      let x = transform.xx * column + transform.xy * row + transform.x0
      let y = transform.yx * column + transform.yy * row + transform.y0
      let (left, top) = (x.rounded(.down), y.rounded(.down))
      var sum = 0.0
      for (dx, weightX) in [(0, 1 - (x - left)), (1, x - left)] {
        for (dy, weightY) in [(0, 1 - (y - top)), (1, y - top)] {
          let value = pixel(image, inputSide, plane, Int(left) + dx, Int(top) + dy, border)
          sum += weightX * weightY * Double(value)
        }
      }
      return 255 * sum
    }
  }
}
