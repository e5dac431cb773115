internal import CExplorerPage

/// The page's own files, which the compiler has put into the program.
public enum ExplorerPage {
  /// The script: modules would be refused to a page that was opened from a disk, so they are joined.
  public static var script: [UInt8] {
    joined((0..<Int(page_module_count)).map { bytes(of: page_modules[$0]) })
  }

  /// The style sheet.
  public static var styleSheet: [UInt8] { bytes(of: page_css) }

  /// The style sheet of the pages of patches: the explorer's, and what they add.
  public static var patchesStyleSheet: [UInt8] { styleSheet + bytes(of: page_patches_css) }

  /// The page.
  ///
  /// - Parameter title: Its title, any text.
  /// - Returns: The file's bytes.
  public static func html(title: String) -> [UInt8] {
    Array(
      String(decoding: bytes(of: page_html), as: UTF8.self)
        .replacing("{{title}}", with: escaped(title)).utf8)
  }

  private static func bytes(of file: page_file) -> [UInt8] {
    Array(UnsafeBufferPointer(start: file.bytes, count: file.count))
  }

  /// Joins modules in their order: lines that import are dropped, and so is the word `export` at the beginning
  /// of a line; the whole becomes the body of a function.
  ///
  /// - Parameter modules: The modules' text in UTF-8; each comes after those that it imports.
  /// - Returns: The script.
  package static func joined(_ modules: [[UInt8]]) -> [UInt8] {
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
  package static func escaped(_ text: String) -> String {
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
