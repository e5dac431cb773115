public import ArrayStore
public import Matrices

/// `attribution.h5`: what samples and cells do for a network's classes, written by `atlas-attribute`.
public struct AttributionFile {
  private let reader: ArtifactReader
  /// The sides of the grids, as the names of their groups.
  private let groups: [String]

  /// The number of samples whose effects were computed, s.
  public let sampleCount: Int
  /// The number of classes, k.
  public let classCount: Int
  /// What the samples are of.
  public let subject: Subject

  /// Opens a file.
  ///
  /// - Throws: `ArrayStoreError` or `ArtifactError` if it is not what it should be.
  public init(path: String) throws {
    reader = try ArtifactReader(Self.schema, path: path)
    groups = try reader.file.groups().filter { Int($0) != nil }
    sampleCount = reader.length("s")
    classCount = reader.length("k")
    subject = try reader.subject()
  }

  /// The file's path.
  public var path: String { reader.path }

  /// Where the file comes from; nil if it does not say.
  public var provenance: Provenance? { get throws { try reader.file.provenance } }

  /// The steps of effects along the path of the layer's activations, 0 for effects at the image; nil if the
  /// file does not say.
  public var pathSteps: Int? {
    get throws {
      try provenance?.parameters.first { $0.name == "path-steps" }.flatMap { Int($0.value) }
    }
  }

  /// The samples whose effects were computed, as indices into those of `activations.h5`; s of them, in
  /// the order of their images.
  ///
  /// - Throws: `ArtifactError` if one is not below `limit`, or occurs twice.
  public func samples(below limit: Int) throws -> [Int32] {
    let samples = try reader.read(Self.sample)
    guard samples.allSatisfy({ $0 >= 0 && Int($0) < limit }), Set(samples).count == samples.count
    else { throw reader.damage("its samples are not different ones of \(limit)") }
    return samples
  }

  /// Whether effects were computed for every sample of the activations.
  public func isOfAllSamples() throws -> Bool { try reader.optional(Self.allSamples) == 1 }

  /// The classes, as indices of the logits; k of them, and their names.
  public func classes() throws -> (indices: [Int32], names: [String]) {
    let indices = try reader.read(Self.classIndex)
    guard indices.allSatisfy({ $0 >= 0 }), Set(indices).count == indices.count else {
      throw reader.damage("its classes are not different ones")
    }
    return (indices, try reader.read(Self.className))
  }

  /// The number of logits that the network has.
  public func logitCount() throws -> Int {
    let count = try reader.required(Self.logitCount)
    guard count >= classCount else { throw reader.damage("it has more classes than logits") }
    return count
  }

  /// The effects of some of the samples, in the file's order, or of all; rows × k.
  ///
  /// - Throws: `ArtifactError` if one is not finite, or the file is damaged.
  public func effects(_ rows: Range<Int>? = nil) throws -> Matrix {
    let effects = try reader.matrix(Self.effects, rows: rows)
    guard effects.firstNonFiniteRow() == nil else { throw reader.damage("an effect is not finite") }
    return effects
  }

  /// Consecutive ranges of rows, about 64 MiB of effects each.
  public var blocks: [Range<Int>] { sampleBlocks(sampleCount, rowByteCount: 4 * classCount) }

  /// What the cells of a grid do for the classes.
  public struct Level: Sendable, Equatable {
    /// The number of grid rows, which is that of columns.
    public var side: Int
    /// The grid row and the grid column of each cell; m of each.
    public var row, column: [Int32]
    /// The samples of each cell whose effects were computed, and the images that they come from; m of
    /// each.
    public var sampleCount, imageCount: [Int32]
    /// The mean effect of each cell's samples on each class, m × k.
    public var mean: Matrix
    /// The standard error of each mean, over images, m × k; NaN where there are fewer than two.
    public var standardError: Matrix
    /// The fraction of samples whose effect has the mean's sign, m × k, from 0 to 1.
    public var agreement: Matrix

