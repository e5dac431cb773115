public import ArrayStore
public import Matrices

/// `components.h5`: principal components of activations and their second moment, written by
/// `atlas-reduce`.
public struct ComponentsFile {
  private let reader: ArtifactReader

  /// The number of channels, c.
  public let channelCount: Int
  /// The number of samples and of components, n and d; nil for a file made with `--components 0`.
  public let scoresShape: (sampleCount: Int, componentCount: Int)?
  /// Which network and layer the activations are of.
  public let subject: Subject

  /// Opens a file.
  ///
  /// - Throws: `ArrayStoreError` or `ArtifactError` if it is not what it should be.
  public init(path: String) throws {
    reader = try ArtifactReader(Self.schema, path: path)
    channelCount = reader.length("c")
    scoresShape =
      reader.contains(Self.scores) ? (reader.length("n"), reader.length("d")) : nil
    subject = try reader.subject()
  }

  /// The file's path.
  public var path: String { reader.path }

  /// Where the file comes from; nil if it does not say.
  public var provenance: Provenance? { get throws { try reader.file.provenance } }

  /// Reads the scores of all samples; rows are samples.
  public func scores() throws -> Matrix { try reader.matrix(Self.scores) }

  /// The mean activation, c of them, and the axes, d × c, with the variances along them.
  ///
  /// - Throws: `ArtifactError` for a file made with `--components 0`, which has none.
  public func axes() throws -> (mean: [Float], axes: Matrix, variances: [Double]) {
    (
      try reader.read(Self.mean), try reader.matrix(Self.axes), try reader.read(Self.variances)
    )
  }

  /// Reads the second moment of the activations about the origin, c × c, row-major.
  public func secondMoment() throws -> [Double] { try reader.read(Self.secondMoment) }

  /// Where the samples come from; nil if the file does not say.
  public func origins() throws -> SampleOrigins? { try reader.origins() }
}

// MARK: - Writing

/// Writes `components.h5`, in the order in which its parts are known: the second moment after the
/// first pass over the activations, the components, then the scores block by block in a second
/// pass.
public final class ComponentsWriter {
  private let writer: ArtifactWriter

  /// Begins a file.
  public init(
    path: String, subject: Subject, provenance: Provenance
  ) throws(ArrayStoreError) {
    writer = try ArtifactWriter(
      ComponentsFile.schema, path: path, provenance: provenance, subject: subject)
  }

  /// Writes the second moment of the activations about the origin, c × c, row-major.
  public func write(secondMoment: [Double], channelCount: Int) throws(ArrayStoreError) {
    try writer.write(
      ComponentsFile.secondMoment, secondMoment, shape: [channelCount, channelCount])
  }

  /// Writes the components, and begins their scores.
  ///
  /// - Parameters:
  ///   - mean: The mean activation, c of them.
  ///   - axes: The principal axes, d × c.
  ///   - variances: The variance along each axis.
  ///   - explained: The fraction of the total variance along each axis.
  ///   - totalVariance: The variance along all axes that there are.
  ///   - origins: Where the samples come from.
  /// - Returns: What appends the scores, d of them for each sample.
  /// - Throws: `ArrayStoreError`; the file is then removed.
  public func write(
    mean: [Float], axes: Matrix, variances: [Double], explained: [Double], totalVariance: Double,
    origins: SampleOrigins?
  ) throws(ArrayStoreError) -> RowAppender<Float> {
    try writer.write(origins)
    try writer.write(ComponentsFile.mean, mean)
    try writer.write(ComponentsFile.axes, axes)
    try writer.write(ComponentsFile.variances, variances)
    try writer.write(ComponentsFile.explained, explained)
    try writer.set(ComponentsFile.totalVariance, totalVariance)
    return try writer.appendable(ComponentsFile.scores, rowShape: [axes.rowCount])
  }

  /// Completes the file: it appears under its name.
  public func finish() throws(ArrayStoreError) { try writer.finish() }
}

// MARK: - Form

extension ComponentsFile {
  private static let absence = Presence.optionally("unless made with `--components 0`")

  // In double precision: whitening inverts it, and multiplies rounding errors by its condition
  // number. About the origin rather than the mean, as the published atlases take it (AᵀA / N).
  static let secondMoment = Dataset<Double>(
    "second_moment", ["c", "c"], unit: "activation²",
    "Second moment of the activations about the origin, (1/n) Σ a aᵀ; whitening inverts it.")
  static let mean = Dataset<Float>("mean", ["c"], unit: "activation", "Mean activation.", absence)
  static let axes = Dataset<Float>(
    "axes", ["d", "c"], "Principal axes, orthonormal rows, by descending variance.", absence)
  static let variances = Dataset<Double>(
    "variances", ["d"], unit: "activation²", "Variance along each axis.", absence)
  static let explained = Dataset<Double>(
    "explained", ["d"], unit: "0 … 1", "Fraction of the total variance along each axis.", absence)
  static let scores = Dataset<Float>(
    "scores", ["n", "d"], unit: "activation",
    "Coordinates of the samples along the axes, (a − mean) · axesᵀ.", absence)
  static let totalVariance = Attribute<Double>(
    "total_variance", "Variance of the activations along all axes together.", absence)

  /// The form of the file.
  public static let schema = FileSchema(
    kind: "components", format: 2, fileName: "components.h5", program: "atlas-reduce",
    summary: "Principal components of activations, and the second moment that whitening needs.",
    axes: [
      Axis("n", "samples", atLeast: 1), Axis("c", "channels of the layer", atLeast: 1),
      Axis("d", "components", atLeast: 1),
    ] + SampleOrigins.axes,
    attributes: [totalVariance.schema] + SampleOrigins.attributes,
    datasets: [
      secondMoment.schema, mean.schema, axes.schema, variances.schema, explained.schema,
      scores.schema,
    ] + SampleOrigins.datasets,
    example: """
      import h5py
      import numpy as np
      with h5py.File("components.h5") as f:
          print(f["scores"].shape, "scores")
          print("explained", f["explained"][:].sum())
          mean, axes = f["mean"][:], f["axes"][:]
          activation = mean + f["scores"][0] @ axes
          print("sample 0 is about", activation[:5])
          moment = f["second_moment"][:]
          print("second moment", moment.shape, np.allclose(moment, moment.T))
      """)
}
