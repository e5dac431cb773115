import ArrayStore
import Artifacts
import TestSupport
import TestTags
import Testing

/// What atlas-network run reads and writes.
@Suite(.tags(.quick)) struct NetworkFilesTests {
  private let fixture: ArtifactFixture

  init() throws { fixture = try ArtifactFixture() }

  @Test("a network's input and values come back")
  func networkValues() throws {
    let writer = try ArrayFileWriter(path: fixture.path, kind: "network-input")
    try writer.write("input", [Float](repeating: 2, count: 6), shape: [1, 2, 3])
    try writer.write("seeds/0", [Float](repeating: 3, count: 4), shape: [4])
    try writer.write("tangents", [Float](repeating: 4, count: 12), shape: [2, 6])
    try writer.finish()
    let input = try NetworkInputFile(path: fixture.path)
    #expect(input.inputShape == [1, 2, 3] && input.tangentCount == 2)
    #expect(try input.input(count: 6) == [Float](repeating: 2, count: 6))
    #expect(try input.seed(0, count: 4) == [3, 3, 3, 3])
    #expect(try input.tangents(count: 12).count == 12)
    #expect(message { _ = try input.seed(1, count: 4) }.contains("it has no dataset seeds/1"))
    #expect(message { _ = try input.seed(0, count: 5) }.contains("4 values, 5 are expected"))
    let values = fixture.folder.file("out.h5")
    let output = try NetworkValuesFile(path: values)
    try output.write(tensor: "a/b", [1, 2], shape: [2])
    try output.write(tensor: "c", [3], shape: [])
    try output.write(gradientOf: "d", [1, 2, 3, 4], shape: [2, 2])
    try output.write(tangentsOf: "e", [1, 2, 3], shape: [1, 3])
    try output.finish()
    let reader = try ArrayFileReader(path: values, kind: "network-values")
    #expect(try reader.floats("tensors/0") == [1, 2] && reader.floats("tensors/1") == [3])
    #expect(try reader.attribute("name", on: "tensors/0") == .string("a/b"))
    #expect(try reader.shape(of: "gradients/0") == [2, 2])
    #expect(try reader.shape(of: "tangents/0") == [1, 3])
    try fixture.expectConformity(values, NetworkValuesFile.schema)
  }
}
