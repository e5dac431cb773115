public import ArrayStore
public import Matrices

/// `layout.h5`: where every sample lies in the plane, written by `atlas-embed`; `atlas-place`
/// writes one of new samples.
public struct LayoutFile {
  private let reader: ArtifactReader

  /// The number of samples, n.
  public let sampleCount: Int
  /// The number of coordinates of a sample: 2 in the plane, 1 on a line.
  public let dimension: Int
  /// What the samples are of.
  public let subject: Subject

  /// How a layout was made.
  public struct Method: Sendable, Equatable {
    /// The method's name: `tsne` or `umap`.
    public var name: String
    /// Its settings, by the names of the options that set them.
    public var settings: [String: AttributeValue]

    /// Makes a method from its parts.
    public init(name: String, settings: [String: AttributeValue]) {
      self.name = name
      self.settings = settings
    }
  }

  /// Opens a file.
  ///
  /// - Throws: `ArrayStoreError` or `ArtifactError` if it is not what it should be.
  public init(path: String) throws {
    reader = try ArtifactReader(Self.schema, path: path)
    sampleCount = reader.length("n")
    dimension = reader.length("m")
    subject = try reader.subject()
  }

  /// The file's path.
  public var path: String { reader.path }

  /// Reads the layout, n × dimension.
  ///
  /// - Throws: `ArtifactError` if a coordinate is not finite.
  public func positions() throws -> Matrix {
    // Grids, plots and the placing of new samples compare coordinates; NaN compares as false.
    let positions = try reader.matrix(Self.layout)
    guard positions.firstNonFiniteRow() == nil else {
      throw reader.damage("its layout is not finite everywhere")
    }
    return positions
  }

  /// Checks that the layout is one of these samples.
  ///
  /// The number of samples alone would not tell two layers of the same images apart.
  ///
  /// - Parameters:
  ///   - samples: The samples.
  ///   - sha256: The digest of their file.
  /// - Throws: `ArtifactError` if it is one of others.
  public func require(of samples: SampleVectors, sha256: String) throws {
    // Programs name the file of samples as their first input.
    try requireSame([Described(path, subject), Described(samples.path, samples.subject)])
    guard sampleCount == samples.sampleCount,
      try reader.file.provenance?.inputs.first?.sha256 == sha256
    else {
      throw ArtifactError(
        "Cannot use \(path) with \(samples.path): it is not a layout of these samples; "
          + "give those that atlas-embed was given")
    }
  }

  /// Checks that the layout is one of the samples whose activations are given.
  ///
  /// - Throws: `ArtifactError` if it is one of other samples, or has other than two coordinates.
  public func require(of activations: ActivationsFile) throws {
    try requireSame([
      Described(path, subject), Described(activations.path, activations.subject),
    ])
    let pair = "Cannot use \(path) with \(activations.path): "
    let remedy = "; lay these activations out first"
    guard sampleCount == activations.sampleCount, dimension == 2 else {
      throw ArtifactError(
        pair + "it has \(sampleCount) points of \(dimension) coordinates for "
          + "\(activations.sampleCount) samples" + remedy)
    }
    // As many samples of the same layer and images may still be at other positions.
    if let own = try origins(), let others = try activations.origins(), !own.isSame(as: others) {
      throw ArtifactError(pair + "it is of samples at other positions" + remedy)
    }
  }

  /// How the layout was made.
  ///
  /// - Throws: `ArtifactError` if it was not made by a method, but placed on another layout.
  public func method() throws -> Method {
    guard let name = try reader.optional(Self.methodName) else {
      throw ArtifactError(
        "Cannot use \(path): it does not say by which method it was made; give a layout of atlas-embed"
      )
    }
    // Whatever settings there are: this module knows no method.
    let attributes = try reader.file.attributes(of: Self.methodName.schema.group)
    let settings = attributes.filter { $0.name != Self.methodName.schema.name }
    return Method(
      name: name, settings: Dictionary(settings.map { ($0.name, $0.value) }) { first, _ in first })
  }

  /// What the first coordinate of a layout is that contrasts two classes.
  public struct Contrast: Sendable, Equatable {
    /// What the class on the left and the class on the right are called.
    public var left, right: String
    /// The difference of effects, in logits, that 1 stands for; −1 and 1 are the ends.
    public var scale: Double

