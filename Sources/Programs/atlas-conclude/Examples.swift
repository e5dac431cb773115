import Artifacts
import Images
import Models
import Patches

/// Pictures without and with the best candidate of a pair.
struct Examples {
  let classifier: PatchClassifier
  let file: PatchesFile
  let folder: String

  /// How many are shown of a pair.
  private static let count = 3

  /// The pixels of a patch.
  func square(_ patch: Int) throws -> RGBImage {
    RGBImage(width: file.side, height: file.side, pixels: try file.pixels(patch..<patch + 1))
  }

  /// Pictures of the reporting half, the first ones in the order of their digests.
  ///
  /// - Throws: When a picture cannot be read, or the network cannot be run.
  func examples(of index: Int, _ pair: PatchReport.Pair) throws -> [PatchExample] {
    guard
      let best = pair.kinds.first(where: { $0.kind == PatchKind.candidate.rawValue })?.patches.first
    else { return [] }
    let table = file.table
    let pictures = table.trials[table.trials(of: index)].filter(\.isReported).prefix(Self.count)
      .map { table.pictures[Int($0.picture)] }
    let inputs = try classifier.inputs(of: pictures.map { folder + "/" + $0 }).map { try $0.get() }
    let size = classifier.preprocessing.size
    guard let place = Placement.places.first(where: { $0.name == best.place }) else { return [] }
    let placement = Placement(fraction: best.size, x: place.x, y: place.y)
    let patch = InputPatch(
      try square(best.number), side: placement.side(in: size),
      preprocessing: classifier.preprocessing)
    let origin = placement.origin(in: size)
    let patched = inputs.map { input in
      var input = input
      var span = input.mutableSpan
      patch.paste(into: &span, size: size, x: origin.x, y: origin.y)
      return input
    }
    let probabilities = try classifier.probabilities(of: inputs + patched)
    return pictures.indices.map { picture in
      PatchExample(
        name: pictures[picture], before: classifier.preprocessing.picture(of: inputs[picture]),
        after: classifier.preprocessing.picture(of: patched[picture]),
        probabilitiesBefore: probabilities[picture],
        probabilitiesAfter: probabilities[pictures.count + picture])
    }
  }
}
