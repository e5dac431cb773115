public import ArrayStore

extension CellsFile {
  /// What is known of the samples of a grid's cells beyond their activations.
  public struct Samples: Sendable, Equatable {
    /// For each cell the samples nearest to its mean, the same number for each; −1 fills up.
    public var exemplars: [Int32]
    /// The cell of each sample, −1 for none.
    public var cellOfSample: [Int32]

    /// Makes samples from their parts.
    public init(exemplars: [Int32], cellOfSample: [Int32]) {
      self.exemplars = exemplars
      self.cellOfSample = cellOfSample
    }
  }
}

/// Writes `cells.h5`.
public final class CellsWriter {
  let writer: ArtifactWriter
  /// Where the samples come from, and where they lie in images, where that is known.
  private var origins: SampleOrigins?
  private var geometry: SampleGeometry?

  /// Begins a file.
  public init(
    path: String, subject: Subject, provenance: Provenance
  ) throws(ArrayStoreError) {
    writer = try ArtifactWriter(
      CellsFile.schema, path: path, provenance: provenance, subject: subject)
  }

  /// Says where the samples come from: exemplars of the grids that are written afterwards have names
  /// and boxes, and classes are counted.
  ///
  /// - Throws: `ArrayStoreError`; the file is then removed.
  public func write(
    _ origins: SampleOrigins, _ geometry: SampleGeometry?, _ folder: ImagesFolder?
  ) throws(ArrayStoreError) {
    self.origins = origins
    self.geometry = geometry
    try writer.set(SampleOrigins.layerHeightAttribute, origins.layerHeight)
    try writer.set(SampleOrigins.layerWidthAttribute, origins.layerWidth)
    if let folder { try writer.write(folder) }
  }

  /// Writes which part of the layout the grids cover.
  ///
  /// - Parameters:
  ///   - lower: The lower left corner of the grids, in coordinates of the layout.
  ///   - upper: The upper right corner.
  ///   - clippedCount: The number of samples beyond.
  /// - Throws: `ArrayStoreError`; the file is then removed.
  public func writeFrame(
    lower: SIMD2<Double>, upper: SIMD2<Double>, clippedCount: Int
  ) throws(ArrayStoreError) {
    try writer.set(CellsFile.left, lower.x)
    try writer.set(CellsFile.right, upper.x)
    try writer.set(CellsFile.bottom, lower.y)
    try writer.set(CellsFile.top, upper.y)
    try writer.set(CellsFile.clipped, clippedCount)
  }

  /// Writes the cells of a grid.
  ///
  /// - Parameters:
  ///   - level: The cells, m of them.
  ///   - samples: Their samples.
  /// - Throws: `ArrayStoreError`; the file is then removed.
  public func write(
    _ level: CellsFile.Level, _ samples: CellsFile.Samples
  ) throws(ArrayStoreError) {
    let exemplars = samples.exemplars
    let group = "\(level.side)"
    let cellCount = level.row.count
    // Rows and columns of the cells, rather than a square array with gaps: few cells of a fine grid
    // are taken.
    try writer.write(CellsFile.row.at(group), level.row)
    try writer.write(CellsFile.column.at(group), level.column)
    try writer.write(CellsFile.count.at(group), level.count)
    try writer.write(CellsFile.mean.at(group), level.mean)
    try writer.write(CellsFile.dispersion.at(group), level.dispersion)
    try writer.write(CellsFile.baseline.at(group), level.baseline)
    try writer.write(
      CellsFile.exemplars.at(group), exemplars,
      shape: [cellCount, exemplars.count / max(1, cellCount)])
    try writer.write(CellsFile.cellOfSample.at(group), samples.cellOfSample)
    guard let origins else { return }
    var images = [Set<Int32>](repeating: [], count: cellCount)
    for (cell, image) in zip(samples.cellOfSample, origins.image) where cell >= 0 {
      images[Int(cell)].insert(image)
    }
    try writer.write(CellsFile.imageCount.at(group), images.map { Int32($0.count) })
    try write(exemplars, of: group, cellCount: cellCount, origins)
    try write(classesOf: samples.cellOfSample, of: group, cellCount: cellCount, origins)
  }

  /// Writes from which images exemplars come, and where they lie in them.
  private func write(
    _ exemplars: [Int32], of group: String, cellCount: Int, _ origins: SampleOrigins
  ) throws(ArrayStoreError) {
    let exemplarCount = exemplars.count / max(1, cellCount)
    try writer.write(
      CellsFile.exemplarNames.at(group),
      exemplars.map { $0 < 0 ? "" : origins.collection.names[Int(origins.image[Int($0)])] },
      shape: [cellCount, exemplarCount])
    if !origins.collection.classNames.isEmpty {
      let classes = origins.collection.classes
      try writer.write(
        CellsFile.exemplarClasses.at(group),
        exemplars.map { $0 < 0 ? -1 : max(-1, classes[Int(origins.image[Int($0)])]) },
        shape: [cellCount, exemplarCount])
    }
    guard let geometry else { return }
    let places = exemplars.map { sample in
      sample < 0
        ? .none
        : geometry.place(
          image: Int(origins.image[Int(sample)]), y: Int(origins.y[Int(sample)]),
          x: Int(origins.x[Int(sample)]), ofMap: (origins.layerHeight, origins.layerWidth))
    }
    try writer.write(
      CellsFile.exemplarBoxes.at(group), places.flatMap(\.box),
      shape: [cellCount, exemplarCount, 4])
    try writer.write(
      CellsFile.exemplarCenters.at(group), places.flatMap(\.center),
      shape: [cellCount, exemplarCount, 2])
  }

  /// Counts the samples of each class in each cell.
  private func write(
    classesOf cellOfSample: [Int32], of group: String, cellCount: Int, _ origins: SampleOrigins
  ) throws(ArrayStoreError) {
    let (names, labels) = (origins.collection.classNames, origins.collection.classLabels)
    let classCount = names.count
    guard classCount > 0 else { return }
    var counts = [Int32](repeating: 0, count: cellCount * classCount)
    for (cell, kind) in zip(cellOfSample, origins.classes) where cell >= 0 && kind >= 0 {
      counts[Int(cell) * classCount + Int(kind)] += 1
    }
    try writer.write(CellsFile.classCounts.at(group), counts, shape: [cellCount, classCount])
    try writer.write(CellsFile.classNames.at(group), names)
    if labels.contains(where: { !$0.isEmpty }) {
      try writer.write(CellsFile.classLabels.at(group), labels)
    }
  }

  /// Completes the file: it appears under its name.
  public func finish() throws(ArrayStoreError) { try writer.finish() }
}
