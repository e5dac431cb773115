/// One of several parts of equal size of a stage's work.
public struct Shard: Sendable, Equatable, CustomStringConvertible {
  /// Its number, from 0.
  public let index: Int
  /// How many there are.
  public let count: Int

  /// Names a shard.
  ///
  /// - Precondition: `index` is one of `count`.
  public init(index: Int, of count: Int) {
    precondition(
      Self.counts.contains(count) && (0..<count).contains(index), "shard \(index) of \(count)")
    (self.index, self.count) = (index, count)
  }

  /// How many shards there may be: as many as a cluster's scheduler has jobs for.
  public static let counts = 1...10_000

  /// For instance `7/64`, as `--shard` has it.
  public var description: String { "\(index)/\(count)" }

  /// Its items, of so many: consecutive, and as many as another's or one more.
  public func range(of itemCount: Int) -> Range<Int> {
    itemCount * index / count..<itemCount * (index + 1) / count
  }

  /// Where its file lies: beside the result, in the folder of its parts.
  public func path(of result: String) -> String { PartFolder(of: result).shard(self) }
}
