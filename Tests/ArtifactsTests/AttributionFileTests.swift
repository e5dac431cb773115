import ArrayStore
import Artifacts
import Matrices
import TestSupport
import TestTags
import Testing

/// Effects of samples and of cells, and how far they can be trusted.
@Suite(.tags(.quick)) struct AttributionFileTests {
  private let fixture: ArtifactFixture

  init() throws { fixture = try ArtifactFixture() }

  private func write(
    samples: [Int32] = [7, 2, 5], classes: [Int32] = [1, 3],
    effects: [Float16] = [1, 2, 3, 4, 5, 6]
  ) throws {
    let rows = try GrowingRows(
      for: fixture.path, columnCount: classes.count, of: .float16, keeping: 0)
    try rows.append(effects)
    let writer = try AttributionWriter(
      path: fixture.path, subject: fixture.subject, provenance: fixture.provenance, rows: rows,
      samples: samples, isOfAll: false, classes: (classes, classes.map { "class \($0)" }),
      logits: ("logits", 4))
    try writer.write(level)
    try writer.write(trust: "pearson_zero", 0.75)
    try writer.finish()
  }

  private let level = AttributionFile.Level(
    side: 3, row: [0, 2], column: [1, 1], sampleCount: [2, 1], imageCount: [2, 1],
    mean: Matrix(rowCount: 2, columnCount: 2, elements: [0.1, 0.2, 0.3, 0.4]),
    standardError: Matrix(rowCount: 2, columnCount: 2, elements: [0.5, 0.25, 1, 2]),
    agreement: Matrix(rowCount: 2, columnCount: 2, elements: [1, 0.5, 1, 0]))

  @Test("effects, cells and trust come back")
  func roundTrip() throws {
    try write()
    let file = try AttributionFile(path: fixture.path)
    #expect(file.sampleCount == 3 && file.classCount == 2)
    #expect(try file.samples(below: 8) == [7, 2, 5])
    #expect(try !file.isOfAllSamples())
    #expect(try file.classes().indices == [1, 3])
    #expect(try file.classes().names == ["class 1", "class 3"])
    #expect(try file.logitCount() == 4)
    #expect(try file.effects().elements == [1, 2, 3, 4, 5, 6])
    #expect(try file.effects(1..<2).elements == [3, 4])
    #expect(try file.level(side: nil) == level)
    #expect(try file.level(side: 3) == level)
    #expect(try file.trust("pearson_zero") == 0.75)
    #expect(try file.trust("top_1") == nil)
    #expect(throws: ArtifactError.self) { try file.level(side: 5) }
    try fixture.expectConformity(fixture.path, AttributionFile.schema)
  }

  @Test("samples and classes that cannot be, and effects that are not finite, are refused")
  func damage() throws {
    try write()
    #expect(throws: ArtifactError.self) {
      try AttributionFile(path: fixture.path).samples(below: 7)
    }
    try write(samples: [1, 1, 2])
    #expect(throws: ArtifactError.self) {
      try AttributionFile(path: fixture.path).samples(below: 7)
    }
    try write(classes: [3, 3])
    #expect(throws: ArtifactError.self) { try AttributionFile(path: fixture.path).classes() }
    try write(effects: [1, .nan, 3, 4, 5, 6])
    #expect(throws: ArtifactError.self) { try AttributionFile(path: fixture.path).effects() }
  }

  @Test("what samples were chosen for comes back with them")
  func selection() throws {
    let source = fixture.folder.file("all.h5")
    let whole = try ActivationsWriter(path: source, subject: fixture.subject, channelCount: 2)
    try whole.append((0..<8).map(Float.init))
    try whole.finish()
    let writer = try ActivationsWriter(
      path: fixture.path, subject: fixture.subject, provenance: fixture.provenance, channelCount: 2)
    try writer.append([2, 3, 6, 7])
    let chosen = ActivationsFile.Selection(
      samples: [1, 3], effects: Matrix(rowCount: 2, columnCount: 1, elements: [0.5, 2]),
      classNames: ["ape"])
    try writer.write(chosen, of: try ActivationsFile(path: source))
    try writer.finish()
    let file = try ActivationsFile(path: fixture.path)
    let read = try #require(try file.selection())
    #expect(read.samples == chosen.samples && read.effects == chosen.effects)
    #expect(read.classNames == ["ape"])
    #expect(try file.activations().elements == [2, 3, 6, 7])
    #expect(try ActivationsFile(path: source).selection() == nil)
  }
}
