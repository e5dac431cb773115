import ArrayStore
import Artifacts
import Matrices
import TestSupport
import Testing

/// What the tests of all kinds of files write and compare.
struct ArtifactFixture {
  let folder: TemporaryFolder
  /// The file under test.
  let path: String

  let provenance = Provenance(
    program: "p", version: "1", parameters: [("seed", "0")], inputs: [("a.h5", "12")])
  let subject = Subject(
    network: "a network", networkSHA256: "abcd", preprocessing: "20 × 24", layer: "mixed",
    tensor: "mixed/output",
    imagesFingerprint: "f00d")
  /// Four samples of two of three images, on a map of 5 × 6 positions.
  let origins = SampleOrigins(
    image: [0, 0, 2, 2], y: [1, 2, 1, 2], x: [3, 3, 4, 4],
    collection: ImageNames(
      names: ["a/1.png", "b/2.png", "b/3.png"], classes: [0, 1, 1], classNames: ["a", "b"],
      classLabels: ["ape, great ape", ""]),
    layerHeight: 5, layerWidth: 6)
  /// An input of 20 × 24 pixels that shows the images' centers; the second could not be read.
  let geometry = SampleGeometry(
    field: SampleGeometry.Field(stride: (4, 4), start: (-2, -2), length: (7, 7)), inputHeight: 20,
    inputWidth: 24, sizes: [60, 48, 0, 0, 40, 48],
    windows: [0, 10, 48, 40, 0, 0, 0, 0, 0, 0, 48, 40])
  /// Their scores along two axes.
  let scores = Matrix(rowCount: 4, columnCount: 2, elements: (0..<8).map { Float($0) })

  init() throws {
    folder = try TemporaryFolder()
    path = folder.file("x.h5")
  }

  /// Writes components of three channels with these scores.
  func writeComponents() throws {
    let writer = try ComponentsWriter(path: path, subject: subject, provenance: provenance)
    try writer.write(secondMoment: [2, 1, 0, 1, 2, 0, 0, 0, 1], channelCount: 3)
    let rows = try writer.write(
      mean: [1, 2, 3], axes: Matrix(rowCount: 2, columnCount: 3, elements: [1, 0, 0, 0, 1, 0]),
      variances: [2, 1], explained: [0.5, 0.25], totalVariance: 4, origins: origins)
    try rows.append(scores.elements)
    try writer.finish()
  }

  /// Every dataset that the schema demands is there, and says what it is.
  func expectConformity(
    _ path: String, _ schema: FileSchema, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let reader = try ArrayFileReader(path: path, kind: schema.kind)
    #expect(
      try reader.attribute("format") == .integer(schema.format), sourceLocation: sourceLocation)
    for dataset in schema.datasets where !dataset.name.contains("{") {
      guard reader.contains(dataset.name) else {
        #expect(dataset.presence != .always, "\(dataset.name)", sourceLocation: sourceLocation)
        continue
      }
      #expect(
        try reader.attribute("description", on: dataset.name) == .string(dataset.description),
        sourceLocation: sourceLocation)
    }
  }
}

/// The text of the error that something throws.
func message(_ body: () throws -> Void) -> String {
  do {
    try body()
    return "no error"
  } catch { return "\(error)" }
}
