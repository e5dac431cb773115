/// Networks that hold activations in the forms that layers have, as files.
package enum LayerForms {
  private typealias Small = SmallModel

  /// The networks by what is particular about them.
  package static let all: [(name: String, model: SmallModel)] = [
    ("a fully connected layer tied to 32 pixels", tied), ("channels last", channelsLast),
    ("tokens with a class token", transformer), ("gray", gray), ("channels last as input", keras),
    ("a batch of 8", batch), ("an unknown head", partial), ("not square", wide),
  ]

  private static func weights(_ name: String, _ sides: [Int]) -> [UInt8] {
    let count = sides.reduce(1, *)
    return Small.tensor(name, sides, (0..<count).map { Float(($0 * 29) % 23) / 23 - 0.45 })
  }

  private static func model(_ sides: [Int], _ constants: [[UInt8]], _ nodes: [[UInt8]])
    -> SmallModel
  {
    var model = SmallModel()
    model.operatorSets = [("", 17)]
    model.inputs = [Small.value("image", sides)]
    model.initializers = constants
    model.nodes = nodes
    return model
  }

  private static let stem = Small.node(
    "Conv", ["image", "w"], ["stem"], Small.attribute("strides", [4, 4]))

  private static var tied: SmallModel {
    model(
      [-1, 3, 32, 32], [weights("w", [8, 3, 4, 4]), weights("f", [10, 512]), weights("b", [10])],
      [
        stem, Small.node("Relu", ["stem"], ["relu"]), Small.node("Flatten", ["relu"], ["flat"]),
        Small.node("Gemm", ["flat", "f", "b"], ["fc"], Small.attribute("transB", 1)),
        Small.node("Softmax", ["fc"], ["result"], Small.attribute("axis", 1)),
      ])
  }

  private static var channelsLast: SmallModel {
    model(
      [-1, 3, 32, 32], [weights("w", [8, 3, 4, 4]), weights("m", [8, 8]), weights("g", [8])],
      [
        stem, Small.node("Transpose", ["stem"], ["last"], Small.attribute("perm", [0, 2, 3, 1])),
        Small.node("LayerNormalization", ["last", "g"], ["norm"]),
        Small.node("MatMul", ["norm", "m"], ["mixed"]),
        Small.node("Add", ["last", "mixed"], ["sum"]),
        Small.node(
          "ReduceMean", ["sum"], ["pooled"], Small.attribute("axes", [1, 2]),
          Small.attribute("keepdims", 0)),
        Small.node("Relu", ["pooled"], ["result"]),
      ])
  }

  private static var transformer: SmallModel {
    model(
      [-1, 3, 32, 32],
      [
        weights("w", [8, 3, 4, 4]), weights("class", [1, 1, 8]), weights("places", [1, 65, 8]),
        weights("q", [8, 8]), Small.tensor("zero", [], integers: [0]),
        Small.tensor("flat", [3], integers: [0, 8, -1]),
      ],
      [
        stem, Small.node("Reshape", ["stem", "flat"], ["rows"]),
        Small.node("Transpose", ["rows"], ["tokens"], Small.attribute("perm", [0, 2, 1])),
        Small.node("Concat", ["class", "tokens"], ["all"], Small.attribute("axis", 1)),
        Small.node("Add", ["all", "places"], ["placed"]),
        Small.node("MatMul", ["placed", "q"], ["queries"]),
        Small.node("Transpose", ["placed"], ["keys"], Small.attribute("perm", [0, 2, 1])),
        Small.node("MatMul", ["queries", "keys"], ["scores"]),
        Small.node("Softmax", ["scores"], ["weights"], Small.attribute("axis", -1)),
        Small.node("MatMul", ["weights", "placed"], ["attended"]),
        Small.node("Add", ["placed", "attended"], ["block"]),
        Small.node("Gather", ["block", "zero"], ["result"], Small.attribute("axis", 1)),
      ])
  }

  private static var gray: SmallModel {
    model(
      [-1, 1, 28, 28], [weights("w", [6, 1, 4, 4]), weights("v", [5, 6, 3, 3])],
      [
        stem, Small.node("Relu", ["stem"], ["relu"]), Small.node("Conv", ["relu", "v"], ["deep"]),
        Small.node("GlobalAveragePool", ["deep"], ["result"]),
      ])
  }

  private static var keras: SmallModel {
    model(
      [-1, 32, 32, 3], [weights("w", [8, 3, 4, 4])],
      [
        Small.node("Transpose", ["image"], ["first"], Small.attribute("perm", [0, 3, 1, 2])),
        Small.node("Conv", ["first", "w"], ["map"], Small.attribute("strides", [4, 4])),
        Small.node("Transpose", ["map"], ["result"], Small.attribute("perm", [0, 2, 3, 1])),
      ])
  }

  private static var batch: SmallModel {
    model(
      [8, 3, 32, 32],
      [
        weights("w", [8, 3, 4, 4]), Small.tensor("s", [5], integers: [8, 2, 4, 8, 8]),
        Small.tensor("t", [4], integers: [8, 8, 8, 8]),
      ],
      [
        stem, Small.node("Reshape", ["stem", "s"], ["halves"]),
        Small.node("Transpose", ["halves"], ["turned"], Small.attribute("perm", [0, 2, 1, 3, 4])),
        Small.node("Reshape", ["turned", "t"], ["result"]),
      ])
  }

  private static var partial: SmallModel {
    model(
      [-1, 3, 32, 32], [weights("w", [8, 3, 4, 4])],
      [
        stem, Small.node("Relu", ["stem"], ["relu"]), Small.node("Loop", ["relu"], ["looped"]),
        Small.node("Relu", ["looped"], ["result"]),
      ])
  }

  private static var wide: SmallModel {
    model(
      [-1, 3, 16, 32], [weights("w", [8, 3, 4, 4]), weights("f", [10, 256]), weights("b", [10])],
      [
        stem, Small.node("Flatten", ["stem"], ["flat"]),
        Small.node("Gemm", ["flat", "f", "b"], ["result"], Small.attribute("transB", 1)),
      ])
  }
}
