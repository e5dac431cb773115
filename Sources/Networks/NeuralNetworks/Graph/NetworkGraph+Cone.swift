extension NetworkGraph {
  /// The network as far as the center position of a map depends on it: the tensor has one row and one
  /// column, and of the maps before it only those rows and columns are computed that a window on the
  /// way to it reads.
  ///
  /// What is computed has the values that it has in the whole network, up to rounding. At 80 pixels
  /// GoogLeNet's mixed3b takes 0.64 of the operations, mixed4c 0.93. Rows and columns that are not
  /// needed are cut off where that spares a third of a map's positions, and followed backwards through
  /// convolutions, pools and functions of elements; other operations get their inputs whole.
  ///
  /// - Parameters:
  ///   - tensor: A map of batch × channels × rows × columns. Others are left as they are, as is a
  ///     tensor that no operation makes of which a part could be computed.
  ///   - input: The image's sizes, 1 × channels × height × width.
  /// - Returns: The part of the network that makes the tensor.
  /// - Throws: `GraphError` when the tensor does not exist or the image does not fit.
  /// - Complexity: O(nodes).
  public func cone(ofCenterOf tensor: String, input: TensorShape) throws(GraphError) -> NetworkGraph
  {
    let whole = try truncated(to: [tensor])
    let facts = try whole.facts(input: input)
    guard let shape = facts[tensor]?.shape, shape.rank == 4, shape.dimensions[2] > 0,
      shape.dimensions[3] > 0
    else { return whole }
    let center = MapPart(
      rows: shape.dimensions[2] / 2..<shape.dimensions[2] / 2 + 1,
      columns: shape.dimensions[3] / 2..<shape.dimensions[3] / 2 + 1)
    return Cone(whole, facts, center, of: tensor).graph
  }
}

/// Some rows and columns of a map.
private struct MapPart: Hashable {
  var rows, columns: Range<Int>

  /// All of a tensor's rows and columns; nil if it is no map.
  init?(all fact: TensorFact?) {
    guard let shape = fact?.shape, shape.rank == 4, fact?.constant == nil else { return nil }
    self.init(rows: 0..<shape.dimensions[2], columns: 0..<shape.dimensions[3])
  }

  init(rows: Range<Int>, columns: Range<Int>) {
    self.rows = rows
    self.columns = columns
  }

  var positionCount: Int { rows.count * columns.count }

  /// The smallest part that holds both.
  func union(_ other: MapPart) -> MapPart {
    func both(_ a: Range<Int>, _ b: Range<Int>) -> Range<Int> {
      min(a.lowerBound, b.lowerBound)..<max(a.upperBound, b.upperBound)
    }
    return MapPart(rows: both(rows, other.rows), columns: both(columns, other.columns))
  }
}

/// The rewriting of a network for a part of one of its maps.
private struct Cone {
  private(set) var graph: NetworkGraph
  private let facts: [String: TensorFact]
  /// What of each map is computed; tensors that are not in it are whole, or no maps.
  private var parts: [String: MapPart] = [:]
  private var names: Set<String>

  init(
    _ whole: NetworkGraph, _ facts: [String: TensorFact], _ part: MapPart, of tensor: String
  ) {
    graph = whole
    self.facts = facts
    names = Set(whole.nodes.map(\.output)).union([whole.inputName])
    decide(part, of: tensor)
    guard parts[tensor] == part else { return }
    rewrite()
  }

  /// Backwards, so that a node is met after all that read it.
  private mutating func decide(_ part: MapPart, of tensor: String) {
    var needed = [tensor: part]
    for node in graph.nodes.reversed() {
      let whole = MapPart(all: facts[node.output])
      var output = needed[node.output] ?? whole
      if let part = output, let all = whole,
        3 * part.positionCount > 2 * all.positionCount || inputs(of: node, for: part) == nil
      {
        output = whole
      }
      if let output, output != whole { parts[node.output] = output }
      for (index, input) in node.inputs.enumerated() {
        guard let all = MapPart(all: facts[input]) else { continue }
        let read = output.flatMap { $0 == whole ? nil : inputs(of: node, for: $0)?[index] } ?? all
        needed[input] = needed[input].map { $0.union(read) } ?? read
      }
    }
  }

