import NeuralNetworks
import TestTags
import Testing

/// Truth values of the image, and what is chosen by them.
@Suite(.tags(.quick)) struct ComparisonTests {
  private let data: [Float] = [-1, 0, 0.5, 2, -3, 0.25]
  private let other: [Float] = [-1, 1, 0.25, 2, 0, 0.5]

  /// `data` beside the constant `other`, through some nodes, the last one making `out`.
  private func network(
    _ nodes: [(Operation, [String], String)]
  ) -> NetworkGraph {
    let constant = ConstantTensor(shape: [2, 3], elements: .floats(other))
    return NetworkGraph(
      inputName: "data", inputShape: [2, 3],
      nodes: [Node(name: "c", operation: .constant(constant), inputs: [], output: "other")]
        + nodes.map { Node(name: $2, operation: $0, inputs: $1, output: $2) },
      outputNames: ["out"])
  }

  private func values(_ graph: NetworkGraph) throws -> [Float] {
    let network = try CompiledNetwork(
      graph, input: [2, 3], reading: ["out"], weights: PreparedWeights())
    network.withInput { input in for index in data.indices { input[index] = data[index] } }
    try network.forward()
    return try network.withOutput("out") { span in span.indices.map { span[$0] } }
  }

  @Test("comparisons are 1 where they hold, also of truth values")
  func comparisons() throws {
    let expected: [(Comparison, [Float])] = [
      (.equal, [1, 0, 0, 1, 0, 0]), (.less, [0, 1, 0, 0, 1, 1]),
      (.lessOrEqual, [1, 1, 0, 1, 1, 1]),
    ]
    for (comparison, numbers) in expected {
      #expect(
        try values(network([(.comparison(comparison), ["data", "other"], "out")])) == numbers)
    }
    let logic: [(Comparison, [Float])] = [
      (.and, [0, 1, 0, 0, 1, 1]), (.or, [1, 1, 0, 1, 1, 1]), (.exclusiveOr, [1, 0, 0, 1, 0, 0]),
    ]
    for (comparison, numbers) in logic {
      let graph = network([
        (.comparison(.less), ["data", "other"], "less"),
        (.comparison(.lessOrEqual), ["data", "other"], "most"),
        (.comparison(comparison), ["less", "most"], "out"),
      ])
      #expect(try values(graph) == numbers)
    }
  }

  @Test("casts go towards zero, and to 1 for what is not 0")
  func casts() throws {
    #expect(try values(network([(.cast(.integer), ["data"], "out")])) == [-1, 0, 0, 2, -3, 0])
    #expect(try values(network([(.cast(.boolean), ["data"], "out")])) == [1, 0, 1, 1, 1, 1])
    let back = network([(.cast(.integer), ["data"], "whole"), (.cast(.float), ["whole"], "out")])
    #expect(try values(back) == [-1, 0, 0, 2, -3, 0])
  }

  @Test("rounding is to even, down and up, with zero as derivative")
  func rounding() throws {
    #expect(try values(network([(.unary(.round), ["data"], "out")])) == [-1, 0, 0, 2, -3, 0])
    #expect(try values(network([(.unary(.floor), ["data"], "out")])) == [-1, 0, 0, 2, -3, 0])
    #expect(try values(network([(.unary(.ceiling), ["data"], "out")])) == [-1, 0, 1, 2, -3, 1])
    // x + floor(x) has the derivative 1.
    let sum = network([
      (.unary(.floor), ["data"], "floor"), (.binary(.add), ["data", "floor"], "out"),
    ])
    try GradientCheck(sum, target: "out", point: [-1.4, 0.3, 0.5, 2.2, -3.7, 0.25]).run()
  }

  @Test("what is chosen by values of the image has gradients where it was taken from")
  func selection() throws {
    // 2 x where x < c, else c x.
    let graph = network([
      (.comparison(.less), ["data", "other"], "less"),
      (.binary(.add), ["data", "data"], "twice"),
      (.binary(.multiply), ["data", "other"], "product"),
      (.select, ["less", "twice", "product"], "out"),
    ])
    #expect(try values(graph) == [1, 0, 0.125, 4, -6, 0.5])
    let point: [Float] = [-0.8, 0.4, 0.6, 1.7, -2, 0.1]
    try GradientCheck(graph, target: "out", point: point).run()
    try Adjoint(graph, to: "out", point: point).check()
  }

  @Test("integers that depend on the image are not computed with")
  func integers() throws {
    let graph = network([
      (.cast(.integer), ["data"], "whole"), (.binary(.multiply), ["whole", "whole"], "out"),
    ])
    #expect {
      try values(graph)
    } throws: {
      "\($0)".contains("integers that depend on the image is not supported")
    }
  }

  @Test("what is no number stays one in maxima and minima, in either place")
  func notANumber() throws {
    for function in [BinaryFunction.maximum, .minimum] {
      for inputs in [["root", "other"], ["other", "root"]] {
        let graph = network([
          (.unary(.squareRoot), ["data"], "root"), (.binary(function), inputs, "out"),
        ])
        let found = try values(graph)
        #expect(found.map(\.isNaN) == data.map { $0 < 0 })
      }
    }
  }
}
