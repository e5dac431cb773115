public import ArgumentParser
public import Artifacts

/// Which samples a program takes, and by which vectors they are compared.
public struct SampleArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp("Take the scores of this result of atlas-reduce.", valueName: "file"))
  var components: String?
  @Option(
    help: ArgumentHelp(
      "Take the raw activations of this result of atlas-extract.", valueName: "file"))
  var activations: String?

  /// Made by the argument parser.
  public init() {}

  /// Checks that one file is given.
  public func validate() throws {
    guard (components == nil) != (activations == nil) else {
      throw ValidationError("Give either --components or --activations.")
    }
  }

  /// Opens the file.
  ///
  /// - Throws: `ArrayStoreError` or `ArtifactError` if it has no vectors of this kind.
  public func open() throws -> SampleVectors {
    if let components { return try SampleVectors(components: components) }
    return try SampleVectors(activations: activations ?? "")
  }
}
