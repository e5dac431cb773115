public import ArrayStore

/// `patches.h5`: patches that may turn images of one class into another's, with controls, and the pictures to
/// try them on; written by `atlas-propose`.
public struct PatchesFile {
  private let reader: ArtifactReader

  /// What the patches are of.
  public let subject: Subject
  /// The side of a patch in pixels.
  public let side: Int
  /// The number of rows of the grid that cells are of.
  public let gridSide: Int
  /// The number of patches, n.
  public let patchCount: Int
  /// Which patches, pairs and pictures there are.
  public let table: Table

  /// All but the pixels.
  public struct Table: Sendable, Equatable {
    /// The pairs of classes.
    public var pairs: [Pair] = []
    /// The patches, pair by pair and kind by kind.
    public var patches: [Patch] = []
    /// Which pictures each pair's patches are tried on, pair by pair.
    public var trials: [Trial] = []
    /// The pictures' paths below their folder.
    public var pictures: [String] = []

    /// An empty one.
    public init() {}

    /// The trials of a pair, as a range.
    public func trials(of pair: Int) -> Range<Int> {
      let first = trials.firstIndex { Int($0.pair) == pair } ?? 0
      return first..<first + trials.count { Int($0.pair) == pair }
    }
  }

  /// A pair of classes.
  public struct Pair: Sendable, Equatable {
    /// The classes, as indices of the logits, and their names.
    public var source, target: Int32
    public var sourceName, targetName: String
    /// The mean probability of the target on images of the source in the choosing half.
    public var confusability: Float
    /// Crops that were left out, since the network takes them for the target.
    public var leftOut: Int32
    /// What is the matter, where there are no candidates or too few pictures; else empty.
    public var problem: String

    /// Makes a pair.
    public init(
      source: Int32, target: Int32, sourceName: String, targetName: String, confusability: Float,
      leftOut: Int32 = 0, problem: String = ""
    ) {
      (self.source, self.target) = (source, target)
      (self.sourceName, self.targetName) = (sourceName, targetName)
      (self.confusability, self.leftOut, self.problem) = (confusability, leftOut, problem)
    }
  }

  /// A patch, without its pixels.
  public struct Patch: Sendable, Equatable {
    /// The pair that it is for.
    public var pair: Int32
    /// What it is: `candidate`, `noise` and so on.
    public var kind: String
    /// The grid row and column of its cell; −1 for none.
    public var row, column: Int32
    /// The search's score; NaN for what was not searched for.
    public var score: Float
    /// The class that its cell argues for most; empty for none.
    public var ownClass: String
    /// The photograph that it is cut from, and that one's class; empty for none.
    public var image, imageClass: String

    /// Makes a patch.
    public init(
      pair: Int32, kind: String, row: Int32 = -1, column: Int32 = -1, score: Float = .nan,
      ownClass: String = "", image: String = "", imageClass: String = ""
    ) {
      (self.pair, self.kind, self.row, self.column) = (pair, kind, row, column)
      (self.score, self.ownClass) = (score, ownClass)
      (self.image, self.imageClass) = (image, imageClass)
    }
  }

  /// A picture that a pair's patches are tried on.
  public struct Trial: Sendable, Equatable {
    /// The pair and the picture, as indices.
    public var pair, picture: Int32
    /// Whether the picture is of the reporting half, else of the choosing one.
    public var isReported: Bool
    /// The probabilities of the pair's source and target without a patch.
    public var source, target: Float

    /// Makes a trial.
    public init(pair: Int32, picture: Int32, isReported: Bool, source: Float, target: Float) {
      (self.pair, self.picture, self.isReported) = (pair, picture, isReported)
      (self.source, self.target) = (source, target)
    }
  }

  /// Opens a file.
  ///
  /// - Throws: `ArrayStoreError` or `ArtifactError` if it is not what it should be.
  public init(path: String) throws {
    reader = try ArtifactReader(Self.schema, path: path)
    subject = try reader.subject()
    patchCount = reader.length("n")
    side = reader.length("s")
    gridSide = try reader.required(Self.gridSide)
    table = try Self.table(reader)
  }

  /// The file's path.
  public var path: String { reader.path }

  /// The folder of the pictures that patches are tried on; nil for a file that does not say.
  public func imagesFolder() throws -> String? { try reader.imagesFolder()?.path }

  /// Red, green and blue of the pixels of some patches, rows from the top; each side × side × 3.
  public func pixels(_ patches: Range<Int>) throws -> [UInt8] {
    try reader.read(Self.pixels, rows: patches)
  }

