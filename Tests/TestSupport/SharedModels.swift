internal import Foundation

/// The networks that lie beside the repository, in `../shared/models`, on machines that have them.
package enum SharedModels {
  /// Their folder.
  package static let path =
    #filePath.split(separator: "/").dropLast(4).map { "/" + $0 }.joined() + "/shared/models"

  /// Whether a network is there.
  package static func have(_ network: String) -> Bool {
    FileManager.default.fileExists(atPath: "\(path)/\(network)/\(network).onnx")
  }

  /// Why tests that need them do not run.
  package static let absence = "../shared/models is not there"
}
