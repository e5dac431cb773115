import ArrayStore
import Foundation
import Images
import TestSupport
import TestTags
import Testing

/// Input that cannot be used: one line says what is wrong with which file, and nothing is left over.
@Suite(.tags(.slow), .leftOutOfQuickTests) struct BadInputTests {
  let chain: Chain
  let folder: TemporaryFolder
  let workshop: Workshop

  init() throws {
    chain = try .finished()
    folder = try TemporaryFolder()
    workshop = chain.workshop
  }

  var output: String { folder.file("result.h5") }

  /// The chain's arguments, with the result in this test's folder.
  func arguments(_ program: Program, _ changes: [String: String?] = [:]) -> [String] {
    let name = program == .assemble ? folder.file("result") : output
    return chain.arguments(
      of: program, changes.merging(["--output": name]) { given, _ in given })
  }

  /// Expects a failure: one line with the given words, nothing made, nothing left over.
  func expectFailure(
    _ program: Program, _ arguments: [String], _ words: String..., maximumFileBlocks: Int? = nil,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let before = folder.content
    let outcome =
      if let maximumFileBlocks {
        try program.run(arguments, maximumFileBlocks: maximumFileBlocks)
      } else {
        try program.runWithinAMinute(arguments)
      }
    #expect(outcome.status == 1, "\(outcome)", sourceLocation: sourceLocation)
    #expect(outcome.errors.count == 1, "\(outcome)", sourceLocation: sourceLocation)
    let line = outcome.errors.first ?? ""
    for word in words {
      #expect(line.contains(word), "\(line)", sourceLocation: sourceLocation)
    }
    let rest = outcome.messages.filter { !$0.hasPrefix("Error:") && !$0.hasPrefix("warning:") }
    #expect(rest.isEmpty, sourceLocation: sourceLocation)
    #expect(outcome.results.isEmpty, sourceLocation: sourceLocation)
    // What a later run goes on with may stay.
    let resumable = [".parts", ".growing", ".progress"]
    let left = folder.content.filter { name in
      !before.contains(name) && !resumable.contains(where: name.hasSuffix)
    }
    #expect(left.isEmpty, "left over: \(left)", sourceLocation: sourceLocation)
  }

  // MARK: Images

  @Test("folders without images, or that are not there")
  func folders() throws {
    try folder.write("empty/notes.txt", "no image")
    let (empty, missing) = (folder.file("empty"), folder.file("missing"))
    try expectFailure(
      .extract, arguments(.extract, ["--images": empty]), empty,
      "it holds no JPEG, PNG, WebP, BMP or GIF file (1 file passed over: 1 .txt)")
    try expectFailure(
      .extract, arguments(.extract, ["--images": missing]), missing, "check --images")
    try expectFailure(
      .extract, arguments(.extract, ["--images": workshop.model]), workshop.model,
      "check --images")
    try expectFailure(
      .extract, arguments(.extract, ["--classes": missing]), missing, "check --classes")
  }

  @Test("a folder of which no image can be read is an error that shows the first reason")
  func allBroken() throws {
    for name in ["a.jpg", "b.png", "c.jpeg"] { try folder.write("broken/\(name)", "no image") }
    try expectFailure(
      .extract, arguments(.extract, ["--images": folder.file("broken")]), folder.file("broken"),
      "none of its 3 images", "a.jpg: not a JPEG, PNG, WebP, BMP or GIF file; convert it")
    #expect(folder.content.allSatisfy { !$0.hasPrefix("result") })
  }

  @Test("single broken images are reported, listed and passed over")
  func someBroken() throws {
    let picture = Workshop.picture(0, width: 90, height: 80)
    let whole = try JPEGWriter.encode(picture)
    try folder.write("some/a.jpg", whole)
    try folder.write("some/cut.jpg", Array(whole[..<(whole.count / 2)]))
    try folder.write("some/empty.jpg", "")
    try folder.write("some/text.png", "no image")
    try folder.write("some/z.png", try PNGWriter.encode(picture))
    let images = folder.file("some")
    let outcome = try Program.extract.succeed(arguments(.extract, ["--images": images]))
    #expect(outcome.results == [output])
    for name in ["cut.jpg", "empty.jpg", "text.png"] {
      #expect(outcome.messages.count { $0.hasPrefix("warning: Image \(images)/\(name): ") } == 1)
    }
    #expect(outcome.says("warning: 3 of 5 images could not be read"))
    let file = try ArrayFileReader(path: output, kind: "activations")
    #expect(
      try file.strings("images/name") == ["a.jpg", "cut.jpg", "empty.jpg", "text.png", "z.png"])
    #expect(try file.int32s("failures/image") == [1, 2, 3])
    let reasons = try file.strings("failures/reason")
    #expect(reasons.count == 3 && reasons[0].contains("some/cut.jpg: "))
    #expect(Set(try file.int32s("image")) == [0, 4])
    #expect(try file.shape(of: "activations") == [2 * Chain.positionCount, 48])
  }

  // MARK: Networks

  @Test("network files that are cut, random, missing or empty")
  func networkFiles() throws {
    let whole = InceptionModel.model.bytes
    let random = (0..<4000).map { UInt8(truncatingIfNeeded: $0 &* $0 &* 31 &+ $0 / 7) }
    for (name, bytes) in [
      ("cut", Array(whole[..<(whole.count * 2 / 3)])), ("random", random), ("empty", []),
    ] {
      let path = try folder.write("\(name).onnx", bytes)
      try expectFailure(.extract, arguments(.extract, ["--model": path]), path, "; ")
      try expectFailure(.render, arguments(.render, ["--model": path]), path, "; ")
    }
    let missing = folder.file("missing.onnx")
    try expectFailure(
      .extract, arguments(.extract, ["--model": missing]), missing, "No such file", "check the path"
    )
    let card = try folder.write("card.json", "{\"input\": {\"mean\": [1]}}")
    try expectFailure(
      .extract, arguments(.extract, ["--card": card]), card, "input.mean", "correct the card")
  }

  @Test("an operation that is not supported is named, with its node and what is supported")
  func unsupportedOperation() throws {
    var model = InceptionModel.model
    let place = try #require(model.nodes.indices.last)
    model.nodes[place] = SmallModel.node("GridSample", ["fc"], ["prob"], name: "the last one")
    let path = try folder.write("net.onnx", model.bytes)
    try expectFailure(
      .extract, arguments(.extract, ["--model": path, "--layer": "prob"]), path,
      "\"the last one\"", "\"GridSample\"", "not supported")
  }

  @Test("icons too small for the network are an error that names the file, the node and the option")
  func smallIcons() throws {
    let model = SmallModel.single(
      "MaxPool", SmallModel.attribute("kernel_shape", [7, 7]),
      SmallModel.attribute("strides", [1, 1]))
    var wide = model
    wide.inputs = [SmallModel.value("image", [1, 3, 48, 48])]
    wide.nodes.append(
      SmallModel.node(
        "MaxPool", ["result"], ["deeper"], name: "the deep one",
        SmallModel.attribute("kernel_shape", [11, 11]), SmallModel.attribute("strides", [1, 1])))
    let path = try folder.write("net.onnx", wide.bytes)
    try expectFailure(
      .render,
      [
        "--model", path, "--layer", "deeper", "--target", "channel", "--cells", "0:1", "--size",
        "16", "--output", output,
      ], path, "\"the deep one\"", "icons of 16 pixels", "use larger images", "--size")
  }

  @Test("a layer that is not there is answered with the nearest names")
  func wrongLayer() throws {
    for program in [Program.extract, .render] {
      try expectFailure(
        program, arguments(program, ["--layer": "mixed/outptu"]), workshop.model,
        "no layer \"mixed/outptu\"", "the nearest names are", "\"mixed/output\"")
    }
  }

  @Test("probabilities are no logits", arguments: ["logit", "probability", "log-odds"])
  func softmaxForLogits(target: String) throws {
    let given = [
      "--model", workshop.model, "--target", target, "--cells", "1:2", "--size", "48", "--steps",
      "1",
      "--output", output,
    ]
    try expectFailure(.render, given + ["--layer", "prob"], "result of a softmax", "\"fc\"")
    try Program.render.succeed(given + ["--layer", "fc"])
  }

  // MARK: The disk

  @Test(
    "a result that cannot be written is an error before the work begins",
    arguments: Program.stages)
  func unwritable(program: Program) throws {
    let file = try folder.write("a file", "")
    let path = file + "/result" + (program == .assemble ? "" : ".h5")
    var arguments = arguments(program, ["--output": path])
    // The work itself would take longer than the minute that a program has here.
    if program == .render { arguments += ["--restarts", "100", "--steps", "100000"] }
    if program == .embed { arguments += ["--epochs", "100000"] }
    try expectFailure(program, arguments, path, "Not a directory")
    #expect(try folder.bytes("a file").isEmpty)
  }

  @Test(
    "a full disk is an error that says so, and a former result stays", arguments: Program.stages)
  func fullDisk(program: Program) throws {
    let name = program == .assemble ? "result.png" : "result.h5"
    try folder.write(name, "what was there before")
    for blocks in [0, 3] {
      try expectFailure(
        program, arguments(program), folder.file("result"), "File too large",
        maximumFileBlocks: blocks)
    }
    #expect(try folder.bytes(name) == Array("what was there before".utf8))
    #expect(!folder.content.contains { $0.hasSuffix(".partial") })
  }
}
