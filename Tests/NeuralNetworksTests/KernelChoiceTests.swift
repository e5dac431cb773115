import NeuralNetworks
import Randomness
import TestTags
import Testing

/// Kernels that are taken for some shapes and processors only: each against another way to the same numbers.
@Suite(.tags(.quick)) struct KernelChoiceTests {
  @Test(
    "a convolution in Winograd's tiles equals sums of products, and each image is computed alike",
    arguments: [Shape(1, 28, 28), Shape(4, 20, 18), Shape(2, 22, 31), Shape(4, 10, 10)])
  func winograd(_ shape: Shape) throws {
    let convolution = SmallNetwork.convolution(24, 32, kernel: 3, padding: 1)
    let graph = network([24, shape.height, shape.width], .convolution(convolution))
    let images = (0..<shape.count).map { _ in numbers(24 * shape.height * shape.width, item: 1) }
    let result = try run(graph, images, shape, outputCount: 32)
    let (values, gradient) = direct(convolution, images[0], shape)
    #expect(difference(result.values[0], values) < 1e-5)
    #expect(difference(result.gradients[0], gradient) < 1e-5)
    // The images are the same, so their results must be, wherever their tiles lie.
    for index in 1..<shape.count {
      #expect(result.values[index] == result.values[0])
      #expect(result.gradients[index] == result.gradients[0])
    }
  }

  @Test("Winograd's algorithm is chosen by the number of tiles")
  func choice() throws {
    func kernels(_ shape: Shape) throws -> [String] {
      let graph = network(
        [32, shape.height, shape.width],
        .convolution(SmallNetwork.convolution(32, 32, kernel: 3, padding: 1)))
      let compiled = try CompiledNetwork(
        graph, input: [shape.count, 32, shape.height, shape.width], reading: [], seeding: ["out"],
        weights: PreparedWeights())
      return try compiled.profile(repetitions: 1).filter { $0.operation == "convolution" }
        .map(\.implementation)
    }
    let small = try kernels(Shape(1, 14, 14))
    #expect(!small.contains { $0.contains("wino") })
    // Elsewhere oneDNN has no such kernel.
    guard small.contains(where: { $0.contains("avx512") }) else { return }
    for (shape, expected) in [
      (Shape(1, 28, 28), 2), (Shape(4, 16, 16), 2), (Shape(2, 16, 16), 0),
    ] {
      let count = try kernels(shape).count { $0.contains("wino") }
      #expect(count == expected, "forward and backward of \(shape)")
    }
  }

  @Test(
    "max pools of blocked and of plain channels agree to the bit",
    arguments: [
      pool(3, stride: 1, padding: 1), pool(3, stride: 2), pool(2, stride: 2),
      pool(3, stride: 2, rounding: true),
      pool(3, stride: 1, padding: 2, dilation: 2), pool(5, stride: 3, padding: 1),
    ], [16, 24, 40])
  func maxPool(_ window: PoolingWindow, channels: Int) throws {
    let shape = Shape(2, 9, 11)
    // Few different values: of equals the first one counts.
    let images = (0..<shape.count).map { image in
      numbers(channels * shape.height * shape.width, item: image).map { ($0 * 2).rounded() }
    }
    let plain = network([channels, shape.height, shape.width], .maxPool(window))
    var identity = [Float](repeating: 0, count: channels * channels)
    for channel in 0..<channels { identity[channel * (channels + 1)] = 1 }
    let copy = Convolution(
      weights: identity, bias: [Float](repeating: 0, count: channels), inputChannels: channels,
      outputChannels: channels, kernel: Extent(height: 1, width: 1))
    let blocked = NetworkGraph(
      inputName: "data", inputShape: plain.inputShape,
      nodes: [
        Node(name: "copy", operation: .convolution(copy), inputs: ["data"], output: "copied"),
        Node(name: "pool", operation: .maxPool(window), inputs: ["copied"], output: "out"),
      ], outputNames: ["out"])
    let first = try run(plain, images, shape, outputCount: channels)
    let second = try run(blocked, images, shape, outputCount: channels)
    #expect(first.values == second.values)
    // Sums of whole numbers below 2²⁴ are exact in any order.
    #expect(first.gradients == second.gradients)
    #expect(first.gradients[0].contains { $0 != 0 })
    // Where no gradient is asked for, plain channels are pooled by lines.
    let lines = try CompiledNetwork(
      plain, input: [shape.count, channels, shape.height, shape.width], reading: ["out"],
      weights: PreparedWeights())
    #expect(try lines.profile(repetitions: 1).contains { $0.implementation == "lines" })
    for (index, image) in images.enumerated() {
      lines.withInput(image: index) { input in for i in image.indices { input[i] = image[i] } }
    }
    try lines.forward()
    try lines.forEachOutput("out") { index, values in
      #expect(values.indices.map { values[$0] } == first.values[index])
    }
  }

  // MARK: Parts

  /// Images of a size.
  struct Shape: CustomTestStringConvertible {
    let count, height, width: Int
    init(_ count: Int, _ height: Int, _ width: Int) {
      (self.count, self.height, self.width) = (count, height, width)
    }
    var testDescription: String { "\(count) × \(height) × \(width)" }
  }

  private static func pool(
    _ side: Int, stride: Int, padding: Int = 0, dilation: Int = 1, rounding: Bool = false
  ) -> PoolingWindow {
    PoolingWindow(
      kernel: Extent(height: side, width: side), stride: Extent(height: stride, width: stride),
      dilation: Extent(height: dilation, width: dilation),
      padding: Padding(top: padding, left: padding, bottom: padding, right: padding),
      roundsUp: rounding)
  }

  private func network(_ sizes: [Int], _ operation: Operation) -> NetworkGraph {
    NetworkGraph(
      inputName: "data", inputShape: TensorShape([1] + sizes),
      nodes: [Node(name: "op", operation: operation, inputs: ["data"], output: "out")],
      outputNames: ["out"])
  }

  private func numbers(_ count: Int, item: Int) -> [Float] {
    var random = RandomStream(seed: 31, purpose: .evaluation, item: item)
    return (0..<count).map { _ in random.normalPair().0 }
  }

  /// The seed of the gradient: whole numbers.
  private func seed(_ index: Int) -> Float { Float(index % 7) - 3 }

  private func run(
    _ graph: NetworkGraph, _ images: [[Float]], _ shape: Shape, outputCount: Int
  ) throws -> (values: [[Float]], gradients: [[Float]]) {
    let channels = images[0].count / (shape.height * shape.width)
    let compiled = try CompiledNetwork(
      graph, input: [shape.count, channels, shape.height, shape.width], reading: [],
      seeding: ["out"], weights: PreparedWeights())
    for (number, image) in images.enumerated() {
      compiled.withInput(image: number) { input in
        for index in image.indices { input[index] = image[index] }
      }
      compiled.withSeed(of: "out", image: number) { span in
        for index in 0..<span.count { span[index] = seed(index) }
      }
    }
    try compiled.forward()
    var values: [[Float]] = []
    try compiled.forEachOutput("out") { _, span in values.append(span.indices.map { span[$0] }) }
    try compiled.pullback()
    let gradients = images.indices.map { number in
      compiled.withGradient(of: "data", image: number) { span in span.indices.map { span[$0] } }
    }
    return (values, gradients)
  }

  /// A convolution of 3 × 3 with a padding of 1, and its gradient, by the definition in `Double`.
  private func direct(
    _ convolution: Convolution, _ image: [Float], _ shape: Shape
  ) -> (values: [Float], gradient: [Float]) {
    let (height, width) = (shape.height, shape.width)
    let (inputs, outputs) = (convolution.inputChannels, convolution.outputChannels)
    var values = [Double](repeating: 0, count: outputs * height * width)
    var gradient = [Double](repeating: 0, count: inputs * height * width)
    for o in 0..<outputs {
      for y in 0..<height {
        for x in 0..<width {
          let place = (o * height + y) * width + x
          values[place] += Double(convolution.bias[o])
          for i in 0..<inputs {
            for ky in 0..<3 where (0..<height).contains(y + ky - 1) {
              for kx in 0..<3 where (0..<width).contains(x + kx - 1) {
                let source = (i * height + y + ky - 1) * width + x + kx - 1
                let weight = Double(convolution.weights[((o * inputs + i) * 3 + ky) * 3 + kx])
                values[place] += weight * Double(image[source])
                gradient[source] += weight * Double(seed(place))
              }
            }
          }
        }
      }
    }
    return (values.map { Float($0) }, gradient.map { Float($0) })
  }

  /// The greatest difference as a fraction of the greatest value.
  private func difference(_ a: [Float], _ b: [Float]) -> Float {
    let scale = b.map { abs($0) }.max() ?? 1
    return (zip(a, b).map { abs($0 - $1) }.max() ?? 0) / scale
  }
}