  private static func table(_ reader: ArtifactReader) throws -> Table {
    var table = Table()
    let (source, target) = (try reader.read(Self.source), try reader.read(Self.target))
    let (sources, targets) = (try reader.read(sourceName), try reader.read(targetName))
    let (confusability, leftOut) = (try reader.read(confusability), try reader.read(leftOut))
    let problem = try reader.read(problem)
    table.pairs = source.indices.map {
      Pair(
        source: source[$0], target: target[$0], sourceName: sources[$0], targetName: targets[$0],
        confusability: confusability[$0], leftOut: leftOut[$0], problem: problem[$0])
    }
    let (pair, kind) = (try reader.read(Self.pair), try reader.read(Self.kind))
    let (row, column) = (try reader.read(Self.row), try reader.read(Self.column))
    let (score, ownClass) = (try reader.read(Self.score), try reader.read(Self.ownClass))
    let (image, imageClass) = (try reader.read(Self.image), try reader.read(Self.imageClass))
    table.patches = pair.indices.map {
      Patch(
        pair: pair[$0], kind: kind[$0], row: row[$0], column: column[$0], score: score[$0],
        ownClass: ownClass[$0], image: image[$0], imageClass: imageClass[$0])
    }
    table.pictures = try reader.read(pictureName)
    let (trialPair, picture) = (try reader.read(Self.trialPair), try reader.read(Self.picture))
    let (half, before) = (try reader.read(Self.half), try reader.read(sourceProbability))
    let beforeTarget = try reader.read(targetProbability)
    table.trials = trialPair.indices.map {
      Trial(
        pair: trialPair[$0], picture: picture[$0], isReported: half[$0] == 1, source: before[$0],
        target: beforeTarget[$0])
    }
    let pairs = 0..<Int32(table.pairs.count)
    guard table.patches.allSatisfy({ pairs.contains($0.pair) }),
      table.trials.allSatisfy({
        pairs.contains($0.pair) && $0.picture >= 0 && Int($0.picture) < table.pictures.count
      }),
      zip(table.trials, table.trials.dropFirst()).allSatisfy({ $0.pair <= $1.pair }),
      table.pairs.allSatisfy({ $0.source >= 0 && $0.target >= 0 })
    else { throw reader.damage("its patches and trials are not of its pairs and pictures") }
    return table
  }

  /// Writes a file.
  ///
  /// - Parameters:
  ///   - path: Where the file will be.
  ///   - subject: Which network, layer and images the atlas is of.
  ///   - provenance: The run.
  ///   - table: All but the pixels.
  ///   - gridSide: The number of rows of the grid that cells are of.
  ///   - side: The side of a patch in pixels.
  ///   - pixels: Patches × side × side × 3.
  ///   - imagesFolder: The folder of the pictures that patches are tried on.
  /// - Throws: `ArrayStoreError`, for instance when the disk is full.
  public static func write(
    to path: String, subject: Subject, provenance: Provenance, table: Table,
    gridSide: Int, side: Int, pixels: [UInt8], imagesFolder: ImagesFolder
  ) throws(ArrayStoreError) {
    let writer = try ArtifactWriter(schema, path: path, provenance: provenance, subject: subject)
    try writer.write(imagesFolder)
    try writer.set(Self.gridSide, gridSide)
    try writer.write(Self.pixels, pixels, shape: [table.patches.count, side, side, 3])
    try writer.write(source, table.pairs.map(\.source))
    try writer.write(target, table.pairs.map(\.target))
    try writer.write(sourceName, table.pairs.map(\.sourceName))
    try writer.write(targetName, table.pairs.map(\.targetName))
    try writer.write(confusability, table.pairs.map(\.confusability))
    try writer.write(leftOut, table.pairs.map(\.leftOut))
    try writer.write(problem, table.pairs.map(\.problem))
    try writer.write(pair, table.patches.map(\.pair))
    try writer.write(kind, table.patches.map(\.kind))
    try writer.write(row, table.patches.map(\.row))
    try writer.write(column, table.patches.map(\.column))
    try writer.write(score, table.patches.map(\.score))
    try writer.write(ownClass, table.patches.map(\.ownClass))
    try writer.write(image, table.patches.map(\.image))
    try writer.write(imageClass, table.patches.map(\.imageClass))
    try writer.write(pictureName, table.pictures)
    try writer.write(trialPair, table.trials.map(\.pair))
    try writer.write(picture, table.trials.map(\.picture))
    try writer.write(half, table.trials.map { $0.isReported ? 1 : 0 })
    try writer.write(sourceProbability, table.trials.map(\.source))
    try writer.write(targetProbability, table.trials.map(\.target))
    try writer.finish()
  }

  /// Whether a file is there already, of a run.
  public static func isFinished(
    _ path: String, provenance: Provenance, imagesFingerprint: String?
  ) -> Bool {
    ShardFile.isFinished(
      path, schema, provenance: provenance, imagesFingerprint: imagesFingerprint)
  }
}

// MARK: - Form

