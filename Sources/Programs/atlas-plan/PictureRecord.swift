import ArrayStore
import FoundationEssentials
import Mosaics

/// How a picture of an atlas was made, as the manifest beside it says.
struct PictureRecord {
  /// nil if there is no manifest, or it belongs to another version.
  let provenance: Provenance?

  init(_ product: Pipeline.Product) {
    let path = product.path.dropLast(".png".count) + ".json"
    guard let data = FileManager.default.contents(atPath: String(path)),
      let manifest = try? AtlasManifest(json: Array(data)), let made = manifest.made
    else {
      provenance = nil
      return
    }
    provenance = Provenance(
      program: made.program, version: made.version,
      parameters: made.parameters.map { ($0.key, $0.value) },
      inputs: made.inputs.map { ($0.key, $0.value) })
  }
}
