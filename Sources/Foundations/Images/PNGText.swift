/// Text in PNG files: what an image is and how it was made, for whoever finds the image alone.
public enum PNGText {
  /// The file with texts in it, before the pixels; readers show them as the image's properties.
  ///
  /// Each becomes an `iTXt` chunk, uncompressed UTF-8 (PNG specification, third edition, 11.3.3.4).
  ///
  /// - Parameters:
  ///   - texts: A keyword each, of 1 to 79 Latin characters such as `Description` or `Software`, and
  ///     the text.
  ///   - file: A PNG file.
  /// - Returns: The file, longer by the texts.
  /// - Precondition: `file` begins as PNG files do; keywords are ASCII; no text holds U+0000.
  public static func adding(_ texts: [(keyword: String, text: String)], to file: [UInt8]) -> [UInt8]
  {
    // Signature and header have a fixed length, and the header must be the first chunk.
    let headLength = 8 + 12 + 13
    precondition(
      file.count > headLength && Array(file[12..<16]) == Array("IHDR".utf8), "this is no PNG file")
    var result = Array(file[..<headLength])
    for (keyword, text) in texts {
      precondition((1...79).contains(keyword.utf8.count), "\(keyword) is no keyword")
      // Not compressed, of no language, without a translated keyword.
      let content = Array(keyword.utf8) + [0, 0, 0, 0, 0] + Array(text.utf8)
      let body = Array("iTXt".utf8) + content
      result += bytes(of: UInt32(content.count)) + body + bytes(of: checksum(of: body))
    }
    return result + file[headLength...]
  }

  /// The number's bytes, the most significant first.
  private static func bytes(of number: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> $0) }
  }

  /// The cyclic redundancy check of PNG's chunks (ISO 3309), bit by bit: texts are short.
  private static func checksum(of bytes: [UInt8]) -> UInt32 {
    var register = UInt32.max
    for byte in bytes {
      register ^= UInt32(byte)
      for _ in 0..<8 { register = register & 1 == 1 ? register >> 1 ^ 0xEDB8_8320 : register >> 1 }
    }
    return ~register
  }
}
