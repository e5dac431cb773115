import FoundationEssentials
import ModelFormats
import Models
import NeuralNetworks
import Randomness
import TestSupport
import TestTags
import Testing

@Suite(.tags(.quick)) struct HostileFileTests {
  private typealias Small = SmallModel

  @Test("an operation that is not supported is named, with what is")
  func unsupported() {
    expectError(.single("Loop"), "the operation \"Loop\" (node \"the Loop\") is not supported")
    expectError(.single("Loop"), "supported are Abs, Add")
    var model = SmallModel()
    model.nodes = [Small.node("Relu", ["image"], ["result"], domain: "com.example")]
    expectError(model, "the operation \"com.example.Relu\" (node \"the Relu\") is not supported")
  }

  @Test("files that are no network, or of unknown versions")
  func headers() {
    for bytes in [[], Array("version https://git-lfs.github.com/spec/v1\n".utf8), [0x89, 0x50]] {
      #expect(throws: ModelError.self) { try ONNXImporter.graph(bytes: bytes, path: "x") }
    }
    var model = Small.complete
    model.version = 0
    expectError(model, "it holds no network")
    for version in [6, 22, -1, Int.max, Int.min] {
      model = Small.complete
      model.operatorSets = [("", version)]
      expectError(model, "export it with one operator set from 7 to 21")
    }
    model.operatorSets = []
    expectError(model, "operator set unknown")
  }

  @Test("inputs that are not one image")
  func inputs() {
    var model = Small.complete
    model.inputs.append(Small.value("second", [1, 3, 8, 8]))
    expectError(model, "one named input is not supported: \"image\", \"second\"")
    model.inputs = []
    expectError(model, "it has 0 inputs")
    for sides in [[1, 3, 8], [1, 3, 8, 8, 8], []] {
      model.inputs = [Small.value("image", sides)]
      expectError(model, "input channels of maps expected")
    }
    model.inputs = [Small.value("image", [Int](repeating: 1, count: 1000))]
    expectError(model, "in at most 8 dimensions")
    for sides in [[1, 3, -1, 8], [1, Int.max, Int.max, Int.max]] {
      model.inputs = [Small.value("image", sides)]
      expectError(model, "are not numbers")
    }
    model.inputs = [Small.value("image", [1, 0, 8, 8])]
    expectError(model, "a size of 0, which is not supported")
    model.inputs = [Small.value("image", [1, 3, 8, 8], type: 7)]
    expectError(model, "not of floating-point numbers")
    model.inputs = [Small.value("", [1, 3, 8, 8])]
    expectError(model, "it has 1 inputs besides its weights")
  }

  @Test("names that are missing, unknown or there twice, and loops")
  func names() {
    func model(_ nodes: [[UInt8]]) -> SmallModel {
      var model = SmallModel()
      model.nodes = nodes
      return model
    }
    let relu = Small.node("Relu", ["image"], ["result"])
    expectError(model([relu, relu]), "produces \"result\", which already exists")
    expectError(model([relu, Small.node("Relu", ["image"], ["image"])]), "which already exists")
    expectError(model([Small.node("Relu", ["image"], [""])]), "has no first output")
    expectError(model([Small.node("Relu", ["image"], [])]), "has no first output")
    expectError(model([Small.node("Relu", [""], ["result"])]), "is left out")
    expectError(model([Small.node("Relu", [], ["result"])]), "0 inputs do not fit")
    expectError(model([Small.node("Relu", ["image", "image"], ["result"])]), "2 inputs do not fit")
    expectError(
      model([relu, Small.node("Relu", ["resutl"], ["x"])]),
      "reads \"resutl\", which no node produces (nearest: \"result\"")
    expectError(
      model([Small.node("Relu", ["result"], ["x"]), Small.node("Relu", ["x"], ["result"])]),
      "depends on itself")
    expectError(model([Small.node("Relu", ["result"], ["result"])]), "depends on itself")
    expectError(
      model([Small.node("Relu", ["image"], ["other"])]),
      "the network's output \"result\" is no node's main output")
    let pool = Small.node(
      "MaxPool", ["image"], ["y", "indices"], Small.attribute("kernel_shape", [1, 1]))
    expectError(
      model([pool, Small.node("Relu", ["indices"], ["result"])]), "side output \"indices\" is used")
    expectError(
      model([Small.node("Relu", ["image"], ["y", "z"]), Small.node("Relu", ["z"], ["result"])]),
      "is a side output, which is not supported")
    expectError(
      model([Small.node("Loop", ["image"], ["result"], name: "two\nlines")]), #""two\nlines""#)
    var twice = Small.complete
    twice.initializers.append(twice.initializers[0])
    expectError(twice, "the initializer \"w\" has no name or appears twice")
    var none = Small.complete
    none.outputs = []
    expectError(none, "the network has no output")
  }

  @Test("weights that do not fit their dimensions, or lie elsewhere")
  func weights() {
    func model(_ tensor: [UInt8]) -> SmallModel {
      .single("Conv", constants: [tensor], names: ["w"])
    }
    let data = Small.ramp(12)
    for sides in [
      [-1, 3, 2, 2], [0, 3, 2, 2], [1 << 40, 3, 2, 2], [1 << 62, 1 << 62, 4, 4],
      [Int.min, 3, 2, 2],
      [1 << 30, 1, 1, 1],
    ] {
      expectError(model(Small.tensor("w", sides, data)), "its values \"w\" have dimensions")
    }
    expectError(model(Small.tensor("w", [1, 3, 2, 3], data)), "but 48 bytes and 0 numbers")
    expectError(model(Small.tensor("w", [1, 3, 2, 2], type: 1)), "but 0 bytes and 0 numbers")
    expectError(
      model(Small.tensor("w", [12], data)),
      "its weights have dimensions [12], which is not supported")
    expectError(
      model(Small.tensor("w", [1, 4, 1, 3], data)), "4 input channels of maps expected, found 1 × 3"
    )
    expectError(
      model(
        Small.tensor("w", [1, 3, 2, 2], type: 7) + Wire.bytes(9, [UInt8](repeating: 0, count: 96))),
      "are not floating-point numbers")
    expectError(
      model(Small.tensor("w", [1, 3, 2, 2], data) + Wire.integer(14, 1)),
      "are stored in another file")
    expectError(
      model(
        Small.tensor("w", [1, 3, 2, 2], type: 1)
          + Wire.bytes(13, Wire.text(1, "location") + Wire.text(2, "/etc/passwd"))),
      "are stored in another file")
    var damaged = data
    damaged[3] = .nan
    expectError(model(Small.tensor("w", [1, 3, 2, 2], damaged)), "not a finite number")
    expectError(.single("Conv", names: ["image"]), "are not constants of the file")
    expectError(
      .single(
        "Conv",
        constants: [Small.tensor("w", [1, 3, 2, 2], data), Small.tensor("b", [2], [1, 2])],
        names: ["w", "b"]), "its bias has dimensions [2], [1] is expected")
  }

  @Test("attributes of wrong types, out of range, unknown or there twice")
  func attributes() {
    let kernel = Small.attribute("kernel_shape", [2, 2])
    func pool(_ attribute: [UInt8]) -> SmallModel { .single("MaxPool", kernel, attribute) }
    expectError(.single("MaxPool"), "the attribute kernel_shape is missing")
    expectError(pool(Small.attribute("strides", 2)), "the attribute strides is not of type")
    expectError(pool(Small.attribute("strides", [2])), "strides has 1 values instead of 2")
    for stride in [0, -1, Int.max, Int.min, 65_537] {
      expectError(
        pool(Small.attribute("strides", [1, stride])), "strides is \(stride), expected from 1 to")
    }
    expectError(pool(Small.attribute("pads", [0, -1, 0, 0])), "pads is -1")
    expectError(pool(Small.attribute("pads", [0, 2, 0, 0])), "its padding reaches its kernel")
    expectError(pool(Small.attribute("dilations", [1, 9])), "its kernel spans 10")
    expectError(pool(Small.attribute("ceil_mode", 2)), "ceil_mode is 2")
    expectError(pool(Small.attribute("colour", 2)), "the attribute \"colour\" is not known")
    expectError(pool(kernel), "the attribute \"kernel_shape\" appears twice")
    expectError(pool(Small.attribute("auto_pad", "AROUND")), "auto_pad \"AROUND\" is not known")
    expectError(
      .single(
        "MaxPool", kernel, Small.attribute("auto_pad", "SAME_UPPER"),
        Small.attribute("pads", [1, 0, 0, 0])), "both pads and auto_pad")
    expectError(
      .single("MaxPool", Small.attribute("kernel_shape", [9, 2])), "its kernel spans 9")
    expectError(.single("LRN", Small.attribute("size", 4)), "the size must be odd")
    expectError(
      .single("LRN", Small.attribute("size", 5), Small.attribute("alpha", Float.nan)),
      "the attribute alpha is nan")
    expectError(
      .single("Concat", Small.attribute("axis", 4)), "axis 4 is out of range for 1 × 3 × 8 × 8")
    expectError(.single("Concat"), "the attribute axis is missing")
    expectError(.single("Softmax", Small.attribute("axis", -5)), "axis -5 is out of range for")
    let weights = Small.tensor("w", [4, 3, 1, 1], Small.ramp(12))
    for group in [0, 3, -1, 5] {
      expectError(
        .single("Conv", constants: [weights], names: ["w"], Small.attribute("group", group)),
        group == 3 ? "cannot be divided into 3 groups" : "the attribute group is \(group)")
    }
    expectError(
      .single(
        "Conv", constants: [weights], names: ["w"], Small.attribute("kernel_shape", [2, 2])),
      "kernel_shape is not the size of the weights")
    expectError(
      .single("Gemm", constants: [Small.tensor("w", [192, 1], Small.ramp(192))], names: ["w"]),
      "matrices expected, found 1 × 3 × 8 × 8")
  }

  @Test("dropout that is in training is refused")
  func trainingDropout() throws {
    func model(_ value: UInt8) -> SmallModel {
      .single(
        "Dropout", constants: [Small.tensor("mode", [], type: 9) + Wire.bytes(9, [value])],
        names: ["", "mode"])
    }
    #expect(try model(0).graph().nodes[0].operation.name == "identity")
    expectError(model(1), "training_mode")
  }

  @Test("a file cut anywhere is an error or a network, never a crash")
  func cuts() throws {
    let bytes = Small.complete.bytes
    var failures = 0
    for count in 0..<bytes.count {
      failures += attempt(Array(bytes[..<count])) ? 0 : 1
    }
    #expect(failures > bytes.count * 9 / 10)
  }

  @Test("thousands of damaged files are errors or networks, never a crash")
  func mutations() throws {
    let original = Small.complete.bytes
    var random = RandomStream(seed: 7, purpose: .evaluation)
    var survivors = 0
    for _ in 0..<6000 {
      let bytes = damaged(original, below: 4, using: &random)
      survivors += attempt(bytes) ? 1 : 0
    }
    #expect(survivors > 0 && survivors < 6000)
  }

  @Test("damaged values inside sound messages are errors or networks, never a crash")
  func valueMutations() {
    var random = RandomStream(seed: 8, purpose: .evaluation)
    var survivors = 0
    for _ in 0..<3000 {
      var model = Small.complete
      let index = random.integer(below: model.nodes.count)
      let other = random.integer(below: model.nodes.count)
      let values = [0, 1, 2, -1, 3, 65_536, 1 << 31, 1 << 33, Int.max, Int.min]
      func value() -> Int { values[random.integer(below: values.count)] }
      switch random.integer(below: 6) {
      case 0: model.nodes.swapAt(index, other)
      case 1: model.nodes[index] += model.nodes[other]
      case 2:
        let names = ["pads", "strides", "group", "kernel_shape", "axis", "size", "dilations"]
        let list = (0..<random.integer(below: 5)).map { _ in value() }
        model.nodes[index] += Wire.bytes(
          5, Small.attribute(names[random.integer(below: names.count)], list))
      case 3:
        let tensor = random.integer(below: model.initializers.count)
        model.initializers[tensor] += Wire.integer(1, value())
      case 4:
        model.inputs = [Small.value("image", [1, 3, value(), value()])]
      default:
        model.nodes[index] += Wire.text(1, "x\(random.integer(below: 12))")
      }
      survivors += attempt(model.bytes) ? 1 : 0
    }
    #expect(survivors > 0 && survivors < 3000)
  }

  /// Whether the bytes are a network; if so, it must stand all passes.
  private func attempt(_ bytes: [UInt8]) -> Bool {
    guard let graph = try? ONNXImporter.graph(bytes: bytes, path: "damaged") else { return false }
    _ = try? graph.shapes(inputHeight: 9, inputWidth: 7)
    _ = try? graph.withGlobalPoolsMarked().truncated(to: graph.outputNames)
    return true
  }

  @Test("files that are not there, are folders or are empty")
  func files() throws {
    let folder = try TemporaryFolder()
    let empty = try folder.write("empty.onnx", "")
    for (path, words) in [
      (empty, "it is empty"), (folder.path, "it is a folder"),
      (folder.path + "/none.onnx", "No such file"), ("/dev/zero", "it is not a file"),
    ] {
      let error = #expect(throws: ModelError.self) { try ONNXImporter.graph(contentsOf: path) }
      #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    }
    let whole = try folder.write("whole.onnx", Data(SmallModel.complete.bytes))
    #expect(try ONNXImporter.graph(contentsOf: whole).nodes.count == 12)
  }
}
