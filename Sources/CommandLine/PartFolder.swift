internal import FoundationEssentials

/// A folder for the finished parts of a long run, beside its result.
///
/// A run that was cut off finds them and goes on. When the result is complete, the folder goes.
public struct PartFolder: Sendable {
  /// The folder: the result's path with `.parts` behind it.
  public let path: String

  /// Names the folder of a result.
  public init(of result: String) { path = result + ".parts" }

  /// The path of a part.
  public func part(_ index: Int) -> String { "\(path)/part-\(zeros(String(index), to: 6)).h5" }

  /// Removes the folder and all parts.
  public func remove() { try? FileManager.default.removeItem(atPath: path) }
}
