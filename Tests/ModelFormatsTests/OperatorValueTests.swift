import ModelFormats
import NeuralNetworks
import TestSupport
import TestTags
import Testing

/// One node of a file, and the values that it makes.
struct OperatorValue: CustomTestStringConvertible, Sendable {
  /// An input after the first.
  enum Other: Sendable {
    case none
    case weights([Int])
    case integers([Int])
    case numbers([Float])
  }

  enum Attribute: Sendable {
    case integer(Int)
    case integers([Int])
    case number(Float)
    case word(String)
  }

  let testDescription: String
  let operatorSet: Int
  let operation: String
  let input: [Int]
  let others: [Other]
  let attributes: [(String, Attribute)]
  let shape: [Int]
  let values: [Float]

  init(
    _ name: String, _ operatorSet: Int, _ operation: String, _ input: [Int], _ others: [Other],
    _ attributes: [(String, Attribute)], shape: [Int], _ values: [Float]
  ) {
    testDescription = name
    self.operatorSet = operatorSet
    self.operation = operation
    self.input = input
    self.others = others
    self.attributes = attributes
    self.shape = shape
    self.values = values
  }

  /// Numbers of both signs that are exact in single precision.
  static func ramp(_ count: Int, _ factor: Int, _ period: Int, _ scale: Float) -> [Float] {
    (0..<count).map { Float(factor * $0 % period - period / 2) / scale }
  }

  /// The file's network.
  func graph() throws -> NetworkGraph {
    var model = SmallModel()
    model.operatorSets = [("", operatorSet)]
    model.inputs = [SmallModel.value("image", input)]
    var names = ["image"]
    for (index, other) in others.enumerated() {
      let name = "c\(index)"
      names.append(name)
      switch other {
      case .none: names[names.count - 1] = ""
      case .weights(let sides):
        let values = Self.ramp(sides.reduce(1, *), 5, 7, 8)
        model.initializers.append(SmallModel.tensor(name, sides, values))
      case .integers(let values):
        model.initializers.append(SmallModel.tensor(name, [values.count], integers: values))
      case .numbers(let values):
        model.initializers.append(SmallModel.tensor(name, [values.count], values))
      }
    }
    let encoded = attributes.flatMap { name, value in
      switch value {
      case .integer(let value): Wire.bytes(5, SmallModel.attribute(name, value))
      case .integers(let values): Wire.bytes(5, SmallModel.attribute(name, values))
      case .number(let value): Wire.bytes(5, SmallModel.attribute(name, value))
      case .word(let word): Wire.bytes(5, SmallModel.attribute(name, word))
      }
    }
    model.nodes = [SmallModel.node(operation, names, ["result"]) + encoded]
    return try model.graph()
  }
}

/// Operators against values of onnxruntime.
@Suite(.tags(.quick)) struct OperatorValueTests {
  @Test("a node makes the values that onnxruntime makes", arguments: OperatorValue.all)
  func equalsRuntime(_ expected: OperatorValue) throws {
    let network = try CompiledNetwork(
      expected.graph(), input: TensorShape(expected.input), reading: ["result"],
      weights: PreparedWeights())
    let data = OperatorValue.ramp(expected.input.reduce(1, *), 7, 11, 4)
    network.withInput { input in for index in data.indices { input[index] = data[index] } }
    try network.forward()
    #expect(network.shape(of: "result").dimensions == expected.shape)
    try network.withOutput("result") { output in
      for (index, value) in expected.values.enumerated() {
        // Seven digits are written; sums have at most 27 terms.
        #expect(
          abs(output[index] - value) <= 1e-6 * max(1, abs(value)),
          "element \(index): \(output[index]) instead of \(value)")
      }
    }
  }

  private func cause(
    _ operation: String, _ others: [OperatorValue.Other],
    _ attributes: [(String, OperatorValue.Attribute)], set: Int = 18
  ) -> String {
    let value = OperatorValue(
      "", set, operation, [1, 3, 4, 4], others, attributes, shape: [], [])
    do { _ = try value.graph() } catch { return "\(error)" }
    return "it was read"
  }

  @Test("what is not supported says so")
  func refused() throws {
    let sizes: [OperatorValue.Other] = [.none, .none, .integers([1, 3, 2, 2])]
    let unknown: [[(String, OperatorValue.Attribute)]] = [
      [("mode", .word("linear")), ("coordinate_transformation_mode", .word("tf_crop_and_resize"))],
      [
        ("mode", .word("linear")), ("antialias", .integer(1)),
        ("coordinate_transformation_mode", .word("align_corners")),
      ],
      [("keep_aspect_ratio_policy", .word("not_larger"))],
    ]
    for attributes in unknown {
      #expect(cause("Resize", sizes, attributes).contains("not supported"))
    }
    // Opset 10 does not say which pixels a smaller map has.
    #expect(
      cause("Resize", [.numbers([1, 1, 0.5, 0.5])], [], set: 10).contains("not supported"))
    #expect(cause("ConvTranspose", [.weights([3, 1, 2, 2, 2])], []).contains("not supported"))
  }
}
