import ArrayStore
import Artifacts
import Matrices
import TestTags
import Testing

/// Layouts, their methods, and the origins of their samples.
@Suite(.tags(.quick)) struct LayoutFileTests {
  private let fixture: ArtifactFixture

  init() throws { fixture = try ArtifactFixture() }

  @Test("a layout comes back with the record of its method")
  func layout() throws {
    let method = LayoutFile.Method(
      name: "tsne", settings: ["perplexity": .number(30), "iterations": .integer(500)])
    let writer = try LayoutWriter(
      path: fixture.path, subject: fixture.subject, provenance: fixture.provenance,
      origins: fixture.origins)
    try writer.write(method, metric: "cosine")
    try writer.write(positions: fixture.scores)
    try writer.write(losses: [(0, 2.5), (50, 1.5)])
    try writer.write(measure: "stability", 0.75)
    try writer.finish()
    let file = try LayoutFile(path: fixture.path)
    #expect(file.sampleCount == 4 && file.dimension == 2)
    #expect(try file.positions() == fixture.scores && file.origins() == fixture.origins)
    #expect(try file.method() == method && file.metric() == "cosine")
    try fixture.expectConformity(fixture.path, LayoutFile.schema)
  }

  @Test("samples of images that are not named are damage")
  func damagedOrigins() throws {
    for image in [Int32(3), -1] {
      var damaged = fixture.origins
      damaged.image[2] = image
      let writer = try LayoutWriter(
        path: fixture.path, subject: fixture.subject, provenance: fixture.provenance,
        origins: damaged)
      try writer.write(positions: fixture.scores)
      try writer.finish()
      let file = try LayoutFile(path: fixture.path)
      #expect(message { _ = try file.origins() }.contains("images that it does not name"))
      #expect(message { _ = try file.method() }.contains("by which method it was made"))
    }
  }

  @Test("partners are the nearest samples of images of the same name")
  func partners() {
    var other = fixture.origins
    other.collection.names = ["b/3.png", "c.png", "a/1.png"]
    // Twice as fine a layer: the centers of rows 1 and 2 lie at rows 2.5 and 4.5.
    other.layerHeight = 10
    other.layerWidth = 12
    other.y = [2, 4, 2, 5]
    other.x = [6, 6, 8, 8]
    #expect(fixture.origins.partners(in: other) == [2, 3, 0, 1])
    other.collection.names[2] = "d.png"
    #expect(fixture.origins.partners(in: other) == [-1, -1, 0, 1])
  }
}
