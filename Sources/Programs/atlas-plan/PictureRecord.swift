import ArrayStore
import FoundationEssentials
import Mosaics

/// How a picture was made, as the JSON file of its name says, or such a file itself.
struct PictureRecord {
  /// nil if there is no manifest, or it belongs to another version.
  let provenance: Provenance?

  /// What manifests, reports and lists of patches have in common.
  private struct Record: Decodable {
    let made: AtlasManifest.Making?
  }

  init(_ product: Pipeline.Product) {
    let stem = product.path.lastIndex(of: ".").map { product.path[..<$0] } ?? product.path[...]
    let data = FileManager.default.contents(atPath: stem + ".json")
    let made = data.flatMap { try? JSONDecoder().decode(Record.self, from: $0) }?.made
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
