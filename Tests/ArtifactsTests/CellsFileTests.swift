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
    dispersion: [0.25, 0.5])

  @Test("cells come back, of one grid or several")
  func cells() throws {
    let writer = try CellsWriter(
      path: fixture.path, subject: fixture.subject, provenance: fixture.provenance)
    try writer.writeFrame(lower: [-3, -2.5], upper: [3.5, 4], clippedCount: 1)
    try writer.write(level, exemplars: [3, 1, 2, -1], cellOfSample: [0, 1, -1, 1])
    var second = level
    second.side = 20
    try writer.write(second, exemplars: [], cellOfSample: [0, 1, -1, 1])
    try writer.finish()
    let file = try CellsFile(path: fixture.path)
    #expect(try file.level(side: 7) == level && file.level(side: 20) == second)
    #expect(message { _ = try file.level(side: nil) }.contains("choose one with --grid"))
    #expect(message { _ = try file.level(side: 8) }.contains("it has no grid 8; it has 20, 7"))
    try fixture.expectConformity(fixture.path, CellsFile.schema)
  }
}
