public import ArrayStore
internal import FoundationEssentials

/// The finished pieces of a long run, in a folder beside its result.
///
/// A run that was cut off finds them and goes on; a piece counts only if it was made by the same
/// command from the same files. When the result is complete, the folder goes.
public struct PartFolder: Sendable {
  /// The folder: the result's path with `.parts` behind it.
  public let path: String
  private let provenance: Provenance
  private let kind: String

  /// Names the folder of a result.
  ///
  /// - Parameters:
  ///   - result: The path of the result.
  ///   - kind: The kind of array file that the pieces are.
  ///   - provenance: The run.
  public init(of result: String, kind: String, provenance: Provenance) {
    path = result + ".parts"
    self.kind = kind
    self.provenance = provenance
  }

  private func file(_ index: Int) -> String {
    let digits = String(index)
    let zeros = String(repeating: "0", count: max(0, 6 - digits.count))
    return "\(path)/part-\(zeros)\(digits).h5"
  }

  /// Begins a piece; it is finished by its writer's `finish()`.
  public func write(_ index: Int) throws(ArrayStoreError) -> ArrayFileWriter {
    let writer = try ArrayFileWriter(path: file(index), kind: kind)
    try writer.write(provenance)
    return writer
  }

  /// Opens a finished piece; nil if there is none of this run.
  public func read(_ index: Int) -> ArrayFileReader? {
    guard fileExists(file(index)), let reader = try? ArrayFileReader(path: file(index), kind: kind),
      let made = try? reader.provenance, made.isSameRun(as: provenance)
    else { return nil }
    return reader
  }

  /// Opens a piece that this run or an earlier one finished.
  public func require(_ index: Int) throws(ArrayStoreError) -> ArrayFileReader {
    try ArrayFileReader(path: file(index), kind: kind)
  }

  /// Removes the folder and all pieces.
  public func remove() { try? FileManager.default.removeItem(atPath: path) }
}
