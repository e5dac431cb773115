/// The page's own script, joined out of modules.
///
/// Modules would be refused to a page that was opened from a disk, so they become one classic script.
public enum PageScript {
  /// Joins modules in their order: lines that import are dropped, and so is the word `export` at the beginning
  /// of a line; the whole becomes the body of a function.
  ///
  /// - Parameter modules: The modules' text in UTF-8; each comes after those that it imports.
  /// - Returns: The script.
  public static func joined(_ modules: [[UInt8]]) -> [UInt8] {
    var script = Array("(() => {\n\"use strict\";\n".utf8)
    for module in modules {
      for line in module.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
        if line.starts(with: Array("import ".utf8)) { continue }
        let exported = Array("export ".utf8)
        script += line.starts(with: exported) ? line.dropFirst(exported.count) : line
        script.append(UInt8(ascii: "\n"))
      }
    }
    return script + Array("})();\n".utf8)
  }

  /// Text for HTML: what means something there is escaped.
  public static func escaped(_ text: String) -> String {
    var result = ""
    for character in text.unicodeScalars {
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      default: result.unicodeScalars.append(character)
      }
    }
    return result
  }
}
