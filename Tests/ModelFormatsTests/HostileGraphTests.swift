import ModelFormats
import NeuralNetworks
import TestSupport
import TestTags
import Testing

@Suite(.tags(.quick)) struct HostileGraphTests {
  private typealias Small = SmallModel

  private func single(
    _ operation: String, _ constants: [(name: String, values: [Int])], _ attributes: [UInt8]...
  ) -> SmallModel {
    var model = SmallModel()
    model.initializers = constants.map {
      Small.tensor($0.name, [$0.values.count], integers: $0.values)
    }
    model.nodes = [
      Small.node(operation, ["image"] + constants.map(\.name), ["result"])
        + attributes.flatMap { Wire.bytes(5, $0) }
    ]
    return model
  }

  @Test("shapes that cannot be")
  func shapes() {
    expectError(single("Reshape", [("s", [-1, -1])]), "cannot be read as")
    expectError(single("Reshape", [("s", [1 << 40, 1 << 40])]), "cannot be read as")
    expectError(
      single("Reshape", [("s", [Int](repeating: 1, count: 1000))]), "cannot be read as")
    expectError(single("Expand", [("s", [1 << 20, 1, 1 << 20, 3, 8, 8])]), "too large")
    expectError(
      single("Slice", [("s", [.min]), ("e", [.max]), ("a", [9])]), "axis 9 is out of range for")
    expectError(
      single("Slice", [("s", [0, 0]), ("e", [1, 1]), ("a", [1, 1])]), "axis 1 appears twice")
    expectError(
      single("Slice", [("s", [0]), ("e", [1]), ("a", [1]), ("t", [0])]), "its step is 0")
    expectError(single("Gather", [("i", [1])]), "index 1 is out of range for size 1")
    expectError(single("Pad", [("p", [0, 0, -9, 0, 0, 0, 0, 0])]), "more than it has to give")
    expectError(single("Pad", [("p", [.max, 0, 0, 0, .max, 0, 0, 0])]), "cannot be put around")
    expectError(single("Unsqueeze", [("a", [0, 0])]), "axis 0 appears twice")
    expectError(single("Unsqueeze", [("a", Array(0..<1000))]), "too many")
    expectError(single("Squeeze", [("a", [.min])]), "is out of range for")
    expectError(
      single("Split", [("s", [3, .max])]), "1 outputs for 2 split sizes are not supported")
    expectError(
      single("Transpose", [], Small.attribute("perm", [0, 1, 2, 2])), "axis 2 appears twice")
    expectError(
      single("Transpose", [], Small.attribute("perm", [Int](repeating: 0, count: 1000))),
      "axes expected")
    expectError(single("Flatten", [], Small.attribute("axis", -5)), "axis -5 is out of range for")
    expectError(
      single("Cast", [], Small.attribute("to", 8)), "a cast to type 8 is not supported")
    expectError(
      single("Pad", [("p", [Int](repeating: 0, count: 8))], Small.attribute("mode", "wrap")),
      "the mode \"wrap\" is not supported")
  }

  @Test("what reads its own size from the image's values is refused")
  func dependentShapes() {
    var model = SmallModel()
    model.nodes = [
      Small.node("Cast", ["image"], ["whole"], Small.attribute("to", 7)),
      Small.node("Reshape", ["image", "whole"], ["result"]),
    ]
    expectError(model, "depend on the image's values, which is not supported")
  }

  @Test("few bytes cannot ask for much memory")
  func bombs() {
    var model = SmallModel()
    model.initializers = [Small.tensor("s", [1], integers: [1 << 40])]
    model.nodes = [Small.node("ConstantOfShape", ["s"], ["result"])]
    expectError(model, "too large")
    model.initializers = [Small.tensor("s", [1], integers: [1 << 30])]
    expectError(model, "are still allowed")
    // Each alone is small enough.
    model.initializers = [Small.tensor("s", [1], integers: [1 << 20])]
    model.nodes = (0..<1000).map { Small.node("ConstantOfShape", ["s"], ["c\($0)"]) }
    model.nodes.append(Small.node("Sum", ["image"] + (0..<1000).map { "c\($0)" }, ["result"]))
    expectError(model, "are still allowed")
    // A tensor that doubles with every node.
    model.initializers = [Small.tensor("c0", [4], [1, 2, 3, 4])]
    model.nodes = (0..<100).map {
      Small.node("Concat", ["c\($0)", "c\($0)"], ["c\($0 + 1)"], Small.attribute("axis", 0))
    }
    model.outputs = [Small.value("c100", [])]
    expectError(model, "are still allowed")
  }

  @Test("one large weight that many nodes turn over is kept a few times, not for each")
  func repeatedWeights() throws {
    var model = SmallModel()
    model.inputs = [Small.value("image", [1, 1024])]
    model.initializers = [
      Small.tensor("w", [1024, 1024], [Float](repeating: 0, count: 1 << 20))
    ]
    func nodes(_ count: Int) -> [[UInt8]] {
      (0..<count).map {
        Small.node(
          "MatMul", [$0 == 0 ? "image" : "x\($0)", "w"],
          [$0 == count - 1 ? "result" : "x\($0 + 1)"])
      }
    }
    model.nodes = nodes(8)
    #expect(try model.graph().nodes.count == 8)
    model.nodes = nodes(100)
    expectError(model, "used too often to be kept in memory")
  }

  @Test("many split outputs, names and nodes take time in proportion", .withinAMinute)
  func manyThings() throws {
    var model = SmallModel()
    model.inputs = [Small.value("image", [1, 4096])]
    model.nodes = [
      Small.node(
        "Split", ["image"], (0..<4096).map { "p\($0)" }, Small.attribute("axis", 1))
    ]
    model.outputs = [Small.value("p0", [])]
    expectError(model, "4096 outputs for 4096 split sizes are not supported")
    let long = String(repeating: "n", count: 1_000_000)
    model.nodes = [Small.node("Relu", [long], ["result"])]
    expectError(model, "which no node produces")
    model.nodes = [Small.node("Relu", ["image"], [long]), Small.node("Abs", [long], ["result"])]
    model.outputs = [Small.value("result", [])]
    #expect(try model.graph().nodes.count == 2)
    model.nodes = (0..<100_000).map {
      Small.node("Relu", [$0 == 0 ? "image" : "\($0)"], [$0 == 99_999 ? "result" : "\($0 + 1)"])
    }
    #expect(try model.graph().nodes.count == 100_000)
    model.nodes.append(Small.node("Relu", ["nowhere"], ["other"]))
    expectError(model, "which no node produces")
  }
}
