import Activations
import Images
import ModelFormats
import Models
import NeuralNetworks
import TestSupport

/// A network that passes its input on: its activations are the prepared pixels.
struct PixelNetwork {
  let network: TrainedNetwork
  let folder: TemporaryFolder

  /// Makes a network of a height, a width and a number of channels, with the card's `input`.
  init(height: Int, width: Int, channels: Int = 3, input: String) throws {
    folder = try TemporaryFolder()
    var model = SmallModel()
    model.inputs = [SmallModel.value("data", [1, channels, height, width])]
    model.outputs = [SmallModel.value("pixels", [])]
    let identity = (0..<channels * channels).map { Float($0 % (channels + 1) == 0 ? 1 : 0) }
    model.initializers = [SmallModel.tensor("w", [channels, channels, 1, 1], identity)]
    model.nodes = [SmallModel.node("Conv", ["data", "w"], ["pixels"])]
    try folder.write("net.json", "{\"input\": \(input)}")
    network = try TrainedNetwork.load(path: folder.write("net.onnx", model.bytes))
  }

  /// What the network sees of an image: for each pixel, row by row, its channels.
  func pixels(ofImageFile bytes: [UInt8]) throws -> [Float] {
    let images = folder.file("images")
    try folder.write("images/picture.png", bytes)
    var parameters = ExtractionParameters()
    parameters.positionCount = nil
    parameters.includesEdges = true
    let extractor = try ActivationExtractor(
      network: network, layers: ["pixels"], images: ImageCollection(folder: images),
      parameters: parameters)
    return try extractor.extract(0..<1).activations[0]
  }
}

/// An image whose pixels all differ, smooth enough to be compressed.
func gradient(width: Int, height: Int) -> RGBImage {
  var pixels: [UInt8] = []
  for y in 0..<height {
    for x in 0..<width {
      pixels += [UInt8(255 * x / width), UInt8(255 * y / height), UInt8((3 * x + 5 * y) % 64 + 90)]
    }
  }
  return RGBImage(width: width, height: height, pixels: pixels)
}
