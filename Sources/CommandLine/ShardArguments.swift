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

  /// Does what this run is to do of some work.
  ///
  /// - Parameters:
  ///   - work: The work.
  ///   - finish: Makes the results: of all of the work, or of what so many shards have left.
  /// - Returns: What the program prints: the files that it made, or the numbers of shards that are missing.
  /// - Throws: What the work throws.
  public func perform(
    _ work: some ShardedWork, finish: (_ shardCount: Int?) throws -> Void
  ) throws -> [String] {
    guard shard != nil || merge != nil || missing != nil else {
      try finish(nil)
      return work.results
    }
    // A run that was killed behind its last step leaves results without shards.
    let isFinished = work.isFinished
    if let missing { return isFinished ? [] : work.missing(of: missing).map(String.init) }
    if isFinished {
      Diagnostics.note("\(work.name): the result is there from an earlier run")
    } else if let shard {
      return try work.run(shard)
    } else {
      try finish(merge)
    }
    if merge != nil, !keepShards { work.results.forEach { PartFolder(of: $0).remove() } }
    return work.results
  }

  /// The file that a run writes: its shard, the result, or none.
  public func outputs(_ result: String) -> [String] {
    missing != nil ? [] : [shard?.path(of: result) ?? result]
  }
}

/// Work that can be done in shards, each of which may run on another machine.
public protocol ShardedWork {
  /// What the program is doing, for messages.
  var name: String { get }
  /// The files that the work is for.
  var results: [String] { get }
  /// Whether these are there already, of this run.
  var isFinished: Bool { get }
  /// Does a shard, or finds it done; returns its files.
  func run(_ shard: Shard) throws -> [String]
  /// The numbers of those of so many shards that are missing or do not fit.
  func missing(of count: Int) -> [Int]
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
