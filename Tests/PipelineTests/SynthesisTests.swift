import Foundation
import Images
import TestSupport
import TestTags
import Testing

/// atlas-synthesize draws the same images whatever the circumstances, and minds what it finds.
@Suite(.tags(.slow), .leftOutOfQuickTests) struct SynthesisTests {
  private static let base = ["--classes", "fish", "house", "--size", "32", "--quiet"]

  private func draw(_ folder: String, _ more: [String]) throws -> Outcome {
    try Program.synthesize.run(["--output", folder] + Self.base + more)
  }

  /// Every file below a folder with its bytes.
  private func files(_ folder: String) throws -> [String: Data] {
    let names = try FileManager.default.subpathsOfDirectory(atPath: folder)
    return Dictionary(
      uniqueKeysWithValues: names.compactMap { name in
        FileManager.default.contents(atPath: "\(folder)/\(name)").map { (name, $0) }
      })
  }

  @Test("the same bytes on one thread, on three, and in two runs", arguments: ["jpeg", "png"])
  func reproducible(format: String) throws {
    let folder = try TemporaryFolder()
    let (one, three) = (folder.file("one"), folder.file("three"))
    #expect(try draw(one, ["--count", "5", "--threads", "1", "--format", format]).status == 0)
    #expect(try draw(three, ["--count", "2", "--threads", "3", "--format", format]).status == 0)
    #expect(try draw(three, ["--first", "2", "--count", "3", "--format", format]).status == 0)
    let drawn = try files(one)
    #expect(drawn.count == 11)  // 2 × 5 images and world.json
    #expect(try drawn == files(three))
  }

  @Test("images that are there are kept, missing ones are drawn again")
  func resuming() throws {
    let folder = try TemporaryFolder()
    let world = folder.file("world")
    #expect(try draw(world, ["--count", "2"]).status == 0)
    let first = try files(world)
    let kept = world + "/fish/fish-00000.jpg"
    try FileManager.default.removeItem(atPath: world + "/house/house-00001.jpg")
    let mark = Date(timeIntervalSince1970: 1e9)
    try FileManager.default.setAttributes([.modificationDate: mark], ofItemAtPath: kept)
    #expect(try draw(world, ["--count", "2"]).status == 0)
    #expect(try files(world) == first)
    let attributes = try FileManager.default.attributesOfItem(atPath: kept)
    #expect(attributes[.modificationDate] as? Date == mark)
  }

  @Test("a folder of other images is refused and left alone")
  func otherFolder() throws {
    let folder = try TemporaryFolder()
    let world = folder.file("world")
    #expect(try draw(world, ["--count", "1"]).status == 0)
    let before = try files(world)
    for other in [["--seed", "9"], ["--format", "png"]] {
      let outcome = try draw(world, ["--count", "1"] + other)
      #expect(outcome.status == 1 && outcome.errors.count == 1)
      #expect(outcome.says(world) && outcome.says("another folder"))
    }
    #expect(try files(world) == before)
  }

  @Test("a full disk ends it with one error, and nothing is half-written")
  func fullDisk() throws {
    let folder = try TemporaryFolder()
    let outcome = try Program.synthesize.run(
      ["--output", folder.file("world"), "--classes", "fish", "--size", "256", "--count", "2"],
      maximumFileBlocks: 4)
    #expect(outcome.status == 1 && outcome.errors.count == 1)
    #expect(try Array(files(folder.file("world")).keys) == ["world.json"])
  }

  @Test("a folder of somebody's own is refused")
  func ownFolder() throws {
    let folder = try TemporaryFolder()
    try folder.write("images/fish/fish-00000.jpg", "mine")
    let outcome = try draw(folder.file("images"), ["--count", "1"])
    #expect(outcome.status == 1 && outcome.errors.count == 1 && outcome.says("other files"))
    #expect(try files(folder.file("images")).count == 1)
  }

  @Test("the sheet is an image; --list names the classes")
  func sheetAndList() throws {
    let folder = try TemporaryFolder()
    let sheet = folder.file("sheet.png")
    try Program.synthesize.succeed(["--sheet", sheet] + Self.base + ["--sheet-count", "2"])
    #expect(try ImageReader.read(sheet).width > 2 * 2 * 32)
    let list = try Program.synthesize.succeed(["--list"])
    #expect(list.results.contains("fish") && list.results.count >= 32)
  }
}
