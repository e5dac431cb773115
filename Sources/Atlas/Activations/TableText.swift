internal import FoundationEssentials
internal import Images

/// The text of a table that lies beside images: its lines, and the fields of a line.
enum TableText {
  /// The lines of a text file that are not empty.
  ///
  /// - Parameters:
  ///   - path: The file: UTF-8, UTF-16 or Latin-1.
  ///   - content: What it holds, for messages: `the classes`.
  ///   - option: The option that named it.
  /// - Returns: The lines, without their ends.
  /// - Throws: `ActivationsError` when there is no such file, or it is no text.
  static func lines(
    of path: String, _ content: String, option: String
  ) throws(ActivationsError) -> [Substring] {
    func fault(_ cause: String) -> ActivationsError {
      ActivationsError("Cannot read \(content) in \(printable(path)): \(cause); check \(option).")
    }
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    guard attributes?[.type] as? FileAttributeType != .typeDirectory,
      let data = FileManager.default.contents(atPath: path)
    else { throw fault("there is no such file that may be read") }
    let bytes = [UInt8](data)
    let text: String?
    if bytes.starts(with: [0xFF, 0xFE]) {
      text = utf16(bytes.dropFirst(2), high: 1)
    } else if bytes.starts(with: [0xFE, 0xFF]) {
      text = utf16(bytes.dropFirst(2), high: 0)
    } else {
      let start = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? 3 : 0
      // Not UTF-8, and of the many other encodings the one that older programs write most.
      text =
        String(validating: bytes[start...], as: UTF8.self)
        ?? String(String.UnicodeScalarView(bytes.map { UnicodeScalar($0) }))
    }
    guard let text else { throw fault("its UTF-16 text is damaged") }
    guard !text.utf8.contains(0) else {
      throw fault("it holds a zero byte, so it is no text in UTF-8")
    }
    return text.split { $0 == "\n" || $0 == "\r" || $0 == "\r\n" }
  }

  private static func utf16(_ bytes: ArraySlice<UInt8>, high: Int) -> String? {
    guard bytes.count % 2 == 0 else { return nil }
    let units = stride(from: bytes.startIndex, to: bytes.endIndex, by: 2).map {
      UInt16(bytes[$0 + high]) << 8 | UInt16(bytes[$0 + 1 - high])
    }
    return String(validating: units, as: UTF16.self)
  }

  /// The fields of a line by RFC 4180, without the spaces and quotes around them.
  ///
  /// A quote within quotes is doubled; one that does not stand at a field's beginning is a sign like any
  /// other.
  static func fields(of line: Substring, _ separator: Character) -> [String] {
    var fields: [String] = []
    var field = ""
    var (isQuoted, wasQuoted) = (false, false)
    for character in line {
      if character == "\"", isQuoted || field.allSatisfy(\.isWhitespace) || wasQuoted {
        // A quote behind the one that ended a field is one of its signs, and the field goes on.
        if wasQuoted && !isQuoted { field.append("\"") } else if !wasQuoted { field = "" }
        isQuoted.toggle()
        wasQuoted = true
      } else if character == separator && !isQuoted {
        fields.append(trimmed(field[...]))
        (field, wasQuoted) = ("", false)
      } else {
        field.append(character)
      }
    }
    return fields + [trimmed(field[...])]
  }

  /// A text without the spaces around it.
  static func trimmed(_ text: Substring) -> String {
    var text = text.drop(while: \.isWhitespace)
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }
}
