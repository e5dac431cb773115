internal import ArrayStore

/// What a file is about: a layer of a network, and the images that were sampled; nil where the file
/// does not say.
public struct Subject: Sendable, Equatable {
  /// The network's name in its card, else its path.
  public var network: String?
  /// The digest of the network's file and of those that its weights lie in.
  public var networkSHA256: String?
  /// How an image becomes the network's input, as its card says, in words.
  public var preprocessing: String?
  /// The layer as the command named it.
  public var layer: String?
  /// The layer's name in the network's file.
  public var tensor: String?
  /// The hash of the images' names and sizes.
  public var imagesFingerprint: String?

  /// Makes a subject of what is known of it.
  public init(
    network: String? = nil, networkSHA256: String? = nil, preprocessing: String? = nil,
    layer: String? = nil, tensor: String? = nil, imagesFingerprint: String? = nil
  ) {
    self.network = network
    self.networkSHA256 = networkSHA256
    self.preprocessing = preprocessing
    self.layer = layer
    self.tensor = tensor
    self.imagesFingerprint = imagesFingerprint
  }

  /// One of the things that files have to agree on.
  public enum Aspect: Sendable, CaseIterable {
    /// The network, by the digest of its weights and what its card does to images; by its name where a
    /// file has no digest.
    case network
    /// The layer, by its tensor: two names may stand for one.
    case layer
    /// The images, by their names and sizes.
    case images
  }
}

/// A file, or something else that has a path, with what it is about.
public struct Described: Sendable {
  /// The path.
  public let path: String
  /// What it is about.
  public let subject: Subject

  /// Names what something is about.
  public init(_ path: String, _ subject: Subject) {
    self.path = path
    self.subject = subject
  }
}

/// Refuses files that are not about the same: as many channels or samples do not make two layers or
/// two networks one.
///
/// What a file does not say is not compared, so that files of other programs may be used.
///
/// - Parameters:
///   - files: The files that a program reads together.
///   - aspects: What they have to agree on.
/// - Throws: `ArtifactError` that names two of the files, and in what they differ.
/// - Complexity: O(square of the number of files).
public func requireSame(
  _ files: [Described], in aspects: [Subject.Aspect] = Subject.Aspect.allCases
) throws(ArtifactError) {
  for (index, file) in files.enumerated() {
    for other in files[..<index] {
      for aspect in aspects {
        guard let difference = file.subject.difference(from: other.subject, in: aspect) else {
          continue
        }
        throw ArtifactError(
          "Cannot use \(file.path) with \(other.path): \(difference); give files that were made of "
            + "the same \(aspect.noun)")
      }
    }
  }
}

extension Subject {
  /// In what two subjects differ, as a clause; nil where they do not, or one of them does not say.
  fileprivate func difference(from other: Subject, in aspect: Aspect) -> String? {
    switch aspect {
    case .network:
      if let digest = networkSHA256, let otherDigest = other.networkSHA256 {
        guard digest != otherDigest else {
          guard let (way, otherWay) = both(preprocessing, other.preprocessing), way != otherWay
          else { return nil }
          return "their model cards prepare images differently (\(way); \(otherWay))"
        }
        let (name, otherName) = (network ?? "?", other.network ?? "?")
        // A network that was trained again has its old name, perhaps in another folder.
        return name.split(separator: "/").last == otherName.split(separator: "/").last
          ? "their networks are called \(name), but their weights are not the same "
            + "(SHA-256 \(digest.prefix(12))… and \(otherDigest.prefix(12))…)"
          : "their networks are \(name) and \(otherName)"
      }
      guard let name = network, let otherName = other.network,
        name.split(separator: "/").last != otherName.split(separator: "/").last
      else { return nil }
      return "their networks are \(name) and \(otherName)"
    case .layer:
      guard let (name, otherName) = both(tensor, other.tensor) ?? both(layer, other.layer),
        name != otherName
      else { return nil }
      return "their layers are \(name) and \(otherName)"
    case .images:
      guard let (hash, otherHash) = both(imagesFingerprint, other.imagesFingerprint),
        hash != otherHash
      else { return nil }
      return "they are of different images (fingerprints \(hash) and \(otherHash))"
    }
  }

  private func both(_ one: String?, _ other: String?) -> (String, String)? {
    guard let one, let other else { return nil }
    return (one, other)
  }
}

extension Subject.Aspect {
  /// What files are asked for.
  fileprivate var noun: String {
    switch self {
    case .network: "network"
    case .layer: "layer"
    case .images: "images"
    }
  }
}

// MARK: - Form

extension ArtifactReader {
  /// What the file is about.
  func subject() throws -> Subject {
    Subject(
      network: try optional(Common.network), networkSHA256: try optional(Common.networkSHA256),
      preprocessing: try optional(Common.preprocessing), layer: try optional(Common.layer),
      tensor: try optional(Common.tensor),
      imagesFingerprint: try optional(Common.imagesFingerprint))
  }
}

extension ArtifactWriter {
  /// Writes what the file is about.
  func write(_ subject: Subject) throws(ArrayStoreError) {
    let attributes = [
      (Common.network, subject.network), (Common.networkSHA256, subject.networkSHA256),
      (Common.preprocessing, subject.preprocessing),
      (Common.layer, subject.layer), (Common.tensor, subject.tensor),
      (Common.imagesFingerprint, subject.imagesFingerprint),
    ]
    for (attribute, value) in attributes {
      if let value { try set(attribute, value) }
    }
  }
}