    /// Makes a level from its parts.
    public init(
      side: Int, row: [Int32], column: [Int32], sampleCount: [Int32], imageCount: [Int32],
      mean: Matrix, standardError: Matrix, agreement: Matrix
    ) {
      self.side = side
      (self.row, self.column) = (row, column)
      (self.sampleCount, self.imageCount) = (sampleCount, imageCount)
      (self.mean, self.standardError, self.agreement) = (mean, standardError, agreement)
    }
  }

  /// Reads what the cells of a grid do.
  ///
  /// - Parameter side: The grid's side; nil for the only one that there is.
  /// - Returns: The cells' means, errors and agreement.
  /// - Throws: `ArtifactError` if there is no such grid, or it is damaged.
  public func level(side: Int?) throws -> Level {
    let names = groups.joined(separator: ", ")
    guard let group = side.map({ "\($0)" }) ?? groups.first, groups.contains(group),
      side != nil || groups.count == 1
    else {
      throw ArtifactError(
        groups.isEmpty
          ? "Cannot use \(path): it is of no grid; give atlas-attribute the cells with --cells-file"
          : "Cannot use \(path): it has the grids \(names), and not \(side.map(String.init) ?? "one alone")"
      )
    }
    let lengths = try reader.lengths(
      of: Self.schema.datasets.filter(\.isRepeated).map { $0.at(group) })
    guard let number = Int(group), (1...10_000).contains(number) else {
      throw reader.damage("\(group) is not the side of a grid")
    }
    let level = Level(
      side: number, row: try reader.read(Self.row.at(group)),
      column: try reader.read(Self.column.at(group)),
      sampleCount: try reader.read(Self.count.at(group)),
      imageCount: try reader.read(Self.imageCount.at(group)),
      mean: try reader.matrix(Self.mean.at(group)),
      standardError: try reader.matrix(Self.standardError.at(group)),
      agreement: try reader.matrix(Self.agreement.at(group)))
    let inside = 0..<Int32(number)
    guard lengths["m"] == level.mean.rowCount, level.row.allSatisfy(inside.contains),
      level.column.allSatisfy(inside.contains),
      level.mean.firstNonFiniteRow() == nil
    else { throw reader.damage("cells of grid \(group) are damaged") }
    return level
  }

  /// A measure of how far the effects can be trusted; nil where it was not taken.
  public func trust(_ name: String) throws -> Double? {
    guard let measure = Self.trustMeasures.first(where: { $0.schema.name == name }) else {
      preconditionFailure("there is no measure \(name)")
    }
    return try reader.optional(measure)
  }
}

// MARK: - Writing

/// Writes `attribution.h5` around effects that are on the disk already.
public final class AttributionWriter {
  private let writer: ArtifactWriter

  /// Begins a file around effects, and says of which samples and classes they are.
  ///
  /// - Parameters:
  ///   - path: Where the file will be.
  ///   - subject: Which network and layer the samples are of.
  ///   - provenance: The run.
  ///   - rows: The effects, a row a sample, of half precision.
  ///   - samples: The samples.
  ///   - isOfAll: Whether these are all that there are.
  ///   - classes: The classes, as indices of the logits, and their names.
  ///   - logits: The tensor of logits, and how many there are.
  /// - Throws: `ArrayStoreError` if there can be no such file.
  public init(
    path: String, subject: Subject, provenance: Provenance, rows: GrowingRows, samples: [Int32],
    isOfAll: Bool, classes: (indices: [Int32], names: [String]),
    logits: (tensor: String, count: Int)
  ) throws(ArrayStoreError) {
    writer = try ArtifactWriter(
      AttributionFile.schema, path: path, provenance: provenance, subject: subject, rows: rows,
      as: AttributionFile.effects)
    try writer.write(AttributionFile.sample, samples)
    try writer.write(AttributionFile.classIndex, classes.indices)
    try writer.write(AttributionFile.className, classes.names)
    try writer.set(AttributionFile.logits, logits.tensor)
    try writer.set(AttributionFile.logitCount, logits.count)
    try writer.set(AttributionFile.allSamples, isOfAll ? 1 : 0)
  }

