import ArrayStore
import Foundation
import Matrices
import TestTags
import Testing

@Suite(.tags(.quick)) struct RoundTripTests {
  let folder: Folder

  init() throws { folder = try Folder() }

  private func written(_ body: (ArrayFileWriter) throws -> Void) throws -> ArrayFileReader {
    let writer = try ArrayFileWriter(path: folder.file("x.h5"), kind: "test")
    try body(writer)
    try writer.finish()
    return try ArrayFileReader(path: folder.file("x.h5"), kind: "test")
  }

  @Test(
    "arrays of every type and shape come back as they were",
    arguments: [[], [0], [1], [7], [3, 5], [0, 4], [4, 0], [2, 3, 4], [70_000]])
  func arrays(shape: [Int]) throws {
    let count = shape.reduce(1, *)
    let floats = (0..<count).map { Float($0) * 0.1 - 3 }
    let doubles = (0..<count).map { Double($0) * 0.1 - 3 }
    let integers = (0..<count).map { Int32.min + Int32($0) }
    let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37) }
    let reader = try written { writer in
      try writer.write("floats", floats, shape: shape)
      try writer.write("deep/er/doubles", doubles, shape: shape)
      try writer.write("deep/integers", integers, shape: shape)
      try writer.write("bytes", bytes, shape: shape)
    }
    for name in ["floats", "deep/er/doubles", "deep/integers", "bytes"] {
      #expect(try reader.shape(of: name) == shape)
    }
    #expect(try reader.floats("floats") == floats)
    #expect(try reader.doubles("deep/er/doubles") == doubles)
    #expect(try reader.int32s("deep/integers") == integers)
    #expect(try reader.bytes("bytes") == bytes)
    #expect(try reader.floats("deep/er/doubles") == doubles.map { Float($0) })
    #expect(try reader.doubles("floats") == floats.map { Double($0) })
  }

  @Test("half precision takes two bytes and is read as single precision, to the last bit")
  func halves() throws {
    let values: [Float16] = [
      0, -0.0, 1, -2.5, 0.1, 65504, .infinity, -.infinity, .leastNonzeroMagnitude,
      .leastNormalMagnitude, Float16(1).nextUp,
    ]
    let many = [[Float16]](repeating: values, count: 20_000).flatMap { $0 }
    let reader = try written { try $0.write("x", many, shape: [20_000, 11]) }
    #expect(try reader.shape(of: "x") == [20_000, 11])
    let read = try reader.floats("x")
    #expect(read.map(\.bitPattern) == many.map { Float($0).bitPattern })
    #expect(try reader.floats("x", rows: 19_998..<19_999) == values.map { Float($0) })
    let size = try #require(
      FileManager.default.attributesOfItem(atPath: folder.file("x.h5"))[.size] as? Int)
    #expect(size < 2 * many.count + 20_000)
    let growing = try written { writer in
      let rows = try writer.appendable("rows", of: Float16.self, rowShape: [11])
      try rows.append(values)
      try rows.append(values)
    }
    #expect(try growing.floats("rows") == (values + values).map { Float($0) })
  }

  @Test("not-a-number, infinities and zeros of both signs keep their bits")
  func specialNumbers() throws {
    let values: [Float] = [.nan, .infinity, -.infinity, 0, -0.0, .leastNonzeroMagnitude]
    let reader = try written { try $0.write("x", values, shape: [6]) }
    #expect(try reader.floats("x").map(\.bitPattern) == values.map(\.bitPattern))
  }

  @Test(
    "strings come back as they were",
    arguments: [[], [""], ["a"], ["", "Straße", "猫", "a b=c", String(repeating: "é", count: 999)]])
  func strings(_ strings: [String]) throws {
    let reader = try written { try $0.write("names", strings) }
    #expect(try reader.strings("names") == strings)
    #expect(try reader.shape(of: "names") == [strings.count])
  }

  @Test("a matrix comes back whole or by blocks of rows")
  func matrix() throws {
    let matrix = Matrix(rowCount: 11, columnCount: 3, elements: (0..<33).map { Float($0) })
    let reader = try written { try $0.write("m", matrix) }
    #expect(try reader.matrix("m") == matrix)
    #expect(try reader.matrix("m", rows: 0..<11) == matrix)
    #expect(try reader.matrix("m", rows: 11..<11).rowCount == 0)
    let block = try reader.matrix("m", rows: 4..<9)
    #expect(block.elements == Array(matrix.elements[12..<27]) && block.columnCount == 3)
  }

  @Test("attributes of every kind come back, on the file, a group and a dataset")
  func attributes() throws {
    let values: [AttributeValue] = [
      .string(""), .string("grüße"), .integer(.min), .integer(.max), .number(0.1),
      .number(-.infinity), .strings([]), .strings(["", "b", "ç"]), .numbers([]),
      .numbers([1, 0.5, -2]), .numbers((0..<20_000).map { Double($0) }),
    ]
    let reader = try written { writer in
      try writer.write("group/data", [Float](repeating: 0, count: 4), shape: [4])
      for object in ["/", "group", "group/data"] {
        for (index, value) in values.enumerated() {
          try writer.setAttribute("a\(index)", on: object, .integer(0))
          try writer.setAttribute("a\(index)", on: object, value)
        }
      }
    }
    for object in ["/", "group", "group/data"] {
      for (index, value) in values.enumerated() {
        #expect(try reader.attribute("a\(index)", on: object) == value)
      }
      #expect(try reader.attribute("none", on: object) == nil)
    }
    #expect(throws: ArrayStoreError.self) { try reader.attribute("a0", on: "nowhere") }
  }

  @Test("groups are listed in the order of their names, datasets are not")
  func groups() throws {
    let longName = String(repeating: "n", count: 300)
    let reader = try written { writer in
      for level in ["80", "20", "160", longName] {
        try writer.write("\(level)/mean", [Float(1)], shape: [1])
        try writer.write("\(level)/count", [Int32(1)], shape: [1])
      }
      try writer.write("40", [Float(1)], shape: [1])
    }
    #expect(try reader.groups() == ["160", "20", "80", longName])
    #expect(try reader.groups(in: "20") == [])
    #expect(reader.contains("20/mean") && reader.contains("40") && reader.contains("160"))
    #expect(!reader.contains("20/none") && !reader.contains("none/mean") && !reader.contains("x"))
  }

  @Test("a run's description comes back, and its command line can be typed")
  func provenance() throws {
    let provenance = Provenance(
      program: "atlas-embed", version: "1.2",
      parameters: [("neighbors", "50"), ("note", "it's a=b"), ("empty", "")],
      inputs: [("my file.h5", "ab12"), ("b.h5", "cd34")])
    let reader = try written { try $0.write(provenance) }
    let read = try #require(try reader.provenance)
    #expect(read.program == "atlas-embed" && read.version == "1.2")
    #expect(read.parameters.map(\.name) == ["neighbors", "note", "empty"])
    #expect(read.parameters.map(\.value) == ["50", "it's a=b", ""])
    #expect(read.inputs.map(\.name) == ["my file.h5", "b.h5"])
    #expect(read.inputs.map(\.sha256) == ["ab12", "cd34"])
    let command = #"atlas-embed --neighbors=50 --note='it'\''s a=b' --empty="#
    #expect(try reader.attribute("command") == .string(command))
    #expect(try written { _ in }.provenance == nil)
  }

  @Test("rows appended in blocks equal rows written at once", arguments: [1, 7, 512, 70_000])
  func appending(rowLength: Int) throws {
    let blocks = [1, 0, 2, 129, 1, 300]
    let rowCount = rowLength > 1000 ? 133 : blocks.reduce(0, +)
    let values = (0..<rowCount * rowLength).map { Float($0) }
    let reader = try written { writer in
      let rows = try writer.appendable("rows", of: Float.self, rowShape: [rowLength])
      let numbers = try writer.appendable("numbers", of: Int32.self, rowShape: [])
      for block in blocks where rows.rowCount + block <= rowCount {
        let range = rows.rowCount..<rows.rowCount + block
        try rows.append(
          Array(values[range.lowerBound * rowLength..<range.upperBound * rowLength]))
        try numbers.append(range.map { Int32($0) })
      }
      #expect(rows.rowCount == rowCount)
    }
    #expect(try reader.matrix("rows").elements == values)
    #expect(try reader.shape(of: "numbers") == [rowCount])
    #expect(try reader.int32s("numbers") == (0..<Int32(rowCount)).map { $0 })
    #expect(
      try reader.floats("rows", rows: rowCount - 2..<rowCount)
        == Array(values.suffix(2 * rowLength)))
  }

  @Test("an array that never gets a row is empty")
  func noRows() throws {
    let reader = try written { _ = try $0.appendable("x", of: UInt8.self, rowShape: [4, 4, 3]) }
    #expect(try reader.shape(of: "x") == [0, 4, 4, 3])
    #expect(try reader.bytes("x") == [])
  }

  @Test("pictures are read by blocks")
  func pictures() throws {
    let pixels = (0..<5 * 4 * 4 * 3).map { UInt8($0 % 251) }
    let reader = try written { try $0.write("icons", pixels, shape: [5, 4, 4, 3]) }
    #expect(try reader.bytes("icons", rows: 1..<3) == Array(pixels[48..<144]))
  }

  @Test("several threads write and read their own files at once")
  func threads() throws {
    let failures = [Int](unsafeUninitializedCapacity: 16) { buffer, count in
      let slots = UnsafeMutableBufferPointer(rebasing: buffer[...])
      nonisolated(unsafe) let results = slots
      DispatchQueue.concurrentPerform(iterations: 16) { index in
        results[index] = roundTripSucceeds(index) ? 0 : 1
      }
      count = 16
    }
    #expect(failures.allSatisfy { $0 == 0 })
  }

  private func roundTripSucceeds(_ index: Int) -> Bool {
    let path = folder.file("\(index).h5")
    let values = (0..<5000).map { Float($0 + index) }
    do {
      let writer = try ArrayFileWriter(path: path, kind: "test")
      let rows = try writer.appendable("rows", of: Float.self, rowShape: [10])
      for start in stride(from: 0, to: 5000, by: 500) {
        try rows.append(Array(values[start..<start + 500]))
      }
      try writer.finish()
      let reader = try ArrayFileReader(path: path, kind: "test")
      // Errors made on purpose: their messages must not mix with the other threads' work.
      guard (try? reader.floats("none")) == nil else { return false }
      return try reader.floats("rows") == values
    } catch {
      return false
    }
  }
}