    /// Makes a contrast from its parts.
    public init(left: String, right: String, scale: Double) {
      (self.left, self.right, self.scale) = (left, right, scale)
    }

    /// The part of the first coordinate that grids cover.
    public static let range = -1.0...1.0
  }

  /// What the first coordinate contrasts; nil for other layouts.
  public func contrast() throws -> Contrast? {
    guard let scale = try reader.optional(Self.contrastScale),
      let left = try reader.optional(Self.contrastLeft),
      let right = try reader.optional(Self.contrastRight)
    else { return nil }
    return Contrast(left: left, right: right, scale: scale)
  }

  /// A measure of the layout's quality report; nil where it has none.
  public func measure(_ name: String) throws -> Double? {
    guard case .number(let value) = try reader.file.attribute(name) else { return nil }
    return value
  }

  /// The name of the metric by which samples were compared.
  public func metric() throws -> String { try reader.required(Self.metric) }

  /// Where the samples come from; nil if the file does not say.
  public func origins() throws -> SampleOrigins? { try reader.origins() }
}

// MARK: - Writing

/// Writes `layout.h5`.
public final class LayoutWriter {
  private let writer: ArtifactWriter

  /// Begins a file.
  ///
  /// - Parameters:
  ///   - path: Where the file will be.
  ///   - subject: Which network and layer the samples are of.
  ///   - provenance: The run.
  ///   - origins: Where the samples come from, if that is known.
  /// - Throws: `ArrayStoreError` if there can be no such file.
  public init(
    path: String, subject: Subject, provenance: Provenance, origins: SampleOrigins?
  ) throws(ArrayStoreError) {
    writer = try ArtifactWriter(
      LayoutFile.schema, path: path, provenance: provenance, subject: subject)
    try writer.write(origins)
  }

  /// Writes where the samples lie, n × dimension.
  public func write(positions: Matrix) throws(ArrayStoreError) {
    try writer.write(LayoutFile.layout, positions)
  }

  /// Writes how the layout was made, and by which metric samples were compared.
  public func write(_ method: LayoutFile.Method, metric: String) throws(ArrayStoreError) {
    try writer.set(LayoutFile.metric, metric)
    try writer.set(LayoutFile.methodName, method.name)
    // Sorted, since a dictionary has another order in each process: the same run makes the same
    // bytes.
    for (name, value) in method.settings.sorted(by: { $0.key < $1.key }) {
      try writer.set(name, value, of: LayoutFile.methodName.schema.group)
    }
  }

  /// Writes what the first coordinate contrasts.
  public func write(_ contrast: LayoutFile.Contrast) throws(ArrayStoreError) {
    try writer.set(LayoutFile.contrastLeft, contrast.left)
    try writer.set(LayoutFile.contrastRight, contrast.right)
    try writer.set(LayoutFile.contrastScale, contrast.scale)
  }

  /// Writes the course of the loss: steps in ascending order, and the loss at each.
  public func write(losses: [(step: Int32, value: Float)]) throws(ArrayStoreError) {
    try writer.write(LayoutFile.lossSteps, losses.map(\.step))
    try writer.write(LayoutFile.lossValues, losses.map(\.value))
  }

  /// Writes a measure of the quality report under its name there.
  ///
  /// - Precondition: The form of the file names the measure.
  public func write(measure name: String, _ value: Double) throws(ArrayStoreError) {
    precondition(
      LayoutFile.measures.contains { $0.schema.names(name) }, "a layout has no measure \(name)")
    try writer.set(name, .number(value), of: "")
  }

  /// Writes the neighbors among which new samples were placed, n × k.
  public func write(neighbors: [Int32], sampleCount: Int) throws(ArrayStoreError) {
    try writer.write(
      LayoutFile.neighbors, neighbors,
      shape: [sampleCount, neighbors.count / max(1, sampleCount)])
  }

  /// Completes the file: it appears under its name.
  public func finish() throws(ArrayStoreError) { try writer.finish() }
}

// MARK: - Form

extension LayoutFile {
  private static let ofEmbed = Presence.optionally("from `atlas-embed`")
  private static let reported = Presence.optionally("from `atlas-embed`, with its report")

