import Matrices
import ModelFormats
import NeuralNetworks
import TestSupport
import TestTags
import Testing

@Suite(.tags(.quick)) struct ImporterTests {
  @Test("a network with every operation becomes a graph with its shapes")
  func complete() throws {
    let graph = try SmallModel.complete.graph()
    #expect(graph.inputName == "image")
    #expect(graph.inputShape == [1, 3, 8, 8])
    #expect(graph.outputNames == ["result"])
    #expect(
      graph.nodes.map(\.operation.name) == [
        "convolution", "ReLU", "local response normalization", "max pooling", "average pooling",
        "concatenation", "identity", "global average pooling", "flatten", "inner product",
        "identity", "softmax",
      ])
    let shapes = try graph.shapes(inputHeight: 8, inputWidth: 8)
    #expect(shapes["x4"] == MapShape(channels: 4, height: 3, width: 3))
    #expect(shapes["x7"] == MapShape(channels: 8, height: 3, width: 3))
    #expect(shapes["result"] == MapShape(channels: 5, height: 1, width: 1))
  }

  @Test("weights and constants arrive as they are")
  func values() throws {
    let nodes = try SmallModel.complete.graph().nodes
    guard case .convolution(let convolution) = nodes[0].operation,
      case .localResponseNormalization(let normalization) = nodes[2].operation,
      case .averagePool(let window, let countsPadding) = nodes[4].operation,
      case .innerProduct(let product) = nodes[9].operation
    else {
      Issue.record("the operations are others")
      return
    }
    #expect(convolution.weights == SmallModel.ramp(108))
    #expect(convolution.bias == [0, 1, 2, 3])
    #expect(convolution.padding == Padding(top: 1, left: 1, bottom: 1, right: 1))
    let expected = LocalResponseNormalization(size: 5, alpha: 0.25, beta: 0.5, bias: 2)
    #expect(normalization == expected)
    #expect(window.roundsUp && countsPadding && window.stride == Extent(height: 3, width: 3))
    #expect(product.weights == Matrix(rowCount: 5, columnCount: 8, elements: SmallModel.ramp(40)))
    #expect(product.bias == SmallModel.ramp(5))
  }

  @Test("the order of the nodes in the file does not matter; a valid order is kept")
  func order() throws {
    var model = SmallModel.complete
    let outputs = try model.graph().nodes.map(\.output)
    #expect(outputs == (1...11).map { "x\($0)" } + ["result"])
    model.nodes.reverse()
    let graph = try model.graph()
    #expect(Set(graph.nodes.map(\.output)) == Set(outputs))
    #expect(try graph.shapes(inputHeight: 8, inputWidth: 8).count == 13)
  }

  @Test("a chain of many nodes, written backwards, is sorted")
  func longChain() throws {
    var model = SmallModel()
    model.nodes = (0..<50_000).reversed().map {
      SmallModel.node(
        "Relu", [$0 == 0 ? "image" : "\($0)"], [$0 == 49_999 ? "result" : "\($0 + 1)"])
    }
    #expect(try model.graph().nodes.count == 50_000)
  }

  @Test("weights of float, float16 and double, typed or raw, are the same")
  func weightTypes() throws {
    let values: [Float] = [-1.5, 0, 0.25, 3]
    func header(_ type: Int) -> [UInt8] { SmallModel.tensor("w", [1, 1, 2, 2], type: type) }
    let half = values.map { Float16($0).bitPattern }
    let tensors = [
      SmallModel.tensor("w", [1, 1, 2, 2], values),
      header(1) + Wire.bytes(4, values.flatMap { Wire.littleEndian($0.bitPattern) }),
      header(10) + Wire.bytes(9, half.flatMap { Wire.littleEndian($0) }),
      header(10) + Wire.bytes(5, half.flatMap { Wire.varint(UInt64($0)) }),
      header(11) + Wire.bytes(9, values.flatMap { Wire.littleEndian(Double($0).bitPattern) }),
      header(11) + Wire.bytes(10, values.flatMap { Wire.littleEndian(Double($0).bitPattern) }),
    ]
    for tensor in tensors {
      var model = SmallModel.single("Conv", constants: [tensor], names: ["w"])
      model.inputs = [SmallModel.value("image", [1, 1, 4, 4])]
      guard case .convolution(let convolution) = try model.graph().nodes[0].operation else {
        Issue.record("not a convolution")
        return
      }
      #expect(convolution.weights == values)
      #expect(convolution.bias == [0])
    }
  }

  @Test("Gemm: alpha, beta, B as it stands or transposed, bias for each or for all")
  func gemm() throws {
    let matrix = Matrix(rowCount: 192, columnCount: 2, elements: SmallModel.ramp(384))
    for (isTransposed, biasSides) in [(0, [2]), (1, [1, 2]), (0, []), (1, [1])] {
      var model = SmallModel()
      model.initializers = [
        SmallModel.tensor(
          "w", isTransposed == 1 ? [2, 192] : [192, 2],
          isTransposed == 1 ? matrix.transposed().elements : matrix.elements),
        SmallModel.tensor("b", biasSides, SmallModel.ramp(biasSides.max() ?? 1)),
      ]
      model.nodes = [
        SmallModel.node("Flatten", ["image"], ["flat"]),
        SmallModel.node(
          "Gemm", ["flat", "w", "b"], ["result"], SmallModel.attribute("transB", isTransposed),
          SmallModel.attribute("alpha", Float(2)), SmallModel.attribute("beta", Float(3))),
      ]
      guard case .innerProduct(let product) = try model.graph().nodes[1].operation else {
        Issue.record("not an inner product")
        return
      }
      #expect(product.weights.elements == matrix.transposed().elements.map { 2 * $0 })
      #expect(product.bias == (biasSides.max() == 2 ? [0, 3] : [0, 0]))
    }
  }

  @Test(
    "auto_pad is a rule of padding",
    arguments: [
      ("VALID", PaddingRule.explicit), ("NOTSET", .explicit), ("SAME_UPPER", .sameUpper),
      ("SAME_LOWER", .sameLower),
    ])
  func autoPad(word: String, rule: PaddingRule) throws {
    let model = SmallModel.single(
      "MaxPool", SmallModel.attribute("kernel_shape", [4, 4]),
      SmallModel.attribute("auto_pad", word), SmallModel.attribute("strides", [2, 3]))
    guard case .maxPool(let window) = try model.graph().nodes[0].operation else {
      Issue.record("not a pool")
      return
    }
    #expect(window.paddingRule == rule && window.padding == Padding())
  }

  @Test("an initializer listed as an input is not an input; unused ones do no harm")
  func initializerAsInput() throws {
    var model = SmallModel.complete
    model.inputs.append(SmallModel.value("w", [4, 3, 3, 3]))
    model.initializers.append(SmallModel.tensor("unused", [2], type: 7) + Wire.bytes(9, [1]))
    #expect(try model.graph().inputName == "image")
  }

  @Test("a node without a name is called like its output")
  func unnamed() throws {
    var model = SmallModel()
    model.nodes = [SmallModel.node("Relu", ["image"], ["result"], name: "")]
    #expect(try model.graph().nodes[0].name == "result")
  }

  @Test("old softmax runs over everything from its axis on, new softmax over its axis")
  func oldSoftmax() throws {
    var model = SmallModel()
    model.operatorSets = [("ai.onnx", 11), ("com.example", 1)]
    model.nodes = [
      SmallModel.node("GlobalAveragePool", ["image"], ["pool"]),
      SmallModel.node("Softmax", ["pool"], ["result"]),
    ]
    #expect(try model.graph().nodes.map(\.operation.name) == ["global average pooling", "softmax"])
    model.nodes = [SmallModel.node("Softmax", ["image"], ["result"])]
    let graph = try model.graph()
    #expect(graph.nodes.map(\.operation.name) == ["shape", "flatten", "softmax", "reshape"])
    #expect(graph.tensorNames.last == "result")
    #expect(try graph.facts(input: [2, 3, 5, 4])["result"]?.shape == [2, 3, 5, 4])
    model.operatorSets = [("", 13)]
    guard case .softmax(let axis) = try model.graph().nodes[0].operation else {
      Issue.record("not a softmax")
      return
    }
    #expect(axis == -1)
  }
}
