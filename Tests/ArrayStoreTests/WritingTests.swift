import ArrayStore
import Foundation
import TestTags
import Testing

@Suite(.tags(.quick)) struct WritingTests {
  let folder: Folder

  init() throws { folder = try Folder() }

  private func writeSomething(_ name: String) throws {
    let writer = try ArrayFileWriter(path: folder.file(name), kind: "test")
    try writer.write("20/mean", (0..<777).map { Float($0) }, shape: [7, 111])
    try writer.write("names", ["one", "zwölf"])
    let rows = try writer.appendable("rows", of: Float.self, rowShape: [33])
    for block in 1...40 { try rows.append([Float](repeating: 1, count: 33 * block * 3)) }
    try writer.setAttribute("list", on: "20", .strings(["a", "bb"]))
    try writer.write(Provenance(program: "p", version: "1", parameters: [("seed", "0")]))
    try writer.finish()
  }

  @Test("equal content gives equal bytes, also at another time")
  func reproducible() throws {
    try writeSomething("a.h5")
    Thread.sleep(forTimeInterval: 1.1)  // HDF5's times count seconds
    try writeSomething("b.h5")
    #expect(try folder.bytes("a.h5") == folder.bytes("b.h5"))
  }

  @Test("a file appears when it is finished, and only then")
  func appears() throws {
    let writer = try ArrayFileWriter(path: folder.file("deep/er/x.h5"), kind: "test")
    #expect(try folder.content == ["deep"])
    #expect(!FileManager.default.fileExists(atPath: folder.file("deep/er/x.h5")))
    try writer.finish()
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.file("deep/er")) == ["x.h5"])
  }

  @Test("a writer that is not finished leaves the former file and nothing else")
  func abandoned() throws {
    try folder.put([1, 2, 3], "x.h5")
    do {
      let writer = try ArrayFileWriter(path: folder.file("x.h5"), kind: "test")
      try writer.appendable("rows", of: Float.self, rowShape: [2]).append([1, 2])
      #expect(try folder.content.count == 2)
    }
    #expect(try folder.content == ["x.h5"])
    #expect(try folder.bytes("x.h5") == [1, 2, 3])
  }

  @Test("an error ends the file")
  func errorEnds() throws {
    let writer = try ArrayFileWriter(path: folder.file("x.h5"), kind: "test")
    try writer.write("a", [Float(1)], shape: [1])
    #expect(throws: ArrayStoreError.self) { try writer.write("a", [Float(1)], shape: [1]) }
    #expect(throws: ArrayStoreError.self) { try writer.finish() }
    #expect(try folder.content == [])
  }

  @Test("paths where no file can be are errors")
  func impossiblePlaces() throws {
    try folder.put([1], "file")
    for path in [folder.file("file/x.h5"), folder.path + "/", folder.path, "", "/dev/null/x.h5"] {
      #expect(throws: ArrayStoreError.self, "\(path)") {
        try ArrayFileWriter(path: path, kind: "test").finish()
      }
      #expect(throws: ArrayStoreError.self, "\(path)") { try AtomicFile.write([1], to: path) }
    }
    #expect(try folder.content == ["file"])
  }

  @Test("bytes are replaced as a whole or not at all")
  func atomicFile() throws {
    try AtomicFile.write([1, 2], to: folder.file("new/x"))
    try AtomicFile.write([UInt8](repeating: 7, count: 100_000), to: folder.file("new/x"))
    #expect(try folder.bytes("new/x") == [UInt8](repeating: 7, count: 100_000))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.file("new")) == ["x"])
  }

  @Test("what a killed process left is taken over or removed, what is another machine's is not")
  func leftovers() throws {
    let (dead, other) = (".x.\(hostName()).partial", ".y.\(hostName()).partial")
    let elsewhere = ".x.elsewhere.partial"
    for name in [dead, other, elsewhere] { try folder.put([1, 2, 3], name) }
    try AtomicFile.write([2], to: folder.file("x"))
    #expect(try folder.bytes("x") == [2])
    #expect(try folder.content.sorted() == [elsewhere, other, "x"].sorted())
    AtomicFile.removeAbandoned(in: folder.path)
    #expect(try folder.content.sorted() == [elsewhere, "x"].sorted())
  }

  @Test("a file that is being written is nobody else's, and its name is free again afterwards")
  func oneWriter() throws {
    let path = folder.file("x.h5")
    let writer = try ArrayFileWriter(path: path, kind: "test")
    let error = #expect(throws: ArrayStoreError.self) {
      try ArrayFileWriter(path: path, kind: "test")
    }
    #expect(error?.description.contains("another process is doing this work; wait for it") == true)
    AtomicFile.removeAbandoned(in: folder.path)
    try writer.finish()
    try AtomicFile.write([1], to: path)
    #expect(try folder.bytes("x.h5") == [1] && folder.content == ["x.h5"])
  }

  @Test(
    "a name that has become another's meanwhile is not taken, also where there was none",
    arguments: [false, true])
  func lateWriter(isThere: Bool) throws {
    let path = folder.file("x.h5")
    if isThere { try folder.put([1], "x.h5") }
    let writer = try ArrayFileWriter(path: path, kind: "test")
    try folder.put([2, 2], "other")
    try #require(rename(folder.file("other"), path) == 0)
    let error = #expect(throws: ArrayStoreError.self) { try writer.finish() }
    #expect(error?.cause == "another run has written it meanwhile")
    #expect(try folder.bytes("x.h5") == [2, 2] && folder.content == ["x.h5"])
  }

  @Test("a former result that was touched, or is gone, is replaced")
  func formerResult() throws {
    let path = folder.file("x.h5")
    for change in [
      { try FileManager.default.setAttributes([.modificationDate: Date()], ofItemAtPath: path) },
      { try FileManager.default.removeItem(atPath: path) },
    ] {
      try folder.put([1], "x.h5")
      let writer = try ArrayFileWriter(path: path, kind: "test")
      try change()
      try writer.finish()
      #expect(try folder.bytes("x.h5").count > 100)
    }
  }

  @Test("names that are reserved are held for the work, and given back, whatever comes of it")
  func reservation() throws {
    let paths = ["a", "b", "new/c"].map(folder.file)
    struct Failure: Error {}
    #expect(throws: Failure.self) {
      try AtomicFile.reserving(paths) {
        // Written by the work itself, and by no other; a folder is made by who writes into it.
        try AtomicFile.write([1], to: paths[0])
        #expect(try folder.content.contains("new") == false)
        do { try AtomicFile.reserving([paths[1]]) {} } catch let error as ArrayStoreError {
          #expect(error.cause == "another process is doing this work")
          throw Failure()
        }
      }
    }
    #expect(try folder.content == ["a"])
  }

  @Test("no part of a run's results joins those of another run")
  func wholeRun() throws {
    let (first, second) = (folder.file("a"), folder.file("b"))
    try folder.put([1], "b")
    let error = #expect(throws: ArrayStoreError.self) {
      try AtomicFile.reserving([first, second]) {
        try folder.put([2], "other")
        #expect(rename(folder.file("other"), second) == 0)
        try AtomicFile.write([3], to: first)
      }
    }
    #expect(error?.cause == "another run has written it meanwhile")
    #expect(try folder.content == ["b"] && folder.bytes("b") == [2])
  }

  @Test("names as long as a file system takes")
  func longNames() throws {
    for name in [String(repeating: "x", count: 255), String(repeating: "ü", count: 127)] {
      try AtomicFile.write([1], to: folder.file(name))
      #expect(try folder.bytes(name) == [1])
    }
    #expect(try folder.content.count == 2)
  }

  @Test("text that cannot be stored is an error, and the file goes")
  func zeroCharacter() throws {
    for write: (ArrayFileWriter) throws -> Void in [
      { try $0.write("names", ["a", "b\0c"]) }, { try $0.setAttribute("x", .string("\0")) },
      { try $0.setAttribute("x", .strings(["", "\u{1B}\0"])) },
    ] {
      let writer = try ArrayFileWriter(path: folder.file("x.h5"), kind: "test")
      let error = #expect(throws: ArrayStoreError.self) { try write(writer) }
      #expect(error?.cause.contains("U+0000") == true)
      #expect(try folder.content == [])
    }
  }

  @Test("digests are SHA-256's")
  func digests() throws {
    for (content, digest) in [
      ([], "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
      (Array("abc".utf8), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
      (
        [UInt8](repeating: 0, count: 3_000_000),
        "35bce4eae54ec8e6cc2868baa8d157914d6ae2858811b4cc0c078c94460fa26f"
      ),
    ] {
      try folder.put(content, "x")
      #expect(try sha256(ofFile: folder.file("x")) == digest)
    }
    #expect(throws: ArrayStoreError.self) { try sha256(ofFile: folder.file("none")) }
    #expect(throws: ArrayStoreError.self) { try sha256(ofFile: folder.path) }
    let digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    #expect(sha256(of: "abc") == digest)
    let run = Provenance(
      program: "p", version: "1", inputs: [("net.onnx", digest), ("net.data", "e0"), ("c", "1")])
    #expect(run.digest(ofFirst: 1) == digest)
    #expect(run.digest(ofFirst: 2) == sha256(of: digest + "\ne0\n"))
  }
}
