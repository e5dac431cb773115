import Foundation
import TestSupport
import TestTags
import Testing

/// The network that comes with the project, on images that it has never seen.
@Suite(.tags(.slow), .leftOutOfQuickTests) struct DefaultNetworkTests {
  private static let folder =
    "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
    + "/Data/models/synthetic-world"
  private static let model = folder + "/synthetic-world.onnx"

  @Test("it names at least 90 of 100 images of a seed that it was not trained on")
  func accuracy() throws {
    let work = try TemporaryFolder()
    let world = work.file("world")
    try Program.synthesize.succeed(["--output", world, "--count", "3", "--seed", "7", "--quiet"])
    let outcome = try Program.extract.succeed([
      "--model", Self.model, "--images", world, "--layer", "avgpool0", "--include-edges",
      "--predict", "--output", work.file("activations.h5"),
    ])
    let line = try #require(outcome.messages.first { $0.hasPrefix("top-1 ") })
    let top1 = try #require(Double(line.split(separator: " ")[1]))
    // Of some 240 images; chance fluctuates by less than 2.
    #expect(top1 >= 90, "\(line)")
  }

  @Test("its labels are the world's classes")
  func labels() throws {
    let labels = try String(contentsOfFile: Self.folder + "/labels.txt", encoding: .utf8)
    let list = try Program.synthesize.succeed(["--list"])
    #expect(labels.split(separator: "\n").map(String.init) == list.results)
  }

  @Test(
    "its layers have the paper's names",
    arguments: [
      "conv2d0", "conv2d2", "mixed3a", "mixed3b", "mixed4a", "mixed4b", "mixed4c", "mixed4d",
      "mixed4e", "mixed5a", "mixed5b", "avgpool0", "softmax2_pre_activation",
    ])
  func layers(layer: String) throws {
    let work = try TemporaryFolder()
    let world = work.file("world")
    try Program.synthesize.succeed(
      ["--output", world, "--count", "1", "--classes", "fish", "--quiet"])
    try Program.extract.succeed([
      "--model", Self.model, "--images", world, "--layer", layer, "--include-edges", "--quiet",
      "--output", work.file("activations.h5"),
    ])
  }
}
