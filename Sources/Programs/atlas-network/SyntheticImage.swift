import Glibc
import Models
import NeuralNetworks
import Randomness

/// An image to try a network on: waves of all lengths in random directions and colors, and noise.
///
/// It is always the same for a size.
struct SyntheticImage {
  private let size: Extent
  /// Red, green and blue from 0 to 255, row by row.
  private let pixels: [SIMD3<Float>]

  /// Draws an image of a size.
  init(_ size: Extent) {
    self.size = size
    var random = RandomStream(seed: 0, purpose: .evaluation)
    let waves = (0..<12).map { index in
      // From 1 to 45 cycles along the image, weaker the shorter they are, as natural images have
      // them.
      let cycles = exp2f(Float(index) / 2)
      let angle = random.uniform(in: 0..<2 * .pi)
      let color = SIMD3(random.uniform(), random.uniform(), random.uniform()) - 0.5
      return (
        row: cycles * sinf(angle), column: cycles * cosf(angle), phase: random.uniform(),
        color: 120 / Float(index + 2).squareRoot() * color
      )
    }
    var pixels: [SIMD3<Float>] = []
    pixels.reserveCapacity(size.height * size.width)
    for y in 0..<size.height {
      for x in 0..<size.width {
        // About the mean of ImageNet's pixels.
        var pixel = SIMD3<Float>(repeating: 118 + random.uniform(in: -20..<20))
        for wave in waves {
          let turns =
            wave.row * Float(y) / Float(size.height) + wave.column * Float(x) / Float(size.width)
            + wave.phase
          pixel += sinf(2 * .pi * turns) * wave.color
        }
        pixels.append(pixel.clamped(lowerBound: .zero, upperBound: SIMD3(repeating: 255)))
      }
    }
    self.pixels = pixels
  }

  /// Writes the image into a network's input as the card asks.
  func write(to network: CompiledNetwork, _ preprocessing: Preprocessing) {
    network.withInput { input in
      for (index, channel) in preprocessing.channels.enumerated() {
        let weights = channel.weights
        for (position, pixel) in pixels.enumerated() {
          input[index * pixels.count + position] = (weights * pixel).sum() + channel.offset
        }
      }
    }
  }
}
