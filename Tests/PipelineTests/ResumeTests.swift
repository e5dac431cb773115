import ArrayStore
import Foundation
import Images
import TestSupport
import TestTags
import Testing

/// Runs that are killed, and those that come after them.
@Suite(.tags(.slow), .leftOutOfQuickTests) struct ResumeTests {
  private let folder: TemporaryFolder
  private let workshop: Workshop

  init() throws {
    folder = try TemporaryFolder()
    workshop = try .shared()
  }

  /// Kills a program once it has written down what it has finished.
  private func kill(
    _ program: Program, _ arguments: [String], once isThere: (_ result: String) -> Bool
  ) throws {
    let running = try program.start(arguments)
    let output = try #require(arguments.firstIndex(of: "--output").map { arguments[$0 + 1] })
    while running.isRunning, !isThere(output) { usleep(500) }
    running.kill()
    let outcome = try running.outcome()
    try #require(outcome.status == 128 + SIGKILL, "it ended before it was killed")
    #expect(!FileManager.default.fileExists(atPath: output))
    #expect(isThere(output))
  }

  /// Kills an extraction after its first block of images.
  private func killExtraction(_ arguments: [String]) throws {
    try kill(.extract, arguments) { result in
      let journal = try? String(contentsOfFile: result + ".progress", encoding: .utf8)
      return (journal?.split(separator: "\n").count ?? 0) > 1
    }
  }

  /// Many images, of which a block holds 256.
  private func extractArguments(_ name: String, in images: String, seed: Int = 0) -> [String] {
    [
      "--model", workshop.model, "--images", images, "--layer", "mixed", "--positions", "3",
      "--seed", "\(seed)", "--threads", "1", "--output", folder.file(name),
    ]
  }

  private func makeImages(_ name: String, from first: Int = 0, count: Int = 1100) throws
    -> String
  {
    let files = try (first..<first + 4).map {
      try JPEGWriter.encode(Workshop.picture($0, width: 70, height: 60))
    }
    for index in 0..<count {
      let number = String(index + 10_000).dropFirst()
      try folder.write("\(name)/\(number).jpg", files[index % 4])
    }
    return folder.file(name)
  }

  @Test("a killed extraction goes on, and ends in the bytes of one that was not")
  func extract() throws {
    let images = try makeImages("images")
    // Images that cannot be read are remembered as well.
    for number in ["0003", "0700"] { try folder.write("images/\(number).jpg", "no image") }
    let arguments = extractArguments("killed.h5", in: images)
    try killExtraction(arguments)
    let outcome = try Program.extract.succeed(arguments)
    #expect(outcome.says("images are there from an earlier run"))
    #expect(outcome.says("2 of 1100 images could not be read"))
    try Program.extract.succeed(extractArguments("whole.h5", in: images))
    #expect(try folder.bytes("killed.h5") == folder.bytes("whole.h5"))
    #expect(
      folder.content.filter { !$0.hasPrefix("images") } == ["killed.h5", "whole.h5"])
  }

  @Test("an extraction does not go on with other weights beside the network's file")
  func otherWeights() throws {
    let images = try makeImages("images")
    var model = SmallModel()
    model.initializers = [
      SmallModel.tensor("w", [1, 3, 2, 2], entries: [(key: "location", value: "net.onnx.data")])
    ]
    model.nodes = [SmallModel.node("Conv", ["image", "w"], ["result"])]
    func writeWeights(_ factor: Float) throws {
      try folder.write(
        "net.onnx.data",
        SmallModel.ramp(12).flatMap { Wire.littleEndian((factor * $0).bitPattern) })
    }
    let network = try folder.write("net.onnx", model.bytes)
    func arguments(_ name: String) -> [String] {
      var arguments = extractArguments(name, in: images)
      (arguments[1], arguments[5]) = (network, "result")
      return arguments
    }
    try writeWeights(1)
    try killExtraction(arguments("killed.h5"))
    try writeWeights(-2)
    let outcome = try Program.extract.succeed(arguments("killed.h5"))
    #expect(!outcome.says("images are there from an earlier run"))
    try Program.extract.succeed(arguments("whole.h5"))
    #expect(try folder.bytes("killed.h5") == folder.bytes("whole.h5"))
    let file = try ArrayFileReader(path: folder.file("whole.h5"), kind: "activations")
    #expect(try file.provenance?.inputs.map(\.name) == ["net.onnx", "net.onnx.data"])
  }

  @Test("an extraction killed again and again, at any moment, ends in the same bytes")
  func killedOften() throws {
    let images = try makeImages("images", count: 700)
    let layers = ["--layer", "early", "--output"]
    func arguments(_ name: String) -> [String] {
      Array(extractArguments(name, in: images).dropLast(2)) + layers + [folder.file(name)]
    }
    try Program.extract.succeed(arguments("whole-{layer}.h5"))
    func lineCount() -> Int {
      let journal = try? String(
        contentsOfFile: folder.file("killed-mixed.h5.progress"), encoding: .utf8)
      return journal?.split(separator: "\n").count ?? 0
    }
    let names = { try? FileManager.default.contentsOfDirectory(atPath: folder.path) }
    let moments: [() -> Bool] = [
      { lineCount() > 0 }, { lineCount() > 1 }, { lineCount() > 500 },
      // All images are sampled, and files are made around the rows.
      { lineCount() > 700 }, { names()?.contains { $0.hasSuffix(".partial") } ?? false },
      { names()?.contains("killed-mixed.h5") ?? false },
      { names()?.contains("killed-early.h5") ?? false },
    ]
    var killCount = 0
    for moment in moments.flatMap({ [$0, $0, $0] }) {
      let running = try Program.extract.start(arguments("killed-{layer}.h5"))
      while running.isRunning, !moment() {}
      running.kill()
      if try running.outcome().status != 0 { killCount += 1 }
      for layer in ["mixed", "early"] {
        // A result that has its name is whole.
        let path = folder.file("killed-\(layer).h5")
        guard FileManager.default.fileExists(atPath: path) else { continue }
        #expect(try folder.bytes("killed-\(layer).h5") == folder.bytes("whole-\(layer).h5"))
      }
    }
    #expect(killCount > 9, "\(killCount)")
    try Program.extract.succeed(arguments("killed-{layer}.h5"))
    for layer in ["mixed", "early"] {
      #expect(try folder.bytes("killed-\(layer).h5") == folder.bytes("whole-\(layer).h5"))
    }
    #expect(folder.content.allSatisfy { !$0.hasSuffix(".growing") && !$0.hasSuffix(".progress") })
  }

  @Test("a run that was killed between two layers makes the second one only")
  func secondLayer() throws {
    let images = try makeImages("images", count: 20)
    func arguments(_ name: String) -> [String] {
      Array(extractArguments(name, in: images).dropLast(2))
        + ["--layer", "early", "--output", folder.file(name)]
    }
    try Program.extract.succeed(arguments("whole-{layer}.h5"))
    // A folder in the place of the second result ends the run after the first one.
    try folder.write("cut-early.h5/in the way", "")
    let outcome = try Program.extract.run(arguments("cut-{layer}.h5"))
    #expect(outcome.status == 1 && outcome.says("cut-early.h5: Is a directory"), "\(outcome)")
    let first = folder.file("cut-mixed.h5")
    let made = try FileManager.default.attributesOfItem(atPath: first)[.systemFileNumber] as? Int
    try FileManager.default.removeItem(atPath: folder.file("cut-early.h5"))
    let resumed = try Program.extract.succeed(arguments("cut-{layer}.h5"))
    #expect(resumed.says("20 images are there from an earlier run"))
    for layer in ["mixed", "early"] {
      #expect(try folder.bytes("cut-\(layer).h5") == folder.bytes("whole-\(layer).h5"))
    }
    let kept = try FileManager.default.attributesOfItem(atPath: first)[.systemFileNumber] as? Int
    #expect(made != nil && made == kept, "the first result was made twice")
  }

  @Test("work of another seed or of other images is not used")
  func foreignWork() throws {
    let images = try makeImages("a/images")
    try killExtraction(extractArguments("x.h5", in: images))
    let seeded = try Program.extract.succeed(extractArguments("x.h5", in: images, seed: 1))
    #expect(!seeded.says("from an earlier run"))

    // As many images of the same names, in a folder of the same name.
    let others = try makeImages("b/images", from: 4)
    try killExtraction(extractArguments("y.h5", in: images))
    let outcome = try Program.extract.succeed(extractArguments("y.h5", in: others))
    #expect(!outcome.says("from an earlier run"))
    try Program.extract.succeed(extractArguments("z.h5", in: others))
    #expect(try folder.bytes("y.h5") == folder.bytes("z.h5"))
  }

  @Test("two runs for the same result do not mix")
  func twoRuns() throws {
    let images = try makeImages("images")
    let arguments = extractArguments("x.h5", in: images)
    let first = try Program.extract.start(arguments)
    while first.isRunning, !FileManager.default.fileExists(atPath: folder.file("x.h5.progress")) {
      usleep(500)
    }
    let second = try Program.extract.run(arguments)
    let outcome = try first.outcome()
    #expect(outcome.status == 0)
    #expect(second.status == 1 && second.errors.count == 1, "\(second)")
    #expect(second.says("another process is doing this work; wait for it"))
  }

  @Test("a killed rendering goes on, and ends in the bytes of one that was not")
  func render() throws {
    func arguments(_ name: String) -> [String] {
      [
        "--model", workshop.model, "--layer", "mixed", "--target", "channel", "--cells", "0:48",
        "--size", "32", "--steps", "40", "--restarts", "2", "--threads", "1", "--output",
        folder.file(name),
      ]
    }
    try kill(.render, arguments("killed.h5")) { result in
      FileManager.default.fileExists(atPath: result + ".parts/part-000000.h5")
    }
    // What a power failure may leave: a part that is not whole.
    try folder.write("killed.h5.parts/part-000002.h5", "not a part")
    let outcome = try Program.render.succeed(arguments("killed.h5"))
    #expect(outcome.says("icons are there from an earlier run"))
    try Program.render.succeed(arguments("whole.h5"))
    #expect(try folder.bytes("killed.h5") == folder.bytes("whole.h5"))
    #expect(folder.content == ["killed.h5", "whole.h5"])
  }
}
