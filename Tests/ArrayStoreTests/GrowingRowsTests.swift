import ArrayStore
import Foundation
import Matrices
import TestTags
import Testing

/// Rows that grow across runs, the file that is made around them, and the journal that counts them.
@Suite(.tags(.quick)) struct GrowingRowsTests {
  let folder: Folder

  init() throws { folder = try Folder() }

  private func row(_ index: Int, _ columnCount: Int) -> [Float] {
    (0..<columnCount).map { Float(index) + 0.01 * Float($0) }
  }

  private func finish(_ rows: GrowingRows, _ name: String = "x.h5") throws {
    let writer = try ArrayFileWriter(path: folder.file(name), kind: "test", rows: rows, as: "rows")
    try writer.write(Provenance(program: "p", version: "1", parameters: [("seed", "0")]))
    try writer.write("group/numbers", (0..<100).map { Int32($0) }, shape: [100])
    try writer.write("names", ["one", "zwölf"])
    try writer.setAttribute("description", on: "rows", .string("rows that were there before"))
    try writer.finish()
  }

  @Test(
    "rows become a dataset of the file that is made around them",
    arguments: [(1, 1), (3, 5), (20, 51), (16, 64), (17, 64), (900, 33), (3, 100_000)])
  func around(rowCount: Int, columnCount: Int) throws {
    let rows = try GrowingRows(for: folder.file("x.h5"), columnCount: columnCount, keeping: 0)
    for index in 0..<rowCount { try rows.append(row(index, columnCount)) }
    try rows.synchronize()
    #expect(rows.rowCount == rowCount)
    #expect(try folder.content == ["x.h5.growing"])
    try finish(rows)
    #expect(try folder.content == ["x.h5"])
    let reader = try ArrayFileReader(path: folder.file("x.h5"), kind: "test")
    #expect(try reader.shape(of: "rows") == [rowCount, columnCount])
    #expect(
      try reader.matrix("rows").elements == (0..<rowCount).flatMap { row($0, columnCount) })
    #expect(try reader.floats("rows", rows: 0..<1) == row(0, columnCount))
    #expect(try reader.int32s("group/numbers") == (0..<100).map { $0 })
    #expect(try reader.strings("names") == ["one", "zwölf"])
    #expect(try reader.attribute("description", on: "rows") != nil)
  }

  @Test("rows of half precision are read as floats", arguments: [(3, 5), (900, 33)])
  func halves(rowCount: Int, columnCount: Int) throws {
    let rows = try GrowingRows(
      for: folder.file("x.h5"), columnCount: columnCount, of: .float16, keeping: 0)
    for index in 0..<rowCount { try rows.append(row(index, columnCount).map(Float16.init)) }
    let expected = (0..<rowCount).flatMap { row($0, columnCount).map(Float16.init) }
    #expect(
      try rows.values(ofRows: 1..<3, as: Float16.self)
        == Array(expected[columnCount..<3 * columnCount]))
    #expect(
      GrowingRows.storedRowCount(
        for: folder.file("x.h5"), columnCount: columnCount, of: .float16) == rowCount)
    try finish(rows)
    let reader = try ArrayFileReader(path: folder.file("x.h5"), kind: "test")
    #expect(try reader.matrix("rows").elements == expected.map(Float.init))
    #expect(
      try reader.doubles("rows", rows: 2..<3)
        == expected[2 * columnCount..<3 * columnCount].map(Double.init))
  }

  @Test("whatever an interruption leaves, the result has the bytes of one that had none")
  func interrupted() throws {
    let (count, columns) = (400, 24)
    let whole = try GrowingRows(for: folder.file("whole.h5"), columnCount: columns, keeping: 0)
    for index in 0..<count { try whole.append(row(index, columns)) }
    try finish(whole, "whole.h5")
    let expected = try folder.bytes("whole.h5")

    func resume(after damage: (inout [UInt8]) -> Void) throws {
      let rows = try GrowingRows(for: folder.file("x.h5"), columnCount: columns, keeping: 0)
      for index in 0..<250 { try rows.append(row(index, columns)) }
      try rows.synchronize()
      var bytes = try folder.bytes("x.h5.growing")
      damage(&bytes)
      try folder.put(bytes, "x.h5.growing")
      let resumed = try GrowingRows(for: folder.file("x.h5"), columnCount: columns, keeping: 200)
      for index in 200..<count { try resumed.append(row(index, columns)) }
      try finish(resumed)
      #expect(try folder.bytes("x.h5") == expected)
    }
    try resume { _ in }
    // Killed amid a row, and amid the rows that do not count.
    try resume { $0.removeLast(7) }
    try resume { bytes in for index in bytes.indices.suffix(1000) { bytes[index] = 1 } }
    // Killed while the file was made around the rows: parts of the head, much behind them.
    try resume { bytes in
      for index in 0..<3000 { bytes[index] = UInt8(truncatingIfNeeded: index) }
      bytes += [UInt8](repeating: 9, count: 100_000)
    }
    // All of it was there but for the name.
    try resume { $0 = expected }
  }

  @Test("rows that were counted but are not there are an error")
  func tooFew() throws {
    let rows = try GrowingRows(for: folder.file("x.h5"), columnCount: 8, keeping: 0)
    try rows.append([Float](repeating: 1, count: 80))
    #expect(GrowingRows.storedRowCount(for: folder.file("x.h5"), columnCount: 8) == 10)
    #expect(GrowingRows.storedRowCount(for: folder.file("none.h5"), columnCount: 8) == 0)
    let error = #expect(throws: ArrayStoreError.self) {
      _ = try GrowingRows(for: folder.file("x.h5"), columnCount: 8, keeping: 11)
    }
    #expect(error?.path == folder.file("x.h5.growing"))
    #expect(try folder.bytes("x.h5.growing").count == 4096 + 320)
  }

  @Test("a file that is not finished leaves the rows and the former file")
  func abandoned() throws {
    try folder.put([1, 2, 3], "x.h5")
    let rows = try GrowingRows(for: folder.file("x.h5"), columnCount: 8, keeping: 0)
    try rows.append([Float](repeating: 1, count: 8000))
    do {
      _ = try ArrayFileWriter(path: folder.file("x.h5"), kind: "test", rows: rows, as: "rows")
    }
    #expect(try folder.content == ["x.h5", "x.h5.growing"])
    #expect(try folder.bytes("x.h5") == [1, 2, 3])
  }

  // MARK: The journal

  private func journal(_ run: String = "run 1") throws -> RunJournal {
    try RunJournal(path: folder.file("journal"), run: run)
  }

  @Test("lines of a run come back, those of another run do not")
  func journals() throws {
    for round in 0..<3 {
      let journal = try journal()
      #expect(journal.entries == Array(["done 0", "", "schön 2"][..<round]))
      try journal.append([["done 0", "", "schön 2"][round]])
    }
    #expect(try journal().entries.count == 3)
    let other = try journal("run 2")
    #expect(other.entries.isEmpty)
    try other.append(["a", "b", "c"])
    try other.keep(first: 1)
    try other.append(["d"])
    #expect(other.entries == ["a", "d"])
    other.remove()
    #expect(try folder.content.isEmpty)
  }

  @Test("a journal cut off anywhere keeps its whole lines")
  func cut() throws {
    do { try journal().append(["first", "second", "third"]) }
    let whole = try folder.bytes("journal")
    for count in 0...whole.count {
      for rest in [[], [UInt8](repeating: 0, count: 100)] {
        try folder.put(Array(whole[..<count]) + rest, "journal")
        let journal = try journal()
        let lines = whole[..<count].count { $0 == UInt8(ascii: "\n") }
        #expect(journal.entries == Array(["first", "second", "third"][..<max(0, lines - 1)]))
        try journal.append(["next"])
        #expect(try folder.bytes("journal").suffix(5) == Array("next\n".utf8))
      }
    }
  }

  @Test("no two processes are at the same work")
  func locked() throws {
    let first = try journal()
    let error = #expect(throws: ArrayStoreError.self) { try self.journal() }
    #expect(error?.description.contains("another process is doing this work") == true)
    try first.append(["still there"])
    withExtendedLifetime(first) {}
  }
}
