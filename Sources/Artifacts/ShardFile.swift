public import ArrayStore
internal import FoundationEssentials

/// A shard of a stage's result, complete or absent.
///
/// It has rows of numbers, and lines of text that say of each item of the work how it went. Whether it is what is
/// wanted is told by what it says of itself: the run, its number, how many rows and lines there are and their SHA-256. Times of
/// files say nothing: clocks of machines differ.
public struct ShardFile {
  private let reader: ArtifactReader
  private let digest: String
  /// The number of rows.
  public let rowCount: Int

  /// The file's path.
  public var path: String { reader.path }

  /// Opens a shard.
  ///
  /// - Parameters:
  ///   - shard: Which one.
  ///   - result: The result that it is of.
  ///   - run: What decides the result, in a line.
  /// - Throws: `ArtifactError` that names the shard if it is missing, of another run, or damaged.
  public init(_ shard: Shard, of result: String, run: String) throws {
    let path = shard.path(of: result)
    guard isListed(path) else {
      throw ArtifactError(
        "Cannot find shard \(shard) of \(result), \(path): it is not finished; make it with --shard \(shard)"
      )
    }
    do { reader = try ArtifactReader(Self.schema, path: path) } catch {
      throw ArtifactError(
        "Cannot use shard \(shard) of \(result): its file is damaged; make it again with --shard \(shard) (\(error))"
      )
    }
    guard try reader.required(Self.run) == sha256(of: run),
      try reader.required(Self.index) == shard.index, try reader.required(Self.count) == shard.count
    else {
      throw ArtifactError(
        "Cannot use shard \(shard) of \(result), \(path): it was made with other settings, inputs or images; make it again with --shard \(shard)"
      )
    }
    digest = try reader.required(Self.digest)
    rowCount = reader.length("r")
  }

  /// Which shards of a result are missing or do not fit.
  ///
  /// - Complexity: Reads the heads of files, not their rows.
  public static func missing(of count: Int, of result: String, run: String) -> [Int] {
    (0..<count).filter { !isThere(Shard(index: $0, of: count), of: result, run: run) }
  }

  /// Whether a shard is there and fits, as far as its head tells.
  public static func isThere(_ shard: Shard, of result: String, run: String) -> Bool {
    (try? ShardFile(shard, of: result, run: run)) != nil
  }

  /// Whether a result is there already, of a form, a run, and images where there are any: a run may be killed after
  /// its shards were put together, and their files may be gone.
  public static func isFinished(
    _ result: String, _ schema: FileSchema, provenance: Provenance, imagesFingerprint: String?
  ) -> Bool {
    guard isListed(result), let reader = try? ArtifactReader(schema, path: result),
      let made = try? reader.file.provenance, let subject = try? reader.subject()
    else { return false }
    return made.isSameRun(as: provenance)
      && (imagesFingerprint == nil || subject.imagesFingerprint == imagesFingerprint)
  }

  /// What the lines say of the items.
  ///
  /// - Throws: `ArtifactError` if the file is damaged.
  public func lines() throws -> [String] { try reader.read(Self.lines) }

  /// Checks rows and lines by their digest.
  ///
  /// A file that does not pass is set aside, so that its shard counts as missing.
  ///
  /// - Throws: `ArtifactError` that names the shard.
  /// - Complexity: Reads the file once, block by block.
  public func verify() throws {
    let running = RunningDigest()
    do {
      running.add(try lines())
      if reader.contains(Self.floats) { try add(Self.floats, to: running) }
      if reader.contains(Self.halves) { try add(Self.halves, to: running) }
      if reader.contains(Self.integers) { try add(Self.integers, to: running) }
    } catch {
      setAside()
      throw error
    }
    guard running.finish() == digest else {
      setAside()
      throw ArtifactError(
        "Cannot use \(path): it is not what was written (its SHA-256 differs), and was renamed to end in .damaged; make it again"
      )
    }
  }

  private func setAside() {
    try? FileManager.default.removeItem(atPath: path + ".damaged")
    try? FileManager.default.moveItem(atPath: path, toPath: path + ".damaged")
  }

  private func add<Element: StoredElement & DatasetElement>(
    _ dataset: Dataset<Element>, to running: borrowing RunningDigest
  ) throws {
    for block in blocks { running.add(try reader.read(dataset, rows: block)) }
  }

  /// Consecutive ranges of rows, for passes that do not hold all.
  public var blocks: [Range<Int>] {
    sampleBlocks(rowCount, rowByteCount: 4 * max(reader.length("c"), reader.length("k")))
  }

  /// Some rows of single precision.
  ///
  /// - Throws: `ArtifactError` if the file is damaged or has none.
  public func floats(_ rows: Range<Int>) throws -> [Float] {
    try reader.read(Self.floats, rows: rows)
  }

  /// Some rows of half precision.
  ///
  /// - Throws: `ArtifactError` if the file is damaged or has none.
  public func halves(_ rows: Range<Int>) throws -> [Float16] {
    try reader.read(Self.halves, rows: rows)
  }

