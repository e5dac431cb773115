import ArrayStore
import Foundation
import Matrices
import Randomness
import TestTags
import Testing

@Suite(.tags(.quick)) struct BadFileTests {
  let folder: Folder

  init() throws { folder = try Folder() }

  private func message(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "no error"
    } catch { return "\(error)" }
  }

  @Test("files that are not there, not HDF5 or of another kind say so in one line")
  func cannotOpen() throws {
    let missing = folder.file("missing.h5")
    #expect(
      message { _ = try ArrayFileReader(path: missing, kind: "a") }
        == "Cannot open \(missing): No such file or directory")
    for content in [[], Array("plain text\n".utf8), [UInt8](repeating: 0, count: 5000)] {
      try folder.put(content, "text.h5")
      let text = message { _ = try ArrayFileReader(path: folder.file("text.h5"), kind: "a") }
      #expect(text.hasPrefix("Cannot open \(folder.file("text.h5")): no complete HDF5 file"))
      #expect(!text.contains("\n"))
    }
    #expect(
      message { _ = try ArrayFileReader(path: folder.path, kind: "a") }.hasPrefix("Cannot open"))

    let layout = folder.file("layout.h5")
    let writer = try ArrayFileWriter(path: layout, kind: "layout")
    try writer.write(Provenance(program: "atlas-embed", version: "1"))
    try writer.finish()
    #expect(
      message { _ = try ArrayFileReader(path: layout, kind: "activations") }
        == "Cannot use \(layout): it holds layout (made by atlas-embed), expected activations")
  }

  @Test("a file cut off anywhere is an error, never a crash")
  func truncated() throws {
    let writer = try ArrayFileWriter(path: folder.file("whole.h5"), kind: "test")
    try writer.write("a/b", (0..<1000).map { Float($0) }, shape: [1000])
    try writer.appendable("rows", of: Float.self, rowShape: [100])
      .append([Float](repeating: 1, count: 5000))
    try writer.write("names", ["one", "two"])
    try writer.finish()
    let whole = try folder.bytes("whole.h5")
    let cuts = Array(stride(from: 0, to: whole.count, by: max(1, whole.count / 300)))
    for cut in cuts + [whole.count - 1] {
      try folder.put(Array(whole[..<cut]), "cut.h5")
      #expect(throws: ArrayStoreError.self, "cut at \(cut)") {
        try ArrayFileReader(path: folder.file("cut.h5"), kind: "test")
      }
    }
  }

  @Test("a file with changed bytes is an error or is read, never a crash")
  func mutations() throws {
    let path = folder.file("x.h5")
    let writer = try ArrayFileWriter(path: path, kind: "test")
    try writer.appendable("a/rows", of: Float.self, rowShape: [8])
      .append([Float](repeating: 1, count: 80))
    try writer.write("names", ["one", "zwölf"])
    try writer.setAttribute("list", on: "a/rows", .strings(["é", "b"]))
    try writer.finish()
    let whole = try folder.bytes("x.h5")
    let written = whole.indices.filter { whole[$0] != 0 }
    var stream = RandomStream(seed: 1, purpose: .evaluation)
    var errorCount = 0
    for round in 0..<600 {
      var bytes = whole
      for _ in 0...round % 3 {
        let offset = written[stream.integer(below: written.count)] + stream.integer(below: 16)
        bytes[min(offset, bytes.count - 1)] = UInt8(stream.integer(below: 256))
      }
      try folder.put(bytes, "y.h5")
      do throws(ArrayStoreError) {
        let reader = try ArrayFileReader(path: folder.file("y.h5"), kind: "test")
        _ = try (reader.attribute("list", on: "a/rows"), reader.groups())
        _ = try (reader.floats("a/rows"), reader.strings("names"))
      } catch {
        errorCount += 1
      }
    }
    #expect(errorCount > 100)
  }

  @Test("what is wanted and what is stored must agree")
  func mismatch() throws {
    let path = folder.file("x.h5")
    let writer = try ArrayFileWriter(path: path, kind: "test")
    try writer.write("floats", [Float](repeating: 1, count: 6), shape: [2, 3])
    try writer.write("integers", [Int32(1), 2], shape: [2])
    try writer.write("number", [Float(3)], shape: [])
    try writer.write("names", ["one", "two"])
    try writer.finish()
    let reader = try ArrayFileReader(path: path, kind: "test")
    #expect(
      message { _ = try reader.floats("names") }
        == "Cannot read dataset names of \(path): "
        + "floating-point numbers expected, found strings of 3 bytes")
    for attempt: () throws -> Void in [
      { _ = try reader.strings("floats") }, { _ = try reader.floats("integers") },
      { _ = try reader.bytes("integers") }, { _ = try reader.int32s("floats") },
      { _ = try reader.matrix("integers") }, { _ = try reader.matrix("number") },
      { _ = try reader.floats("none") }, { _ = try reader.shape(of: "none") },
      { _ = try reader.floats("floats", rows: 1..<3) },
      { _ = try reader.floats("floats", rows: -1..<1) },
      { _ = try reader.floats("number", rows: 0..<1) }, { _ = try reader.groups(in: "floats") },
      { _ = try reader.groups(in: "none") }, { _ = try reader.floats("/") },
    ] {
      #expect(throws: ArrayStoreError.self) { try attempt() }
    }
  }

  @Test("arrays that claim more than the file holds are refused before memory is asked for")
  func claims() throws {
    try folder.put(ForeignFile.bytes, "h5py.h5")
    let reader = try ArrayFileReader(path: folder.file("h5py.h5"), kind: "foreign")
    #expect(throws: ArrayStoreError.self) { try reader.shape(of: "sparse") }
    #expect(throws: ArrayStoreError.self) { try reader.floats("sparse") }
    #expect(throws: ArrayStoreError.self) { try reader.bytes("endless") }
    #expect(throws: ArrayStoreError.self) { try reader.doubles("unwritten") }
    #expect(throws: ArrayStoreError.self) { try reader.doubles("unwritten", rows: 0..<100_000) }
    #expect(throws: ArrayStoreError.self) { try reader.floats("nothing") }
    #expect(throws: ArrayStoreError.self) { try reader.int32s("wide") }
    #expect(throws: ArrayStoreError.self) { try reader.attribute("void") }
  }

  @Test("what h5py wrote is read")
  func foreign() throws {
    try folder.put(ForeignFile.bytes, "h5py.h5")
    let reader = try ArrayFileReader(path: folder.file("h5py.h5"), kind: "foreign")
    #expect(try reader.matrix("doubles").elements == [0, 0.25, 0.5, 0.75, 1, 1.25])
    #expect(try reader.strings("text") == ["ä", "", "long enough"])
    #expect(try reader.floats("zeros") == [Float](repeating: 0, count: 1000))
    #expect(try reader.attribute("flag") == .integer(7))
    #expect(try reader.attribute("ratio") == .number(0.5))
  }
}
