import FeatureVisualization
import Foundation
import TestTags
import Testing

@Suite(.tags(.quick)) struct ColorMapTests {
  /// A map and what it is called.
  struct Setting: Sendable, CustomTestStringConvertible {
    let isDecorrelated: Bool
    let range: ColorMap.Range
    var map: ColorMap { ColorMap(isDecorrelated: isDecorrelated, range: range) }
    var testDescription: String { "\(isDecorrelated ? "decorrelated" : "plain"), \(range)" }
  }

  static let settings = [true, false].flatMap { isDecorrelated in
    [ColorMap.Range.sigmoid, .clamped].map { Setting(isDecorrelated: isDecorrelated, range: $0) }
  }

  @Test(
    "a gray map shows its first plane alike in red, green and blue, and pulls all three back to it")
  func gray() {
    let planes = randomNumbers(3 * 9, item: 5)
    let rgb = filled(27) { ColorMap.gray.rgb(of: planes.span, into: &$0) }
    let direction = randomNumbers(27, item: 6)
    let pulled = filled(27) { ColorMap.gray.pullback(rgb: rgb.span, direction.span, into: &$0) }
    for pixel in 0..<9 {
      let value = 1 / (1 + exp(-Double(planes[pixel]) / 3.squareRoot()))
      for plane in 0..<3 {
        #expect(abs(Double(rgb[9 * plane + pixel]) - value) < 5e-7)
      }
      let sum = (0..<3).reduce(0) { $0 + Double(direction[9 * $1 + pixel]) }
      let expected = sum * value * (1 - value) / 3.squareRoot()
      #expect(abs(Double(pulled[pixel]) - expected) < 2e-6)
      #expect(pulled[9 + pixel] == 0 && pulled[18 + pixel] == 0)
    }
  }

  @Test("RGB is lucid's matrix, then the range", arguments: settings, [1, 7, 8, 9, 64])
  func definition(setting: Setting, pixelCount: Int) {
    let planes = randomNumbers(3 * pixelCount, item: pixelCount)
    let rgb = filled(planes.count) { setting.map.rgb(of: planes.span, into: &$0) }
    // Sums of three products below 4, in a range of 1.
    #expect(greatestDifference(rgb, naive(planes.map(Double.init), setting)) < 5e-7)
  }

  @Test("the pullback is the gradient", arguments: settings, [1, 9, 16])
  func gradient(setting: Setting, pixelCount: Int) {
    // Of the clamped range some values lie outside: the gradient there is another test's.
    let scale: Float = setting.range == .clamped ? 0.1 : 1
    let planes = randomNumbers(3 * pixelCount, item: 40 + pixelCount).map { scale * $0 }
    let direction = randomNumbers(planes.count, item: 60 + pixelCount)
    let rgb = filled(planes.count) { setting.map.rgb(of: planes.span, into: &$0) }
    let gradient = filled(planes.count) {
      setting.map.pullback(rgb: rgb.span, direction.span, into: &$0)
    }
    let step = 1e-5
    func value(_ planes: [Double]) -> Double {
      zip(naive(planes, setting), direction).reduce(0) { $0 + $1.0 * Double($1.1) }
    }
    let expected = planes.indices.map { index in
      var moved = planes.map(Double.init)
      moved[index] += step
      let above = value(moved)
      moved[index] -= 2 * step
      return (above - value(moved)) / (2 * step)
    }
    // Three products below 3 each, in Float.
    #expect(greatestDifference(gradient, expected) < 2e-6)
  }

  @Test("a clamped value feels only what leads it back")
  func clampedGradient() {
    let map = ColorMap(isDecorrelated: false, range: .clamped)
    let planes: [Float] = [0.7, -0.9, 0.7, -0.9, 0.1, 0.5]
    let rgb = filled(6) { map.rgb(of: planes.span, into: &$0) }
    #expect(rgb[..<4] == [1, 0, 1, 0])
    let direction: [Float] = [2, -2, -3, 3, 5, -5]
    let gradient = filled(6) { map.pullback(rgb: rgb.span, direction.span, into: &$0) }
    #expect(gradient == [0, 0, -3, 3, 5, -5])
  }

  @Test("an image's planes show the image again", arguments: settings)
  func inverse(setting: Setting) {
    let image = PixelParameterization(side: 5, colors: setting.map)
    // Black and white among them; a sigmoid comes within half a level of these.
    let rgb = [0, 1, 0.5] + randomValues(72, item: 3)
    let parameters = image.parameters(showing: rgb)
    var workspace: Void = ()
    let shown = filled(rgb.count) {
      image.image(of: parameters.span, using: &workspace, into: &$0)
    }
    #expect(quantized(shown) == quantized(rgb))
    #expect(greatestDifference(shown, rgb.map(Double.init)) < 1.0 / 510)
  }

  /// lucid's constants as they are printed, divided by 0.461952.
  private func naive(_ planes: [Double], _ setting: Setting) -> [Double] {
    let matrix = [[0.26, 0.09, 0.02], [0.27, 0, -0.05], [0.27, -0.09, 0.03]]
    let count = planes.count / 3
    return (0..<3 * count).map { index in
      let (row, pixel) = index.quotientAndRemainder(dividingBy: count)
      let sum =
        setting.isDecorrelated
        ? (0..<3).reduce(0.0) { $0 + matrix[row][$1] / 0.461952 * planes[$1 * count + pixel] }
        : planes[index]
      return setting.range == .sigmoid ? 1 / (1 + exp(-sum)) : min(1, max(0, 0.5 + sum))
    }
  }
}
