import Foundation
import TestSupport

/// make, as tests run it.
enum Make {
  /// Runs make in the package, without building anything.
  static func run(_ arguments: [String]) throws -> Outcome {
    let programs = (try Program.extract.path as NSString).deletingLastPathComponent
    let built = try built.get()
    return try Running(
      "/usr/bin/env",
      [
        "make", "--no-print-directory", "-C", Program.package, "BIN=\(programs)", "BUILT=\(built)",
        // A source that changes meanwhile must not begin a build: it would wait for the one that runs the tests.
        "SWIFT_BUILD=true", "LEAFLET=\(try leaflet.get())",
      ]
        + arguments
    ).outcome()
  }

  /// What stands for the library of the explorer's map, which tests do not fetch.
  private static let leaflet: Result<String, any Error> = Result {
    let folder = FileManager.default.temporaryDirectory.path + "/atlas-leaflet-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for name in ["leaflet.css", "leaflet-license.txt", "leaflet.js"] {
      try Data("/* Leaflet 1.9 */".utf8).write(to: URL(filePath: "\(folder)/\(name)"))
    }
    atexit {
      if let path = try? Make.leaflet.get() {
        try? FileManager.default.removeItem(
          atPath: (path as NSString).deletingLastPathComponent)
      }
    }
    return folder + "/leaflet.js"
  }

  /// A mark that the programs are built, younger than all sources.
  private static let built: Result<String, any Error> = Result {
    let path = FileManager.default.temporaryDirectory.path + "/atlas-built-\(UUID().uuidString)"
    try Data().write(to: URL(filePath: path))
    atexit { if let path = try? Make.built.get() { unlink(path) } }
    return path
  }
}
