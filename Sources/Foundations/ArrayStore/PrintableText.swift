extension String {
  /// The text with control characters as escapes, `\u{1B}`: names out of files may hold sequences that
  /// a terminal would obey.
  ///
  /// Escaped are the controls of ASCII and of Latin-1 (C0, DEL and C1), line and paragraph
  /// separators, and the marks that turn the direction of text (Unicode Technical Report 36).
  public var printable: String {
    guard unicodeScalars.contains(where: \.isControl) else { return self }
    var text = ""
    for scalar in unicodeScalars {
      if scalar.isControl {
        text += "\\u{" + String(scalar.value, radix: 16, uppercase: true) + "}"
      } else {
        text.unicodeScalars.append(scalar)
      }
    }
    return text
  }
}

extension Unicode.Scalar {
  fileprivate var isControl: Bool {
    switch value {
    case 0..<0x20, 0x7F...0x9F, 0x2028...0x202E, 0x2066...0x2069: true
    default: false
    }
  }
}
