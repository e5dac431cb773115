import Foundation
import TestTags
import Testing

/// `Scripts/nearest-name`, by which make answers a variable that there is not.
@Suite(.tags(.slow), .leftOutOfQuickTests) struct NearestNameTests {
  private static let names = [
    "THREADS", "POSITIONS", "SEED", "COMPONENTS", "METRIC", "NEIGHBORS", "STEPS", "RESTARTS",
  ]

  private func nearest(to word: String, among names: [String]) throws -> String {
    let package = #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined()
    let process = Process()
    let output = Pipe()
    process.executableURL = URL(filePath: package + "/Scripts/nearest-name")
    process.arguments = [word] + names
    process.standardOutput = output
    try process.run()
    let data = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
    return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
  }

  @Test(
    "the name that fewest letters make of the word is named, whatever their case",
    arguments: [
      ("STEP", "STEPS"), ("steps", "STEPS"), ("NEIGHBOURS", "NEIGHBORS"), ("seeds", "SEED"),
      ("RESTART", "RESTARTS"), ("TREADS", "THREADS"), ("METRICS", "METRIC"),
      ("POSITION", "POSITIONS"),
    ])
  func misspelt(word: String, name: String) throws {
    #expect(try nearest(to: word, among: Self.names) == name)
  }

  @Test("of names that are equally near the first is named")
  func ties() throws {
    #expect(try nearest(to: "AC", among: ["AB", "AD"]) == "AB")
    #expect(try nearest(to: "", among: ["ABC", "A", "B"]) == "A")
  }
}
