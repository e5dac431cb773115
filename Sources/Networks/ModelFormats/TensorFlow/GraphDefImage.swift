import Models
import NeuralNetworks

/// The placeholder through which a GraphDef takes its images.
///
/// A GraphDef names no inputs: labels, a training flag or a queue may have placeholders too.
struct GraphDefImage {
  /// The node's name.
  let name: String
  /// Where its channels are.
  let format: MapFormat
  /// The batch size that the file is made for, 1 where it is open.
  let batchSize: Int
  /// The graph's input: 1 × channels × height × width.
  let shape: TensorShape
  /// Whether the file leaves the height or the width open.
  let hasOpenSize: Bool

  /// Finds the placeholder: the only one of floating-point numbers in four dimensions, or otherwise
  /// the only one whose dimensions are not known.
  ///
  /// Without any `Placeholder`, one with a default value is taken.
  ///
  /// - Parameters:
  ///   - nodes: The file's nodes.
  ///   - input: How the sizes are taken; open ones are 224 × 224 pixels unless it says so, and 3
  ///     channels.
  ///   - path: The file, for messages.
  /// - Throws: `ModelError` for several such placeholders, none, and sizes that are not from 1 to
  ///   4096.
  init(
    among nodes: [GraphDefNode], as input: InputSize, path: String
  ) throws(ModelError) {
    var placeholders = nodes.filter { $0.operation == "Placeholder" }
    if placeholders.isEmpty {
      placeholders = nodes.filter { $0.operation == "PlaceholderWithDefault" }
    }
    var maps: [(node: GraphDefNode, shape: [Int])] = []
    var others: [(node: GraphDefNode, shape: [Int])] = []
    for node in placeholders {
      guard let type = try? node.type("dtype"), [.dtFloat, .dtHalf, .dtDouble].contains(type),
        let shape = try? node.shape("shape") ?? []
      else { continue }
      // Old files state no dimensions where they are not known, which reads like a scalar.
      if shape.count == 4 { maps.append((node, shape)) }
      if shape.isEmpty { others.append((node, [-1, -1, -1, -1])) }
    }
    let candidates = maps.isEmpty ? others : maps
    guard let (node, sizes) = candidates.first, candidates.count == 1 else {
      let names = candidates.prefix(5).map { quoted($0.node.name) }.joined(separator: ", ")
      throw GraphDefImporter.fault(
        path, "\(candidates.count) placeholders for images instead of one: \(names)",
        remedy: "freeze the network with an image as its only input")
    }
    let format = Self.format(of: sizes, among: nodes)
    func side(_ axis: Int, default side: Int) throws(ModelError) -> Int {
      guard sizes[axis] != -1 else { return side }
      guard (1...4096).contains(sizes[axis]) else {
        throw GraphDefImporter.fault(
          path, "its input \(quoted(node.name)) has dimensions \(sizes), not from 1 to 4096",
          remedy: "freeze the network with another image size")
      }
      return sizes[axis]
    }
    let open =
      if case .image(let open) = input { open } else { Extent(height: 224, width: 224) }
    name = node.name
    self.format = format
    batchSize = try side(0, default: 1)
    shape = [
      1, try side(format.channelAxis, default: 3),
      try side(format.rowAxis, default: open.height),
      try side(format.rowAxis + 1, default: open.width),
    ]
    hasOpenSize = sizes[format.rowAxis] == -1 || sizes[format.rowAxis + 1] == -1
  }

  /// Where the channels of images with these sizes are, -1 for one that is open.
  ///
  /// Channels are last, unless a usual number of channels is second, or nothing is known and every
  /// operation on maps wants them second.
  private static func format(of sizes: [Int], among nodes: [GraphDefNode]) -> MapFormat {
    let counts = [1, 3, 4]
    if counts.contains(sizes[3]) { return .channelsLast }
    if counts.contains(sizes[1]) { return .channelsFirst }
    let windows = nodes.filter { ["Conv2D", "DepthwiseConv2dNative"].contains($0.operation) }
    let wantFirst = windows.allSatisfy { (try? $0.mapFormat()) == .channelsFirst }
    let rearranges = nodes.contains { $0.operation == "Transpose" }
    // With a `Transpose` in the file, NCHW convolutions say nothing about the input: it may be
    // rearranged first.
    return !windows.isEmpty && wantFirst && !rearranges ? .channelsFirst : .channelsLast
  }
}
