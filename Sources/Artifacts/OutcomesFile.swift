public import ArrayStore

/// `outcomes.h5`: what the network says of pictures with patches, written by `atlas-patch`.
public struct OutcomesFile {
  private let reader: ArtifactReader
  /// The number of rows, and of placements of each.
  public let rowCount, placementCount: Int
  /// What the patches are of.
  public let subject: Subject

  /// Opens a file.
  ///
  /// - Throws: `ArrayStoreError` or `ArtifactError` if it is not what it should be.
  public init(path: String) throws {
    reader = try ArtifactReader(Self.schema, path: path)
    rowCount = reader.length("r")
    let columns = reader.length("c")
    guard columns % Self.valuesPerPlacement == 0 else {
      throw reader.damage("its rows have \(columns) numbers, which are no outcomes")
    }
    placementCount = columns / Self.valuesPerPlacement
    subject = try reader.subject()
  }

  /// The file's path.
  public var path: String { reader.path }

  /// Numbers of a placement: the probabilities of source and target, and the answer.
  public static let valuesPerPlacement = 3

  /// The numbers of some rows.
  ///
  /// - Throws: `ArtifactError` if a number is not finite, or the file is damaged.
  public func values(_ rows: Range<Int>) throws -> [Float] {
    let values = try reader.read(Self.outcomes, rows: rows)
    guard values.allSatisfy(\.isFinite) else { throw reader.damage("an outcome is not finite") }
    return values
  }

  /// Whether a file is there already, of a run.
  public static func isFinished(_ path: String, provenance: Provenance) -> Bool {
    ShardFile.isFinished(path, schema, provenance: provenance, imagesFingerprint: nil)
  }

  /// Writes a file around rows that are on the disk already.
  ///
  /// - Throws: `ArrayStoreError`, for instance when the disk is full.
  public static func write(
    to path: String, subject: Subject, provenance: Provenance, rows: GrowingRows
  ) throws(ArrayStoreError) {
    let writer = try ArtifactWriter(
      schema, path: path, provenance: provenance, subject: subject, rows: rows, as: outcomes)
    try writer.finish()
  }
}

// MARK: - Form

extension OutcomesFile {
  static let outcomes = Dataset<Float>(
    "outcomes", ["r", "c"],
    "For each placement three numbers: the probability of the source, that of the target, and the class with the largest logit. Placements: sizes of 0.1 to 0.5 of the input's side, in each the corners top left, top right, bottom left and bottom right, and the center; then one of 100/256 at random."
  )

  /// The form of the file.
  public static let schema = FileSchema(
    kind: "outcomes", fileName: "outcomes.h5", program: "atlas-patch",
    summary: """
      What the network says of pictures with patches. A row is a patch on a picture: patches in the order of \
      `patches.h5`, and for each the trials of its pair.
      """,
    axes: [
      Axis("r", "patches on pictures", atLeast: 1), Axis("c", "numbers of a row", atLeast: 3),
    ],
    datasets: [outcomes.schema],
    example: """
      import h5py
      with h5py.File("outcomes.h5") as f:
          outcomes = f["outcomes"][:]
          targets = outcomes[:, 1::3]
          print(len(outcomes), "patches on pictures,", targets.shape[1], "placements")
          print("largest probability of a target", targets.max())
      """)
}