  static let layout = Dataset<Float>(
    "layout", ["n", "m"], "Position of each sample; similar samples lie near each other.")
  static let lossSteps = Dataset<Int32>(
    "loss/step", ["t"], "Iterations of t-SNE, or epochs of UMAP, before each value.", ofEmbed)
  static let lossValues = Dataset<Float>(
    "loss/value", ["t"], unit: "nats",
    "What the layout minimizes: KL divergence of t-SNE, cross-entropy per sample of UMAP.", ofEmbed)
  static let neighbors = Dataset<Int32>(
    "neighbors", ["n", "k"],
    "Samples of the old layout among which each new one was placed, nearest first.",
    .optionally("from `atlas-place`"))

  static let methodName = Attribute<String>(
    "name", of: "method",
    "`tsne` or `umap`; beside it each setting of that method under the name of its option.",
    ofEmbed)
  static let metric = Attribute<String>(
    "metric", "How samples were compared: `cosine` or `euclidean`.", ofEmbed)
  private static let contrasting = Presence.optionally("with `--contrast`")
  static let contrastLeft = Attribute<String>(
    "left", of: "contrast", "The class that samples at the left argue for.", contrasting)
  static let contrastRight = Attribute<String>(
    "right", of: "contrast", "The class that samples at the right argue for.", contrasting)
  static let contrastScale = Attribute<Double>(
    "scale", of: "contrast",
    "The difference of a sample's effects on the two, in logits, that is 1 in the first coordinate; larger ones lie at 1 or −1.",
    contrasting)
  static let measures = [
    Attribute<Double>(
      "trustworthiness_{q}",
      "Trustworthiness at q neighbors, from 0 to 1; q is 15, or less for few samples.", reported),
    Attribute<Double>("continuity_{q}", "Continuity at q neighbors, from 0 to 1.", reported),
    Attribute<Double>(
      "neighborhood_preservation_{q}",
      "Mean fraction of a sample's q nearest neighbors that are among its q nearest in the layout.",
      reported),
    Attribute<Double>(
      "distance_correlation", "Rank correlation of distances between samples and in the layout.",
      reported),
    Attribute<Double>(
      "triplet_accuracy", "Fraction of random triplets whose distances keep their order.",
      reported),
    Attribute<Double>(
      "outlier_fraction",
      "Fraction of samples farther from the median than 3 times the 98th percentile of distances.",
      reported),
    Attribute<Double>(
      "tail_ratio",
      "The 98th percentile of distances to the median over their median; usually 1.5 to 3.",
      reported),
    Attribute<Double>(
      "stability",
      "1 − mean Procrustes disparity to layouts from other seeds; 1 is the same shape.", reported),
    Attribute<Double>("loss", "The last value of the loss, in nats.", reported),
  ]

  /// The form of the file.
  public static let schema = FileSchema(
    kind: "layout", format: 3, fileName: "layout.h5", program: "atlas-embed",
    summary: """
      The layout of the samples, how it was made, and how good it is. `atlas-place` writes such a file \
      for new samples on an old layout.
      """,
    axes: [
      Axis("n", "samples", atLeast: 1), Axis("m", "coordinates: 2, or 1 on a line", atLeast: 1),
      Axis("t", "steps at which the loss was taken"),
      Axis("k", "neighbors of a new sample", atLeast: 1),
    ] + SampleOrigins.axes,
    attributes: [
      methodName.schema, metric.schema, contrastLeft.schema, contrastRight.schema,
      contrastScale.schema,
    ] + measures.map(\.schema)
      + SampleOrigins.attributes,
    datasets: [layout.schema, lossSteps.schema, lossValues.schema, neighbors.schema]
      + SampleOrigins.datasets,
    example: """
      import h5py
      with h5py.File("layout.h5") as f:
          positions = f["layout"][:]
          print(len(positions), "samples from", positions.min(axis=0), "to", positions.max(axis=0))
          if "method" in f:
              print({name: f["method"].attrs[name] for name in f["method"].attrs})
              print("trustworthiness", f.attrs["trustworthiness_15"])
              print("last loss", f["loss/value"][-1], "after", f["loss/step"][-1], "steps")
          image = f["image"][0]
          print("sample 0 comes from", f["images/name"].asstr()[image])
      """)
}
