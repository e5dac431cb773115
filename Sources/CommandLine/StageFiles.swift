internal import ArrayStore

/// Refuses a result that would take the place of what it is made from.
///
/// Files are told by what they are, not by their names: links and `./x` lead to the same file.
///
/// - Parameters:
///   - outputs: The files that will be written.
///   - inputs: The files that are read, and folders whose images are.
/// - Throws: `StageError` that names both.
/// - Complexity: O(outputs · inputs); no folder is walked.
public func requireDistinct(outputs: [String], inputs: [String]) throws {
  for output in outputs {
    // What is not there yet is no input.
    guard let identity = FileIdentity(output) else { continue }
    for input in inputs where FileIdentity(input) == identity || isImage(output, in: input) {
      let words = input == output ? "it is an input as well" : "it is the input \(input) as well"
      throw StageError(
        "Cannot write \(output): \(words), and would be lost; choose another --output.")
    }
  }
}

/// Whether a file lies in a folder of images and has the name of one.
private func isImage(_ path: String, in folder: String) -> Bool {
  let name = path.split(separator: "/").last.map(String.init) ?? path
  guard let dot = name.lastIndex(of: "."),
    ["jpg", "jpeg", "jfif", "png", "webp", "tif", "tiff", "bmp", "gif"].contains(
      name[dot...].dropFirst().lowercased()),
    let file = resolvedPath(path), let folder = resolvedPath(folder)
  else { return false }
  return file.hasPrefix(folder + "/")
}
