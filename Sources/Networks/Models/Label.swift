internal import FoundationEssentials
import NeuralNetworks

/// The name of one class of a network.
public struct Label: Hashable, Sendable {
  /// The class's WordNet identifier (`n01440764`, ImageNet's synset), when the file gives it.
  public var identifier: String?
  /// The class's name, as it stands in the file.
  public var text: String

  /// Makes a label of its parts.
  public init(identifier: String? = nil, text: String) {
    self.identifier = identifier
    self.text = text
  }

  /// Reads one line: a name, or an identifier (a letter and eight digits), a space and a name.
  ///
  /// ImageNet's `synset_words.txt` has lines of the second form; most other lists are names alone.
  init(line: Substring) {
    let word = line.prefix { $0 != " " && $0 != "\t" }
    let isIdentifier =
      word.utf8.count == 9 && word.first?.isLetter == true
      && word.utf8.dropFirst().allSatisfy { (48...57).contains($0) }
    identifier = isIdentifier ? String(word) : nil
    let rest = isIdentifier ? line[word.endIndex...].drop { $0 == " " || $0 == "\t" } : line
    text = String(rest)
  }
}

extension ModelCard {
  /// The classes' names, in the order of the network's outputs; none when the card names no file.
  ///
  /// - Parameter cardPath: The card's own file; the labels' path is relative to its folder and must
  ///   not lead out of it.
  /// - Returns: One label per line.
  /// - Throws: `ModelError` when the path leads out of the folder, or the file cannot be read, has
  ///   more than 16 MiB, is not UTF-8 or has an empty line.
  public func labels(cardPath: String) throws(ModelError) -> [Label] {
    guard let labels else { return [] }
    let parts = labels.split(separator: "/", omittingEmptySubsequences: false)
    // A card may come from anywhere: it must not make the program read, and print, another file of
    // the user's.
    guard !labels.isEmpty, !parts.contains(".."), parts.first != "" else {
      throw Self.fault(
        cardPath, "labels \(quoted(labels)) is not a file in the card's folder",
        remedy: "put the labels beside the card")
    }
    let path = String(cardPath.dropLast(fileName(cardPath).count)) + labels
    guard FileManager.default.fileExists(atPath: path) else {
      throw Self.fault(
        cardPath, "there is no file of labels \(path)",
        remedy: "put it there, or remove labels from the card: classes then have numbers only")
    }
    let bytes = try fileBytes(path, what: "labels", limit: 1 << 24)
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw ModelError("read labels", path, "it is not UTF-8", remedy: "save it as UTF-8")
    }
    var lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    if lines.last?.isEmpty == true { lines.removeLast() }
    if let empty = lines.firstIndex(where: { $0.allSatisfy(\.isWhitespace) }) {
      throw ModelError(
        "read labels", path, "line \(empty + 1) is empty", remedy: "give one name per line")
    }
    return lines.map(Label.init(line:))
  }
}
