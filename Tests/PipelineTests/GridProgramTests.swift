import ArrayStore
import TestSupport
import TestTags
import Testing

/// A table of the images over the cells of a grid, by the program.
@Suite(.tags(.slow), .leftOutOfQuickTests) struct GridProgramTests {
  let chain: Chain
  let folder: TemporaryFolder

  init() throws {
    chain = try .finished()
    folder = try TemporaryFolder()
  }

  @Test("each cell has the mean of a column over its samples, and the table is an input")
  func columns() throws {
    let rows = Workshop.names.enumerated().map { "\($1);\($0),5;\($0 == 3 ? "NA" : "1");x\n" }
    let table = try folder.write("table.csv", "image;number;some;text\n" + rows.joined())
    let output = folder.file("cells.h5")
    let outcome = try Program.grid.succeed(
      chain.arguments(of: .grid, ["--columns": table, "--output": output])
        .filter { $0 != "--quiet" })
    #expect(outcome.says("grid: 2 numeric columns of \(table), for 12 of 12 images"))
    #expect(outcome.says("do not hold numbers alone: text"))
    let file = try ArrayFileReader(path: output, kind: "cells")
    let images = try ArrayFileReader(path: chain.activations, kind: "activations").int32s("image")
    #expect(
      try file.provenance?.inputs.map(\.name) == ["activations.h5", "layout.h5", "table.csv"])
    for side in Chain.gridSides {
      #expect(try file.strings("\(side)/column_names") == ["number", "some"])
      let means = try file.doubles("\(side)/column_means")
      let errors = try file.doubles("\(side)/column_errors")
      let counts = try file.int32s("\(side)/column_counts")
      let cellOfSample = try file.int32s("\(side)/cell_of_sample")
      for cell in try file.int32s("\(side)/count").indices {
        let members = images.indices.filter { cellOfSample[$0] == Int32(cell) }.map { images[$0] }
        let mean = members.reduce(0.0) { $0 + Double($1) + 0.5 } / Double(members.count)
        #expect(abs(means[2 * cell] - mean) < 1e-9)
        #expect(Int(counts[2 * cell]) == members.count)
        #expect(Int(counts[2 * cell + 1]) == members.count { $0 != 3 })
        #expect(errors[2 * cell].isNaN == (Set(members).count < 2))
      }
    }
    // All else is as without a table.
    let plain = try ArrayFileReader(path: chain.cells, kind: "cells")
    #expect(try plain.floats("5/mean") == file.floats("5/mean"))
    #expect(!plain.contains("5/column_means"))
  }

  @Test("tables that cannot be used are errors in one line, and nothing is made")
  func errors() throws {
    let nameless = folder.file("nameless.h5")
    try SyntheticSamples(count: 200, images: nil).write(nameless)
    let good = try folder.write("good.csv", "image,x\nn00000000/a.jpg,1\n")
    for (changes, words) in [
      (["--columns": folder.file("missing.csv")], "check --columns"),
      (["--columns": try folder.write("a.csv", "image,x\nother.jpg,1\n")], "no row names an image"),
      (["--columns": try folder.write("b.csv", "image,x\na.jpg,y\n")], "none of its columns"),
      (["--columns": try folder.write("c.csv", "")], "no row names an image"),
    ] as [([String: String?], String)] {
      let output = folder.file("cells.h5")
      let outcome = try Program.grid.run(
        chain.arguments(of: .grid, changes.merging(["--output": output]) { $1 }))
      #expect(outcome.status == 1 && outcome.errors.count == 1, "\(outcome)")
      #expect(outcome.says(words), "\(outcome)")
      #expect(!folder.content.contains("cells.h5"))
    }
    // A table that is the result.
    let same = try Program.grid.run(
      chain.arguments(of: .grid, ["--columns": good, "--output": good]))
    #expect(same.status == 1 && same.says("it is an input as well"))
  }
}
