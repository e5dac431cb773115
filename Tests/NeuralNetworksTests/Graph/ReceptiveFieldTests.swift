import NeuralNetworks
import Randomness
import TestTags
import Testing

@Suite(.tags(.quick)) struct ReceptiveFieldTests {
  func field(
    _ nodes: [Node], _ name: String, height: Int = 12, width: Int = 10, channels: Int = 3
  ) throws -> ReceptiveField {
    var graph = network(nodes)
    graph.inputShape = [1, channels, height, width]
    return try #require(try graph.receptiveFields(input: graph.inputShape)[name])
  }

  func sizes(_ field: ReceptiveField) -> [Int?] {
    [
      field.rows.reach.count, field.columns.reach.count, field.rows.positions?.stride,
      field.columns.positions?.stride,
    ]
  }

  func pool(_ side: Int, _ stride: Int) -> NeuralNetworks.Operation {
    .maxPool(PoolingWindow(kernel: square(side), stride: square(stride)))
  }

  func numbers(_ values: [Int], _ name: String) -> Node {
    node(.constant(ConstantTensor(values)), [], name)
  }

  // MARK: Published numbers: Araujo, Norris and Sim 2019, the table of section 4

  @Test("AlexNet sees 195 pixels with a stride of 32, VGG-16 sees 212 with 32")
  func chains() throws {
    var nodes: [Node] = []
    var (last, channels) = ("image", 3)
    func add(_ operation: NeuralNetworks.Operation) {
      nodes.append(node(operation, [last], "t\(nodes.count)"))
      last = nodes[nodes.count - 1].output
    }
    func convolve(_ kernel: Int, _ stride: Int = 1, padding: Int) {
      let edge = Padding(top: padding, left: padding, bottom: padding, right: padding)
      add(convolution(channels, 2, kernel: kernel, stride: stride, padding: edge))
      channels = 2
    }
    convolve(11, 4, padding: 0)
    add(pool(3, 2))
    convolve(5, padding: 2)
    add(pool(3, 2))
    for _ in 0..<3 { convolve(3, padding: 1) }
    add(pool(3, 2))
    #expect(sizes(try field(nodes, last, height: 224, width: 224)) == [195, 195, 32, 32])

    (nodes, last, channels) = ([], "image", 3)
    for count in [2, 2, 3, 3, 3] {
      for _ in 0..<count { convolve(3, padding: 1) }
      add(pool(2, 2))
    }
    #expect(sizes(try field(nodes, last, height: 224, width: 224)) == [212, 212, 32, 32])
  }

  @Test("ResNet-50 with its steps at the ends of groups sees 483 pixels with a stride of 32")
  func residual() throws {
    let edge = Padding(top: 1, left: 1, bottom: 1, right: 1)
    var nodes = [
      node(
        convolution(
          3, 2, kernel: 7, stride: 2, padding: Padding(top: 3, left: 3, bottom: 3, right: 3)),
        ["image"], "stem"),
      node(
        .maxPool(PoolingWindow(kernel: square(3), stride: square(2), padding: edge)), ["stem"],
        "x0"),
    ]
    var unit = 0
    for (group, count) in [3, 4, 6, 3].enumerated() {
      for index in 0..<count {
        let stride = group < 3 && index == count - 1 ? 2 : 1
        let (x, next) = ("x\(unit)", unit + 1)
        nodes += [
          node(convolution(2, 2), [x], "a\(next)"),
          node(
            convolution(2, 2, kernel: 3, stride: stride, padding: edge), ["a\(next)"], "b\(next)"),
          node(convolution(2, 2), ["b\(next)"], "c\(next)"),
          node(pool(1, stride), [x], "d\(next)"),
          node(.binary(.add), ["c\(next)", "d\(next)"], "x\(next)"),
        ]
        unit = next
      }
    }
    #expect(sizes(try field(nodes, "x\(unit)", height: 224, width: 224)) == [483, 483, 32, 32])
  }

  // MARK: Against what each element reads, one by one

  /// The smallest interval of rows that each element along a map's side depends on; `nil` for
  /// padding.
  private typealias Dependencies = [ClosedRange<Int>?]

  private func union(_ parts: some Sequence<ClosedRange<Int>?>) -> ClosedRange<Int>? {
    let parts = parts.compactMap { $0 }
    guard let first = parts.map(\.lowerBound).min(), let last = parts.map(\.upperBound).max() else {
      return nil
    }
    return first...last
  }

  @Test("random networks of windows, steps, edges and branches: as counted element by element")
  func counted() throws {
    var random = RandomStream(seed: 5, purpose: .evaluation)
    let (side, margin) = (500, 100)
    var compared = 0
    for _ in 0..<300 {
      var nodes: [Node] = []
      var last = "image"
      var known: Dependencies = (0..<side).map { $0...$0 }
      func windows(
        _ input: Dependencies, _ kernel: Int, _ stride: Int, _ dilation: Int, before: Int,
        after: Int
      ) -> Dependencies {
        let padded =
          Dependencies(repeating: nil, count: before) + input
          + Dependencies(repeating: nil, count: after)
        let reach = (kernel - 1) * dilation + 1
        return Swift.stride(from: 0, through: padded.count - reach, by: stride).map { start in
          union((0..<kernel).map { padded[start + $0 * dilation] })
        }
      }
      func add(_ operation: NeuralNetworks.Operation, _ inputs: [String]) {
        nodes.append(node(operation, inputs, "t\(nodes.count)"))
        last = nodes[nodes.count - 1].output
      }
      for _ in 0..<5 {
        let (kernel, dilation) = (1 + random.integer(below: 4), 1 + random.integer(below: 2))
        let stride = 1 + random.integer(below: 2)
        let (before, after) = (random.integer(below: 3), random.integer(below: 3))
        let window = { (stride: Int, before: Int, after: Int) in
          Convolution(
            weights: [Float](repeating: 0, count: 3 * kernel), bias: [0, 0, 0], inputChannels: 3,
            outputChannels: 3, kernel: Extent(height: kernel, width: 1),
            stride: Extent(height: stride, width: 1),
            dilation: Extent(height: dilation, width: 1),
            padding: Padding(top: before, bottom: after), groups: 3)
        }
        switch random.integer(below: 5) {
        case 0, 1:
          add(.convolution(window(stride, before, after)), [last])
          known = windows(known, kernel, stride, dilation, before: before, after: after)
        case 2:
          nodes += [
            numbers([0, 0, before, 0, 0, 0, after, 0], "amounts\(nodes.count)")
          ]
          add(.pad(.constant), [last, nodes[nodes.count - 1].output])
          known = windows(known, 1, 1, 1, before: before, after: after)
        case 3:
          let names = ["starts", "ends", "axes", "steps"].map { "\($0)\(nodes.count)" }
          for (name, value) in zip(names, [before, Int.max, 2, stride]) {
            nodes.append(numbers([value], name))
          }
          add(.slice, [last] + names)
          known = Swift.stride(from: before, to: known.count, by: stride).map { known[$0] }
        default:
          // Two branches of the same size whose windows lie differently.
          let source = last
          let spare = (kernel - 1) * dilation
          let shift = random.integer(below: spare + 1)
          add(.convolution(window(1, shift, spare - shift)), [source])
          let branch = windows(known, kernel, 1, dilation, before: shift, after: spare - shift)
          add(.binary(.maximum), [source, last])
          known = zip(known, branch).map { union([$0, $1]) }
        }
      }
      let line = try field(nodes, last, height: side, width: 1).rows
      let positions = try #require(line.positions)
      #expect(positions.count == known.count && positions.dimension == 2)
      guard case .pixels(let reach) = line.reach else {
        Issue.record("\(line)")
        continue
      }
      for (index, range) in known.enumerated() {
        let expected =
          reach.lowerBound + index * positions.stride...reach.upperBound + index * positions.stride
        // Nearer to the edge, what lies around an inner map stands for pixels that are there.
        guard expected.lowerBound >= margin, expected.upperBound < side - margin else { continue }
        #expect(range == expected, "element \(index) of \(nodes.map(\.operation.name))")
        compared += 1
      }
    }
    // At least ten an average network.
    #expect(compared > 3000)
  }

  @Test("rows and columns are followed apart")
  func apart() throws {
    let operation = NeuralNetworks.Operation.maxPool(
      PoolingWindow(
        kernel: Extent(height: 1, width: 5), stride: Extent(height: 3, width: 1)))
    #expect(sizes(try field([node(operation, ["image"], "x")], "x")) == [1, 5, 3, 1])
  }

  // MARK: Rearrangements

  @Test("a shuffle of channels, channels last, and tokens of the map's order keep the positions")
  func rearranged() throws {
    let window = node(convolution(3, 4, kernel: 3, stride: 2), ["image"], "map")  // 5 × 4
    let again = { (input: String) in node(convolution(4, 2, kernel: 3), [input], "result") }
    let expected: [Int?] = [7, 7, 2, 2]
    let shuffle = [
      window, numbers([1, 2, 2, 5, 4], "groups"), numbers([1, 4, 5, 4], "sizes"),
      node(.reshape(allowsZero: false), ["map", "groups"], "a"),
      node(.transpose([0, 2, 1, 3, 4]), ["a"], "b"),
      node(.reshape(allowsZero: false), ["b", "sizes"], "c"), again("c"),
    ]
    #expect(sizes(try field(shuffle, "result")) == expected)

    let normalization = LayerNormalization(
      axis: -1, epsilon: 1e-6, scale: [1, 1, 1, 1], shift: [0, 0, 0, 0])
    let channelsLast = [
      window, node(.transpose([0, 2, 3, 1]), ["map"], "a"),
      node(.layerNormalization(normalization), ["a"], "b"), node(innerProduct(4, 4), ["b"], "c"),
      node(.transpose([0, 3, 1, 2]), ["c"], "d"), again("d"),
    ]
    #expect(sizes(try field(channelsLast, "result")) == expected)
    let inner = try field(channelsLast, "c")
    #expect(inner.isMap([1, 5, 4, 4]) == false && sizes(inner) == [3, 3, 2, 2])
    #expect(try field(channelsLast, "d").isMap([1, 4, 5, 4]) == true)

    let tokens = [
      window, numbers([1, 4, -1], "line"), numbers([1, 4, 5, 4], "sizes"),
      node(.reshape(allowsZero: false), ["map", "line"], "a"),
      node(.transpose([0, 2, 1]), ["a"], "b"), node(innerProduct(4, 4), ["b"], "c"),
      node(.transpose([0, 2, 1]), ["c"], "d"),
      node(.reshape(allowsZero: false), ["d", "sizes"], "e"), again("e"),
    ]
    #expect(sizes(try field(tokens, "c")) == [3, 3, 2, 2])
    #expect(sizes(try field(tokens, "result")) == expected)
  }

  @Test("the transposed image's windows belong to the other side")
  func transposed() throws {
    let pool = PoolingWindow(kernel: Extent(height: 1, width: 3))
    let nodes = [
      node(.transpose([0, 1, 3, 2]), ["image"], "a"), node(.maxPool(pool), ["a"], "b"),
    ]
    let field = try field(nodes, "b")
    #expect(sizes(field) == [3, 1, 1, 1] && field.isMap([1, 3, 10, 10]) == false)
  }

  @Test("tokens of which a class token has taken one's place are no map any more")
  func classToken() throws {
    let token = ConstantTensor(shape: [1, 1, 3], elements: .floats([1, 2, 3]))
    let nodes = [
      numbers([1, 3, 120], "line"), node(.reshape(allowsZero: false), ["image", "line"], "a"),
      node(.transpose([0, 2, 1]), ["a"], "b"), node(.constant(token), [], "token"),
      node(.concatenation(axis: 1), ["token", "b"], "c"),
      numbers([0], "starts"), numbers([120], "ends"), numbers([1], "axes"),
      node(.slice, ["c", "starts", "ends", "axes"], "d"), node(.transpose([0, 2, 1]), ["d"], "e"),
      numbers([1, 3, 12, 10], "sizes"), node(.reshape(allowsZero: false), ["e", "sizes"], "f"),
      node(convolution(3, 3, kernel: 3), ["f"], "g"),
    ]
    #expect(try field(nodes, "c").rows.reach == .pixels(0...0))
    #expect(try field(nodes, "f").isMap([1, 3, 12, 10]) == nil)
    #expect(try field(nodes, "g").rows.reach == .unknown)
  }

  @Test("rows cut into windows of two dimensions are followed as blocks")
  func blocks() throws {
    let nodes = [
      numbers([1, 3, 4, 3, 10], "windows"),
      node(.reshape(allowsZero: false), ["image", "windows"], "a"),
    ]
    let field = try field(nodes, "a")
    #expect(field.rows.reach == .pixels(0...2) && field.columns.reach == .pixels(0...0))
    #expect(field.rows.positions?.dimension == 2 && field.rows.positions?.stride == 3)
    #expect(field.columns.positions?.dimension == 4)
  }

  @Test("rows cut elsewhere than between rows are not followed")
  func unknown() throws {
    let nodes = [
      numbers([1, 3, 5, 24], "sizes"),
      node(.reshape(allowsZero: false), ["image", "sizes"], "a"),
    ]
    let field = try field(nodes, "a")
    #expect(field.rows.reach == .unknown && field.rows.positions == nil)
  }
}
