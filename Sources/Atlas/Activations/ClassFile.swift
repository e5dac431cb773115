internal import FoundationEssentials
internal import Images

/// The classes of images, out of a text file of one of the usual forms.
///
/// A line tells of one image: its name and its class, separated by a tab, a comma, a semicolon or
/// spaces, in quotes or not, with or without a line of headings. Which of these a file has is found
/// by trying: the one by which most lines name an image counts.
struct ClassFile {
  /// For each image, its class; nil where the file has none.
  private(set) var classes: [String?]
  /// How many images have two classes that differ; the later one counts.
  private(set) var conflictCount = 0

  /// Reads a file.
  ///
  /// - Parameters:
  ///   - path: The file: UTF-8, UTF-16 or Latin-1.
  ///   - names: The images' paths below their folder.
  /// - Throws: `ActivationsError` when the file cannot be read, or no line names an image.
  init(path: String, for names: [String]) throws(ActivationsError) {
    let lines = try Self.text(path).split { $0 == "\n" || $0 == "\r" || $0 == "\r\n" }
    let images = ImageNameIndex(names)
    var best: (count: Int, form: Form, column: Int) = (0, .spaces, 0)
    for form in [Form.separated(by: "\t"), .separated(by: ","), .separated(by: ";"), .spaces] {
      // Names stand in one of the first columns.
      var counts = [0, 0, 0, 0]
      for line in lines {
        for (column, field) in form.fields(line, images).prefix(4).enumerated()
        where !images.matches(field).isEmpty { counts[column] += 1 }
      }
      for (column, count) in counts.enumerated() where count > best.count {
        best = (count, form, column)
      }
    }
    classes = names.map { _ in nil }
    let rows = lines.map { best.form.fields($0, images) }
    let columnCounts = Set(rows.map(\.count))
    let heading = rows.first.flatMap { first in
      first.count > best.column && images.matches(first[best.column]).isEmpty
        ? first.firstIndex { Self.headings.contains($0.lowercased()) } : nil
    }
    for fields in rows where fields.count > max(1, best.column) {
      let column = heading ?? (best.column + 1 < fields.count ? best.column + 1 : best.column - 1)
      guard column < fields.count, column != best.column else { continue }
      // A class with unquoted commas in it is the rest of its line.
      let isRest = columnCounts.count > 1 && column > best.column
      let text = isRest ? best.form.joined(fields[column...]) : fields[column]
      guard !text.isEmpty else { continue }
      for image in images.matches(fields[best.column]) {
        if let former = classes[image], former != text { conflictCount += 1 }
        classes[image] = text
      }
    }
    guard classes.contains(where: { $0 != nil }) else {
      throw ActivationsError(
        "Cannot use the classes in \(printable(path)): 0 of \(names.count) images have a class in it; a line is \"image class\", for instance \"\(printable(names.first ?? "")) cat\"."
      )
    }
  }

  /// What the heading of a column of classes is called.
  private static let headings: Set<String> = [
    "class", "label", "category", "species", "breed", "target", "classname", "class_name", "labels",
    "class_id", "label_name", "category_name", "classid", "y",
  ]

  // MARK: Text

