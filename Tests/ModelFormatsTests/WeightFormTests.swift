import Matrices
import ModelFormats
import Models
import NeuralNetworks
import TestSupport
import TestTags
import Testing

/// Operators with weights in the forms that they took from operator set 7 to 21.
@Suite(.tags(.quick)) struct WeightFormTests {
  private typealias Small = SmallModel

  private func shape(_ graph: NetworkGraph, _ name: String = "result") throws -> TensorShape? {
    try graph.facts(input: graph.inputShape)[name]?.shape
  }

  @Test("a convolution along a line is one along maps of one row")
  func lineConvolution() throws {
    let graph = try graph(
      13, "Conv", sides: [1, 4, 9], inputs: ["image", "w"],
      constants: [Small.tensor("w", [6, 2, 3], Small.ramp(36))], Small.attribute("group", 2),
      Small.attribute("pads", [1, 0]), Small.attribute("strides", [2]))
    #expect(graph.nodes.map(\.operation.name) == ["unsqueeze", "grouped convolution", "squeeze"])
    #expect(try shape(graph) == [1, 6, 4])
    guard case .convolution(let layer) = graph.nodes[1].operation else { return }
    #expect(layer.kernel == Extent(height: 1, width: 3) && layer.weights == Small.ramp(36))
    #expect(layer.padding == Padding(left: 1))
  }

  @Test("batch normalization in use is a factor and a summand a channel")
  func batchNormalization() throws {
    let constants = [
      Small.tensor("scale", [2], [2, 3]), Small.tensor("bias", [2], [1, -1]),
      Small.tensor("mean", [2], [4, 5]), Small.tensor("var", [2], [3, 15]),
    ]
    let inputs = ["image", "scale", "bias", "mean", "var"]
    for set in [7, 9, 14, 15] {
      let graph = try graph(
        set, "BatchNormalization", sides: [1, 2, 4], inputs: inputs, constants: constants,
        Small.attribute("epsilon", Float(1)), Small.attribute("momentum", Float(0.9)))
      guard case .channelAffine(let affine) = graph.nodes[0].operation else {
        Issue.record("not an affine function")
        return
      }
      #expect(affine == ChannelAffine(scale: [1, 0.75], shift: [-3, -4.75]))
    }
    for attribute in [Small.attribute("training_mode", 1), Small.attribute("spatial", 0)] {
      let error = #expect(throws: ModelError.self) {
        try graph(
          14, "BatchNormalization", sides: [1, 2, 4], inputs: inputs, constants: constants,
          attribute)
      }
      #expect(error?.description.contains("not supported") == true)
    }
  }

  @Test("layer normalization, its constants spread where they are smaller")
  func layerNormalization() throws {
    let graph = try graph(
      17, "LayerNormalization", sides: [1, 2, 3], inputs: ["image", "s"],
      constants: [Small.tensor("s", [3], [1, 2, 3])], outputs: ["result", "mean"],
      Small.attribute("axis", 1), Small.attribute("epsilon", Float(0.5)))
    guard case .layerNormalization(let layer) = graph.nodes[0].operation else {
      Issue.record("not a layer normalization")
      return
    }
    #expect(layer.scale == [1, 2, 3, 1, 2, 3] && layer.shift == .init(repeating: 0, count: 6))
    #expect(layer.axis == 1 && layer.epsilon == 0.5)
    #expect(graph.nodes.count == 1)
  }

  @Test("matrix products: a layer where the right factor is a constant matrix")
  func matrixProducts() throws {
    let w = Small.tensor("w", [3, 2], [1, 2, 3, 4, 5, 6])
    let layer = try graph(13, "MatMul", sides: [4, 5, 3], inputs: ["image", "w"], constants: [w])
    guard case .innerProduct(let product) = layer.nodes.last?.operation else {
      Issue.record("not an inner product")
      return
    }
    #expect(product.weights == Matrix(rowCount: 2, columnCount: 3, elements: [1, 3, 5, 2, 4, 6]))
    #expect(try shape(layer) == [4, 5, 2])
    let left = try graph(13, "MatMul", sides: [4, 2, 5], inputs: ["w", "image"], constants: [w])
    #expect(left.nodes.last?.operation.name == "matrix product")
    #expect(try shape(left) == [4, 3, 5])
  }

  @Test("Gemm in general: both factors from the image, a bias for each row")
  func generalProducts() throws {
    let square = try graph(
      13, "Gemm", sides: [3, 5], inputs: ["image", "image", "c"],
      constants: [Small.tensor("c", [5, 1], Small.ramp(5))], Small.attribute("transA", 1),
      Small.attribute("alpha", Float(0.5)), Small.attribute("beta", Float(2)))
    #expect(try shape(square) == [5, 5])
    let rows = try graph(
      13, "Gemm", sides: [3, 5], inputs: ["image", "w", "c"],
      constants: [
        Small.tensor("w", [5, 2], Small.ramp(10)), Small.tensor("c", [3, 1], Small.ramp(3)),
      ])
    #expect(
      rows.nodes.filter { !$0.inputs.isEmpty }.map(\.operation.name)
        == ["inner product", "addition"])
    #expect(try shape(rows) == [3, 2])
  }

  @Test("instance normalization is made of means, and a factor and a summand a channel")
  func instanceNormalization() throws {
    let graph = try graph(
      7, "InstanceNormalization", sides: [2, 3, 8, 8], inputs: ["image", "s", "b"],
      constants: [Small.tensor("s", [3], [1, 2, 3]), Small.tensor("b", [3], [4, 5, 6])])
    guard case .channelAffine(let affine) = graph.nodes.last?.operation else {
      Issue.record("not an affine function")
      return
    }
    #expect(affine == ChannelAffine(scale: [1, 2, 3], shift: [4, 5, 6]))
    #expect(try shape(graph) == [2, 3, 8, 8])
  }
}
