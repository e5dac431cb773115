import Models
import NeuralNetworks
import TestTags
import Testing

/// The part of an image that a network sees, against what torchvision and timm compute.
@Suite(.tags(.quick)) struct InputWindowTests {
  private func window(
    _ width: Int, _ height: Int, to: (Int, Int), size: (Int, Int), keepsAspect: Bool = true
  ) -> InputWindow {
    Preprocessing(
      resized: Extent(height: to.0, width: to.1), keepsAspect: keepsAspect,
      size: Extent(height: size.0, width: size.1), channels: []
    ).window(of: Extent(height: height, width: width))
  }

  /// Width and height of the image; `Resize(to)`; `CenterCrop(size)`; the resized width and height,
  /// and the crop's left and top as torchvision 0.29 has them.
  static let torchvision = [
    [500, 375, 256, 224, 341, 256, 58, 16], [375, 500, 256, 224, 256, 341, 16, 58],
    [333, 500, 235, 224, 235, 352, 6, 64], [500, 334, 249, 224, 372, 249, 74, 12],
    [640, 427, 232, 224, 347, 232, 62, 4], [1001, 1000, 255, 224, 255, 255, 16, 16],
    [100, 30, 64, 80, 213, 64, 66, -8], [30, 100, 33, 64, 33, 110, -15, 23],
    [7, 7, 256, 224, 256, 256, 16, 16], [4000, 3, 32, 32, 42_666, 32, 21_317, 0],
  ]

  @Test("sizes and offsets are torchvision's", arguments: torchvision)
  func square(numbers: [Int]) {
    let window = window(
      numbers[0], numbers[1], to: (numbers[2], numbers[2]), size: (numbers[3], numbers[3]))
    #expect(window.resized == Extent(height: numbers[5], width: numbers[4]))
    #expect([window.left, window.top] == Array(numbers[6...]))
  }

  @Test("an image is stretched, or covers sides that differ as timm has it")
  func otherResizes() {
    let stretched = window(500, 375, to: (256, 300), size: (224, 224), keepsAspect: false)
    #expect(stretched.resized == Extent(height: 256, width: 300))
    #expect(stretched.left == 38 && stretched.top == 16)
    // timm's ResizeKeepRatio((240, 320), longest=0): round(375 / ratio), round(500 / ratio).
    let covering = window(500, 375, to: (240, 300), size: (224, 288))
    #expect(covering.resized == Extent(height: 240, width: 320))
    let tall = window(301, 777, to: (200, 333), size: (200, 333))
    #expect(tall.resized == Extent(height: 860, width: 333) && tall.top == 330 && tall.left == 0)
  }

  @Test("a pixel of the input has its place in the image")
  func places() {
    // 512 × 384, halved, 224 × 160 of it: from pixel 32 on, 448 × 320 pixels.
    let window = window(512, 384, to: (192, 256), size: (160, 224))
    #expect(window.scaleX == 2 && window.scaleY == 2)
    #expect(window.x == 32 && window.y == 32 && window.width == 448 && window.height == 320)
    // A border of the input lies outside the image.
    let padded = self.window(100, 100, to: (50, 50), size: (60, 60))
    #expect(padded.x == -10 && padded.width == 120)
  }
}
