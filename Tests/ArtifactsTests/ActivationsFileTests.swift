import ArrayStore
import Artifacts
import Matrices
import TestTags
import Testing

/// Activations with what is known of their samples, and without.
@Suite(.tags(.quick)) struct ActivationsFileTests {
  private let fixture: ArtifactFixture

  init() throws { fixture = try ArtifactFixture() }

  @Test("activations come back, with where they come from")
  func activations() throws {
    let rows = try GrowingRows(for: fixture.path, columnCount: 3, keeping: 0)
    try rows.append((0..<12).map { Float($0) })
    let writer = try ActivationsWriter(
      path: fixture.path, subject: fixture.subject, provenance: fixture.provenance, rows: rows,
      positionsPerImage: 2)
    try writer.append(image: [0, 0], y: [1, 2], x: [3, 3])
    try writer.append(image: [2, 2], y: [1, 2], x: [4, 4])
    try writer.write(fixture.origins.collection, layerHeight: 5, layerWidth: 6)
    try writer.write(failures: [(1, "it is no image")])
    try writer.write(Predictions(images: [0, 2], classes: [4, 3, 2, 1]))
    try writer.finish()
    let file = try ActivationsFile(path: fixture.path)
    #expect(file.sampleCount == 4 && file.channelCount == 3 && file.subject == fixture.subject)
    #expect(try file.activations().elements == (0..<12).map { Float($0) })
    #expect(try file.activations(1..<3).elements == (3..<9).map { Float($0) })
    #expect(try file.origins() == fixture.origins)
    #expect(try file.origins()?.classes == [0, 0, 1, 1])
    #expect(try file.origins()?.collection.classTitles == ["ape", "b"])
    #expect(try file.predictions() == Predictions(images: [0, 2], classes: [4, 3, 2, 1]))
    #expect(try file.provenance?.command == "p --seed=0")
    #expect(try file.failedImageCount() == 1)
    try fixture.expectConformity(fixture.path, ActivationsFile.schema)
  }

  @Test("blocks of samples begin at multiples of 1,024 and cover all")
  func blocks() throws {
    let writer = try ActivationsWriter(path: fixture.path, subject: Subject(), channelCount: 8000)
    try writer.append([Float](repeating: 1, count: 3000 * 8000))
    try writer.finish()
    let blocks = try ActivationsFile(path: fixture.path).blocks
    #expect(blocks == [0..<2048, 2048..<3000])
  }

  @Test("a file with activations alone is one, and does not say where they come from")
  func bare() throws {
    let writer = try ArrayFileWriter(path: fixture.path, kind: "activations")
    try writer.write("activations", [Double](repeating: 1, count: 6), shape: [3, 2])
    try writer.finish()
    let file = try ActivationsFile(path: fixture.path)
    #expect(file.sampleCount == 3 && file.subject == Subject())
    #expect(try file.origins() == nil && file.predictions() == nil && file.provenance == nil)
    #expect(try file.failedImageCount() == nil)
  }

  @Test("elements of another type are named when they are read")
  func types() throws {
    let writer = try ArrayFileWriter(path: fixture.path, kind: "activations")
    try writer.write("activations", [Int32(1), 2], shape: [1, 2])
    try writer.finish()
    let file = try ActivationsFile(path: fixture.path)
    #expect(
      message { _ = try file.activations() }.contains(
        "floating-point numbers expected, found integers of 4 bytes; make it anew"))
  }
}
