public import ArrayStore
internal import Artifacts
public import CommandLine

/// Sharded work whose items each leave some rows in one file.
///
/// Rows grow on the disk in blocks of items, and a journal says which items are done: a run that was cut off
/// goes on behind it. A shard is the rows of a part of the items, and what puts shards together takes them over
/// as if they had been made in one piece.
public protocol JournaledWork: ShardedWork {
  /// The file of the result.
  var output: String { get }
  /// The run.
  var provenance: Provenance { get }
  /// The items and their rows.
  var items: RowItems { get }
  /// Makes the rows of those of some items that are not done.
  ///
  /// - Parameters:
  ///   - range: The items.
  ///   - progress: What there is of them already, and where their rows go.
  /// - Throws: `Interrupted` if the program is asked to end; what is finished stays.
  func compute(_ range: Range<Int>, into progress: RowProgress) throws
}

/// The items of some work, and what they leave in a file.
public struct RowItems: Sendable {
  /// What decides the result, in a line.
  public let run: String
  /// What the journal says of each item: which one it is, and of how many rows.
  public let lines: [String]
  /// The numbers of a row.
  public let columnCount: Int
  /// Their type.
  public let type: StoredType
  /// What an item and several of them are called.
  public let names: (one: String, several: String)
  /// What is wrong with rows of other items, in words.
  public let mismatch: String
  /// The rows before each item, and all of them.
  private let firstRows: [Int]

  /// Describes items.
  ///
  /// - Parameters:
  ///   - run: What decides the result, in a line.
  ///   - lines: What the journal says of each item.
  ///   - rowCounts: The rows of each item.
  ///   - columnCount: The numbers of a row.
  ///   - type: Their type.
  ///   - names: What an item and several of them are called.
  ///   - mismatch: What is wrong with rows of other items, in words.
  /// - Precondition: As many lines as counts.
  public init(
    run: String, lines: [String], rowCounts: [Int], columnCount: Int, type: StoredType,
    names: (one: String, several: String), mismatch: String
  ) {
    precondition(lines.count == rowCounts.count, "\(lines.count) lines, \(rowCounts.count) counts")
    (self.run, self.lines, self.columnCount, self.type) = (run, lines, columnCount, type)
    (self.names, self.mismatch) = (names, mismatch)
    firstRows = rowCounts.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1) }
  }

  /// How many items there are.
  public var count: Int { lines.count }

  /// The rows of some items.
  public func rowCount(of range: Range<Int>) -> Int {
    firstRows[range.upperBound] - firstRows[range.lowerBound]
  }

  /// The rows of some items on the disk, of which the first ones are kept.
  fileprivate func rows(_ path: String, keeping range: Range<Int>) throws -> GrowingRows {
    try GrowingRows(
      for: path, columnCount: columnCount, of: type, keeping: rowCount(of: range))
  }
}

/// What there is of some items: how many are done, their rows, and the journal that vouches for them.
public struct RowProgress {
  /// How many of the items are done, from the first.
  public let doneCount: Int
  /// The rows.
  public let rows: GrowingRows
  /// The journal.
  public let journal: RunJournal
}

extension JournaledWork {
  /// The file of the result.
  public var results: [String] { [output] }

  /// Makes the rows of all items, or finds them made.
  ///
  /// - Returns: The rows, and the journal to be removed when the file is written.
  /// - Throws: `Interrupted` if the program is asked to end; a later run goes on behind what is done.
  public func computed() throws -> RowProgress { try computed(output, 0..<items.count) }

  private func computed(_ path: String, _ range: Range<Int>) throws -> RowProgress {
    try Interruption.heeding {
      let progress = try begun(path, range)
      try compute(range, into: progress)
      return progress
    }
  }

  /// What an earlier process has done of some items, or the beginning.
  private func begun(_ path: String, _ range: Range<Int>) throws -> RowProgress {
    let items = items
    let journal = try RunJournal(path: path + ".progress", run: items.run)
    let stored = GrowingRows.storedRowCount(
      for: path, columnCount: items.columnCount, of: items.type)
    // Lines without their rows, or of other items, do not count.
    let done = zip(range, journal.entries).prefix { item, line in
      line == items.lines[item] && items.rowCount(of: range.lowerBound..<item + 1) <= stored
    }.count
    try journal.keep(first: done)
    if done > 0 {
      Diagnostics.note(
        "\(name): \(counted(done, items.names.one, plural: items.names.several)) \(done == 1 ? "is" : "are") there from an earlier run"
      )
    }
    let kept = range.lowerBound..<range.lowerBound + done
    return RowProgress(
      doneCount: done, rows: try items.rows(path, keeping: kept), journal: journal)
  }

  /// Makes the rows of a shard's items, and writes its file.
  public func run(_ shard: Shard) throws -> [String] {
    let (items, path) = (items, shard.path(of: output))
    let range = shard.range(of: items.count)
    guard !ShardFile.isThere(shard, of: output, run: items.run) else {
      Diagnostics.note("\(name): shard \(shard) is there from an earlier run")
      return [path]
    }
    let progress = try computed(path, range)
    try ShardFile.write(
      shard, of: output, run: items.run, provenance: provenance, rows: progress.rows,
      lines: Array(items.lines[range]))
    progress.journal.remove()
    return [path]
  }

  /// Which shards are missing, of so many.
  public func missing(of count: Int) -> [Int] {
    ShardFile.missing(of: count, of: output, run: items.run)
  }

  /// Takes the rows of all shards over, as if they had been made here; `computed` then has none left to make.
  ///
  /// - Throws: `ArtifactError` that names the first shard that is missing or does not fit.
  public func merge(_ count: Int) throws {
    let items = items
    let shards = (0..<count).map { Shard(index: $0, of: count) }
    for shard in shards { _ = try ShardFile(shard, of: output, run: items.run) }
    let done = try begun(output, 0..<items.count)
    let progress = ProgressReporter("merge", total: count, unit: "shard")
    for shard in shards {
      let range = shard.range(of: items.count)
      defer { progress.advance() }
      guard range.upperBound > done.doneCount else { continue }
      let file = try ShardFile(shard, of: output, run: items.run)
      try file.verify()
      let lines = try file.lines()
      guard lines == Array(items.lines[range]), file.rowCount == items.rowCount(of: range) else {
        throw ArtifactError(
          "Cannot use shard \(shard), \(file.path): \(items.mismatch); remove it and make it again"
        )
      }
      // What there is of this shard's, by a run in one piece, is left out.
      try done.journal.keep(first: min(done.journal.entries.count, range.lowerBound))
      let rows = try items.rows(output, keeping: 0..<range.lowerBound)
      for block in file.blocks {
        if items.type == .float16 {
          try rows.append(try file.halves(block))
        } else {
          try rows.append(try file.floats(block))
        }
      }
      try rows.synchronize()
      try done.journal.append(lines)
    }
    progress.finish()
  }
}
