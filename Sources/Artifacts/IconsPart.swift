public import ArrayStore

/// A finished part of icons under way, in a file that only `atlas-render` sees.
///
/// Parts have the datasets of the result under their own kind: nobody takes one for a whole.
public enum IconsPart {
  /// Begins a part, to see whether it can be written.
  ///
  /// - Throws: `ArrayStoreError` if its folder cannot be made or written to.
  public static func begin(path: String) throws(ArrayStoreError) {
    // Not finished, the file goes with its writer.
    _ = try ArtifactWriter(schema, path: path, provenance: nil, subject: Subject())
  }

  /// Writes a part.
  public static func write(
    pixels: [UInt8], sidePixels: Int, _ measures: IconsFile.Measures, provenance: Provenance,
    to path: String
  ) throws(ArrayStoreError) {
    let writer = try ArtifactWriter(
      schema, path: path, provenance: provenance, subject: Subject())
    try writer.write(
      IconsFile.icons, pixels,
      shape: [measures.restart.count, sidePixels, sidePixels, 3])
    try writer.write(measures)
    try writer.set(digest, contentDigest(pixels, measures))
    try writer.finish()
  }

  /// Where a part comes from; nil if there is none, or none that is what was written.
  public static func provenance(path: String) -> Provenance? {
    // A part that is damaged, or of an older format, is rendered again like one that is missing.
    guard isListed(path), let reader = try? ArtifactReader(schema, path: path),
      let content = try? read(path: path),
      (try? reader.required(digest)) == contentDigest(content.pixels, content.measures)
    else { return nil }
    return try? reader.file.provenance
  }

  private static func contentDigest(_ pixels: [UInt8], _ measures: IconsFile.Measures) -> String {
    let digest = RunningDigest()
    digest.add(pixels)
    digest.add(measures.fidelity)
    digest.add(measures.transformedFidelity)
    digest.add(measures.objective)
    digest.add(measures.restart)
    digest.add(measures.steps)
    digest.add(measures.objectiveByStep)
    return digest.finish()
  }

  private static let digest = Attribute<String>(
    "content_sha256", "SHA-256 of pixels and measures.")

  /// Reads a part: m × s × s × 3 bytes of pixels, and the measures of m icons.
  public static func read(path: String) throws -> (pixels: [UInt8], measures: IconsFile.Measures) {
    let reader = try ArtifactReader(schema, path: path)
    return (try reader.read(IconsFile.icons), try reader.measures())
  }

  private static let schema = FileSchema(
    kind: "icons-part", format: IconsFile.schema.format, fileName: "part.h5",
    program: "atlas-render", summary: "Icons that are finished.", axes: IconsFile.schema.axes,
    attributes: [digest.schema],
    datasets: [
      IconsFile.icons.schema, IconsFile.fidelity.schema, IconsFile.transformedFidelity.schema,
      IconsFile.objective.schema, IconsFile.restart.schema, IconsFile.steps.schema,
      IconsFile.objectiveByStep.schema,
    ], example: "")
}

// MARK: - What files and parts share

extension ArtifactReader {
  /// The measures of all icons of a file or a part.
  func measures() throws -> IconsFile.Measures {
    IconsFile.Measures(
      fidelity: try read(IconsFile.fidelity),
      transformedFidelity: try read(IconsFile.transformedFidelity),
      objective: try read(IconsFile.objective), restart: try read(IconsFile.restart),
      steps: try read(IconsFile.steps),
      objectiveByStep: contains(IconsFile.objectiveByStep)
        ? try read(IconsFile.objectiveByStep) : [])
  }
}

extension ArtifactWriter {
  /// Writes the measures of all icons of a file or a part.
  func write(_ measures: IconsFile.Measures) throws(ArrayStoreError) {
    try write(IconsFile.fidelity, measures.fidelity)
    try write(IconsFile.transformedFidelity, measures.transformedFidelity)
    try write(IconsFile.objective, measures.objective)
    try write(IconsFile.restart, measures.restart)
    try write(IconsFile.steps, measures.steps)
    // An axis of no length would say less than a dataset that is not there.
    let iconCount = measures.objective.count
    guard iconCount > 0, !measures.objectiveByStep.isEmpty else { return }
    try write(
      IconsFile.objectiveByStep, measures.objectiveByStep,
      shape: [iconCount, measures.objectiveByStep.count / iconCount])
  }
}
