public import ArgumentParser
public import ArrayStore

/// Which part of a stage's work a run does: all, one shard of it, or what puts the shards together.
public struct ShardArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Do one of N shards of the work alone, the K-th from 0; each may run on another machine.",
      valueName: "K/N"))
  var shard: Shard?
  @Option(
    help: ArgumentHelp("Put together what N runs with --shard have made.", valueName: "N"))
  var merge: Int?
  @Option(
    help: ArgumentHelp(
      "Print the numbers of those of N shards that are missing or of another run, and do nothing else.",
      valueName: "N"))
  var missing: Int?
  @Flag(help: "With --merge: leave the files of the shards where they are.")
  var keepShards = false

  /// Whether the files of shards stay when they are put together.
  public var keepsShards: Bool { keepShards }

  /// Made by the argument parser.
  public init() {}

  /// Checks that at most one is given, with a number that makes sense.
  ///
  /// - Throws: `ValidationError`.
  public func validate() throws {
    guard [shard != nil, merge != nil, missing != nil].count(where: \.self) <= 1 else {
      throw ValidationError("Give one of --shard, --merge and --missing.")
    }
    guard merge != nil || !keepShards else {
      throw ValidationError("--keep-shards goes with --merge.")
    }
    for (name, count) in [("merge", merge), ("missing", missing)] {
      guard count.map(Shard.counts.contains) ?? true else {
        throw ValidationError(
          "--\(name) must be a number from 1 to \(Shard.counts.upperBound), got \(count ?? 0).")
      }
    }
  }

  /// What a run does.
  public enum Part: Sendable, Equatable {
    /// All of the work.
    case all
    /// One shard.
    case shard(Shard)
    /// What follows when all of so many shards are there.
    case merge(Int)
    /// Looking which of so many shards are missing.
    case missing(Int)
  }

  /// What this run does.
  public var part: Part {
    if let shard { return .shard(shard) }
    if let merge { return .merge(merge) }
    return missing.map { .missing($0) } ?? .all
  }

  /// What a run prints that finds the results there already: their paths, or that no shard is missing.
  public func noteOfResult(_ program: String, _ results: [String]) -> [String] {
    if case .missing = part { return [] }
    Diagnostics.note("\(program): the result is there from an earlier run")
    return results
  }

  /// Removes what shards have left beside a result that is complete, unless it is to stay.
  public func tidy(_ result: String) {
    if case .merge = part, !keepShards { PartFolder(of: result).remove() }
  }

  /// The file that a run writes: its shard, the result, or none.
  public func outputs(_ result: String) -> [String] {
    switch part {
    case .all, .merge: [result]
    case .shard(let shard): [shard.path(of: result)]
    case .missing: []
    }
  }
}

extension Shard: ExpressibleByArgument {
  /// A shard from `K/N`.
  public init?(argument: String) {
    let numbers = argument.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard numbers.count == 2, let index = numbers[0], let count = numbers[1],
      Shard.counts.contains(count), (0..<count).contains(index)
    else { return nil }
    self.init(index: index, of: count)
  }

  /// For instance `7/64`.
  public var defaultValueDescription: String { description }
}