  /// Writes what the cells of a grid do.
  public func write(_ level: AttributionFile.Level) throws(ArrayStoreError) {
    let group = "\(level.side)"
    let shape = [level.mean.rowCount, level.mean.columnCount]
    try writer.write(AttributionFile.row.at(group), level.row)
    try writer.write(AttributionFile.column.at(group), level.column)
    try writer.write(AttributionFile.count.at(group), level.sampleCount)
    try writer.write(AttributionFile.imageCount.at(group), level.imageCount)
    try writer.write(AttributionFile.mean.at(group), level.mean)
    try writer.write(
      AttributionFile.standardError.at(group), level.standardError.elements.map(Float16.init),
      shape: shape)
    try writer.write(
      AttributionFile.agreement.at(group), level.agreement.elements.map(Float16.init), shape: shape)
  }

  /// Writes a measure of how far the effects can be trusted.
  ///
  /// - Precondition: The form of the file names the measure.
  public func write(trust name: String, _ value: Double) throws(ArrayStoreError) {
    guard let measure = AttributionFile.trustMeasures.first(where: { $0.schema.name == name })
    else {
      preconditionFailure("there is no measure \(name)")
    }
    try writer.set(measure, value)
  }

  /// Completes the file: it appears under its name.
  public func finish() throws(ArrayStoreError) { try writer.finish() }
}

// MARK: - Form

extension AttributionFile {
  static let effects = Dataset<Float16>(
    "effects", ["s", "k"], unit: "logits",
    "Linear effect of each sample on each class: its activation times the derivative of the logit, which is what the logit would lose without it, to first order. ±65504 stands for what is beyond."
  )
  static let sample = Dataset<Int32>(
    "sample", ["s"],
    "Samples whose effects were computed, indices into those of `activations.h5`, in the order of their images."
  )
  static let classIndex = Dataset<Int32>(
    "class/index", ["k"], "Classes, as indices of the logits.")
  static let className = Dataset<String>(
    "class/name", ["k"],
    "What each class is called: the first of its label's synonyms, or its number."
  )

  static let row = Dataset<Int32>(
    "{side}/row", ["m"], unit: "0 … side − 1", "Grid row of each cell, as in `cells.h5`.")
  static let column = Dataset<Int32>(
    "{side}/column", ["m"], unit: "0 … side − 1", "Grid column of each cell, as in `cells.h5`.")
  static let count = Dataset<Int32>(
    "{side}/sample_count", ["m"], "Samples of each cell whose effects were computed.")
  static let imageCount = Dataset<Int32>(
    "{side}/image_count", ["m"], "Different images that these come from.")
  static let mean = Dataset<Float>(
    "{side}/mean", ["m", "k"], unit: "logits", "Mean effect of each cell's samples on each class.")
  static let standardError = Dataset<Float16>(
    "{side}/standard_error", ["m", "k"], unit: "logits",
    "Standard error of each mean; images count, as samples of one image are alike. NaN where there are fewer than two."
  )
  static let agreement = Dataset<Float16>(
    "{side}/agreement", ["m", "k"], unit: "0 … 1",
    "Fraction of a cell's samples whose effect has the mean's sign.")

  static let logits = Attribute<String>("logits", "The tensor of logits.")
  static let logitCount = Attribute<Int>("logit_count", "How many logits the network has.")
  static let allSamples = Attribute<Int>(
    "all_samples", "1 if effects were computed for every sample, else 0.")