  private static func text(_ path: String) throws(ActivationsError) -> String {
    func fault(_ cause: String) -> ActivationsError {
      ActivationsError("Cannot read the classes in \(printable(path)): \(cause); check --classes.")
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
    return text
  }

  private static func utf16(_ bytes: ArraySlice<UInt8>, high: Int) -> String? {
    guard bytes.count % 2 == 0 else { return nil }
    let units = stride(from: bytes.startIndex, to: bytes.endIndex, by: 2).map {
      UInt16(bytes[$0 + high]) << 8 | UInt16(bytes[$0 + 1 - high])
    }
    return String(validating: units, as: UTF16.self)
  }

  // MARK: Lines

  /// How the parts of a line are separated.
  private enum Form {
    case separated(by: Character)
    case spaces

    /// The parts of a line, without the spaces and quotes around them.
    func fields(_ line: Substring, _ images: ImageNameIndex) -> [String] {
      switch self {
      case .separated(let separator):
        return line.contains(separator) ? quotedFields(line, separator) : []
      case .spaces: return imageAndRest(line, images)
      }
    }

    /// What a class with separators in it was.
    func joined(_ fields: ArraySlice<String>) -> String {
      switch self {
      case .separated(","): fields.joined(separator: ", ")
      case .separated(let separator): fields.joined(separator: String(separator))
      case .spaces: fields.joined(separator: " ")
      }
    }

    /// The fields of RFC 4180; a quote within quotes is doubled.
    private func quotedFields(_ line: Substring, _ separator: Character) -> [String] {
      var fields = [""]
      var isQuoted = false
      for character in line {
        if character == "\"" {
          if !isQuoted && fields[fields.count - 1].hasSuffix("\u{0}") {
            fields[fields.count - 1].removeLast()
            fields[fields.count - 1] += "\""
            isQuoted = true
          } else {
            // Where a quote ends, a mark that no text holds: another quote behind it is one.
            if isQuoted { fields[fields.count - 1] += "\u{0}" }
            isQuoted.toggle()
          }
        } else if character == separator && !isQuoted {
          fields.append("")
        } else {
          fields[fields.count - 1].append(character)
        }
      }
      return fields.map { trimmed($0.filter { $0 != "\u{0}" }[...]) }
    }

    /// The image and the rest of a line; the image's name may hold spaces itself.
    private func imageAndRest(_ line: Substring, _ images: ImageNameIndex) -> [String] {
      let line = trimmed(line)
      if line.hasPrefix("\""), let end = line.dropFirst().firstIndex(of: "\"") {
        return [
          String(line[line.index(after: line.startIndex)..<end]),
          unquoted(trimmed(line[line.index(after: end)...])),
        ]
      }
      for space in line.indices where line[space].isWhitespace {
        let name = line[..<space]
        if name.last?.isWhitespace != true && !images.matches(String(name)).isEmpty {
          return [String(name), unquoted(trimmed(line[space...]))]
        }
      }
      return []
    }

    private func trimmed(_ text: Substring) -> String {
      var text = text.drop(while: \.isWhitespace)
      while text.last?.isWhitespace == true { text.removeLast() }
      return String(text)
    }

    private func unquoted(_ text: String) -> String {
      text.count >= 2 && text.hasPrefix("\"") && text.hasSuffix("\"")
        ? String(text.dropFirst().dropLast()) : text
    }
  }
}

/// Finds images by what a list calls them.
///
/// A path that ends as an image's does names it, and so does the end of an image's path: lists are
/// written with other folders above. Where nothing has the exact name, its ending does not count,
/// and then its case does not.
private struct ImageNameIndex {
  /// For each degree of likeness, the images by their paths, and by the ends of these.
  private var whole: [[String: [Int]]] = [[:], [:], [:]]
  private var ends: [[String: [Int]]] = [[:], [:], [:]]

  init(_ names: [String]) {
    for (image, name) in names.enumerated() {
      for likeness in 0..<3 {
        let form = Self.form(name, likeness)
        whole[likeness][form, default: []].append(image)
        for end in Self.ends(of: form) { ends[likeness][end, default: []].append(image) }
      }
    }
  }

  /// The images that a name names.
  func matches(_ field: String) -> [Int] {
    guard !field.isEmpty else { return [] }
    var name = field.contains("\\") ? String(field.map { $0 == "\\" ? "/" : $0 }) : field
    while name.hasPrefix("./") { name.removeFirst(2) }
    for likeness in 0..<3 {
      let form = Self.form(name, likeness)
      if let images = whole[likeness][form] { return images }
      for end in Self.ends(of: form) {
        if let images = whole[likeness][end] { return images }
      }
      if let images = ends[likeness][form] { return images }
    }
    return []
  }

  private static func form(_ name: String, _ likeness: Int) -> String {
    guard likeness > 0 else { return name }
    var stem = name
    if let point = name.lastIndex(of: "."),
      ImageFormat.nameEndings.contains(name[name.index(after: point)...].lowercased())
    {
      stem = String(name[..<point])
    }
    return likeness == 1 ? stem : stem.lowercased()
  }

  /// What follows each folder of a path.
  private static func ends(of path: String) -> [String] {
    path.indices.filter { path[$0] == "/" }.map { String(path[path.index(after: $0)...]) }
      .filter { !$0.isEmpty }
  }
}
