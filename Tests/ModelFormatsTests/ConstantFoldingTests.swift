import ModelFormats
import Models
import NeuralNetworks
import TestSupport
import TestTags
import Testing

/// What follows from constants alone is a constant, whichever operator makes it.
@Suite(.tags(.quick)) struct ConstantFoldingTests {
  private typealias Small = SmallModel

  private func weights(_ model: SmallModel) throws -> [Float] {
    let graph = try model.graph()
    guard case .convolution(let convolution) = graph.nodes.last?.operation else { return [] }
    #expect(graph.nodes.count == 1)
    return convolution.weights
  }

  /// A convolution whose weights of 2 × 3 × 2 × 2 are made of `v` by the given nodes, as `w`.
  private func network(_ nodes: [[UInt8]], _ constants: [[UInt8]]) -> SmallModel {
    var model = SmallModel()
    model.operatorSets = [("", 17)]
    model.initializers = constants
    model.nodes = nodes + [Small.node("Conv", ["image", "w"], ["result"])]
    return model
  }

  private let values: [Float] = (0..<24).map { Float(($0 * 7) % 11) - 4 }

  @Test("weights are standardized by a batch normalization in training, as PyTorch writes it")
  func standardization() throws {
    let model = network(
      [
        Small.node("Reshape", ["v", "flat"], ["x"]),
        Small.node(
          "BatchNormalization", ["x", "gain", "zero", "zero", "one"], ["y", "m", "s"],
          Small.attribute("training_mode", 1), Small.attribute("epsilon", Float(1e-6)),
          Small.attribute("momentum", Float(1))),
        Small.node("Reshape", ["y", "sizes"], ["w"]),
      ],
      [
        Small.tensor("v", [2, 3, 2, 2], values), Small.tensor("flat", [3], integers: [1, 2, -1]),
        Small.tensor("sizes", [4], integers: [2, 3, 2, 2]), Small.tensor("gain", [2], [1, 3]),
        Small.tensor("zero", [2], [0, 0]), Small.tensor("one", [2], [1, 1]),
      ])
    let found = try weights(model)
    for channel in 0..<2 {
      let part = values[channel * 12..<channel * 12 + 12].map(Double.init)
      let mean = part.reduce(0, +) / 12
      let variance = part.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 12
      for (index, value) in part.enumerated() {
        let expected = (channel == 0 ? 1 : 3) * (value - mean) / (variance + 1e-6).squareRoot()
        // A few roundings of numbers below 8.
        #expect(abs(Double(found[channel * 12 + index]) - expected) < 8e-6)
      }
    }
  }

  @Test("of the image, a batch normalization in training is refused")
  func training() {
    var model = SmallModel()
    model.operatorSets = [("", 17)]
    model.initializers = ["s", "b", "m", "v"].map { Small.tensor($0, [3], [1, 1, 1]) }
    model.nodes = [
      Small.node(
        "BatchNormalization", ["image", "s", "b", "m", "v"], ["result"],
        Small.attribute("training_mode", 1))
    ]
    expectError(model, "by the batch's statistics")
  }

  @Test("operators without a folding of their own run on constants: convolution, pools, norms")
  func engine() throws {
    let base = [Small.tensor("v", [2, 3, 3, 3], (0..<54).map { Float($0 % 7) })]
    let pooled = network(
      [
        Small.node(
          "MaxPool", ["v"], ["w"], Small.attribute("kernel_shape", [2, 2]),
          Small.attribute("strides", [1, 1]))
      ], base)
    let maxima = try weights(pooled)
    for map in 0..<6 {
      for (row, column) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
        let window = [0, 1, 3, 4].map { Float((map * 9 + row * 3 + column + $0) % 7) }
        #expect(maxima[map * 4 + row * 2 + column] == window.max())
      }
    }
    let convolved = network(
      [Small.node("Conv", ["v", "k"], ["w"], Small.attribute("group", 3))],
      base + [Small.tensor("k", [3, 1, 2, 2], [Float](repeating: 0.5, count: 12))])
    let sums = try weights(convolved)
    #expect(sums.count == 24)
    #expect(sums[0] == 0.5 * (0 + 1 + 3 + 4) && sums[3] == 0.5 * (4 + 5 + 0 + 1))
    let normal = network(
      [
        Small.node(
          "LayerNormalization", ["v", "g"], ["x"], Small.attribute("axis", -1)),
        Small.node("Slice", ["x", "s", "e"], ["w"]),
      ],
      base + [
        Small.tensor("g", [3], [1, 1, 1]), Small.tensor("s", [4], integers: [0, 0, 0, 0]),
        Small.tensor("e", [4], integers: [2, 3, 2, 2]),
      ])
    let rows = try weights(normal)
    // 0, 1, 2 less 1 over √(2/3).
    #expect(abs(rows[0] + (1.5 as Float).squareRoot()) < 1e-4 && abs(rows[1]) < 1e-6)
  }

  @Test("an index table that a convolution and a pool lead to is read")
  func indices() throws {
    // Of 1, 2, 3, 4 every second, times 2, less 2: channels 0 and 4 of … of three: 0 and 2.
    var model = SmallModel()
    model.initializers = [
      Small.tensor("t", [1, 1, 1, 4], [0, 1, 1, 2]), Small.tensor("shape", [1], integers: [-1]),
    ]
    model.nodes = [
      Small.node(
        "MaxPool", ["t"], ["p"], Small.attribute("kernel_shape", [1, 2]),
        Small.attribute("strides", [1, 2])),
      Small.node("Cast", ["p"], ["whole"], Small.attribute("to", 7)),
      Small.node("Reshape", ["whole", "shape"], ["list"]),
      Small.node("Gather", ["image", "list"], ["result"], Small.attribute("axis", 1)),
    ]
    let graph = try model.graph()
    #expect(try graph.facts(input: graph.inputShape)["result"]?.shape == [1, 2, 8, 8])
    #expect(try graph.facts(input: graph.inputShape)["list"]?.constant?.integers == [1, 2])
  }

  @Test("tables of indices are worked out: ranges, gathered lists, ones at indices")
  func tables() throws {
    func value(_ node: [UInt8], _ constants: [[UInt8]]) throws -> ConstantTensor? {
      var model = SmallModel()
      model.initializers = constants
      model.nodes = [node]
      guard case .constant(let tensor) = try model.graph().nodes.first?.operation else {
        return nil
      }
      return tensor
    }
    let range = Small.node("Range", ["a", "b", "c"], ["result"])
    func limits(_ values: [Int]) -> [[UInt8]] {
      zip("abc", values).map { Small.tensor(String($0), [], integers: [$1]) }
    }
    #expect(try value(range, limits([2, 9, 3]))?.integers == [2, 5, 8])
    #expect(try value(range, limits([3, -2, -2]))?.integers == [3, 1, -1])
    #expect(try value(range, limits([3, 3, 1]))?.integers == [])
    let floats = zip("abc", [Float(0), 1, 0.375]).map { Small.tensor(String($0), [], [$1]) }
    #expect(try value(range, floats)?.floats == [0, 0.375, 0.75])
    for limits in [limits([0, 1 << 60, 1]), limits([0, 9, 0]), limits([0, 1 << 39, 1])] {
      #expect(throws: ModelError.self) { try value(range, limits) }
    }
    // The image's size is known as soon as it is chosen.
    var counted = SmallModel()
    counted.initializers = [
      Small.tensor("zero", [], integers: [0]), Small.tensor("one", [], integers: [1]),
      Small.tensor("three", [], integers: [3]),
    ]
    counted.nodes = [
      Small.node("Shape", ["image"], ["sizes"]),
      Small.node("Gather", ["sizes", "three"], ["width"]),
      Small.node("Range", ["zero", "width", "one"], ["columns"]),
      Small.node("Cast", ["columns"], ["numbers"], Small.attribute("to", 1)),
      Small.node("Add", ["image", "numbers"], ["result"]),
    ]
    let facts = try counted.graph().facts(input: [1, 3, 8, 5])
    #expect(facts["columns"]?.constant?.integers == [0, 1, 2, 3, 4])
    let gather = Small.node("GatherND", ["t", "i"], ["result"])
    let table = Small.tensor("t", [2, 3], Small.ramp(6))
    func indices(_ shape: [Int], _ values: [Int]) -> [UInt8] {
      Small.tensor("i", shape, type: 7)
        + Wire.bytes(9, values.flatMap { Wire.littleEndian(UInt64(bitPattern: Int64($0))) })
    }
    let elements = try value(gather, [table, indices([2, 2], [1, 2, 0, -1])])
    #expect(elements?.shape == [2] && elements?.floats == [5, 2])
    let rows = try value(gather, [table, indices([2, 1, 1], [1, -2])])
    #expect(rows?.shape == [2, 1, 3] && rows?.floats == [3, 4, 5, 0, 1, 2])
    for wrong in [indices([1, 1], [2]), indices([1, 3], [0, 0, 0])] {
      #expect(throws: ModelError.self) { try value(gather, [table, wrong]) }
    }
    let ones = try value(
      Small.node("OneHot", ["i", "d", "v"], ["result"], Small.attribute("axis", 0)),
      [
        indices([2], [2, -3]), Small.tensor("d", [], integers: [3]),
        Small.tensor("v", [2], [7, 9]),
      ])
    #expect(ones?.shape == [3, 2] && ones?.floats == [7, 9, 7, 7, 9, 7])
  }

  @Test("a few bytes cannot ask for much work")
  func bounded() {
    var model = SmallModel()
    model.initializers = [
      Small.tensor("s", [4], integers: [1, 1, 4000, 4000]),
      Small.tensor("shape", [0], integers: []),
      Small.tensor("k", [64, 1, 64, 64], [Float](repeating: 1, count: 64 * 64 * 64)),
    ]
    model.nodes = [
      Small.node("ConstantOfShape", ["s"], ["x"]), Small.node("Conv", ["x", "k"], ["y"]),
      Small.node("GlobalAveragePool", ["y"], ["z"]), Small.node("Add", ["image", "z"], ["result"]),
    ]
    expectError(model, "are still allowed")
  }
}
