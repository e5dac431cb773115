import ArrayStore
import Artifacts
import Matrices
import TestSupport
import TestTags
import Testing

/// Icons with their measures, and parts of them.
@Suite(.tags(.quick)) struct IconsFileTests {
  private let fixture: ArtifactFixture

  init() throws { fixture = try ArtifactFixture() }

  @Test("icons come back with their measures and cells, and parts do")
  func icons() throws {
    let measures = IconsFile.Measures(
      fidelity: [0.5, .nan], transformedFidelity: [0.4, 0.3], objective: [1, 2], restart: [0, 3],
      steps: [3, 2],
      objectiveByStep: [1, 2, 3, 4, 5, 6])
    let cells = IconsFile.Cells(
      cell: [4, 5], row: [0, 1], column: [1, 1], count: [8, 9], dispersion: [0.1, 0.2])
    let pixels = (0..<2 * 4 * 4 * 3).map { UInt8($0) }
    let writer = try IconsWriter(
      path: fixture.path, subject: fixture.subject, provenance: fixture.provenance,
      target: "direction", gridSide: 2,
      cellTotal: 9, iconSidePixels: 4)
    try writer.append(pixels: pixels)
    try writer.write(whitening: (before: 100, after: 20), shrinkage: 0.5)
    try writer.finish(measures, cells)
    let file = try IconsFile(path: fixture.path)
    #expect(file.network == "a network" && file.layer == "mixed" && file.gridSide == 2)
    #expect(file.iconSidePixels == 4 && file.cellTotal == 9)
    let icons = try file.icons()
    #expect(icons.pixels == pixels && icons.cells == cells)
    #expect(icons.measures.objective == [1, 2] && icons.measures.fidelity[1].isNaN)
    #expect(icons.measures.objectiveByStep == [1, 2, 3, 4, 5, 6])
    try fixture.expectConformity(fixture.path, IconsFile.schema)

    let part = fixture.folder.file("part.h5")
    #expect(IconsPart.provenance(path: part) == nil)
    try IconsPart.write(
      pixels: pixels, sidePixels: 4, measures, provenance: fixture.provenance, to: part)
    #expect(IconsPart.provenance(path: part)?.command == fixture.provenance.command)
    #expect(try IconsPart.read(path: part).pixels == pixels)
  }
}
