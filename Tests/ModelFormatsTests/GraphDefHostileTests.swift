import ModelFormats
import Models
import NeuralNetworks
import Randomness
import TestSupport
import TestTags
import Testing

@Suite(.tags(.quick)) struct GraphDefHostileTests {
  private typealias File = GraphDefFile

  /// Expects one line that names the file and holds the given words.
  private func expectError(
    _ file: File, _ words: String, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let error = #expect(throws: ModelError.self, sourceLocation: sourceLocation) {
      try file.graph()
    }
    let line = error?.description ?? ""
    #expect(
      line.contains("small.pb") && line.contains(words) && !line.contains("\n"), "\(line)",
      sourceLocation: sourceLocation)
  }

  /// Expects that the node `result`, made of the given ones, cannot be computed.
  private func expectFault(
    _ nodes: [UInt8]..., words: String, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    let file = File([File.placeholder("image", [1, 8, 8, 3])] + nodes)
    let error = #expect(throws: ModelError.self, sourceLocation: sourceLocation) {
      try file.graph()
    }
    let line = error?.description ?? ""
    #expect(line.contains(words) && !line.contains("\n"), "\(line)", sourceLocation: sourceLocation)
  }

  @Test("files that are no GraphDef, or hold nothing that can be computed")
  func files() {
    for bytes in [[0x0A], Array("node { name: \"x\" }".utf8), [0x89, 0x50], [0x0A, 0xFF, 0xFF]] {
      #expect(throws: ModelError.self) { try GraphDefImporter.graph(bytes: bytes, path: "x.pb") }
    }
    expectError(File([]), "it holds no nodes")
    // A SavedModel begins with a version number, then comes what is of another type here.
    let error = #expect(throws: ModelError.self) {
      try GraphDefImporter.graph(bytes: [0x08, 0x01, 0x12, 0x00], path: "x.pb")
    }
    #expect(error?.description.contains("freeze a SavedModel") == true)
    expectError(File(), "nothing is computed from its input \"image\"")
    expectError(
      File(File.node("two\nlines", "Odd", ["image"])),
      #"node "two\nlines" ("Odd"): the operation is not supported"#)
    expectError(File([File.node("x", "Relu", ["x"])]), "0 placeholders for images")
    expectError(
      File([File.placeholder("a", [1, 8, 8, 3]), File.placeholder("b", [1, 8, 8, 3])]),
      "2 placeholders for images instead of one: \"a\", \"b\"")
    for sizes in [
      [1, 0, 8, 3], [1, 8, 4097, 3], [1, 8, 8, Int.max], [Int.min, 8, 8, 3], [1, -2, 8, 3],
    ] {
      expectError(File(image: sizes, File.node("x", "Relu", ["image"])), "not from 1 to 4096")
    }
    expectError(
      File(image: [1, 8, 3], File.node("x", "Relu", ["image"])), "0 placeholders for images")
    expectError(
      File([File.node("image", "Placeholder", [], ("dtype", Wire.integer(6, 7)))]),
      "0 placeholders for images")
  }

  @Test("names that are missing, unknown or there twice, and loops")
  func names() {
    let relu = File.node("x", "Relu", ["image"])
    expectError(File(relu, relu), "that of another node")
    expectError(File(File.node("", "Relu", ["image"])), "has no name")
    expectError(File(File.node("x:1", "Relu", ["image"])), "an invalid one")
    expectFault(File.node("x", "Relu", ["nothing", "image"]), words: "nothing is computed")
    expectFault(
      File.node("x", "Add", ["image", "nothing"]), words: "its input \"nothing\" does not exist")
    expectFault(File.node("x", "Relu", ["image:1"]), words: "its input \"image:1\" does not exist")
    expectFault(File.node("x", "Add", ["image", "x"]), words: "depends on the node itself")
    expectFault(
      File.node("x", "Add", ["image", "y"]), File.node("y", "Relu", ["x"]),
      words: "depends on the node itself")
    expectFault(File.node("x", "Add", ["image"]), words: "it has 1 inputs instead of 2")
    expectFault(File.node("x", "Conv2D", ["image"]), words: "it has 1 inputs, too few")
  }

  @Test("constants that do not fit their dimensions")
  func constants() {
    func sum(
      _ constant: [UInt8], _ words: String, sourceLocation: SourceLocation = #_sourceLocation
    ) {
      expectFault(
        constant, File.node("x", "Add", ["image", "c"]), words: words,
        sourceLocation: sourceLocation)
    }
    for sizes in [
      [-1], [1 << 40], [1 << 31, 1 << 31, 4], [Int.min], [Int.max, Int.max],
      [1, 1, 1, 1, 1, 1, 1, 1, 1], [1 << 30],
    ] {
      // One number that would fill gigabytes.
      sum(File.constant("c", sizes, type: 1, Wire.float(5, 1)), "its constant has dimensions")
    }
    sum(File.constant("c", [4], [1, 2, 3]), "12 bytes for 4 values")
    sum(
      File.constant("c", [1], type: 3, Wire.integer(7, 1) + Wire.integer(7, 2)), "2 numbers for 1")
    sum(File.constant("c", [3], type: 7, []), "of type")
    sum(File.constant("c", [3], type: 99, []), "of type")
    sum(
      File.node(
        "c", "Const", [],
        ("value", Wire.bytes(8, Wire.integer(1, 1) + Wire.bytes(2, Wire.integer(3, 1))))),
      "are not known")
    sum(File.node("c", "Const", []), "the attribute value is not a tensor")
    sum(File.integers("c", [3], [1, 2, 3]), "do not go together")
  }

  @Test("attributes of wrong types and out of range")
  func attributes() {
    let weights = File.constant("w", [1, 1, 3, 2], File.ramp(6))
    func convolution(_ attributes: [File.Attribute], _ words: String) {
      var node = File.node("x", "Conv2D", ["image", "w"])
      for attribute in attributes {
        node += Wire.bytes(5, Wire.text(1, attribute.name) + Wire.bytes(2, attribute.value))
      }
      expectFault(weights, node, words: words)
    }
    let valid = File.word("padding", "VALID")
    convolution([valid], "the attribute strides is missing")
    convolution([File.integer("strides", 1), valid], "the attribute strides is not a list")
    for strides in [
      [1, 1], [1, 0, 1, 1], [2, 1, 1, 1], [1, 1, Int.max, 1], [1, -1, 1, 1], [1, 1, 1, 2],
    ] {
      convolution([File.list("strides", strides), valid], "the attribute strides is [")
    }
    let strides = File.list("strides", [1, 1, 1, 1])
    convolution([strides], "padding \"\" is not supported")
    convolution([strides, File.word("padding", "EXPLICIT")], "explicit_paddings is []")
    convolution([strides, valid, File.word("data_format", "NCHWc")], "\"NCHWc\" is not supported")
    convolution([strides, valid, File.list("dilations", [1, 70_000, 1, 1])], "dilations is [")
    expectFault(
      File.node("x", "LRN", ["image"], File.integer("depth_radius", Int.max)), words: "depth_radius"
    )
    expectFault(
      File.node("x", "LRN", ["image"], File.number("alpha", .nan)), words: "the attribute alpha")
    expectFault(
      File.node("x", "LRN", ["image"], File.number("bias", 0)), words: "the bias must be positive")
    expectFault(
      File.integers("a", [], [0]),
      File.node("x", "Split", ["a", "image"], File.integer("num_split", 1 << 40)),
      words: "1099511627776 outputs")
  }

  @Test("weights, axes and sizes that do not fit what they are used on")
  func misfits() {
    let window = File.window(1, "VALID")
    func convolution(_ weights: [UInt8], _ words: String) {
      expectFault(
        weights, File.node("x", "Conv2D", ["image", "w"], window[0], window[1]), words: words)
    }
    convolution(File.constant("w", [1, 1, 2, 2], File.ramp(4)), "3 channels do not fit")
    convolution(File.constant("w", [1, 1, 1, 2], File.ramp(2)), "3 channels do not fit")
    convolution(File.constant("w", [1, 1, 3], File.ramp(3)), "four are expected")
    convolution(File.constant("w", [1, 0, 3, 2], []), "four are expected")
    convolution(File.constant("w", [9, 1, 3, 1], File.ramp(27)), "its kernel spans 9")
    convolution(File.constant("w", [1, 1, 3, 1], [.nan, 0, 0]), "not finite")
    convolution(File.integers("w", [1, 1, 3, 1], [1, 2, 3]), "not finite floating-point")
    expectFault(
      File.integers("a", [], [4]), File.node("x", "ConcatV2", ["image", "image", "a"]),
      words: "axis 4 is out of range for 4 dimensions")
    expectFault(
      File.integers("s", [2], [-1, 7]), File.node("x", "Reshape", ["image", "s"]),
      words: "cannot be read as")
    expectFault(
      File.integers("s", [2], [-1, -1]), File.node("x", "Reshape", ["image", "s"]),
      words: "cannot be read as")
    expectFault(
      File.integers("s", [2], [Int.max, Int.max]), File.node("x", "Reshape", ["image", "s"]),
      words: "cannot be read as")
    expectFault(
      File.integers("p", [4, 2], [0, 0, 0, Int.max, 0, 0, 0, 0]),
      File.node("x", "Pad", ["image", "p"]), words: "its amounts are [")
    expectFault(
      File.integers("t", [4], [0, 1, 1, 2]), File.node("x", "Transpose", ["image", "t"]),
      words: "axis 1 appears twice")
    expectFault(
      File.constant("p", [2, 3], File.ramp(6)), File.node("x", "MatMul", ["image", "p"]),
      words: "2 values expected")
    expectFault(
      File.integers("a", [2], [1, 1]), File.node("x", "Mean", ["image", "a"]),
      words: "axis 1 appears twice")
    expectFault(
      File.node("x", "Squeeze", ["image"]),
      words: "removing every dimension of size 1 is not supported")
  }

  @Test("weights that depend on the image are not supported")
  func computedWeights() throws {
    let window = File.window(1, "VALID")
    let graph = try File(
      File.node("w", "Relu", ["image"]),
      File.node("x", "Conv2D", ["image", "w"], window[0], window[1])
    ).graph()
    #expect(graph.outputNames == ["w"])
    #expect(graph.unavailable["x"]?.contains("its weights depend on the image") == true)
  }

  @Test("many constants that one number fills do not fill the memory")
  func splats() throws {
    // Each is allowed alone; together they would be 64 GiB.
    var nodes = [File.placeholder("image", [1, 8, 8, 3])]
    for index in 0..<1024 {
      nodes.append(File.constant("c\(index)", [1 << 24], type: 1, Wire.float(5, 1)))
      nodes.append(File.node("x\(index)", "Add", ["image", "c\(index)"]))
    }
    expectError(File(nodes), "")
  }

  @Test("a file cut anywhere is an error or a network, never a crash")
  func cuts() throws {
    let bytes = File.complete.bytes
    var failures = 0
    for count in 0..<bytes.count { failures += attempt(Array(bytes[..<count])) ? 0 : 1 }
    #expect(failures > bytes.count * 9 / 10)
  }

  @Test("thousands of damaged files are errors or networks, never a crash")
  func mutations() throws {
    let original = File.complete.bytes
    var random = RandomStream(seed: 9, purpose: .evaluation)
    var survivors = 0
    for _ in 0..<10_000 {
      let bytes = damaged(original, below: 3, using: &random)
      survivors += attempt(bytes) ? 1 : 0
    }
    #expect(survivors > 0 && survivors < 10_000)
  }

  /// Whether the bytes are a network; an error is fine too.
  private func attempt(_ bytes: [UInt8]) -> Bool {
    guard let graph = try? GraphDefImporter.graph(bytes: bytes, path: "small.pb") else {
      return false
    }
    _ = try? graph.facts(input: graph.inputShape)
    return true
  }
}
