public import Images
public import Models
internal import NeuralNetworks

/// A picture without and with a patch, and what the network says of both.
public struct PatchExample: Sendable {
  /// The picture's name.
  public var name: String
  /// What the network sees without and with the patch.
  public var before, after: RGBImage
  /// The classes' probabilities of both.
  public var probabilitiesBefore, probabilitiesAfter: [Float]

  /// Makes an example.
  public init(
    name: String, before: RGBImage, after: RGBImage, probabilitiesBefore: [Float],
    probabilitiesAfter: [Float]
  ) {
    (self.name, self.before, self.after) = (name, before, after)
    self.probabilitiesBefore = probabilitiesBefore
    self.probabilitiesAfter = probabilitiesAfter
  }

  /// The five likeliest classes, with their probabilities.
  static func topFive(_ probabilities: [Float]) -> [(index: Int, probability: Float)] {
    probabilities.indices.sorted {
      (probabilities[$1], $0) < (probabilities[$0], $1)
    }.prefix(5).map { ($0, probabilities[$0]) }
  }
}

extension Preprocessing {
  /// What a network's input shows, as a picture: colors that the network does not see are those that it does.
  public func picture(of input: [Float]) -> RGBImage {
    let plane = size.height * size.width
    precondition(input.count == channels.count * plane)
    var pixels = [UInt8](repeating: 0, count: 3 * plane)
    for color in 0..<3 {
      let channel =
        channels.firstIndex { $0.source.rawValue == color } ?? channels.indices.lowerBound
      let (scale, offset) = (channels[channel].scale, channels[channel].offset)
      for pixel in 0..<plane {
        let value = (input[channel * plane + pixel] - offset) / scale
        pixels[3 * pixel + color] = UInt8(min(255, max(0, value.rounded())))
      }
    }
    return RGBImage(width: size.width, height: size.height, pixels: pixels)
  }
}
