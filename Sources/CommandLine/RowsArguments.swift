public import ArgumentParser
public import ArrayStore
public import Matrices

/// Which rows a program takes: the scores of `atlas-reduce` or the raw activations of
/// `atlas-extract`.
public struct RowsArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp("Take the scores of this result of atlas-reduce.", valueName: "file"))
  var components: String?
  @Option(
    help: ArgumentHelp("Take the raw rows of this result of atlas-extract.", valueName: "file"))
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
  /// - Throws: `StageError` if it has no rows of this kind.
  public func open() throws -> RowsFile {
    if let components {
      let file = try ArrayFileReader(path: components, kind: "components")
      guard file.contains("scores") else {
        throw StageError(
          "Cannot use \(components): it was made with --components 0 and holds no scores; give the raw rows with --activations."
        )
      }
      return try RowsFile(file, dataset: "scores")
    }
    let file = try ArrayFileReader(path: activations ?? "", kind: "activations")
    return try RowsFile(file, dataset: "activations")
  }
}

/// A file with a row for each sampled position.
public struct RowsFile {
  /// The file.
  public let file: ArrayFileReader
  /// The number of rows.
  public let rowCount: Int
  /// The numbers in a row.
  public let columnCount: Int
  private let dataset: String

  /// The file's path.
  public var path: String { file.path }

  init(_ file: ArrayFileReader, dataset: String) throws {
    (self.file, self.dataset) = (file, dataset)
    (rowCount, columnCount) = try file.matrixShape(of: dataset)
  }

  /// Reads the rows.
  public func rows() throws -> Matrix { try file.matrix(dataset) }
}
