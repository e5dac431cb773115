import FeatureVisualization
import Models
import TestTags
import Testing

@Suite(.tags(.quick)) struct InputEncodingTests {
  /// Blue, green, red, each with a scale and an offset of its own.
  private let channels = [
    InputChannel(source: .blue, scale: 1, offset: -104),
    InputChannel(source: .green, scale: 2, offset: -117),
    InputChannel(source: .red, scale: 0.5, offset: 3),
  ]

  @Test("network values are RGB permuted, scaled and shifted", arguments: [1, 2, 3, 9])
  func definition(side: Int) throws {
    let encoding = try InputEncoding(channels: channels, side: side)
    let count = side * side
    let image = randomValues(3 * count, item: side)
    let values = encode(image, encoding)
    for index in 0..<count {
      #expect(values[index] == 255 * image[2 * count + index] - 104)
      #expect(values[count + index] == 510 * image[count + index] - 117)
      #expect(values[2 * count + index] == 127.5 * image[index] + 3)
    }
    let color = encoding.values(of: SIMD3(image[0], image[count], image[2 * count]))
    #expect(color == SIMD3(values[0], values[count], values[2 * count]))
  }

  @Test("the pullback is the adjoint of the linear part", arguments: [1, 3, 8])
  func adjoint(side: Int) throws {
    let encoding = try InputEncoding(channels: channels, side: side)
    let (x, y) = (
      randomNumbers(3 * side * side, item: 1), randomNumbers(3 * side * side, item: 2)
    )
    let base = encode([Float](repeating: 0, count: x.count), encoding)
    let linear = zip(encode(x, encoding), base).map { $0 - $1 }
    var workspace: Void = ()
    let pulled = filled(x.count) {
      encoding.pullback(y.span, at: x.span, (), using: &workspace, into: &$0)
    }
    // Values around 500 less offsets around 100: their rounding, 2⁻¹⁵, once for each element.
    let scale = (dot(y, y) * Double(y.count)).squareRoot()
    #expect(abs(dot(linear, y) - dot(x, pulled)) < 0x1p-15 * scale)
  }

  @Test("gray is encoded in three planes alike")
  func gray() throws {
    let encoding = try InputEncoding(
      channels: [InputChannel(source: .luma, scale: 2, offset: -7)], side: 2)
    let image: [Float] = (0..<12).map { Float($0 % 4) / 4 }
    let expected: [Float] = image.map { 510 * $0 - 7 }
    #expect(encode(image, encoding) == expected)
  }

  @Test("only red, green and blue, or gray, can be encoded")
  func channelsThatCannot() {
    let gray = [InputChannel](
      repeating: InputChannel(source: .luma, scale: 1, offset: 0), count: 3)
    let twice = [channels[0], channels[0], channels[1]]
    for channels in [gray, twice, []] {
      #expect(throws: VisualizationError.self) {
        try InputEncoding(channels: channels, side: 4)
      }
    }
  }

  private func encode(_ image: [Float], _ encoding: InputEncoding) -> [Float] {
    var workspace: Void = ()
    return filled(image.count) {
      encoding.apply(to: image.span, (), using: &workspace, into: &$0)
    }
  }
}
