import FeatureVisualization
import TestTags
import Testing

@Suite(.tags(.quick)) struct QuantizationTests {
  @Test("bytes survive the way there and back")
  func roundTrip() {
    let bytes = (0..<768).map { UInt8(truncatingIfNeeded: $0 * 37) }
    #expect(quantized(dequantized(bytes)) == bytes)
  }

  @Test("values go to the nearest level, interleaved, and are clamped")
  func levels() {
    let image: [Float] = [0, 1, 0.5, 2, -1, 0.1]
    #expect(quantized(image) == [0, 128, 0, 255, 255, 26])
  }
}
