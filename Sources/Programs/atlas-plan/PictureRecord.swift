import ArrayStore
import FoundationEssentials
import IconQuality
import Mosaics

/// How a picture of an atlas was made, as the manifest beside it says, or a report on icons, as it says
/// itself.
struct PictureRecord {
  /// nil if there is no manifest, or it belongs to another version.
  let provenance: Provenance?

  init(_ product: Pipeline.Product) {
    let stem = product.path.lastIndex(of: ".").map { product.path[..<$0] } ?? product.path[...]
    let data = FileManager.default.contents(atPath: stem + ".json")
    let made = data.map(Array.init).flatMap { json in
      product.stage == "judge"
        ? (try? IconReport(json: json))?.made : (try? AtlasManifest(json: json))?.made
    }
    guard let made else {
      provenance = nil
      return
    }
    provenance = Provenance(
      program: made.program, version: made.version,
      parameters: made.parameters.map { ($0.key, $0.value) },
      inputs: made.inputs.map { ($0.key, $0.value) })
  }
}
