public import ArrayStore
public import Matrices

/// `activations.h5`: the activation vectors of sampled positions, written by `atlas-extract`.
///
/// It is the largest file of the pipeline, 4 · n · c bytes: what can do so reads it block by block.
public struct ActivationsFile {
  private let reader: ArtifactReader

  /// The number of samples, n.
  public let sampleCount: Int
  /// The number of channels, c.
  public let channelCount: Int
  /// What the activations are of.
  public let subject: Subject

  /// Opens a file.
  ///
  /// - Throws: `ArrayStoreError` or `ArtifactError` if it is not what it should be.
  public init(path: String) throws {
    reader = try ArtifactReader(Self.schema, path: path)
    sampleCount = reader.length("n")
    channelCount = reader.length("c")
    subject = try reader.subject()
  }

  /// The file's path.
  public var path: String { reader.path }

  /// Where the file comes from; nil if it does not say.
  public var provenance: Provenance? { get throws { try reader.file.provenance } }

  /// Reads the activations of some samples, or of all; n × c.
  ///
  /// - Throws: `ArtifactError` if they are not floating-point numbers, or the file is damaged.
  public func activations(_ samples: Range<Int>? = nil) throws -> Matrix {
    try reader.matrix(Self.activations, rows: samples)
  }

  /// Consecutive ranges of samples, about 64 MiB of activations each, for passes that do not hold
  /// all.
  public var blocks: [Range<Int>] { sampleBlocks(sampleCount, rowByteCount: 4 * channelCount) }

  /// Where the samples come from; nil if the file does not say.
  public func origins() throws -> SampleOrigins? { try reader.origins() }

  /// Where samples lie in the images' own pixels; nil if the file does not say.
  public func geometry() throws -> SampleGeometry? { try reader.geometry() }

  /// The folder of the images; nil if the file does not say.
  public func imagesFolder() throws -> ImagesFolder? { try reader.imagesFolder() }

  /// The number of images that could not be read; nil if the file does not say.
  public func failedImageCount() throws -> Int? {
    guard reader.contains(Self.failedImages) else { return nil }
    return try reader.shape(of: Self.failedImages)[0]
  }

  /// The best classes that were predicted; nil without `--predict`.
  public func predictions() throws -> Predictions? {
    guard reader.contains(Self.predictionImages) else { return nil }
    return Predictions(
      images: try reader.read(Self.predictionImages),
      classes: try reader.read(Self.predictedClasses))
  }

  /// What atlas-select has chosen from another file of activations.
  public struct Selection: Sendable {
    /// The samples that were chosen, as indices into the other file's, ascending; n of them.
    public var samples: [Int32]
    /// Their effects on the classes that they were chosen for, n × q.
    public var effects: Matrix
    /// What these classes are called; q of them.
    public var classNames: [String]

    /// Makes a selection from its parts.
    ///
    /// - Precondition: A row of effects for each sample, and a column for each class.
    public init(samples: [Int32], effects: Matrix, classNames: [String]) {
      precondition(
        effects.rowCount == samples.count && effects.columnCount == classNames.count,
        "\(samples.count) samples and \(classNames.count) classes")
      (self.samples, self.effects, self.classNames) = (samples, effects, classNames)
    }
  }

  /// What the samples were chosen for; nil for a file that was not made by atlas-select.
  ///
  /// - Throws: `ArtifactError` if an effect is not finite.
  public func selection() throws -> Selection? {
    guard reader.contains(Self.selectedSamples), reader.contains(Self.selectedEffects),
      reader.contains(Self.selectedClasses)
    else { return nil }
    let effects = try reader.matrix(Self.selectedEffects)
    guard effects.firstNonFiniteRow() == nil else { throw reader.damage("an effect is not finite") }
    return Selection(
      samples: try reader.read(Self.selectedSamples), effects: effects,
      classNames: try reader.read(Self.selectedClasses))
  }
}

/// Consecutive ranges of samples of about 64 MiB each.
///
/// Each begins at a multiple of 1,024: blocks that begin anywhere would change the last bits of
/// products.
func sampleBlocks(_ sampleCount: Int, rowByteCount: Int) -> [Range<Int>] {
  // Large enough for long reads and full matrix products, small beside what stages hold anyway.
  let count = max(1, (64 << 20) / max(1, rowByteCount) / 1024) * 1024
  return stride(from: 0, to: sampleCount, by: count).map { $0..<min($0 + count, sampleCount) }
}

