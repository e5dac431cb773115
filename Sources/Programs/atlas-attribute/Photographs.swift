import Activations
import Artifacts
import CommandLine
import Models
import NeuralNetworks

/// The images that samples come from.
struct Photographs: Sendable {
  let origins: SampleOrigins
  let fingerprint: String?
  private let folder: String

  /// Finds the images of a file of activations.
  ///
  /// - Throws: When the file does not say where its samples come from, or the images are others by now.
  init(of source: ActivationsFile, layer: NetworkLayer, in folder: String?) throws {
    guard let origins = try source.origins(),
      let folder = try folder ?? source.imagesFolder()?.path
    else {
      throw StageError(
        "Cannot use \(source.path): it does not say which images its samples come from; make it with atlas-extract."
      )
    }
    guard (origins.layerHeight, origins.layerWidth) == (layer.shape.height, layer.shape.width)
    else {
      throw StageError(
        "Cannot use \(source.path): its layer has \(origins.layerHeight) × \(origins.layerWidth) positions, and \(layer.tensor) has \(layer.shape.height) × \(layer.shape.width); give the network that it was made with."
      )
    }
    let collection = try ImageCollection(folder: folder, classes: .none)
    fingerprint = String(collection.fingerprint, radix: 16)
    if let expected = source.subject.imagesFingerprint, expected != fingerprint {
      throw StageError(
        "Cannot use \(source.path): the images in \(folder) are others than those it was made of; give its folder with --images, or make it anew with atlas-extract."
      )
    }
    self.origins = origins
    self.folder = folder
  }

  /// The path of an image.
  func path(of image: Int) -> String { folder + "/" + origins.collection.names[image] }

  /// The position of a sample in its image.
  func position(of sample: Int) -> (y: Int, x: Int) {
    (Int(origins.y[sample]), Int(origins.x[sample]))
  }
}
