import Activations
import ArrayStore
import Artifacts
import CommandLine
import Images
import Models
import ParallelLoops
import Patches

/// Pictures that the atlas was not made of, with their classes, their halves, and what the network says of them.
struct HeldOutPictures: Sendable {
  /// A picture that can be used.
  struct Picture: Sendable {
    /// Its index in the collection.
    let index: Int
    /// Its class, as an index of the logits.
    let shown: Int
    /// The SHA-256 of its file: the order in which pictures are taken, whatever they are called.
    let digest: String
    /// Whether results are reported of it, else patches are chosen by it.
    var isReported: Bool {
      // Any bit of a digest splits pictures into halves; the last one is in no order's way.
      (digest.utf8.last.map { $0 % 2 } ?? 0) == 1
    }
    /// The probabilities of all classes.
    let probabilities: [Float]
    /// Whether the network takes it for what it is.
    let isRight: Bool
  }

  let collection: ImageCollection
  let pictures: [Picture]
  /// How many were not used: of no class of the network, and in the atlas as well or twice there.
  let unknownCount, knownCount: Int

  /// Finds, reads and classifies the pictures of a folder.
  ///
  /// - Parameters:
  ///   - folder: The folder, whose own folders or whose names tell classes.
  ///   - classes: Where classes come from.
  ///   - atlasFolder: The folder of the atlas's images, none of which may be among the pictures.
  ///   - network: The network, whose labels name classes.
  ///   - classifier: Runs it.
  /// - Throws: When there is no such folder, or the system fails where a picture is read.
  init(
    _ folder: String, classes: ImageCollection.ClassSource, atlas atlasFolder: String,
    _ network: TrainedNetwork, _ classifier: PatchClassifier
  ) throws {
    let collection = try ImageCollection(folder: folder, classes: classes, labels: network.labels)
    for note in collection.notes { Diagnostics.note("propose: \(note)") }
    let labels = collection.labelIndices(among: network.labels)
    let shown = collection.classes.map { $0 < 0 ? nil : labels[Int($0)] }
    let usable = collection.names.indices.filter {
      shown[$0].map { $0 < classifier.classCount } ?? false
    }
    guard !usable.isEmpty else {
      throw StageError(
        "Cannot use the pictures in \(folder): none is of a class that the network has; put them into folders that bear the names of its classes."
      )
    }
    let known = try Self.digests(of: collection, usable, likeThoseIn: atlasFolder)
    var seen = known.atlas
    var kept: [(index: Int, digest: String)] = []
    for (index, digest) in zip(usable, known.own) where seen.insert(digest).inserted {
      kept.append((index, digest))
    }
    let progress = ProgressReporter("propose", total: kept.count, unit: "picture")
    var pictures: [Picture] = []
    var failures: [ImageError] = []
    // So many that their inputs are no matter.
    for start in stride(from: 0, to: kept.count, by: 64) {
      let block = kept[start..<min(start + 64, kept.count)]
      let read = classifier.inputs(of: block.map { collection.path(of: $0.index) })
      var (inputs, items): ([[Float]], [(index: Int, digest: String)]) = ([], [])
      for (item, result) in zip(block, read) {
        switch result {
        case .success(let input):
          inputs.append(input)
          items.append(item)
        case .failure(let error) where error.isSystemFault: throw error
        case .failure(let error): failures.append(error)
        }
      }
      for (item, probabilities) in zip(items, try classifier.probabilities(of: inputs)) {
        guard let shown = shown[item.index] else { continue }
        let most = probabilities.max() ?? 0
        pictures.append(
          Picture(
            index: item.index, shown: shown, digest: item.digest, probabilities: probabilities,
            isRight: probabilities.firstIndex(of: most) == shown))
      }
      block.forEach { _ in progress.advance() }
    }
    progress.finish()
    if let first = failures.first {
      Diagnostics.warn(
        "\(counted(failures.count, "picture")) cannot be read and \(failures.count == 1 ? "is" : "are") left out; the first: \(first)"
      )
    }
    self.collection = collection
    self.pictures = pictures
    unknownCount = collection.names.count - usable.count
    knownCount = usable.count - kept.count
  }

  /// The digests of pictures, and of those of the atlas's images that have as many bytes as one of them.
  private static func digests(
    of collection: ImageCollection, _ usable: [Int], likeThoseIn folder: String
  ) throws -> (own: [String], atlas: Set<String>) {
    func digests(_ paths: [String]) throws -> [String] {
      try parallelMap(count: paths.count) { try sha256(ofFile: paths[$0]) }
    }
    let own = try digests(usable.map(collection.path))
    let sizes = Set(usable.map { collection.byteCount(of: $0) })
    let atlas = try ImageCollection(folder: folder, classes: .none)
    let alike = atlas.names.indices.filter { sizes.contains(atlas.byteCount(of: $0)) }
    return (own, Set(try digests(alike.map(atlas.path))))
  }

  /// The pictures of a class that the network takes for it, of a half, in the order of their digests.
  func right(ofClass shown: Int, reported: Bool) -> [Picture] {
    pictures.filter { $0.shown == shown && $0.isRight && $0.isReported == reported }
      .sorted { $0.digest < $1.digest }
  }
}
