internal import FoundationEssentials

extension AtlasManifest {
  /// The manifest as JSON in UTF-8, ending with a line feed.
  ///
  /// Keys are sorted and numbers are the shortest that read back the same: equal manifests give
  /// equal bytes.
  ///
  /// - Throws: `EncodingError` if a dispersion is not finite.
  public func json() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return try Array(encoder.encode(self)) + [UInt8(ascii: "\n")]
  }

  /// Reads a manifest from JSON in UTF-8.
  ///
  /// - Throws: `DecodingError` if the text is not a manifest.
  public init(json: [UInt8]) throws {
    self = try JSONDecoder().decode(AtlasManifest.self, from: Data(json))
  }
}
