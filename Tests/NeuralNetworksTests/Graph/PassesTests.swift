import NeuralNetworks
import TestTags
import Testing

@Suite(.tags(.quick)) struct PassesTests {
  private let branches = network(
    [
      node(.unary(.relu), ["image"], "stem"),
      node(.identity, ["stem"], "drop"),
      node(convolution(3, 2), ["drop"], "left"),
      node(convolution(3, 4), ["stem"], "right"),
      node(.identity, ["right"], "again"),
      node(.identity, ["again"], "thrice"),
      node(.concatenation(axis: 1), ["left", "thrice"], "both"),
    ], outputs: ["both"])

  @Test("truncation keeps what the wanted tensors need, in order, and nothing else")
  func truncation() throws {
    let left = try branches.truncated(to: ["left"])
    #expect(left.nodes.map(\.output) == ["stem", "drop", "left"])
    #expect(left.outputNames == ["left"])
    let two = try branches.truncated(to: ["again", "drop"])
    #expect(two.nodes.map(\.output) == ["stem", "drop", "right", "again"])
    #expect(try branches.truncated(to: ["both"]).nodes.count == branches.nodes.count)
    #expect(try branches.truncated(to: ["image"]).nodes.isEmpty)
  }

  @Test("truncation to an unknown tensor names the nearest ones")
  func unknownTensor() {
    let error = #expect(throws: GraphError.self) { try branches.truncated(to: ["rihgt"]) }
    #expect(error?.description.contains("\"rihgt\"; the nearest names are \"right\"") == true)
  }

  @Test("an average pool is global when it covers the map at the network's own size")
  func globalPools() throws {
    func pool(_ height: Int, _ width: Int, _ padding: Padding = Padding())
      -> NeuralNetworks.Operation
    {
      .averagePool(
        PoolingWindow(kernel: Extent(height: height, width: width), padding: padding),
        countsPadding: true)
    }
    let graph = network([
      node(pool(12, 10), ["image"], "all"),
      node(pool(10, 10), ["image"], "part"),
      node(pool(12, 10, Padding(top: 1)), ["image"], "padded"),
      node(.flatten(axis: 1), ["all"], "flat"),
      node(innerProduct(3, 2), ["flat"], "classes"),
    ])
    let marked = try graph.withGlobalPoolsMarked()
    #expect(
      marked.nodes.map(\.operation.name) == [
        "global average pooling", "average pooling", "average pooling", "flatten",
        "inner product",
      ])
    let shapes = try marked.shapes(inputHeight: 31, inputWidth: 27)
    #expect(shapes["classes"] == MapShape(channels: 2, height: 1, width: 1))
    #expect(throws: GraphError.self) { try graph.shapes(inputHeight: 31, inputWidth: 27) }
  }
}

@Suite(.tags(.quick)) struct ChannelsFirstTests {
  private func network(_ nodes: [Node]) -> NetworkGraph {
    NetworkGraph(
      inputName: "image", inputShape: [1, 12, 10, 3], nodes: nodes, outputNames: ["last"])
  }

  @Test("a network that begins by putting the channels first loses both transpositions")
  func cancelling() throws {
    let graph = network([
      node(.transpose([0, 3, 1, 2]), ["image"], "first"),
      node(convolution(3, 4), ["first"], "map"),
      node(.transpose([0, 2, 3, 1]), ["map"], "last"),
    ]).withChannelsFirst()
    #expect(graph.inputShape == [1, 3, 12, 10])
    #expect(graph.nodes.map(\.output) == ["first", "map", "last"])
    #expect(graph.nodes.map(\.operation.name) == ["identity", "convolution", "transpose"])
    #expect(graph.nodes[0].inputs == ["image"])
    #expect(try graph.facts(input: graph.inputShape)["last"]?.shape == [1, 12, 10, 4])
  }

  @Test("what reads the image itself reads it with its channels last, as before")
  func kept() throws {
    let graph = network([
      node(.transpose([0, 3, 1, 2]), ["image"], "first"),
      node(.unary(.relu), ["image"], "other"),
      node(.transpose([0, 2, 1, 3]), ["image"], "last"),
    ]).withChannelsFirst()
    let facts = try graph.facts(input: graph.inputShape)
    #expect(facts["image (channels last)"]?.shape == [1, 12, 10, 3])
    #expect(facts["first"]?.shape == [1, 3, 12, 10])
    #expect(facts["other"]?.shape == [1, 12, 10, 3])
    #expect(facts["last"]?.shape == [1, 10, 12, 3])
    // 0 2 3 1 and then 0 2 1 3 is 0 3 2 1 of the image itself.
    guard case .transpose(let order) = graph.nodes[3].operation else {
      Issue.record("not a transposition")
      return
    }
    #expect(order == [0, 3, 2, 1] && graph.nodes[3].inputs == ["image"])
  }

  @Test("only tensors that depend on the image's values are named")
  func names() {
    let graph = network([
      node(.constant(ConstantTensor([1])), [], "weights"),
      node(.shape(start: 0, end: nil), ["image"], "sizes"),
      node(.binary(.add), ["sizes", "weights"], "sum"),
      node(.reshape(allowsZero: false), ["image", "sizes"], "same"),
    ])
    #expect(graph.tensorNames == ["image", "same"])
  }
}

@Suite(.tags(.quick)) struct NearestNamesTests {
  private let names = ["conv1", "conv2/3x3", "inception_4c/1x1", "inception_4c/output", "prob"]

  @Test("a misspelt name finds its original first", arguments: ["conv1", "conv2/3x3", "prob"])
  func misspelt(name: String) {
    var letters = Array(name)
    letters.swapAt(1, 2)
    #expect(nearestNames(to: String(letters), among: names).first == name)
    #expect(nearestNames(to: name.uppercased() + "s", among: names).first == name)
    #expect(nearestNames(to: name, among: names, count: 1) == [name])
  }

  @Test("names that contain the wanted one come first")
  func parts() {
    #expect(
      nearestNames(to: "4c", among: names, count: 2) == ["inception_4c/1x1", "inception_4c/output"])
  }

  @Test("odd requests are harmless")
  func odd() {
    #expect(nearestNames(to: "", among: names, count: 99).count == names.count)
    #expect(nearestNames(to: "x", among: []).isEmpty)
    #expect(nearestNames(to: "x", among: names, count: -1).isEmpty)
    let long = String(repeating: "x", count: 1_000_000)
    #expect(nearestNames(to: long, among: [long, "y"]) == [long, "y"])
  }
}
