import Activations
import ArrayStore
import Artifacts
import CommandLine

/// Extraction in shards of images, and what puts them together.
extension ExtractionRun: ShardedWork {
  var name: String { "extract" }

  var results: [String] { paths }

  var isFinished: Bool { paths.allSatisfy(isResult) }

  /// Samples the images of a shard, and writes its file for each layer.
  ///
  /// - Returns: The files.
  func run(_ shard: Shard) throws -> [String] {
    let results = paths.map { shard.path(of: $0) }
    let range = shard.range(of: images.names.count)
    guard !paths.allSatisfy({ isShard(shard, of: $0) }) else {
      Diagnostics.note("extract: shard \(shard) is there from an earlier run")
      return results
    }
    let work = try sampled(range, results) { path in
      paths.contains { shard.path(of: $0) == path && isShard(shard, of: $0) }
    }
    for (layer, rows) in work.rows.enumerated() {
      guard let rows else { continue }
      try ShardFile.write(
        shard, of: paths[layer], run: identity, provenance: provenance, rows: rows,
        lines: work.outcomes.map(\.line))
    }
    work.journal.remove()
    return results
  }

  private func isShard(_ shard: Shard, of path: String) -> Bool {
    ShardFile.isThere(shard, of: path, run: identity)
  }

  /// Which shards are missing, of so many.
  func missing(of count: Int) -> [Int] {
    (0..<count).filter { index in
      !paths.allSatisfy { isShard(Shard(index: index, of: count), of: $0) }
    }
  }

  /// Takes the rows of all shards over, as if they had been sampled here; `run` then has nothing left to sample.
  ///
  /// A merge that is cut off goes on behind the last shard that it has. Memory does not grow with the rows.
  ///
  /// - Throws: `ArtifactError` that names the first shard that is missing or does not fit.
  func merge(_ count: Int) throws {
    let all = 0..<images.names.count
    let shards = (0..<count).map { Shard(index: $0, of: count) }
    // What is missing is told before anything is copied.
    for shard in shards {
      for path in paths { _ = try ShardFile(shard, of: path, run: identity) }
    }
    var work = try begun(paths, all, isFinished: isResult)
    let progress = ProgressReporter("merge", total: count, unit: "shard")
    for shard in shards {
      let range = shard.range(of: all.count)
      defer { progress.advance() }
      guard range.upperBound > work.outcomes.count else { continue }
      // Whole shards: what there is of this one, by a former merge or a run in one piece, is left out.
      work.outcomes.removeLast(max(0, work.outcomes.count - range.lowerBound))
      try work.journal.keep(first: work.outcomes.count)
      var lines: [String] = []
      for (layer, path) in paths.enumerated() {
        let file = try ShardFile(shard, of: path, run: identity)
        try file.verify()
        lines = try file.lines()
        let outcomes = lines.compactMap { Outcome(line: $0) }
        guard outcomes.count == range.count, file.rowCount == rowCount(outcomes) else {
          throw ArtifactError(
            "Cannot use shard \(shard), \(file.path): it has \(file.rowCount) rows of \(outcomes.count) images, not of \(range.count); remove it and make it again"
          )
        }
        let rows = try rows(path, ofLayer: layer, keeping: rowCount(work.outcomes))
        for block in file.blocks { try rows.append(try file.floats(block)) }
        try rows.synchronize()
      }
      try work.journal.append(lines)
      work.outcomes += lines.compactMap { Outcome(line: $0) }
    }
    progress.finish()
  }
}