/// The best classes of images, as a network ranks them: p images, b classes of each.
public struct Predictions: Sendable, Equatable {
  /// The images, in order; p of them.
  public var images: [Int32]
  /// The classes of each image, best first; the same number for each, row-major.
  public var classes: [Int32]

  /// Makes predictions.
  public init(images: [Int32], classes: [Int32]) {
    self.images = images
    self.classes = classes
  }

  /// The number of classes that are kept of each image.
  public var classCount: Int { images.isEmpty ? 0 : classes.count / images.count }
}

// MARK: - Writing

/// Writes `activations.h5`.
///
/// Activations come in one of two ways: they are on the disk already, from a run that may have been
/// cut off and continued (`GrowingRows`), and the file is made around them; or they are appended.
public final class ActivationsWriter {
  private let writer: ArtifactWriter
  private let rows: RowAppender<Float>?
  private let image, y, x: RowAppender<Int32>?

  /// Begins a file around activations that are on the disk already, and say where they come from.
  ///
  /// - Parameters:
  ///   - path: Where the file will be.
  ///   - subject: Which network and layer the activations are of.
  ///   - provenance: The run.
  ///   - rows: The activations.
  ///   - positionsPerImage: The samples that an image gives.
  /// - Throws: `ArrayStoreError` if there can be no such file.
  public init(
    path: String, subject: Subject, provenance: Provenance, rows: GrowingRows,
    positionsPerImage: Int
  ) throws(ArrayStoreError) {
    writer = try ArtifactWriter(
      ActivationsFile.schema, path: path, provenance: provenance, subject: subject, rows: rows,
      as: ActivationsFile.activations)
    // The rows are in the file already, and no more may follow.
    self.rows = nil
    try writer.set(ActivationsFile.positionsPerImage, positionsPerImage)
    image = try writer.appendable(SampleOrigins.imageDataset)
    y = try writer.appendable(SampleOrigins.yDataset)
    x = try writer.appendable(SampleOrigins.xDataset)
  }

  /// Begins a file of activations that come block by block.
  ///
  /// - Parameters:
  ///   - path: Where the file will be.
  ///   - subject: Which network and layer the activations are of.
  ///   - provenance: The run; nil for samples that are made up.
  ///   - channelCount: The number of channels.
  /// - Throws: `ArrayStoreError` if there can be no such file.
  public init(
    path: String, subject: Subject, provenance: Provenance? = nil, channelCount: Int
  ) throws(ArrayStoreError) {
    writer = try ArtifactWriter(
      ActivationsFile.schema, path: path, provenance: provenance, subject: subject)
    rows = try writer.appendable(ActivationsFile.activations, rowShape: [channelCount])
    (image, y, x) = (nil, nil, nil)
  }

  /// Appends activations, whole rows of them.
  ///
  /// - Precondition: The file was begun without rows.
  public func append(_ activations: [Float]) throws(ArrayStoreError) {
    guard let rows else { preconditionFailure("the activations are there already") }
    try rows.append(activations)
  }

  /// Appends where the next samples come from: their images, and the positions in these.
  ///
  /// - Precondition: The file was begun around rows; as many of each.
  public func append(
    image images: [Int32], y rows: [Int32], x columns: [Int32]
  ) throws(ArrayStoreError) {
    guard let image, let y, let x else { preconditionFailure("the samples come from no images") }
    precondition(
      images.count == rows.count && images.count == columns.count,
      "\(images.count) images, \(rows.count) rows and \(columns.count) columns are not samples")
    try image.append(images)
    try y.append(rows)
    try x.append(columns)
  }

  /// Writes which samples of another file these are, and where they come from, as that file says.
  ///
  /// - Throws: `ArrayStoreError`, or what reading the other file throws.
  public func write(_ selection: ActivationsFile.Selection, of source: ActivationsFile) throws {
    try writer.write(ActivationsFile.selectedSamples, selection.samples)
    try writer.write(ActivationsFile.selectedEffects, selection.effects)
    try writer.write(ActivationsFile.selectedClasses, selection.classNames)
    if var origins = try source.origins() {
      let samples = selection.samples.map(Int.init)
      origins.image = samples.map { origins.image[$0] }
      origins.y = samples.map { origins.y[$0] }
      origins.x = samples.map { origins.x[$0] }
      try writer.write(origins)
    }
    if let geometry = try source.geometry() { try writer.write(geometry) }
    if let folder = try source.imagesFolder() { try writer.write(folder) }
  }