  /// Some rows of integers.
  ///
  /// - Throws: `ArtifactError` if the file is damaged or has none.
  public func integers(_ rows: Range<Int>) throws -> [Int32] {
    try reader.read(Self.integers, rows: rows)
  }
}

// MARK: - Writing

extension ShardFile {
  /// Writes a shard around rows that are on the disk already.
  ///
  /// - Parameters:
  ///   - shard: Which one.
  ///   - result: The result that it is of.
  ///   - run: What decides the result, in a line.
  ///   - provenance: The run.
  ///   - rows: The rows, of single or half precision, begun for the shard's path.
  ///   - lines: What to say of the items.
  /// - Throws: `ArrayStoreError`, for instance when the disk is full.
  public static func write(
    _ shard: Shard, of result: String, run: String, provenance: Provenance, rows: GrowingRows,
    lines: [String]
  ) throws(ArrayStoreError) {
    let digest = RunningDigest()
    digest.add(lines)
    for block in sampleBlocks(rows.rowCount, rowByteCount: 4 * rows.columnCount) {
      if rows.type == .float16 {
        digest.add(try rows.values(ofRows: block, as: Float16.self))
      } else {
        digest.add(try rows.values(ofRows: block, as: Float.self))
      }
    }
    let path = shard.path(of: result)
    let writer: ArtifactWriter
    if rows.rowCount == 0 {
      // There may be more shards than items, or images none of which can be read.
      rows.remove()
      writer = try ArtifactWriter(schema, path: path, provenance: provenance, subject: Subject())
    } else if rows.type == .float16 {
      writer = try ArtifactWriter(
        schema, path: path, provenance: provenance, subject: Subject(), rows: rows, as: halves)
    } else {
      writer = try ArtifactWriter(
        schema, path: path, provenance: provenance, subject: Subject(), rows: rows, as: floats)
    }
    try finish(writer, shard, run: run, lines: lines, digest: digest.finish())
  }

  /// Writes a shard of rows at hand: some integers and as many numbers a row.
  ///
  /// - Throws: `ArrayStoreError`, for instance when the disk is full.
  /// - Precondition: Both arrays are of `rowCount` rows.
  public static func write(
    _ shard: Shard, of result: String, run: String, provenance: Provenance, rowCount: Int,
    integers: [Int32], floats: [Float], lines: [String]
  ) throws(ArrayStoreError) {
    let digest = RunningDigest()
    digest.add(lines)
    digest.add(floats)
    digest.add(integers)
    let writer = try ArtifactWriter(
      schema, path: shard.path(of: result), provenance: provenance, subject: Subject())
    try writer.write(Self.floats, floats, shape: [rowCount, floats.count / max(1, rowCount)])
    try writer.write(Self.integers, integers, shape: [rowCount, integers.count / max(1, rowCount)])
    try finish(writer, shard, run: run, lines: lines, digest: digest.finish())
  }

  private static func finish(
    _ writer: ArtifactWriter, _ shard: Shard, run: String, lines: [String], digest: String
  ) throws(ArrayStoreError) {
    try writer.write(Self.lines, lines)
    try writer.set(Self.run, sha256(of: run))
    try writer.set(Self.index, shard.index)
    try writer.set(Self.count, shard.count)
    try writer.set(Self.digest, digest)
    try writer.finish()
  }
}

// MARK: - Form

extension ShardFile {
  private static let floats = Dataset<Float>(
    "rows", ["r", "c"], "Rows of the result, of single precision.", .optionally("as it is"))
  private static let halves = Dataset<Float16>(
    "half_rows", ["r", "c"], "Rows of the result, of half precision.", .optionally("as it is"))
  private static let integers = Dataset<Int32>(
    "integer_rows", ["r", "k"], "Rows of the result, of integers.", .optionally("as it is"))
  private static let lines = Dataset<String>(
    "lines", ["i"], "What is to be said of each item of the work.")
  private static let run = Attribute<String>(
    "run", "SHA-256 of what decides the result: settings, inputs, images.")
  private static let index = Attribute<Int>("shard", "The shard's number, from 0.")
  private static let count = Attribute<Int>("shards", "How many there are.")
  private static let digest = Attribute<String>(
    "content_sha256", "SHA-256 of the lines, each with a line feed, and then of the rows.")

  private static let schema = FileSchema(
    kind: "shard", fileName: "shard-00000-of-00001.h5", program: "the same --shard",
    summary: "A part of a result, which is put together with the others.",
    axes: [
      Axis("r", "rows"), Axis("c", "numbers of a row"), Axis("k", "integers of a row"),
      Axis("i", "items of the work"),
    ],
    attributes: [run.schema, index.schema, count.schema, digest.schema],
    datasets: [floats.schema, halves.schema, integers.schema, lines.schema], example: "")
}