  /// What a node reads of its inputs to compute a part of its output, nil for inputs of which all
  /// positions are the same; nil where it cannot compute a part.
  private func inputs(of node: Node, for part: MapPart) -> [MapPart?]? {
    switch node.operation {
    case .convolution, .maxPool, .averagePool:
      return windowed(node, for: part).map { [$0.input] }
    case .channelAffine, .parametricReLU, .localResponseNormalization, .unary, .identity:
      return [part]
    case .concatenation(let axis):
      guard axis == 1 || axis == -3 else { return nil }
      return node.inputs.map { _ in part }
    case .binary:
      let whole = MapPart(all: facts[node.output])
      var parts: [MapPart?] = []
      for input in node.inputs {
        guard let fact = facts[input] else { return nil }
        let sizes = fact.shape.dimensions.suffix(2)
        if MapPart(all: fact) == whole {
          parts.append(part)
        } else if sizes.allSatisfy({ $0 == 1 }) {
          parts.append(nil)
        } else {
          return nil
        }
      }
      return parts
    default: return nil
    }
  }

  /// The part that a window reads, and the padding around it.
  private func windowed(_ node: Node, for part: MapPart) -> (input: MapPart, padding: Padding)? {
    guard let all = MapPart(all: facts[node.inputs[0]]) else { return nil }
    let (height, width) = (all.rows.count, all.columns.count)
    func line(
      _ part: Range<Int>, _ side: Int, _ kernel: Int, _ stride: Int, _ dilation: Int, _ before: Int
    ) -> (range: Range<Int>, before: Int, after: Int)? {
      guard let line = WindowLine(kernel: kernel, stride: stride, dilation: dilation) else {
        return nil
      }
      let first = part.lowerBound * stride - before
      let end = (part.upperBound - 1) * stride - before + line.reach
      guard max(first, 0) < min(end, side) else { return nil }
      return (max(first, 0)..<min(end, side), max(-first, 0), max(end - side, 0))
    }
    func parts(_ window: some Window) -> (input: MapPart, padding: Padding)? {
      let padding = window.resolvedPadding(forHeight: height, width: width)
      guard
        let rows = line(
          part.rows, height, window.kernel.height, window.stride.height, window.dilation.height,
          padding.top),
        let columns = line(
          part.columns, width, window.kernel.width, window.stride.width, window.dilation.width,
          padding.left)
      else { return nil }
      return (
        MapPart(rows: rows.range, columns: columns.range),
        Padding(
          top: rows.before, left: columns.before, bottom: rows.after, right: columns.after)
      )
    }
    switch node.operation {
    case .convolution(let convolution): return parts(convolution)
    case .maxPool(let window): return parts(window)
    // Of an incomplete last window only what lies within the padding counts.
    case .averagePool(let window, _): return window.roundsUp ? nil : parts(window)
    default: return nil
    }
  }

  private mutating func rewrite() {
    var nodes: [Node] = []
    var cuts: [Cut: String] = [:]
    for var node in graph.nodes {
      // Others get their inputs whole: what reads all of a map has made all of it needed.
      if let part = parts[node.output], let read = inputs(of: node, for: part) {
        if let padding = windowed(node, for: part)?.padding {
          node.operation = node.operation.padded(padding)
        }
        for (index, wanted) in read.enumerated() {
          guard let wanted else { continue }
          let input = node.inputs[index]
          guard let all = MapPart(all: facts[input]) else { continue }
          let made = parts[input] ?? all
          guard made != wanted else { continue }
          node.inputs[index] = cut(input, made, to: wanted, &cuts, &nodes)
        }
      }
      nodes.append(node)
    }
    graph.nodes = nodes
  }

  private struct Cut: Hashable {
    let tensor: String
    let part: MapPart
  }

  /// The name of a part of what is computed of a tensor.
  private mutating func cut(
    _ tensor: String, _ made: MapPart, to part: MapPart, _ cuts: inout [Cut: String],
    _ nodes: inout [Node]
  ) -> String {
    let key = Cut(tensor: tensor, part: part)
    if let name = cuts[key] { return name }
    let (top, left) = (made.rows.lowerBound, made.columns.lowerBound)
    let rows = part.rows.lowerBound - top..<part.rows.upperBound - top
    let columns = part.columns.lowerBound - left..<part.columns.upperBound - left
    var name = "\(tensor) (rows \(part.rows), columns \(part.columns))"
    while !names.insert(name).inserted { name += "'" }
    nodes.append(
      Node(
        name: name, operation: .crop(rows: rows, columns: columns), inputs: [tensor], output: name))
    cuts[key] = name
    return name
  }
}

extension Operation {
  /// The window's operation with other padding.
  fileprivate func padded(_ padding: Padding) -> Operation {
    func padded(_ window: PoolingWindow) -> PoolingWindow {
      var window = window
      window.padding = padding
      window.paddingRule = .explicit
      window.roundsUp = false
      return window
    }
    switch self {
    case .convolution(var convolution):
      convolution.padding = padding
      convolution.paddingRule = .explicit
      return .convolution(convolution)
    case .maxPool(let window): return .maxPool(padded(window))
    case .averagePool(let window, let countsPadding):
      return .averagePool(padded(window), countsPadding: countsPadding)
    default: return self
    }
  }
}
