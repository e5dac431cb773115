import Models

/// What a file is that stands in a network's place, told by its first bytes.
///
/// Files change on their way: a repository is cloned without its large files, a page is saved instead
/// of what it links to, an archive or a checkpoint is taken for the network. Each has another remedy,
/// and "damaged" helps with none.
struct ForeignFile {
  /// What it is, in the words of a cause.
  let description: String
  /// What to do.
  let remedy: String

  private init(_ description: String, _ remedy: String) {
    self.description = description
    self.remedy = remedy
  }

  /// So many bytes at the beginning tell.
  private static let headLength = 4096
  private static let export =
    "export the module to ONNX (Scripts/export-network, or torch.onnx.export)"

  /// Recognizes a file; `nil` for one that may be a network.
  init?(_ bytes: [UInt8]) {
    let head = bytes.prefix(Self.headLength)
    let known =
      Self.text(head) ?? Self.archive(bytes) ?? Self.binary(bytes) ?? Self.tensors(bytes)
    guard let known else { return nil }
    self = known
  }

  /// Text in place of a network.
  private static func text(_ head: ArraySlice<UInt8>) -> ForeignFile? {
    // A byte order mark and blanks may stand before.
    let start = head.drop { [0xef, 0xbb, 0xbf, 0x20, 0x09, 0x0a, 0x0d].contains($0) }.prefix(256)
    let words = String(decoding: start, as: UTF8.self).lowercased()
    if words.hasPrefix("version https://git-lfs.github.com/spec/") {
      return ForeignFile(
        "it is a Git LFS pointer, not the network", "run git lfs pull in its folder")
    }
    if words.hasPrefix("<!doctype html") || words.hasPrefix("<html") {
      return ForeignFile(
        "it is a web page (HTML), not the network",
        "download the file itself (on huggingface.co, from …/resolve/… instead of …/blob/…)")
    }
    if words.hasPrefix("<?xml") || words.hasPrefix("<net ") {
      return ForeignFile(
        "it is XML, not a network", "give the ONNX file; OpenVINO's .xml is made of one")
    }
    if words.hasPrefix("{\""), !words.dropFirst().contains("\u{0}") {
      return ForeignFile("it is JSON, not a network", "give the network, and its card by --card")
    }
    if words.hasPrefix("layer {") || words.hasPrefix("name: \"") || words.hasPrefix("node {") {
      return ForeignFile(
        "it is a network's description in text (prototxt or pbtxt), without weights",
        "convert it with its weights to ONNX")
    }
    return nil
  }

  /// A ZIP archive, by what lies in it.
  private static func archive(_ bytes: [UInt8]) -> ForeignFile? {
    guard bytes.starts(with: [0x50, 0x4b, 3, 4]) else { return nil }
    // Names stand before each member and once more at the end.
    let ends = bytes.prefix(1 << 16) + bytes.suffix(1 << 16)
    func holds(_ name: String) -> Bool { contains(ends, Array(name.utf8)) }
    if holds("constants.pkl") && holds("/code/") {
      return ForeignFile("it is a TorchScript archive, not ONNX", export)
    }
    if holds("data.pkl") {
      return ForeignFile("it is a PyTorch checkpoint, which has weights and no network", export)
    }
    if holds("model.weights.h5") || holds("config.json") && holds("metadata.json") {
      return ForeignFile(
        "it is a Keras archive, not ONNX", "export it to ONNX (model.export(…, format=\"onnx\"))")
    }
    return ForeignFile("it is a ZIP archive", "unpack it, and give the network in it")
  }

  /// Other binary files with a signature.
  private static func binary(_ bytes: [UInt8]) -> ForeignFile? {
    let inner = bytes.count > 8 ? Array(bytes[4..<8]) : []
    if inner == Array("TFL3".utf8) {
      return ForeignFile(
        "it is a TensorFlow Lite network, not ONNX",
        "convert it (python -m tf2onnx.convert --tflite)")
    }
    if inner == Array("ORTM".utf8) {
      return ForeignFile(
        "it is in onnxruntime's own format (.ort)", "give the ONNX file it is made of")
    }
    let signatures: [([UInt8], String, String)] = [
      (
        [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a],
        "it is an HDF5 file (Keras' .h5), not ONNX",
        "export the model to ONNX (tf2onnx, or model.export(…, format=\"onnx\"))"
      ),
      ([0x1f, 0x8b], "it is compressed with gzip", "unpack it (gunzip)"),
      ([0xfd, 0x37, 0x7a, 0x58, 0x5a, 0], "it is compressed with xz", "unpack it (unxz)"),
      ([0x42, 0x5a, 0x68], "it is compressed with bzip2", "unpack it (bunzip2)"),
      ([0x28, 0xb5, 0x2f, 0xfd], "it is compressed with zstd", "unpack it (unzstd)"),
      ([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59], "it is a NumPy array", "give the network"),
      ([0x89, 0x50, 0x4e, 0x47], "it is a PNG image", "give the network"),
      ([0xff, 0xd8, 0xff], "it is a JPEG image", "give the network"),
      ([0x25, 0x50, 0x44, 0x46], "it is a PDF document", "give the network"),
    ]
    for (signature, description, remedy) in signatures where bytes.starts(with: signature) {
      return ForeignFile(description, remedy)
    }
    // Python's pickles of protocol 2 to 5, in which PyTorch saved until version 1.6.
    if bytes.first == 0x80, bytes.count > 2, (2...5).contains(bytes[1]),
      [0x8a, 0x63, 0x7d, 0x95, 0x5d, 0x28, 0x58].contains(bytes[2])
    {
      return ForeignFile("it is a Python pickle (an old PyTorch checkpoint), not ONNX", export)
    }
    if bytes.count >= 262, Array(bytes[257..<262]) == Array("ustar".utf8) {
      return ForeignFile("it is a tar archive", "unpack it, and give the network in it")
    }
    return nil
  }

  /// Safetensors: the length of a JSON header, then the header.
  private static func tensors(_ bytes: [UInt8]) -> ForeignFile? {
    guard bytes.count > 10, bytes[8] == UInt8(ascii: "{"), bytes[6] == 0, bytes[7] == 0 else {
      return nil
    }
    let length = (0..<8).reduce(0) { $0 | Int(bytes[$1]) << (8 * $1) }
    guard length > 1, length <= bytes.count - 8 else { return nil }
    return ForeignFile("it is a safetensors file, which has weights and no network", export)
  }

  /// Whether some bytes hold a sequence.
  private static func contains(_ bytes: some Collection<UInt8>, _ part: [UInt8]) -> Bool {
    let bytes = Array(bytes)
    guard let first = part.first, bytes.count >= part.count else { return false }
    return (0...bytes.count - part.count).contains { start in
      bytes[start] == first && bytes[start..<start + part.count].elementsEqual(part)
    }
  }
}

/// The bytes of a network's file.
///
/// - Throws: `ModelError` when the file cannot be read, is empty, or is evidently something else.
func networkBytes(_ path: String, limit: Int) throws(ModelError) -> [UInt8] {
  let bytes = try fileBytes(path, what: "network", limit: limit)
  if let foreign = ForeignFile(bytes) {
    throw ModelError("read network", path, foreign.description, remedy: foreign.remedy)
  }
  return bytes
}