  /// Writes what the images are called, and the shape of the feature map that positions lie in.
  public func write(
    _ collection: ImageNames, layerHeight: Int, layerWidth: Int
  ) throws(ArrayStoreError) {
    try writer.write(collection, layerHeight: layerHeight, layerWidth: layerWidth)
  }

  /// Writes where the samples lie in images, and where these are.
  public func write(
    _ geometry: SampleGeometry, imagesFolder: ImagesFolder
  ) throws(ArrayStoreError) {
    try writer.write(geometry)
    try writer.write(imagesFolder)
  }

  /// Writes which images could not be read, and why.
  public func write(failures: [(image: Int32, reason: String)]) throws(ArrayStoreError) {
    try writer.write(ActivationsFile.failedImages, failures.map(\.image))
    try writer.write(ActivationsFile.failureReasons, failures.map(\.reason))
  }

  /// Writes the best classes of images, of all at once.
  public func write(_ predictions: Predictions) throws(ArrayStoreError) {
    try writer.write(ActivationsFile.predictionImages, predictions.images)
    try writer.write(
      ActivationsFile.predictedClasses, predictions.classes,
      shape: [predictions.images.count, predictions.classCount])
  }

  /// Completes the file: it appears under its name.
  public func finish() throws(ArrayStoreError) { try writer.finish() }
}

// MARK: - Form

extension ActivationsFile {
  // What says where samples come from is optional, so that any program can write a file of vectors.
  static let activations = Dataset<Float>(
    "activations", ["n", "c"],
    "Activation vectors, one row per sampled position, in the order of images.")
  static let failedImages = Dataset<Int32>(
    "failures/image", ["f"], "Images that could not be read.", SampleOrigins.absence)
  static let failureReasons = Dataset<String>(
    "failures/reason", ["f"], "Why each could not be read.", SampleOrigins.absence)
  static let predictionImages = Dataset<Int32>(
    "predictions/image", ["p"], "Images whose classes were predicted.",
    .optionally("with --predict"))
  static let predictedClasses = Dataset<Int32>(
    "predictions/classes", ["p", "b"],
    "The network's best classes of each image, best first; indices of its outputs.",
    .optionally("with --predict"))
  private static let selected = Presence.optionally("from `atlas-select`")
  static let selectedSamples = Dataset<Int32>(
    "selection/sample", ["n"], "Index of each sample in the file that it was chosen from.", selected
  )
  static let selectedEffects = Dataset<Float>(
    "selection/effect", ["n", "q"], unit: "logits",
    "Effect of each sample on each class that samples were chosen for.", selected)
  static let selectedClasses = Dataset<String>(
    "selection/class", ["q"], "What these classes are called.", selected)
  static let positionsPerImage = Attribute<Int>(
    "positions_per_image", "Samples that each image gave.", SampleOrigins.absence)

  /// The form of the file.
  public static let schema = FileSchema(
    kind: "activations", fileName: "activations.h5", program: "atlas-extract",
    summary: """
      Activation vectors of a layer at sampled positions of images. Other programs may write such a \
      file: the attribute `kind` = "activations" and the dataset `activations`, of floating-point numbers \
      in one piece or in chunks with gzip, are enough.
      """,
    axes: [
      Axis("n", "samples", atLeast: 1), Axis("c", "channels of the layer", atLeast: 1),
      Axis("f", "images that could not be read"), Axis("p", "images with predictions"),
      Axis("b", "classes kept of each image, 5"),
      Axis("q", "classes that samples were chosen for, 1 or 2"),
    ] + SampleOrigins.axes,
    attributes: SampleOrigins.attributes + [
      positionsPerImage.schema, ImagesFolder.attribute.schema,
    ]
      + SampleGeometry.attributes,
    datasets: [activations.schema] + SampleOrigins.datasets + SampleGeometry.datasets + [
      failedImages.schema, failureReasons.schema, predictionImages.schema, predictedClasses.schema,
      selectedSamples.schema, selectedEffects.schema, selectedClasses.schema,
    ],
    example: """
      import h5py
      with h5py.File("activations.h5") as f:
          print(f.attrs["layer"].decode(), f["activations"].shape)
          names = f["images/name"].asstr()[:]
          classes = f["classes/name"].asstr()[:]
          sample, image = 7, f["image"][7]
          kind = f["images/class"][image]
          print(names[image], "of class", classes[kind] if kind >= 0 else "none")
          print("row", f["y"][sample], "column", f["x"][sample], "of the feature map")
          print("strongest channel", f["activations"][sample].argmax())
          print("the network saw x, y, width, height", f["images/window"][image])
      """)
}