extension PatchesFile {
  static let gridSide = Attribute<Int>(
    "grid_side", "Rows and columns of the grid that cells are of.")
  static let pixels = Dataset<UInt8>(
    "patches", ["n", "s", "s", 3], unit: "0 … 255",
    "Red, green and blue (sRGB) of each patch's pixels, rows from the top.")
  static let source = Dataset<Int32>(
    "pair/source", ["p"], "Class of the pictures, as an index of the logits.")
  static let target = Dataset<Int32>(
    "pair/target", ["p"], "Class that they are to be taken for.")
  static let sourceName = Dataset<String>("pair/source_name", ["p"], "What the source is called.")
  static let targetName = Dataset<String>("pair/target_name", ["p"], "What the target is called.")
  static let confusability = Dataset<Float>(
    "pair/confusability", ["p"], unit: "0 … 1",
    "Mean probability of the target on pictures of the source in the choosing half.")
  static let leftOut = Dataset<Int32>(
    "pair/left_out", ["p"], "Crops that were left out, since the network takes them for the target."
  )
  static let problem = Dataset<String>(
    "pair/problem", ["p"],
    "Why a pair was not tried: no candidates, or too few pictures; empty for the others.")
  static let pair = Dataset<Int32>("patch/pair", ["n"], "Pair that each patch is for, an index.")
  static let kind = Dataset<String>(
    "patch/kind", ["n"],
    "What each patch is: `candidate`, `shuffled` (the null), `noise`, `flat`, `icon`, `crop`, `relative`, `attributed` or `optimized`."
  )
  static let row = Dataset<Int32>(
    "patch/row", ["n"], "Grid row of the cell that each patch is from; −1 for none.")
  static let column = Dataset<Int32>(
    "patch/column", ["n"], "Grid column of the cell that each patch is from; −1 for none.")
  static let score = Dataset<Float>(
    "patch/score", ["n"], unit: "logits", "The cell's score in the search; NaN for none.")
  static let ownClass = Dataset<String>(
    "patch/own_class", ["n"], "Class that the cell argues for most; empty for none.")
  static let image = Dataset<String>(
    "patch/image", ["n"], "Photograph of the atlas that each patch is cut from; empty for none.")
  static let imageClass = Dataset<String>(
    "patch/image_class", ["n"], "Class of that photograph; empty for none.")
  static let pictureName = Dataset<String>(
    "picture/name", ["q"], "Path of each picture that patches are tried on, below `images_folder`.")
  static let trialPair = Dataset<Int32>(
    "trial/pair", ["t"], "Pair of each trial, in ascending order.")
  static let picture = Dataset<Int32>(
    "trial/picture", ["t"],
    "Picture that the pair's patches are tried on, an index into `picture/name`.")
  static let half = Dataset<Int32>(
    "trial/half", ["t"],
    "0 for pictures that patches are chosen by, 1 for those that results are reported of.")
  static let sourceProbability = Dataset<Float>(
    "trial/source_probability", ["t"], unit: "0 … 1",
    "Probability of the source on the picture without a patch.")
  static let targetProbability = Dataset<Float>(
    "trial/target_probability", ["t"], unit: "0 … 1", "The same of the target.")

  /// The form of the file.
  public static let schema = FileSchema(
    kind: "patches", fileName: "patches.h5", program: "atlas-propose",
    summary: """
      Patches that may turn pictures of one class into another's: candidates from cells of the atlas, as many \
      of each control, and the held-out pictures to try them on.
      """,
    axes: [
      Axis("n", "patches", atLeast: 1), Axis("s", "pixels along a patch's side", atLeast: 1),
      Axis("p", "pairs of classes", atLeast: 1), Axis("q", "pictures", atLeast: 1),
      Axis("t", "pictures of pairs", atLeast: 1),
    ],
    attributes: [ImagesFolder.attribute.schema, gridSide.schema],
    datasets: [
      pixels.schema, source.schema, target.schema, sourceName.schema, targetName.schema,
      confusability.schema, leftOut.schema, problem.schema, pair.schema, kind.schema, row.schema,
      column.schema, score.schema, ownClass.schema, image.schema, imageClass.schema,
      pictureName.schema, trialPair.schema, picture.schema, half.schema, sourceProbability.schema,
      targetProbability.schema,
    ],
    example: """
      import h5py
      with h5py.File("patches.h5") as f:
          names = list(zip(f["pair/source_name"].asstr(), f["pair/target_name"].asstr()))
          for index in range(min(5, len(f["patches"]))):
              source, target = names[f["patch/pair"][index]]
              print(source, "to", target, f["patch/kind"].asstr()[index], f["patch/score"][index])
              print("  cell", f["patch/row"][index], f["patch/column"][index],
                    f["patch/own_class"].asstr()[index], f["patch/image"].asstr()[index])
      """)
}
