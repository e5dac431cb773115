internal import FoundationEssentials

/// A data file of the explorer: a script of one call, since a page that was opened from a disk may read no
/// other file.
public enum DataScript {
  /// Writes a call of a function of the page.
  ///
  /// Equal arguments give equal bytes. What a browser might take for the end of a script or of a line is
  /// escaped, whatever names contain.
  ///
  /// - Parameters:
  ///   - function: The function's name.
  ///   - names: What comes before the data: of which layer it is, and of which grid or class.
  ///   - data: The data.
  /// - Returns: The script in UTF-8.
  /// - Throws: `EncodingError` if a number outside of a packed array is not finite.
  public static func call(
    _ function: String, _ names: [Name], _ data: some Encodable
  ) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let arguments = try names.map { try encoder.encode($0) } + [encoder.encode(data)]
    var script = Array("explorer.\(function)(".utf8)
    for (index, argument) in arguments.enumerated() {
      if index > 0 { script.append(UInt8(ascii: ",")) }
      script += escaped(Array(argument))
    }
    return script + Array(");\n".utf8)
  }

  /// A name of data: of a layer a word, of a grid or a class a number.
  public enum Name: Encodable, Sendable {
    case word(String)
    case number(Int)

    /// Writes the word or the number.
    public func encode(to encoder: any Encoder) throws {
      var container = encoder.singleValueContainer()
      switch self {
      case .word(let word): try container.encode(word)
      case .number(let number): try container.encode(number)
      }
    }
  }

  /// JSON in which `<` and the separators of lines and paragraphs are escaped, which stand in strings alone.
  static func escaped(_ json: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(json.count)
    var index = 0
    while index < json.count {
      if json[index] == UInt8(ascii: "<") {
        result += Array("\\u003c".utf8)
      } else if json[index] == 0xE2, index + 2 < json.count, json[index + 1] == 0x80,
        json[index + 2] == 0xA8 || json[index + 2] == 0xA9
      {
        result += Array((json[index + 2] == 0xA8 ? "\\u2028" : "\\u2029").utf8)
        index += 2
      } else {
        result.append(json[index])
      }
      index += 1
    }
    return result
  }
}
