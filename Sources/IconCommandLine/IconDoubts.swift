internal import ArrayStore
internal import CommandLine
internal import FoundationEssentials
internal import IconQuality
internal import Mosaics

/// Which icons are not to be trusted, by a report of atlas-judge.
public struct IconDoubts {
  /// The report's digest.
  public let sha256: String
  private var doubtsAtPosition: [SIMD2<Int>: [String]] = [:]

  /// Reads a report.
  ///
  /// - Throws: When it is none, or of other icons than those of the files.
  public init(path: String, icons: [String]) throws {
    sha256 = try ArrayStore.sha256(ofFile: path)
    guard let data = FileManager.default.contents(atPath: path),
      let report = try? IconReport(json: Array(data)), let made = report.made
    else {
      throw StageError("Cannot use \(path): it is no report of atlas-judge.")
    }
    let digests = Set(made.inputs.values)
    guard try icons.allSatisfy({ digests.contains(try ArrayStore.sha256(ofFile: $0)) }) else {
      throw StageError(
        "Cannot use \(path): it is a report on other icons than those of \(icons[0]); run atlas-judge on these."
      )
    }
    for cell in report.cells {
      doubtsAtPosition[SIMD2(cell.row, cell.column)] = (cell.doubts ?? []).map(\.rawValue)
    }
  }

  /// Why the icon of a cell is not to be trusted.
  public func doubts(row: Int, column: Int) -> [String] {
    doubtsAtPosition[SIMD2(row, column)] ?? []
  }
}
