import ArrayStore
import Artifacts
import CommandLine
import LayoutCommandLine
import Neighbors

/// The work between samples and the file of their neighbors: a search in one piece, or of shards of the samples.
struct NeighborRun: ShardedWork {
  let source: SampleVectors
  let quest: NeighborQuest
  /// How many neighbors of each sample are found; fewer where there are fewer other samples.
  let count: Int
  let output: String
  let provenance: Provenance

  /// Searches the neighbors of all samples, and writes the file.
  func run() throws {
    let writer = try writer()
    let table = try findNeighbors(
      of: try source.vectors(), in: source.path, count: count, metric: quest.metric,
      search: quest.search)
    try finish(writer, table)
  }

  private func writer() throws -> NeighborsWriter {
    try NeighborsWriter(path: output, subject: source.subject, provenance: provenance)
  }

  private func finish(_ writer: NeighborsWriter, _ table: NeighborTable) throws {
    try writer.finish(table.content(metric: quest.metric), sampleCount: table.rowCount)
    // An exact search, or one that found all of its queries' neighbors, has nothing to tell.
    if table.recall < 1 {
      Diagnostics.note("neighbors: \(decimal(100 * table.recall)) % of the true ones found")
    }
  }

  // MARK: Shards

  var name: String { "neighbors" }

  var results: [String] { [output] }

  var isFinished: Bool {
    ShardFile.isFinished(
      output, NeighborsFile.schema, provenance: provenance, imagesFingerprint: nil)
  }

  /// What decides the result, in a line.
  private var identity: String {
    provenance.journalLine("count \(count) format \(NeighborsFile.schema.format)")
  }

  /// Searches the neighbors of a shard's samples, and writes its file: of each sample, its number and those of its
  /// neighbors, and the distances to them.
  func run(_ shard: Shard) throws -> [String] {
    let files = [shard.path(of: output)]
    guard !ShardFile.isThere(shard, of: output, run: identity) else {
      Diagnostics.note("neighbors: shard \(shard) is there from an earlier run")
      return files
    }
    let found = try findNeighbors(
      of: shard, vectors: try source.vectors(), in: source.path, count: count,
      metric: quest.metric, search: quest.search)
    let k = found.table.neighborCount
    let integers = found.samples.indices.flatMap { row in
      [found.samples[row]] + found.table.indices[row * k..<(row + 1) * k]
    }
    try ShardFile.write(
      shard, of: output, run: identity, provenance: provenance, rowCount: found.samples.count,
      integers: integers, floats: found.table.distances, lines: ["recall \(found.table.recall)"])
    return files
  }

  /// Which shards are missing, of so many.
  func missing(of count: Int) -> [Int] {
    ShardFile.missing(of: count, of: output, run: identity)
  }

  /// Puts shards together, and writes the file.
  ///
  /// - Throws: `ArtifactError` that names the first shard that is missing or does not fit.
  func merge(_ shardCount: Int) throws {
    let shards = (0..<shardCount).map { Shard(index: $0, of: shardCount) }
    for shard in shards { _ = try ShardFile(shard, of: output, run: identity) }
    let writer = try writer()
    let (n, k) = (source.sampleCount, min(count, source.sampleCount - 1))
    var indices = [Int32](repeating: -1, count: n * k)
    var distances = [Float](repeating: 0, count: n * k)
    var recall: Double?
    for shard in shards {
      let file = try ShardFile(shard, of: output, run: identity)
      try file.verify()
      func refuse() -> ArtifactError {
        ArtifactError(
          "Cannot use shard \(shard), \(file.path): its neighbors are not of the samples that it is to have; remove it and make it again"
        )
      }
      let words = try file.lines().first?.split(separator: " ") ?? []
      guard let its = words.last.flatMap({ Double($0) }), recall ?? its == its else {
        throw refuse()
      }
      recall = its
      for block in file.blocks where !block.isEmpty {
        let integers = try file.integers(block)
        let floats = try file.floats(block)
        guard integers.count == block.count * (k + 1), floats.count == block.count * k else {
          throw refuse()
        }
        for row in 0..<block.count {
          let sample = Int(integers[row * (k + 1)])
          // Each sample is in one shard.
          guard (0..<n).contains(sample), indices[sample * k] < 0 else { throw refuse() }
          for rank in 0..<k {
            indices[sample * k + rank] = integers[row * (k + 1) + 1 + rank]
            distances[sample * k + rank] = floats[row * k + rank]
          }
        }
      }
    }
    guard !indices.contains(where: { $0 < 0 }) else {
      throw ArtifactError(
        "Cannot put \(shardCount) shards of \(output) together: some samples are in none of them; remove \(output).parts and make them again"
      )
    }
    try finish(
      writer,
      NeighborTable(
        rowCount: n, neighborCount: k, indices: indices, distances: distances, recall: recall ?? 1))
  }
}
