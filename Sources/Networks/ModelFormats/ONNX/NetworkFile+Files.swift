import Glibc
public import Models
import NeuralNetworks

extension NetworkFile {
  /// The files that a network consists of: its own, and those that its weights lie in, without reading
  /// any weights.
  ///
  /// - Parameter path: The network's file.
  /// - Returns: The paths, that of the network first, the others by their names.
  /// - Throws: `ModelError` when the file cannot be read or is no ONNX file, or names files outside of
  ///   its folder.
  /// - Complexity: O(tensors + nodes).
  public static func files(of path: String) throws(ModelError) -> [String] {
    guard !isFrozenGraph(path) else { return [path] }
    var reader = try WireReader(path: path)
    defer { reader.close() }
    guard reader.size > 0, let locations = externalLocations(&reader) else {
      let foreign = ForeignFile(reader.head)
      throw ONNXImporter.fault(
        path, foreign?.description ?? "it is not an ONNX file, or was cut or damaged",
        remedy: foreign?.remedy ?? "copy or export it again")
    }
    let folder = path.dropLast(fileName(path).count)
    for location in locations where !ExternalData.isInside(location) {
      throw ONNXImporter.fault(
        path, "\(quoted(location)) is not a file in the network's folder",
        remedy: "keep the files together")
    }
    return [path] + locations.map { folder + $0 }
  }

  /// The names of the files that tensors lie in, each once, sorted; `nil` for what is no protocol
  /// buffer.
  private static func externalLocations(_ reader: inout WireReader) -> [String]? {
    var locations: Set<String> = []
    // Of each message the fields that lead to tensors: model, graph, node, attribute, tensor.
    func visit(_ message: Message, _ range: Range<Int>) -> Bool {
      var offset = range.lowerBound
      while offset < range.upperBound {
        guard let field = reader.field(at: offset, before: range.upperBound) else { return false }
        offset = field.end
        guard let content = field.content else { continue }
        switch (message, field.number) {
        case (.tensor, 13):
          guard let entry = reader.entry(content) else { return false }
          if entry.key == "location" { locations.insert(entry.value) }
        case (_, let number):
          if let inner = message.inner[number], !visit(inner, content) { return false }
        }
      }
      return true
    }
    return visit(.model, 0..<reader.size) ? locations.sorted() : nil
  }

  /// The messages on the way to tensors.
  private enum Message {
    case model, graph, node, attribute, tensor

    /// Fields that hold such messages.
    var inner: [Int: Message] {
      switch self {
      case .model: [7: .graph]
      case .graph: [1: .node, 5: .tensor]
      case .node: [5: .attribute]
      case .attribute: [5: .tensor]
      case .tensor: [:]
      }
    }
  }
}

/// Reads a protocol buffer's fields where they lie in a file, and passes over what they hold.
struct WireReader {
  /// The file's size in bytes.
  let size: Int
  private let file: Int32
  /// A part of the file, and where it begins.
  private var window: [UInt8] = []
  private var start = 0

  /// Bytes that are read at once: fields of nodes lie close together.
  private static let windowLength = 1 << 16

  /// Opens a file.
  init(path: String) throws(ModelError) {
    file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    var status = stat()
    guard file >= 0, fstat(file, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      let cause = file < 0 ? String(cString: strerror(errno)) : "it is not a file"
      if file >= 0 { _ = Glibc.close(file) }
      throw ModelError("read network", path, cause, remedy: "check the path")
    }
    size = Int(status.st_size)
  }

  /// Closes the file.
  func close() { _ = Glibc.close(file) }

  /// The file's first bytes.
  var head: [UInt8] {
    mutating get {
      fill(at: 0)
      return Array(window.prefix(4096))
    }
  }

  /// A field of a message: its number, where its content lies if it has a length, and where it ends.
  struct Field {
    let number: Int
    let content: Range<Int>?
    let end: Int
  }

  /// The field that begins at an offset; `nil` where there is none before the limit.
  mutating func field(at offset: Int, before limit: Int) -> Field? {
    var offset = offset
    guard let key = varint(&offset, limit) else { return nil }
    let number = Int(truncatingIfNeeded: key >> 3)
    switch key & 7 {
    case 0:
      guard varint(&offset, limit) != nil else { return nil }
      return Field(number: number, content: nil, end: offset)
    case 1 where limit - offset >= 8: return Field(number: number, content: nil, end: offset + 8)
    case 5 where limit - offset >= 4: return Field(number: number, content: nil, end: offset + 4)
    case 2:
      guard let length = varint(&offset, limit), length <= UInt64(limit - offset) else {
        return nil
      }
      let end = offset + Int(length)
      return Field(number: number, content: offset..<end, end: end)
    default: return nil
    }
  }

  /// A key and a value (`StringStringEntryProto`), each of at most 4096 bytes.
  mutating func entry(_ range: Range<Int>) -> (key: String, value: String)? {
    var texts = ["", ""]
    var offset = range.lowerBound
    while offset < range.upperBound {
      guard let field = field(at: offset, before: range.upperBound) else { return nil }
      offset = field.end
      guard let content = field.content, (1...2).contains(field.number) else { continue }
      guard content.count <= 4096 else { return nil }
      texts[field.number - 1] = String(
        decoding: content.compactMap { byte(at: $0) }, as: UTF8.self)
    }
    return (texts[0], texts[1])
  }

  private mutating func varint(_ offset: inout Int, _ limit: Int) -> UInt64? {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 64, by: 7) {
      guard offset < limit, let byte = byte(at: offset) else { return nil }
      offset += 1
      value |= UInt64(byte & 127) << shift
      if byte < 128 { return value }
    }
    return nil
  }

  private mutating func byte(at offset: Int) -> UInt8? {
    if !(start..<start + window.count).contains(offset) { fill(at: offset) }
    let index = offset - start
    return window.indices.contains(index) ? window[index] : nil
  }

  /// Reads the part of the file from an offset on.
  private mutating func fill(at offset: Int) {
    start = offset
    window = [UInt8](unsafeUninitializedCapacity: Self.windowLength) { buffer, count in
      count = max(0, pread(file, buffer.baseAddress, buffer.count, off_t(offset)))
    }
  }
}
