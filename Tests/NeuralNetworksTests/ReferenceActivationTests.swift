import Foundation
import ModelFormats
import Models
import NeuralNetworks
import Randomness
import TestSupport
import TestTags
import Testing

/// Whole networks, against what onnxruntime computed.
@Suite(
  .tags(.quick),
  .enabled(if: SharedModels.have("googlenet"), Comment(rawValue: SharedModels.absence)))
struct ReferenceActivationTests {
  private static let folder = SharedModels.path + "/googlenet/reference"

  private static func network(_ name: String) throws -> TrainedNetwork {
    try TrainedNetwork.load(path: "\(SharedModels.path)/\(name)/\(name).onnx")
  }

  @Test(
    "GoogLeNet's activations of a photograph are the reference's",
    arguments: ["n01484850_great_white_shark", "n03400231_frying_pan"])
  func activations(photograph: String) throws {
    let graph = try Self.network("googlenet").graph
    let prefix = photograph + "__"
    let names = try FileManager.default.contentsOfDirectory(atPath: Self.folder)
      .filter { $0.hasPrefix(prefix) && $0.hasSuffix(".npy") && $0 != prefix + "data.npy" }.sorted()
    try #require(names.count >= 5)
    let tensors = try names.map { name in
      let plain = name.dropFirst(prefix.count).dropLast(4)
      let isOfFile = { (tensor: String) in String(tensor.map { $0 == "/" ? "_" : $0 }) == plain }
      return try #require(graph.tensorNames.first(where: isOfFile))
    }
    let input = try NumpyArray(contentsOf: "\(Self.folder)/\(prefix)data.npy")
    #expect(input.shape == [1, 3, 224, 224])
    let compiled = try CompiledNetwork(
      graph, inputHeight: 224, inputWidth: 224, reading: tensors, weights: PreparedWeights())
    compiled.withInput { span in for index in span.indices { span[index] = input.elements[index] } }
    try compiled.forward()
    for (name, tensor) in zip(names, tensors) {
      let reference = try NumpyArray(contentsOf: "\(Self.folder)/\(name)")
      let largest = reference.elements.reduce(0) { max($0, abs($1)) }
      #expect(compiled.shape(of: tensor).elementCount == reference.elements.count)
      let worst = try compiled.withOutput(tensor) { output in
        output.indices.reduce(Float(0)) { max($0, abs(output[$1] - reference.elements[$1])) }
      }
      print("\(photograph), \(tensor): off by \(worst / largest) of the largest value")
      #expect(worst <= 1e-4 * largest, "\(tensor) is off by \(worst) of \(largest)")
    }
  }

  @Test(
    "GoogLeNet's gradient is its slope along any direction",
    arguments: [("inception_4c/output", 3e-3), ("loss3/classifier", 1e-3)])
  func gradient(target: String, step: Double) throws {
    let side = 64
    let graph = try Self.network("googlenet").graph
    let compiled = try CompiledNetwork(
      graph, inputHeight: side, inputWidth: side, reading: [], seeding: [target],
      weights: PreparedWeights())
    let photograph = try NumpyArray(
      contentsOf: Self.folder + "/n03400231_frying_pan__data.npy")
    let count = 3 * side * side
    let point = (0..<count).map { index in
      let (channel, y, x) = (index / (side * side), index / side % side, index % side)
      return Double(photograph.elements[(channel * 224 + y + 80) * 224 + x + 80])
    }
    var random = RandomStream(seed: 8, purpose: .evaluation)
    let weights = (0..<compiled.shape(of: target).elementCount).map { _ in random.normalPair().0 }
    func objective(_ distance: Double, _ direction: [Double]) throws -> Double {
      compiled.withInput { input in
        for index in 0..<count { input[index] = Float(point[index] + distance * direction[index]) }
      }
      try compiled.forward()
      return try compiled.withOutput(target) { output in
        weights.indices.reduce(0.0) { $0 + Double(weights[$1]) * Double(output[$1]) }
      }
    }
    _ = try objective(0, point)
    compiled.withSeed(of: target) { span in
      for index in weights.indices { span[index] = weights[index] }
    }
    try compiled.pullback()
    let gradient = compiled.withGradient(of: graph.inputName) { span in
      (0..<count).map { Double(span[$0]) }
    }
    let norm = gradient.reduce(0) { $0 + $1 * $1 }.squareRoot()
    try #require(norm > 0)

    // Directions of about one gray level a pixel, the first the gradient's own. A step has to be so
    // short that few of the ReLUs and maxima on its way change sides, and so long that the difference
    // stands out from rounding; what is left of both is about 2 %.
    let tolerance = 0.05
    var directions = [gradient.map { $0 / norm * Double(count).squareRoot() }]
    for _ in 0..<6 { directions.append((0..<count).map { _ in Double(random.normalPair().0) }) }
    var worst = 0.0
    for direction in directions {
      let exact = zip(gradient, direction).reduce(0) { $0 + $1.0 * $1.1 }
      let slope = try (objective(step, direction) - objective(-step, direction)) / (2 * step)
      // Along a random direction the slope is about the gradient's norm.
      let difference = abs(slope - exact) / max(norm, abs(exact))
      #expect(difference < tolerance, "a slope of \(slope) against \(exact)")
      worst = max(worst, difference)
    }
    print("\(target): slopes differ from the gradient by at most \(worst)")
  }

  @Test("SqueezeNet gives a thousand probabilities")
  func squeezeNet() throws {
    let network = try Self.network("squeezenet-1.1")
    let compiled = try CompiledNetwork(
      network.graph, inputHeight: 227, inputWidth: 227, reading: ["prob"],
      weights: PreparedWeights())
    var random = RandomStream(seed: 2, purpose: .evaluation)
    compiled.withInput { input in
      for index in input.indices { input[index] = 60 * random.normalPair().0 }
    }
    try compiled.forward()
    let probabilities = try compiled.withOutput("prob") { output in
      output.indices.map { Double(output[$0]) }
    }
    #expect(probabilities.count == 1000 && probabilities.allSatisfy { (0...1).contains($0) })
    #expect(abs(probabilities.reduce(0, +) - 1) < 1e-5)
    #expect(Set(probabilities).count > 100)
  }
}
