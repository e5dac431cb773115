internal import ArrayStore

/// The folder that the names of images are relative to, as a file in another folder names it.
///
/// A relative path starts at the file's own folder: files and images may be moved together, and a
/// notebook finds the images from wherever it runs.
public struct ImagesFolder: Sendable, Equatable {
  /// The path, from the program's own folder.
  public let path: String

  /// Names a folder.
  public init(_ path: String) { self.path = path }

  /// The folder that a file names.
  init(reference: String, in file: String) {
    path = reference.hasPrefix("/") ? reference : Self.folder(of: file) + "/" + reference
  }

  /// What a file writes down: an absolute path as it is, else the way from the file's folder.
  func reference(from file: String) -> String {
    guard !path.hasPrefix("/"), let here = resolvedPath(Self.folder(of: file)),
      let there = resolvedPath(path)
    else { return path }
    let (from, to) = (here.split(separator: "/"), there.split(separator: "/"))
    let common = zip(from, to).prefix { $0 == $1 }.count
    let way = repeatElement("..", count: from.count - common) + to[common...]
    return way.isEmpty ? "." : way.joined(separator: "/")
  }

  private static func folder(of file: String) -> String {
    guard let slash = file.lastIndex(of: "/") else { return "." }
    return slash == file.startIndex ? "/" : String(file[..<slash])
  }
}

extension ImagesFolder {
  static let attribute = Attribute<String>(
    "images_folder",
    "Folder that the names of images are relative to; where it is not absolute, it starts at this file's folder.",
    SampleOrigins.absence)
}

extension ArtifactReader {
  /// The folder of the images; nil for a file that does not say.
  func imagesFolder() throws -> ImagesFolder? {
    try optional(ImagesFolder.attribute).map { ImagesFolder(reference: $0, in: path) }
  }
}

extension ArtifactWriter {
  func write(_ folder: ImagesFolder) throws(ArrayStoreError) {
    try set(ImagesFolder.attribute, folder.reference(from: path))
  }
}
