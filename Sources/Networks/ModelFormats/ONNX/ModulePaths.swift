/// The modules that a network was written with, by what PyTorch's exporters say of its nodes.
///
/// Exporters number tensors (`relu_6`, `/layer3/layer3.1/Add_output_0`); people know a network by its
/// modules (`layer3.1`). A module's tensor is that of the last node inside it that depends on the
/// image: what its `forward` returns.
struct ModulePaths {
  /// For each module's path, the tensor that it makes.
  private(set) var tensors: [String: String] = [:]

  /// So long a name and so deep a path are read; those of real networks have tens of bytes.
  private static let lengthLimit = 1024, depthLimit = 32

  /// Adds a node, in order of computation.
  mutating func add(_ node: ONNXNodeProto) {
    guard let output = node.output.first, !output.isEmpty else { return }
    for path in Self.paths(of: node) { tensors[path] = output }
  }

  /// The modules that a node lies in, outermost first.
  private static func paths(of node: ONNXNodeProto) -> [String] {
    let scopes = node.metadataProps.prefix(16).first { $0.key == "pkg.torch.onnx.name_scopes" }
    if let scopes { return listed(scopes.value) }
    return node.name.hasPrefix("/") ? legacy(node.name) : []
  }

  /// Those of the exporter by dynamo: `['', 'layer3', 'layer3.1', 'layer3.1.act2', 'relu_6']`, the
  /// whole network first, the node itself last.
  private static func listed(_ text: String) -> [String] {
    guard text.utf8.count <= lengthLimit * 4, text.first == "[", text.last == "]" else { return [] }
    let names = text.dropFirst().dropLast().split(separator: ",").map { word in
      word.trimming { $0 == " " || $0 == "'" || $0 == "\"" }
    }
    return names.dropLast().prefix(depthLimit).filter { !$0.isEmpty }.map(String.init)
  }

  /// Those of the exporter by TorchScript: `/layer3/layer3.1/act2/Relu`, where an element of a list of
  /// modules repeats the list's name.
  private static func legacy(_ name: String) -> [String] {
    guard name.utf8.count <= lengthLimit else { return [] }
    let parts = name.split(separator: "/").dropLast().prefix(depthLimit)
    var paths: [String] = []
    var path = "", last: Substring = ""
    for part in parts {
      if !last.isEmpty, part.hasPrefix(last + ".") {
        path += part.dropFirst(last.count)
      } else {
        path += (path.isEmpty ? "" : ".") + part
      }
      last = part
      paths.append(path)
    }
    return paths
  }
}

extension Substring {
  /// Without characters of a kind at both ends.
  fileprivate func trimming(_ isOutside: (Character) -> Bool) -> Substring {
    var rest = drop(while: isOutside)
    while let last = rest.last, isOutside(last) { rest.removeLast() }
    return rest
  }
}
