import Activations
import ArrayStore
import CommandLine
import FoundationEssentials
import Glibc
import ModelFormats
import Models
import NetworkCommandLine

/// What an atlas is made of: a network's layer over a folder of images.
struct Source {
  let network: TrainedNetwork
  let layer: String
  let tensor: String
  let images: ImageCollection
  /// The files that the network and its card lie in, and their digests.
  let digests: [(name: String, sha256: String)]
  private let arrivalDigest: String?

  /// Loads the network and finds the images.
  ///
  /// - Parameters:
  ///   - arguments: The network's files.
  ///   - folder: The folder of images.
  ///   - layer: The layer's name.
  ///   - arrivedImagesCount: Whether an image that was written anew may be another one of the same size.
  /// - Throws: When there is no such layer or no image, or a file cannot be read.
  init(
    network arguments: NetworkArguments, images folder: String, layer: String,
    arrivedImagesCount: Bool
  ) throws {
    network = try arguments.load()
    self.layer = layer
    tensor = try network.layer(named: layer).tensor
    images = try ImageCollection(folder: folder, classes: .none)
    digests = try arguments.inputs(of: network).map { path in
      (path.split(separator: "/").last.map(String.init) ?? path, try sha256(ofFile: path))
    }
    arrivalDigest = arrivedImagesCount ? String(images.arrivalFingerprint, radix: 16) : nil
  }

  private var folder: String {
    // The path by which the folder is known to everybody.
    guard let resolved = realpath(images.folder, nil) else { return images.folder }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  // MARK: - Another's folder

  /// Refuses a folder that holds the atlas of another network or layer, or of other images.
  ///
  /// Such an atlas would be replaced stage by stage; and what is of another network of the same name, or
  /// of a folder of the same name, is not meant to be.
  func requireSame(as pipeline: Pipeline) throws {
    let path = pipeline.products[0].path
    // A class's samples come from an atlas that has been looked at already.
    guard pipeline.request.selection == nil else { return }
    guard let reader = try? ArrayFileReader(path: path, kind: "activations"),
      let record = try? reader.provenance
    else { return }
    func refuse(_ what: String) -> StageError {
      StageError(
        "\(pipeline.folder) holds the atlas of another \(what): set OUT to another folder, or remove that one."
      )
    }
    let known = Dictionary(record.inputs.map { ($0.name, $0.sha256) }) { first, _ in first }
    // The card may change: it says how the same network is used.
    let weights = digests.filter { !$0.name.hasSuffix(".json") }
    guard weights.allSatisfy({ known[$0.name] == $0.sha256 }) else { throw refuse("network") }
    guard record.parameters.first(where: { $0.name == "layer" })?.value == layer else {
      throw refuse("layer")
    }
    let note = pipeline.stamp("images.folder")
    guard let data = FileManager.default.contents(atPath: note) else { return }
    let former = String(decoding: data, as: UTF8.self)
    // A folder that is not there any more may have become this one.
    guard former == folder || access(former, F_OK) != 0 || fingerprint(of: reader) == fingerprint
    else {
      throw refuse("folder of images, \(former)")
    }
  }

  private var fingerprint: String { String(images.fingerprint, radix: 16) }

  private func fingerprint(of reader: ArrayFileReader) -> String? {
    guard case .string(let text) = try? reader.attribute("images_fingerprint") else { return nil }
    return text
  }

  // MARK: - Changed images

  /// What has changed among the images since activations were sampled; nil if nothing has.
  func changeOfImages(since product: Pipeline.Product, in pipeline: Pipeline) throws -> String? {
    let reader = try ArrayFileReader(path: product.path, kind: "activations")
    guard fingerprint(of: reader) == fingerprint else { return "other images" }
    guard let arrivalDigest,
      let former = FileManager.default.contents(atPath: pipeline.stamp("images.made"))
    else { return nil }
    return String(decoding: former, as: UTF8.self) == arrivalDigest ? nil : "images written anew"
  }

  /// Notes which images are asked for, and whose folder this is; make keeps the first note when
  /// activations have been sampled.
  func record(in pipeline: Pipeline, isNew: Bool) throws {
    try AtomicFile.write(Array((arrivalDigest ?? "").utf8), to: pipeline.stamp("images.asked"))
    let note = pipeline.stamp("images.folder")
    guard isNew || !fileExists(note) else { return }
    try AtomicFile.write(Array(folder.utf8), to: note)
  }
}
