import Foundation
import Images
import TestSupport
import Testing

/// Runs that are killed, and those that come after them.
@Suite struct ResumeTests {
  private let folder: TemporaryFolder
  private let workshop: Workshop

  init() throws {
    folder = try TemporaryFolder()
    workshop = try .shared()
  }

  /// Kills a program once it has finished its first part.
  private func killAfterFirstPart(_ program: Program, _ arguments: [String]) throws {
    let running = try program.start(arguments)
    let output = try #require(arguments.firstIndex(of: "--output").map { arguments[$0 + 1] })
    let part = output + ".parts/part-000000.h5"
    while running.isRunning, !FileManager.default.fileExists(atPath: part) { usleep(500) }
    running.kill()
    let outcome = try running.outcome()
    try #require(outcome.status == 128 + SIGKILL, "it ended before it was killed")
    #expect(!FileManager.default.fileExists(atPath: output))
    #expect(FileManager.default.fileExists(atPath: part))
  }

  /// Many photographs, of which a part holds 256.
  private func extractArguments(_ name: String, in photographs: String, seed: Int = 0) -> [String] {
    [
      "--model", workshop.model, "--images", photographs, "--layer", "mixed", "--positions", "3",
      "--seed", "\(seed)", "--threads", "1", "--output", folder.file(name),
    ]
  }

  private func makePhotographs(_ name: String, from first: Int = 0, count: Int = 1100) throws
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
    let photographs = try makePhotographs("photographs")
    let arguments = extractArguments("killed.h5", in: photographs)
    try killAfterFirstPart(.extract, arguments)
    let outcome = try Program.extract.succeed(arguments)
    #expect(outcome.says("photographs are there from an earlier run"))
    try Program.extract.succeed(extractArguments("whole.h5", in: photographs))
    #expect(try folder.bytes("killed.h5") == folder.bytes("whole.h5"))
    #expect(
      folder.content.filter { !$0.hasPrefix("photographs") } == ["killed.h5", "whole.h5"])
  }

  @Test("parts of another seed or of other photographs are not used")
  func foreignParts() throws {
    let photographs = try makePhotographs("a/photographs")
    try killAfterFirstPart(.extract, extractArguments("x.h5", in: photographs))
    let seeded = try Program.extract.succeed(extractArguments("x.h5", in: photographs, seed: 1))
    #expect(!seeded.says("from an earlier run"))

    // As many photographs of the same names, in a folder of the same name.
    let others = try makePhotographs("b/photographs", from: 4)
    try killAfterFirstPart(.extract, extractArguments("y.h5", in: photographs))
    let outcome = try Program.extract.succeed(extractArguments("y.h5", in: others))
    #expect(!outcome.says("from an earlier run"))
    try Program.extract.succeed(extractArguments("z.h5", in: others))
    #expect(try folder.bytes("y.h5") == folder.bytes("z.h5"))
  }

  @Test("a killed rendering goes on, and ends in the bytes of one that was not")
  func render() throws {
    func arguments(_ name: String) -> [String] {
      [
        "--model", workshop.model, "--layer", "mixed", "--target", "channel", "--cells", "0:48",
        "--size", "32", "--steps", "40", "--attempts", "2", "--threads", "1", "--output",
        folder.file(name),
      ]
    }
    try killAfterFirstPart(.render, arguments("killed.h5"))
    // What a power failure may leave: a part that is not whole.
    try folder.write("killed.h5.parts/part-000002.h5", "not a part")
    let outcome = try Program.render.succeed(arguments("killed.h5"))
    #expect(outcome.says("icons are there from an earlier run"))
    try Program.render.succeed(arguments("whole.h5"))
    #expect(try folder.bytes("killed.h5") == folder.bytes("whole.h5"))
    #expect(folder.content == ["killed.h5", "whole.h5"])
  }
}
