import Glibc
import Models
import NeuralNetworks
import Randomness

/// A picture to try a network on: waves of all lengths in random directions and colours, and noise.
///
/// It is always the same for a size.
struct MadePicture {
  private let size: Extent
  /// Red, green and blue from 0 to 255, row by row.
  private let pixels: [SIMD3<Float>]

  /// Draws a picture.
  init(_ size: Extent) {
    self.size = size
    var random = RandomStream(seed: 0, purpose: .evaluation)
    let waves = (0..<12).map { index in
      let cycles = exp2f(Float(index) / 2)
      let angle = random.uniform(in: 0..<2 * .pi)
      let colour = SIMD3(random.uniform(), random.uniform(), random.uniform()) - 0.5
      return (
        row: cycles * sinf(angle), column: cycles * cosf(angle), phase: random.uniform(),
        color: 120 / Float(index + 2).squareRoot() * colour
      )
    }
    var pixels: [SIMD3<Float>] = []
    pixels.reserveCapacity(size.height * size.width)
    for y in 0..<size.height {
      for x in 0..<size.width {
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

  /// Writes the picture into a network's input as the card asks.
  func write(to network: CompiledNetwork, _ preprocessing: Preprocessing) {
    network.withInput { input in
      for (index, channel) in preprocessing.channels.enumerated() {
        let weights = channel.weights
        for (place, pixel) in pixels.enumerated() {
          input[index * pixels.count + place] = (weights * pixel).sum() + channel.offset
        }
      }
    }
  }
}