  private static let examined = Presence.optionally(
    "unless `--trust-samples 0` was given, or what lies above the layer reads the image past it")
  private static let deleted = Presence.optionally(
    "where samples were examined and cells have images that their effects were not computed from")
  static let trustMeasures = [
    Attribute<Double>("samples", of: "trust", "Samples that were examined.", examined),
    Attribute<Double>(
      "pearson_zero", of: "trust",
      "Correlation over classes of a sample's linear effects with those of setting its activation to 0; the median over samples.",
      examined),
    Attribute<Double>(
      "spearman_zero", of: "trust", "The same by rank.", examined),
    Attribute<Double>(
      "pearson_mean", of: "trust",
      "The same with those of setting the activation to the mean of all samples.", examined),
    Attribute<Double>("spearman_mean", of: "trust", "The same by rank.", examined),
    Attribute<Double>(
      "class_pearson_zero", of: "trust",
      "Correlation over samples of their linear effects on a class with those of setting the activation to 0; the median over classes.",
      examined),
    Attribute<Double>("class_spearman_zero", of: "trust", "The same by rank.", examined),
    Attribute<Double>(
      "top_1", of: "trust",
      "How often the class with the largest linear effect has the largest effect of ablation.",
      examined),
    Attribute<Double>(
      "top_5", of: "trust", "How often it has one of the five largest.", examined),
    Attribute<Double>(
      "curvature", of: "trust",
      "Distance of integrated gradients, in 10 steps from 0, from linear effects, as a fraction of their length; the median over samples.",
      examined),
    Attribute<Double>(
      "completeness", of: "trust",
      "Correlation over classes of the effects of all positions of an image together with what its logits lose without any activation of the layer; the median over images.",
      examined),
    Attribute<Double>(
      "completeness_error", of: "trust",
      "Distance of the two as a fraction of the latter's length; the median over images.", examined),
    Attribute<Double>(
      "large_effect", of: "trust",
      "What counts as a large effect: half the median of samples' largest effects of ablation, in logits.",
      examined),
    Attribute<Double>(
      "missed", of: "trust",
      "Fraction of effects that are large, of those that are less than half as large by the linear estimate.",
      examined),
    Attribute<Double>(
      "missed_limit", of: "trust", "Upper limit of that fraction, at 99 % confidence.", examined),
    Attribute<Double>(
      "deletions", of: "trust",
      "Cells that were deleted, each from an image that its effects were not computed from.",
      deleted),
    Attribute<Double>(
      "deletion_cell", of: "trust",
      "What the logit of a cell's class loses when the image's samples in the cell are set to 0; the mean over cells, in logits.",
      deleted),
    Attribute<Double>(
      "deletion_random", of: "trust", "The same for as many other samples of the image.", deleted),
    Attribute<Double>(
      "deletion_difference", of: "trust", "The mean of the difference of the two.", deleted),
    Attribute<Double>("deletion_error", of: "trust", "Its standard error over cells.", deleted),
  ]

  /// The form of the file.
  public static let schema = FileSchema(
    kind: "attribution", fileName: "attribution.h5", program: "atlas-attribute",
    summary: """
      What samples, and the cells of grids, argue for and against: linear effects on the network's logits. \
      By default some samples of each cell were chosen at random, and all classes. The group `trust` \
      compares linear effects with interventions, on a sample.
      """,
    axes: [
      Axis("s", "samples whose effects were computed", atLeast: 1),
      Axis("k", "classes", atLeast: 1), Axis("m", "cells of the grid", atLeast: 1),
    ],
    attributes: [logits.schema, logitCount.schema, allSamples.schema] + trustMeasures.map(\.schema),
    datasets: [
      effects.schema, sample.schema, classIndex.schema, className.schema, row.schema, column.schema,
      count.schema, imageCount.schema, mean.schema, standardError.schema, agreement.schema,
    ],
    example: """
      import h5py
      with h5py.File("attribution.h5") as f:
          names = f["class/name"].asstr()[:]
          for side in (name for name in f if name.isdigit()):
              mean, error = f[side]["mean"][:], f[side]["standard_error"][:]
              cell = mean.max(axis=1).argmax()
              print("grid", side, "row", f[side]["row"][cell], "column", f[side]["column"][cell])
              for best in mean[cell].argsort()[::-1][:3]:
                  print("  for", names[best], mean[cell, best], "±", error[cell, best])
          if "trust" in f:
              print("agrees with ablation by", f["trust"].attrs["pearson_zero"])
      """)
}
