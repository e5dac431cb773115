import ArrayStore
import CommandLine
import TestSupport
import TestTags
import Testing

/// What tells a run from others, and where its parts lie.
@Suite(.tags(.quick)) struct ResumptionTests {
  private func provenance(
    _ inputs: [String], seed: String = "0", program: String = "atlas-x"
  ) throws -> Provenance {
    try Provenance(program: program, parameters: [("seed", seed)], inputs: inputs)
  }

  @Test("a run is the same with equal settings and inputs, wherever these lie")
  func sameRun() throws {
    let folder = try TemporaryFolder()
    let first = try folder.write("a/x.h5", "content")
    let copy = try folder.write("b/x.h5", "content")
    let other = try folder.write("c/x.h5", "other content")
    let renamed = try folder.write("a/y.h5", "content")
    let run = try provenance([first])
    #expect(run.isSameRun(as: try provenance([copy])))
    #expect(!run.isSameRun(as: try provenance([other])))
    #expect(!run.isSameRun(as: try provenance([renamed])))
    #expect(!run.isSameRun(as: try provenance([first, copy])))
    #expect(!run.isSameRun(as: try provenance([first], seed: "1")))
    #expect(!run.isSameRun(as: try provenance([first], program: "atlas-y")))
    #expect(run.inputs.map(\.name) == ["x.h5"])
  }

  @Test("an input that cannot be read is an error that names it")
  func missingInput() {
    #expect { try provenance(["/nowhere/x.h5"]) } throws: { "\($0)".contains("/nowhere/x.h5") }
  }

  @Test("parts lie beside the result, in the order of their names, until they are removed")
  func parts() throws {
    let folder = try TemporaryFolder()
    let parts = PartFolder(of: folder.file("icons.h5"))
    #expect(parts.path == folder.file("icons.h5.parts"))
    let names = [0, 9, 10, 100].map(parts.part)
    #expect(names == names.sorted() && names[1].hasSuffix("/part-000009.h5"))
    try folder.write("icons.h5.parts/part-000000.h5", "part")
    try folder.write("icons.h5", "result")
    parts.remove()
    #expect(folder.content == ["icons.h5"])
  }
}
