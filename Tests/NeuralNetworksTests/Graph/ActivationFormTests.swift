import NeuralNetworks
import TestTags
import Testing

/// How tensors hold activations, by the way on which they descend from the image.
@Suite(.tags(.quick)) struct ActivationFormTests {
  /// A network of nodes on images of 1 × 3 × 16 × 8.
  private func graph(_ nodes: [Node]) -> NetworkGraph {
    var graph = network(nodes)
    graph.inputShape = [1, 3, 16, 8]
    return graph
  }

  private func form(_ nodes: [Node], _ name: String) throws -> ActivationForm? {
    let graph = graph(nodes)
    let facts = try graph.facts(input: graph.inputShape)
    let fields = try graph.receptiveFields(input: graph.inputShape)
    return LayerSuitability(try #require(facts[name]), fields[name]).form
  }

  private func sizes(_ values: [Int], _ name: String) -> Node {
    node(.constant(ConstantTensor(values)), [], name)
  }

  private func floats(_ shape: TensorShape, _ name: String) -> Node {
    let values = (0..<shape.elementCount).map { Float($0 % 5) }
    return node(.constant(ConstantTensor(shape: shape, elements: .floats(values))), [], name)
  }

  /// Patches of 4 × 4 as a map of 6 × 4 × 2, `patches`.
  private var patches: Node {
    node(convolution(3, 6, kernel: 4, stride: 4), ["image"], "patches")
  }

  /// Patches as tokens, `tokens`: 1 × 8 × 6.
  private var tokens: [Node] {
    [
      patches, sizes([0, 6, 8], "flat"),
      node(.reshape(allowsZero: false), ["patches", "flat"], "rows"),
      node(.transpose([0, 2, 1]), ["rows"], "tokens"),
    ]
  }

  @Test("maps and maps with the channels last")
  func maps() throws {
    let nodes = [patches, node(.transpose([0, 2, 3, 1]), ["patches"], "last")]
    #expect(try form(nodes, "patches") == .map)
    #expect(try form(nodes, "last") == .channelsLast)
    // Rows and columns exchanged are no image any more.
    let turned = [patches, node(.transpose([0, 1, 3, 2]), ["patches"], "turned")]
    #expect(try form(turned, "turned") == nil)
    #expect(try form([node(.globalAveragePool, ["image"], "x")], "x") == .map)
    let mean = nodes + [node(.mean(axes: [1, 2], keepsDimensions: true), ["last"], "mean")]
    #expect(try form(mean, "mean") == .channelsLast)
    let single = nodes + [node(.mean(axes: [1, 2], keepsDimensions: false), ["last"], "mean")]
    #expect(try form(single, "mean") == .vector)
  }

  @Test("tokens, with the channels first or last, and with others before and after")
  func tokenForms() throws {
    #expect(try form(tokens, "tokens") == .tokens(first: 0, rows: 4, columns: 2))
    #expect(try form(tokens, "rows") == .channelTokens(first: 0, rows: 4, columns: 2))
    let more =
      tokens + [
        floats([1, 1, 6], "class"), floats([1, 2, 6], "registers"),
        node(.concatenation(axis: 1), ["class", "tokens", "registers"], "all"),
        floats([1, 11, 6], "embedding"), node(.binary(.add), ["all", "embedding"], "placed"),
        sizes([0], "zero"), sizes([1], "one"), sizes([9], "nine"),
        node(.slice, ["placed", "one", "nine", "one"], "patch tokens"),
        node(.slice, ["placed", "zero", "one", "one"], "class token"),
        node(.slice, ["placed", "zero", "nine", "one"], "first nine"),
        sizes([1, 11, 2, 3], "heads"),
        node(.reshape(allowsZero: false), ["placed", "heads"], "apart"),
      ]
    #expect(try form(more, "placed") == .tokens(first: 1, rows: 4, columns: 2))
    #expect(try form(more, "patch tokens") == .tokens(first: 0, rows: 4, columns: 2))
    #expect(try form(more, "first nine") == .tokens(first: 1, rows: 4, columns: 2))
    #expect(try form(more, "class token") == .vector)
    #expect(try form(more, "apart") == nil)
  }

  @Test("attention among tokens keeps their positions, and its weights have none of a map")
  func attention() throws {
    let nodes =
      tokens + [
        floats([1, 1, 6], "class"), node(.concatenation(axis: 1), ["class", "tokens"], "all"),
        node(.transpose([0, 2, 1]), ["all"], "keys"),
        node(.matrixProduct, ["all", "keys"], "scores"),
        node(.softmax(axis: 2), ["scores"], "weights"),
        node(.matrixProduct, ["weights", "all"], "attended"),
        node(.binary(.add), ["all", "attended"], "sum"),
      ]
    for name in ["attended", "sum"] {
      #expect(try form(nodes, name) == .tokens(first: 1, rows: 4, columns: 2), "\(name)")
    }
    #expect(try form(nodes, "keys") == .channelTokens(first: 1, rows: 4, columns: 2))
    let fields = try graph(nodes).receptiveFields(input: [1, 3, 16, 8])
    #expect(fields["sum"]?.rows.reach == .all && fields["sum"]?.rows.positions?.stride == 4)
  }

  @Test("maps behind space to depth are maps, of blocks; put apart again they are not")
  func spaceToDepth() throws {
    let nodes = [
      sizes([1, 3, 4, 4, 2, 4], "split"),
      node(.reshape(allowsZero: false), ["image", "split"], "blocks"),
      node(.transpose([0, 3, 5, 1, 2, 4]), ["blocks"], "moved"), sizes([1, 48, 4, 2], "joined"),
      node(.reshape(allowsZero: false), ["moved", "joined"], "deep"),
      node(
        convolution(48, 5, kernel: 3, padding: Padding(top: 1, left: 1, bottom: 1, right: 1)),
        ["deep"], "conv"),
      sizes([1, 48, 16, 8], "whole"), sizes([1, 3, 16, 8], "image sizes"),
      node(.transpose([0, 3, 1, 4, 2, 5]), ["moved"], "back"),
      node(.reshape(allowsZero: false), ["moved", "image sizes"], "scrambled"),
    ]
    #expect(try form(nodes, "deep") == .map && form(nodes, "conv") == .map)
    #expect(try form(nodes, "scrambled") == nil)
    let field = try #require(try graph(nodes).receptiveFields(input: [1, 3, 16, 8])["conv"])
    #expect(field.rows.reach == .pixels(-4...7) && field.rows.positions?.stride == 4)
  }

  /// Windows of 2 × 2 of a map 1 × 4 × 2 × 6 put together again, behind `shift` rows of a roll.
  private func windows(shift: Int) -> [Node] {
    var nodes = [
      patches, node(.transpose([0, 2, 3, 1]), ["patches"], "x"), sizes([0], "zero"),
      sizes([1], "rows axis"), sizes([shift], "shift"), sizes([4], "end"),
      sizes([4 - shift], "back"),
    ]
    func roll(_ name: String, _ at: String, _ output: String) {
      nodes += [
        node(.slice, [name, at, "end", "rows axis"], output + " 1"),
        node(.slice, [name, "zero", at, "rows axis"], output + " 2"),
        node(.concatenation(axis: 1), [output + " 1", output + " 2"], output),
      ]
    }
    var name = "x"
    if shift > 0 {
      roll(name, "shift", "rolled")
      name = "rolled"
    }
    nodes += [
      sizes([1, 2, 2, 1, 2, 6], "apart"), node(.reshape(allowsZero: false), [name, "apart"], "a"),
      node(.transpose([0, 1, 3, 2, 4, 5]), ["a"], "b"), sizes([2, 4, 6], "windows sizes"),
      node(.reshape(allowsZero: false), ["b", "windows sizes"], "windows"),
      node(.transpose([0, 2, 1]), ["windows"], "k"), node(.matrixProduct, ["windows", "k"], "s"),
      node(.matrixProduct, ["s", "windows"], "mixed"), sizes([1, 2, 1, 2, 2, 6], "c sizes"),
      node(.reshape(allowsZero: false), ["mixed", "c sizes"], "c"),
      node(.transpose([0, 1, 3, 2, 4, 5]), ["c"], "d"), sizes([1, 4, 2, 6], "map sizes"),
      node(.reshape(allowsZero: false), ["d", "map sizes"], "together"),
    ]
    name = "together"
    if shift > 0 {
      roll(name, "back", "unrolled")
      name = "unrolled"
    }
    nodes.append(node(.binary(.add), ["x", name], "sum"))
    return nodes
  }

  @Test("windows of attention, shifted or not, leave a residual map what it is")
  func swin() throws {
    for shift in [0, 1] {
      let nodes = windows(shift: shift)
      #expect(try form(nodes, "sum") == .channelsLast, "\(shift)")
      #expect(try form(nodes, "windows") == nil)
      #expect(try form(nodes, shift == 0 ? "together" : "unrolled") == nil)
    }
    let field = try #require(
      try graph(windows(shift: 0)).receptiveFields(input: [1, 3, 16, 8])["sum"])
    // A window's rows are 8 pixels; from a position on, those of the whole window before and after.
    #expect(field.rows.reach == .pixels(-4...7) && field.rows.positions?.stride == 4)
  }

  @Test("integers, other batches and what does not depend on the image suit no atlas")
  func unsuited() throws {
    let nodes =
      tokens + [
        node(.cast(.integer), ["patches"], "whole"), sizes([2, 3, 4, 2], "two"),
        node(.reshape(allowsZero: false), ["patches", "two"], "pairs"), floats([1, 4], "constant"),
      ]
    for name in ["whole", "pairs", "constant"] {
      #expect(try form(nodes, name) == nil)
    }
  }

  @Test(
    "a tensor read as a map has its own values, by whatever form, and gradients come back through it"
  )
  func values() throws {
    let nodes =
      tokens + [
        node(.transpose([0, 2, 3, 1]), ["patches"], "last"), floats([1, 2, 6], "class"),
        node(.concatenation(axis: 1), ["class", "tokens"], "all"),
        node(.mean(axes: [2, 3], keepsDimensions: true), ["patches"], "pooled"),
        node(.unary(.relu), ["all"], "after"),
      ]
    var graph = graph(nodes)
    graph.nodes[0].operation = .convolution(
      Convolution(
        weights: (0..<288).map { Float($0 % 13) / 13 - 0.4 }, bias: [0, 1, 2, 3, 4, 5],
        inputChannels: 3, outputChannels: 6, kernel: square(4), stride: square(4)))
    let names = ["patches", "last", "tokens", "rows", "all"]
    let maps = try graph.withMaps(of: names + ["pooled"], input: graph.inputShape)
    for count in [1] {
      let network = try CompiledNetwork(
        maps, input: [count, 3, 16, 8], reading: names + ["pooled", "after"], seeding: ["all"],
        weights: PreparedWeights())
      network.withInput { span in
        for index in span.indices { span[index] = Float((index * 37) % 101) / 101 }
      }
      try network.forward()
      func read(_ name: String) throws -> [Float] {
        try network.withOutput(name) { span in span.indices.map { span[$0] } }
      }
      let expected = try read("patches")
      for name in names {
        #expect(
          try network.shape(of: name) == [count, 6, 4, 2] && read(name) == expected, "\(name)")
        #expect(try network.map(of: name) == MapShape(channels: 6, height: 4, width: 2))
      }
      #expect(network.shape(of: "after") == [count, 10, 6])
      network.withSeed(of: "all") { seed in for index in seed.indices { seed[index] = 1 } }
      try network.pullback()
      let gradient = network.withGradient(of: "image") { $0[0] }
      let weight = (0..<6).reduce(Float(0)) { $0 + Float($1 * 48 % 13) / 13 - 0.4 }
      #expect(abs(gradient - weight) < 1e-5)
    }
  }
}
