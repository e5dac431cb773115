import Foundation
import Randomness

/// A small image classifier with random weights, made like the networks that atlases are made of:
/// a wide convolution, pooling, a block of parallel branches, an average, ten classes.
package enum InceptionModel {
  /// The channels of `mixed/output`, the branches' concatenation.
  package static let channelCount = 48
  /// The side of `mixed/output`; that of `conv1` is twice as long, that of the input four times.
  package static let mixedSide = 12
  package static let inputSide = 48
  package static let classCount = 10

  /// The network's file.
  package static var model: SmallModel {
    var model = SmallModel()
    model.inputs = [SmallModel.value("data", [-1, 3, inputSide, inputSide])]
    model.outputs = [SmallModel.value("prob", [])]
    func convolve(_ name: String, _ input: String, _ channels: (Int, Int), kernel: Int, stride: Int) {
      let (old, new) = channels
      let taps = old * kernel * kernel
      model.initializers.append(
        SmallModel.tensor(
          name + "_w", [new, old, kernel, kernel],
          random(new * taps, scale: (2 / Float(taps)).squareRoot(), item: model.nodes.count)))
      model.initializers.append(
        SmallModel.tensor(name + "_b", [new], random(new, scale: 0.1, item: 100)))
      let padding = kernel / 2
      model.nodes += [
        SmallModel.node(
          "Conv", [input, name + "_w", name + "_b"], [name + "_linear"], name: name,
          SmallModel.attribute("kernel_shape", [kernel, kernel]),
          SmallModel.attribute("strides", [stride, stride]),
          SmallModel.attribute("pads", [padding, padding, padding, padding])),
        SmallModel.node("Relu", [name + "_linear"], [name], name: name + "_relu"),
      ]
    }
    func pool(_ input: String, _ output: String, stride: Int, padding: Int) {
      model.nodes.append(
        SmallModel.node(
          "MaxPool", [input], [output], name: output, SmallModel.attribute("kernel_shape", [3, 3]),
          SmallModel.attribute("strides", [stride, stride]),
          SmallModel.attribute("pads", [padding, padding, padding, padding]),
          SmallModel.attribute("ceil_mode", 1)))
    }
    convolve("conv1", "data", (3, 16), kernel: 7, stride: 2)
    pool("conv1", "pool1", stride: 2, padding: 0)
    convolve("mixed/1x1", "pool1", (16, 16), kernel: 1, stride: 1)
    convolve("mixed/reduce", "pool1", (16, 16), kernel: 1, stride: 1)
    convolve("mixed/3x3", "mixed/reduce", (16, 16), kernel: 3, stride: 1)
    pool("pool1", "mixed/pool", stride: 1, padding: 1)
    convolve("mixed/pool_proj", "mixed/pool", (16, 16), kernel: 1, stride: 1)
    model.initializers += [
      SmallModel.tensor(
        "fc_w", [classCount, channelCount], random(classCount * channelCount, scale: 1, item: 101)),
      SmallModel.tensor("fc_b", [classCount], random(classCount, scale: 0.1, item: 102)),
    ]
    model.nodes += [
      SmallModel.node(
        "Concat", ["mixed/1x1", "mixed/3x3", "mixed/pool_proj"], ["mixed/output"],
        SmallModel.attribute("axis", 1)),
      SmallModel.node("GlobalAveragePool", ["mixed/output"], ["average"]),
      SmallModel.node("Flatten", ["average"], ["flat"], SmallModel.attribute("axis", 1)),
      SmallModel.node(
        "Gemm", ["flat", "fc_w", "fc_b"], ["fc"], SmallModel.attribute("transB", 1)),
      SmallModel.node("Softmax", ["fc"], ["prob"], SmallModel.attribute("axis", 1)),
    ]
    return model
  }

  /// Its card: blue, green, red; resized to 56 pixels, of which 48 are seen.
  package static let card = """
    {"name": "A small network", "network": "net.onnx",
     "input": {"name": "data", "size": [48, 48],
       "resize": {"to": [56, 56], "keep_aspect": false, "filter": "bilinear"}, "crop": "center",
       "channels": "BGR", "range": [0, 255], "mean": [104, 117, 123], "std": [64, 64, 64]},
     "labels": "labels.txt", "logits": "fc", "probabilities": "prob",
     "layers": {"mixed": "mixed/output", "early": "conv1"},
     "training_set": "none", "license": "none", "source": "random numbers"}
    """

  /// Its classes, `n00000000 class 0` and so on.
  package static var labels: String {
    (0..<classCount).map { "n0000000\($0) class \($0)\n" }.joined()
  }

  /// Writes the network, its card and its labels, and returns the network's path.
  package static func write(to folder: TemporaryFolder) throws -> String {
    try folder.write("labels.txt", labels)
    try folder.write("net.json", card)
    return try folder.write("net.onnx", model.bytes)
  }

  private static func random(_ count: Int, scale: Float, item: Int) -> [Float] {
    var stream = RandomStream(seed: 4, purpose: .evaluation, item: item)
    return (0..<count).map { _ in scale * stream.normalPair().0 }
  }
}
