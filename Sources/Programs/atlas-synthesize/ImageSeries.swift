import ArrayStore
import CommandLine
import FoundationEssentials
import Images
import ParallelLoops
import Synchronization
import SyntheticWorld

/// Numbered images of some classes in a folder, `class/class-00042.jpg`.
struct ImageSeries {
  let folder: String
  let subjects: [ObjectClass]
  let numbers: Range<Int>
  let side: Int
  let format: ImageFormat
  let seed: UInt64
  let world: World

  /// What the images of a folder have in common; kept in it, so that others do not mix with them.
  private struct Manifest: Codable, Equatable {
    let program: String
    let edition: Int
    let seed: UInt64
    let side: Int
    let format: ImageFormat
    /// What was planted; nil for the everyday world.
    let relations: [PlantedRelation]?
  }

  private static let manifestName = "world.json"

  /// Draws the images that are not there yet, in parallel; a file appears complete or not at all.
  func draw() throws {
    // Before any image is drawn: images of two seeds or sizes in one folder could not be told
    // apart.
    try claimFolder()
    // A run that was killed may have left an image half written that another run has drawn since.
    for subject in subjects { AtomicFile.removeAbandoned(in: "\(folder)/\(subject.name)") }
    let total = subjects.count * numbers.count
    let missing = (0..<total).filter { !fileExists(path($0)) }
    let progress = ProgressReporter(
      "synthesize", total: total, done: total - missing.count, unit: "image")
    let failure = Mutex<(any Error)?>(nil)
    parallelFor(count: missing.count, grain: 1) { range in
      // After a failure, such as a full disk, the others stop as well.
      for index in range where failure.withLock({ $0 == nil }) {
        do {
          try draw(missing[index])
          progress.advance()
        } catch {
          failure.withLock { $0 = $0 ?? error }
        }
      }
    }
    if let error = failure.withLock({ $0 }) { throw error }
    progress.finish()
  }

  private func draw(_ index: Int) throws {
    let image = try SyntheticWorld.image(
      of: subjects[index % subjects.count], number: number(index), seed: seed, side: side)
    let bytes =
      switch format {
      // Full color resolution: at 128 pixels, halved color would blur the edges of small objects.
      case .jpeg: try JPEGWriter.encode(image, quality: 92, subsampling: .full)
      case .png: try PNGWriter.encode(image)
      }
    try AtomicFile.write(bytes, to: path(index))
  }

  /// The number of an image; classes take turns, so that an interrupted run leaves them balanced.
  private func number(_ index: Int) -> Int { numbers.lowerBound + index / subjects.count }

  private func path(_ index: Int) -> String {
    let name = subjects[index % subjects.count].name
    let digits = zeros(String(number(index)), to: 5)
    return "\(folder)/\(name)/\(name)-\(digits).\(format.ending)"
  }

  /// Marks the folder with what it holds; a folder that holds other images is refused.
  private func claimFolder() throws {
    let manifest = Manifest(
      program: "atlas-synthesize", edition: SyntheticWorld.edition, seed: seed, side: side,
      format: format, relations: world == .planted ? SyntheticWorld.plantedRelations : nil)
    let path = "\(folder)/\(Self.manifestName)"
    if fileExists(path) {
      let found = try? JSONDecoder().decode(
        Manifest.self, from: Data(contentsOf: URL(fileURLWithPath: path)))
      guard found == manifest else {
        throw StageError(
          "Cannot draw into \(folder): its images have another seed, size, format or edition (see \(path)); choose another folder or remove it."
        )
      }
      return
    }
    // Hidden files, such as those of a desktop, do not count.
    let entries = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    guard entries.allSatisfy({ $0.hasPrefix(".") }) else {
      throw StageError(
        "Cannot draw into \(folder): it holds other files (no \(Self.manifestName)); choose an empty or a new folder."
      )
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys]
    try AtomicFile.write(Array(encoder.encode(manifest)), to: path)
  }
}
