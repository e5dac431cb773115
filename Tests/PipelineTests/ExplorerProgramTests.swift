import Foundation
import TestSupport
import TestTags
import Testing

/// The page to explore an atlas, by the program: what it writes, and what it refuses.
@Suite(.tags(.slow), .leftOutOfQuickTests) struct ExplorerProgramTests {
  let folder: TemporaryFolder
  /// A folder with an atlas, under the names that make gives.
  let atlas: String

  init() throws {
    folder = try TemporaryFolder()
    atlas = try Self.atlas.get()
    for name in ["leaflet.js", "leaflet.css", "leaflet-license.txt"] {
      try folder.write("leaflet/\(name)", "/* Leaflet 1.9.3 */")
    }
  }

  /// Made once for all tests: with effects, patches and a report.
  private static let atlas: Result<String, any Error> = Result {
    let chain = try Chain.finished()
    let folder = try shared.get()
    let place = folder.file("tsne")
    try FileManager.default.createDirectory(
      atPath: place, withIntermediateDirectories: true)
    for (name, source) in [
      ("icons-5.h5", "icons.h5"), ("icons-5.json", "icons.json"), ("cells-5.h5", "cells.h5"),
      ("layout.h5", "layout.h5"), ("../activations.h5", "activations.h5"),
    ] {
      try FileManager.default.copyItem(atPath: chain.file(source), toPath: "\(place)/\(name)")
    }
    try Program.attribute.succeed(
      chain.arguments(of: .attribute, ["--output": "\(place)/attribution-5.h5"]))
    try Program.evidence.succeed(
      chain.arguments(of: .evidence, ["--output": "\(place)/evidence-5"]))
    return place
  }
  private static let shared: Result<TemporaryFolder, any Error> = Result {
    let folder = try TemporaryFolder()
    atexit {
      try? FileManager.default.removeItem(atPath: ExplorerProgramTests.shared.get().path)
    }
    return folder
  }

  private func arguments(_ output: String = "explorer", _ more: String...) -> [String] {
    [
      "--atlas", atlas, "--leaflet", folder.file("leaflet"), "--output", folder.file(output),
      "--quiet",
    ] + more
  }

  /// The data of a script, without the function and the names before it.
  private func data(_ name: String, of call: String) throws -> [String: Any] {
    let text = String(decoding: try folder.bytes("explorer/data/\(name)"), as: UTF8.self)
    let prefix = "explorer.\(call)"
    #expect(text.hasPrefix(prefix) && text.hasSuffix(");\n"), "\(text.prefix(80))")
    let json = Data(text.dropFirst(prefix.count).dropLast(3).utf8)
    return try #require(try JSONSerialization.jsonObject(with: json) as? [String: Any])
  }

  private func array(_ data: Any?, _ type: String) throws -> Data {
    let packed = try #require(data as? [String: String])
    let text = try #require(packed[type])
    return try #require(Data(base64Encoded: text))
  }

  @Test("all that is known of every cell, and a tile for each place where icons are")
  func content() throws {
    let outcome = try Program.explore.succeed(arguments())
    #expect(outcome.results == [folder.file("explorer/index.html")])
    let manifest = try data("atlas.js", of: "open(")
    #expect((manifest["classes"] as? [String])?.isEmpty == false)
    #expect((manifest["digest"] as? String)?.count == 16)
    #expect(manifest["photographs"] as? Bool == false)
    let layer = try #require((manifest["layers"] as? [[String: Any]])?.first)
    #expect(layer["id"] as? String == "mixed" && layer["kind"] as? String == "layer")
    #expect(layer["effects"] as? Bool == true && layer["samples"] as? Bool == true)
    #expect((layer["notes"] as? [String])?.first?.hasPrefix("720 samples of 12 images") == true)
    let level = try #require((layer["levels"] as? [[String: Any]])?.first)
    let count = try #require(level["cells"] as? Int)
    #expect(level["side"] as? Int == 5 && level["iconPixels"] as? Int == Chain.iconSide)

    var expected: Set<String> = []
    for tiles in try #require(level["tiles"] as? [[String: Any]]) {
      let columns = try #require(tiles["columns"] as? Int)
      let bits = try array(tiles["present"], "u8")
      for place in 0..<columns * columns where bits[place / 8] >> UInt8(place % 8) & 1 == 1 {
        for kind in ["even", "sized"] {
          expected.insert(
            "tiles/mixed/5/\(kind)/\(tiles["zoom"] ?? "")/\(place % columns)/\(place / columns).webp"
          )
        }
      }
    }
    let files = folder.content.filter { $0.hasPrefix("explorer/tiles") && $0.hasSuffix("webp") }
    #expect(Set(files.map { String($0.dropFirst("explorer/".count)) }) == expected)

    let cells = try data("mixed/5/cells.js", of: "cells(\"mixed\",5,")
    #expect(try array(cells["row"], "u16").count == 2 * count)
    #expect((cells["doubts"] as? [[String]])?.count == count)
    let columns = try #require(layer["columns"] as? [[String: Any]])
    #expect((cells["columns"] as? [Any])?.count == columns.count)
    let nearest = try #require(cells["nearestCount"] as? Int)
    #expect(try array(cells["nearest"], "u16").count == 2 * count * nearest)
    let argued = try #require(cells["for"] as? [String: Any])
    #expect(try array(argued["mean"], "f32").count == 4 * 5 * count)
    let patches = try #require(cells["patches"] as? [String: Any])
    #expect(try array(patches["start"], "u32").count == 4 * (count + 1))
    let names = try #require(cells["names"] as? [String])
    #expect(!names.isEmpty && Set(names).isSubset(of: Workshop.names))
    #expect(folder.content.contains("explorer/patches/mixed/5/evidence-000.jpg"))
    let samples = try data("mixed/5/samples.js", of: "samples(\"mixed\",5,")
    #expect(try array(samples["cell"], "u16").count == 2 * Chain.sampleCount)
    let images = try data("mixed/images.js", of: "images(\"mixed\",")
    #expect(try array(images["start"], "u32").count == 4 * 13)
    let effects = folder.content.filter { $0.hasPrefix("explorer/data/mixed/effects/") }
    #expect(effects.count == (manifest["classes"] as? [String])?.count)
    let effect = try data("mixed/effects/0.js", of: "effects(\"mixed\",0,")
    let column = try #require(effect["5"] as? [String: Any])
    #expect(try array(column["mean"], "i8").count == count)

    let page = String(decoding: try folder.bytes("explorer/index.html"), as: UTF8.self)
    #expect(page.contains("mixed of A small network") && !page.contains("{{"))
    let script = String(decoding: try folder.bytes("explorer/page/explorer.js"), as: UTF8.self)
    #expect(!script.contains("\nimport ") && !script.contains("\nexport "))
  }

  @Test("the same bytes on any number of threads; a former explorer is replaced as a whole")
  func threads() throws {
    try Program.explore.succeed(arguments("one", "--threads", "1"))
    try Program.explore.succeed(arguments("two", "--threads", "4"))
    let names = folder.content.filter { $0.hasPrefix("one/") && !isFolder($0) }
    #expect(names.count > 20)
    for name in names {
      #expect(try folder.bytes(name) == folder.bytes("two" + name.dropFirst(3)), "\(name)")
    }
    try folder.write("two/tiles/old.webp", "of a former run")
    try Program.explore.succeed(arguments("two/"))
    #expect(!folder.content.contains("two/tiles/old.webp"))
    #expect(!folder.content.contains { $0.contains("partial") || $0.contains("former") })
  }

  private func isFolder(_ name: String) -> Bool {
    (try? FileManager.default.attributesOfItem(atPath: folder.file(name))[.type]
      as? FileAttributeType)
      == .typeDirectory
  }

  @Test("photographs are included where that is asked for, with their sizes")
  func photographs() throws {
    try Program.explore.succeed(arguments("explorer", "--photograph-pixels", "20"))
    #expect(try data("atlas.js", of: "open(")["photographs"] as? Bool == true)
    let cells = try data("mixed/5/cells.js", of: "cells(\"mixed\",5,")
    let names = try #require(cells["names"] as? [String])
    let numbers = try array(cells["photograph"], "i32").withUnsafeBytes {
      Array($0.bindMemory(to: Int32.self))
    }
    #expect(numbers.count == names.count && numbers.allSatisfy { $0 >= 0 })
    for number in numbers {
      let digits = String(number)
      let name = String(repeating: "0", count: 6 - digits.count) + digits
      #expect(folder.content.contains("explorer/photographs/\(name).jpg"))
    }
  }

  @Test("samples that atlas-place placed lie where their cells are")
  func points() throws {
    let chain = try Chain.finished()
    let placed = folder.file("placed.h5")
    try Program.place.succeed(chain.arguments(of: .place, ["--output": placed]))
    try Program.explore.succeed(arguments("explorer", "--points", placed))
    let layer = try #require(
      (try data("atlas.js", of: "open(")["layers"] as? [[String: Any]])?.first)
    let points = try #require((layer["points"] as? [[String: Any]])?.first)
    #expect(points["name"] as? String == "placed.h5")
    #expect((points["names"] as? [String]).map(Set.init) == Set(Workshop.names))
    func positions(_ key: String) throws -> [Float] {
      try array(points[key], "f32").withUnsafeBytes { Array($0.bindMemory(to: Float.self)) }
    }
    // They are the map's own samples, whose cells are known; a few change cells by being placed anew.
    let samples = try data("mixed/5/samples.js", of: "samples(\"mixed\",5,")
    let cellOf = try array(samples["cell"], "u16").withUnsafeBytes {
      Array($0.bindMemory(to: UInt16.self))
    }
    let cells = try data("mixed/5/cells.js", of: "cells(\"mixed\",5,")
    func places(_ key: String) throws -> [UInt16] {
      try array(cells[key], "u16").withUnsafeBytes { Array($0.bindMemory(to: UInt16.self)) }
    }
    let (row, column, x, y) = try (places("row"), places("column"), positions("x"), positions("y"))
    #expect(x.count == Chain.sampleCount && y.count == x.count)
    let known = cellOf.indices.filter { cellOf[$0] < 65535 }
    let same = known.count { sample in
      let cell = Int(cellOf[sample])
      return Int(5 * x[sample]) == Int(column[cell]) && Int(5 * y[sample]) == Int(row[cell])
    }
    #expect(
      known.count > Chain.sampleCount / 2 && 10 * same > 9 * known.count,
      "\(same) of \(known.count)")

    try folder.write("cut.h5", Array(try folder.bytes("placed.h5").prefix(2000)))
    let outcome = try Program.explore.runWithinAMinute(
      arguments("other", "--points", folder.file("cut.h5")))
    #expect(
      outcome.status == 1 && outcome.errors.count == 1 && outcome.errors[0].contains("cut.h5"))
  }

  @Test(
    "what does not belong together, is missing or in the way: one line each, and nothing is lost")
  func refusals() throws {
    func fail(_ arguments: [String], _ words: String...) throws {
      let outcome = try Program.explore.runWithinAMinute(arguments)
      #expect(outcome.status == 1 && outcome.errors.count == 1, "\(outcome)")
      for word in words { #expect(outcome.errors[0].contains(word), "\(outcome.errors)") }
    }
    var given = arguments()
    given[1] = folder.path
    try fail(given, "no icons-SIDE.h5", "make atlas")
    given[1] = folder.file("nowhere")
    try fail(given, "no folder")
    given = arguments()
    given[3] = folder.path
    try fail(given, "Scripts/fetch-leaflet")
    try folder.write("photos/a.txt", "mine")
    try fail(arguments("photos"), "other files than an explorer's")
    try folder.write("file", "mine")
    try fail(arguments("file"), "it is a file")
    #expect(try folder.bytes("photos/a.txt") == Array("mine".utf8))
    // Cells of a grid that the icons are not of.
    let other = folder.file("other")
    try FileManager.default.copyItem(atPath: atlas, toPath: other)
    try FileManager.default.moveItem(atPath: other + "/icons-5.h5", toPath: other + "/icons-3.h5")
    try FileManager.default.moveItem(atPath: other + "/cells-5.h5", toPath: other + "/cells-3.h5")
    given = arguments()
    given[1] = other
    try fail(given, "icons-3.h5", "of a grid of 5")
  }

  @Test("a full disk leaves the former explorer")
  func fullDisk() throws {
    try Program.explore.succeed(arguments())
    let before = try folder.bytes("explorer/data/atlas.js")
    let outcome = try Program.explore.run(
      arguments("explorer", "--quality", "90"), maximumFileBlocks: 1)
    #expect(outcome.status == 1 && outcome.errors.count == 1, "\(outcome)")
    #expect(outcome.errors.first?.contains("File too large") == true)
    #expect(try folder.bytes("explorer/data/atlas.js") == before)
    #expect(!folder.content.contains { $0.contains("partial") })
  }
}
