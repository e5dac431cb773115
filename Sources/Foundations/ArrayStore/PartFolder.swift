internal import FoundationEssentials

/// A folder for the finished parts of a long run, beside its result.
///
/// A run that was cut off finds them and goes on. When the result is complete, the folder goes.
public struct PartFolder: Sendable {
  /// The folder: the result's path with `.parts` behind it.
  ///
  /// It lies beside the result rather than in a folder for temporary files: there it would be lost
  /// with the machine that was cut off, and might lie on another disk.
  public let path: String

  /// Names the folder of a result.
  public init(of result: String) { path = result + ".parts" }

  /// The path of a part.
  public func part(_ index: Int) -> String { "\(path)/part-\(digits(index, 6)).h5" }

  /// The path of a shard.
  public func shard(_ shard: Shard) -> String {
    "\(path)/shard-\(digits(shard.index, 5))-of-\(digits(shard.count, 5)).h5"
  }

  /// A number with zeros before it: names are then in the order of numbers.
  private func digits(_ number: Int, _ count: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, count - digits.count)) + digits
  }

  /// Removes the folder and all parts.
  ///
  /// An error is not reported: the result is complete by then, and parts that stay cost space
  /// alone.
  public func remove() { try? FileManager.default.removeItem(atPath: path) }
}
