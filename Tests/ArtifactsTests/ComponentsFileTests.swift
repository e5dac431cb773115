import ArrayStore
import Artifacts
import Matrices
import TestSupport
import TestTags
import Testing

/// Components, and the neighbors that are found by their scores.
@Suite(.tags(.quick)) struct ComponentsFileTests {
  private let fixture: ArtifactFixture

  init() throws { fixture = try ArtifactFixture() }

  @Test("components come back, and are vectors of samples")
  func components() throws {
    try fixture.writeComponents()
    let file = try ComponentsFile(path: fixture.path)
    #expect(file.channelCount == 3 && file.scoresShape ?? (0, 0) == (4, 2))
    #expect(try file.scores() == fixture.scores && file.origins() == fixture.origins)
    #expect(try file.secondMoment() == [2, 1, 0, 1, 2, 0, 0, 0, 1])
    #expect(try file.axes().mean == [1, 2, 3] && file.axes().variances == [2, 1])
    let vectors = try SampleVectors(components: fixture.path)
    #expect(
      vectors.sampleCount == 4 && vectors.dimension == 2 && vectors.subject == fixture.subject)
    #expect(try vectors.vectors() == fixture.scores && vectors.origins() == fixture.origins)
    try fixture.expectConformity(fixture.path, ComponentsFile.schema)
  }

  @Test("neighbors come back for the samples that they are of")
  func neighbors() throws {
    try fixture.writeComponents()
    let samples = try SampleVectors(components: fixture.path)
    let made = fixture.folder.file("n.h5")
    let content = NeighborsFile.Content(
      indices: [1, 2, 0, 2, 0, 1, 0, 1], distances: [0, 1, 0, 1, 0, 1, 0, 1], recall: 0.9,
      metric: "cosine")
    let writer = try NeighborsWriter(
      path: made, subject: fixture.subject, provenance: fixture.provenance)
    try writer.finish(content, sampleCount: 4)
    let file = try NeighborsFile(path: made, of: samples, sha256: "12")
    #expect(file.neighborCount == 2 && file.sampleCount == 4)
    #expect(try file.content(atLeast: 2) == content)
    #expect(message { _ = try file.content(atLeast: 3) }.contains("3 are needed"))
    #expect(
      message { _ = try NeighborsFile(path: made, of: samples, sha256: "13") }.contains(
        "it holds the neighbors of other samples"))
    try fixture.expectConformity(made, NeighborsFile.schema)
  }
}
