import NeuralNetworks
import Testing

/// Tensors that see all of the image, or none of it.
extension ReceptiveFieldTests {
  static let sums: [(String, [(NeuralNetworks.Operation, [String])])] = [
    ("global average", [(.globalAveragePool, ["image"])]),
    ("mean", [(.mean(axes: [2, -1], keepsDimensions: true), ["image"])]),
    ("softmax of positions", [(.softmax(axis: 2), ["image"]), (.softmax(axis: 3), ["t0"])]),
    ("fully connected", [(.flatten(axis: 1), ["image"]), (innerProduct(360, 5), ["t0"])]),
    (
      "normalization of all",
      [
        (
          .layerNormalization(
            LayerNormalization(
              axis: 1, epsilon: 1, scale: [Float](repeating: 1, count: 360),
              shift: [Float](repeating: 0, count: 360))), ["image"]
        )
      ]
    ),
    (
      "positions against positions",
      [
        (.flatten(axis: 3), ["image"]), (.transpose([1, 0]), ["t0"]),
        (.matrixProduct, ["t0", "t1"]),
      ]
    ),
  ]

  @Test("a sum over positions sees all of the image", arguments: sums)
  func whole(name: String, operations: [(NeuralNetworks.Operation, [String])]) throws {
    let nodes = operations.enumerated().map { node($1.0, $1.1, "t\($0)") }
    let field = try field(nodes, "t\(nodes.count - 1)")
    #expect(field.rows.reach == .all && field.columns.reach == .all)
  }

  @Test("a mean over columns alone sees a row; a mean over channels sees a pixel")
  func partialMeans() throws {
    let columns = try field(
      [node(.mean(axes: [3], keepsDimensions: false), ["image"], "x")], "x")
    #expect(columns.columns.reach == .all && columns.columns.positions == nil)
    #expect(columns.rows.reach == .pixels(0...0) && columns.rows.positions?.dimension == 2)
    let channels = try field(
      [node(.mean(axes: [1], keepsDimensions: false), ["image"], "x")], "x")
    #expect(sizes(channels) == [1, 1, 1, 1] && channels.rows.positions?.dimension == 1)
  }

  @Test("a gate makes a map see all of the image, and its stride stays")
  func gate() throws {
    let nodes = [
      node(convolution(3, 4, kernel: 3, stride: 2), ["image"], "map"),
      node(.globalAveragePool, ["map"], "pool"), node(convolution(4, 4), ["pool"], "gate"),
      node(.binary(.multiply), ["gate", "map"], "gated"),
      node(pool(2, 2), ["gated"], "result"),
    ]
    let field = try field(nodes, "result")
    #expect(field.rows.reach == .all && field.columns.reach == .all)
    #expect(sizes(field) == [nil, nil, 4, 4] && field.isMap([1, 4, 2, 2]) == true)
    #expect(try self.field(nodes, "gate").isMap([1, 4, 1, 1]) == true)
  }

  @Test("what does not depend on the image has no field")
  func constants() throws {
    let graph = network([
      numbers([1, 2], "constant"), node(.shape(start: 0, end: nil), ["image"], "shape"),
      node(.unary(.relu), ["image"], "x"),
    ])
    let fields = try graph.receptiveFields(input: graph.inputShape)
    #expect(Set(fields.keys) == ["image", "x"])
  }

  @Test("strides and windows beyond any image give no number and no crash")
  func enormous() throws {
    let step = 1 << 20
    let nodes = (0..<8).map { index in
      node(
        .maxPool(PoolingWindow(kernel: square(1), stride: square(step))),
        [index == 0 ? "image" : "t\(index - 1)"], "t\(index)")
    }
    #expect(sizes(try field(nodes, "t0")) == [1, 1, step, step])
    #expect(try field(nodes, "t7").rows == .init(reach: .unknown, positions: nil))
    let wide = (0..<64).map { index in
      let edge = Padding(top: step - 1, left: 0, bottom: step - 1, right: 0)
      return node(
        convolution(3, 3, kernel: 2, dilation: step, padding: edge, groups: 3),
        [index == 0 ? "image" : "t\(index - 1)"], "t\(index)")
    }
    #expect(throws: GraphError.self) { try field(wide, "t63") }
  }
}
