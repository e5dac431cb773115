import ArrayStore
import Artifacts
import Matrices
import TestTags
import Testing

/// Cells of one grid or several.
@Suite(.tags(.quick)) struct CellsFileTests {
  private let fixture: ArtifactFixture

  init() throws { fixture = try ArtifactFixture() }

  private let level = CellsFile.Level(
    side: 7, row: [0, 6], column: [1, 2], count: [5, 9],
    mean: Matrix(rowCount: 2, columnCount: 3, elements: [1, 2, 3, 4, 5, 6]),
    dispersion: [0.25, 0.5], baseline: [0.9, -0.5])

  @Test("cells come back, of one grid or several")
  func cells() throws {
    let writer = try CellsWriter(
      path: fixture.path, subject: fixture.subject, provenance: fixture.provenance)
    try writer.writeFrame(lower: [-3, -2.5], upper: [3.5, 4], clippedCount: 1)
    let samples = CellsFile.Samples(exemplars: [3, 1, 2, -1], cellOfSample: [0, 1, -1, 1])
    try writer.write(level, samples)
    var second = level
    second.side = 20
    try writer.write(second, CellsFile.Samples(exemplars: [], cellOfSample: [0, 1, -1, 1]))
    try writer.finish()
    let file = try CellsFile(path: fixture.path)
    #expect(try file.level(side: 7) == level && file.level(side: 20) == second)
    #expect(try file.imageCounts(side: 20) == nil)
    #expect(try file.clippedCount() == 1 && file.provenance?.inputs.first?.name == "a.h5")
    #expect(message { _ = try file.level(side: nil) }.contains("choose one with --grid"))
    #expect(message { _ = try file.level(side: 8) }.contains("it has no grid 8; it has 20, 7"))
    try fixture.expectConformity(fixture.path, CellsFile.schema)
  }

  @Test("columns of a table come back, and are not missed")
  func columns() throws {
    let columns = CellsFile.Columns(
      names: ["year", "depth"], means: [1998.25, .nan, 2000.5, -3],
      errors: [0.5, .nan, .nan, 1e-3], counts: [4, 0, 9, 8])
    for written in [columns, nil] {
      let writer = try CellsWriter(
        path: fixture.path, subject: fixture.subject, provenance: fixture.provenance)
      try writer.writeFrame(lower: [-3, -2.5], upper: [3.5, 4], clippedCount: 1)
      try writer.write(
        level, CellsFile.Samples(exemplars: [3, 1], cellOfSample: [0, 1, -1, 1]))
      if let written { try writer.write(written, side: 7) }
      try writer.finish()
      let read = try CellsFile(path: fixture.path).columns(side: nil)
      #expect(read?.names == written?.names && read?.counts == written?.counts)
      // NaN is not equal to itself.
      for values in [\CellsFile.Columns.means, \.errors] {
        #expect(
          read?[keyPath: values].map(\.bitPattern) == written?[keyPath: values].map(\.bitPattern))
      }
      try fixture.expectConformity(fixture.path, CellsFile.schema)
    }
  }

  @Test("with the images, exemplars have boxes, and classes are counted")
  func origins() throws {
    let writer = try CellsWriter(
      path: fixture.path, subject: fixture.subject, provenance: fixture.provenance)
    var origins = fixture.origins
    origins.collection.classLabels = ["", "tabby"]
    try writer.write(origins, fixture.geometry, ImagesFolder("/photographs"))
    try writer.write(
      level, CellsFile.Samples(exemplars: [3, 0, 2, -1], cellOfSample: [0, 0, 1, -1]))
    try writer.finish()
    let file = try ArrayFileReader(path: fixture.path, kind: "cells")
    #expect(try file.strings("7/exemplar_names") == ["b/3.png", "a/1.png", "b/3.png", ""])
    #expect(try file.shape(of: "7/exemplar_names") == [2, 2])
    #expect(try file.int32s("7/class_counts") == [2, 0, 0, 1])
    #expect(try file.int32s("7/exemplar_classes") == [1, 0, 1, -1])
    #expect(try CellsFile(path: fixture.path).imageCounts(side: 7) == [1, 1])
    #expect(try file.strings("7/class_names") == ["a", "b"])
    #expect(try file.strings("7/class_labels") == ["", "tabby"])
    #expect(try file.attribute("images_folder") == .string("/photographs"))
    let boxes = try file.int32s("7/exemplar_boxes")
    #expect(try file.shape(of: "7/exemplar_boxes") == [2, 2, 4])
    let place = fixture.geometry.place(image: 0, y: 1, x: 3, ofMap: (5, 6))
    #expect(Array(boxes[4..<8]) == place.box && Array(boxes[12...]) == [-1, -1, -1, -1])
    #expect(try file.floats("7/exemplar_centers")[2..<4] == place.center[...])
    let located = try #require(try CellsFile(path: fixture.path).locatedExemplars(side: nil))
    #expect(located.map { $0.map(\.sample) } == [[3, 0], [2]])
    #expect(located.map { $0.map(\.name) } == [["b/3.png", "a/1.png"], ["b/3.png"]])
    #expect(located[0][1].classTitle == "a" && located[1][0].classTitle == "tabby")
    #expect(located[0][1].center.map { [$0.x, $0.y] } == place.center)
    #expect(located[0][1].box == SIMD4(boxes[4..<8]))
    let exemplars = try #require(try CellsFile(path: fixture.path).exemplars(side: nil, in: "/x"))
    #expect(exemplars.paths == [["/x/b/3.png", "/x/a/1.png"], ["/x/b/3.png"]])
    #expect(try CellsFile(path: fixture.path).imagesFolder() == "/photographs")
    #expect(try file.groups() == ["7"])
    #expect(try CellsFile(path: fixture.path).level(side: nil) == level)
  }
}
