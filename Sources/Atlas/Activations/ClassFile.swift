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
    let lines = try TableText.lines(of: path, "the classes", option: "--classes")
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

  /// How the parts of a line are separated.
  private enum Form {
    case separated(by: Character)
    case spaces

    /// The parts of a line, without the spaces and quotes around them.
    func fields(_ line: Substring, _ images: ImageNameIndex) -> [String] {
      switch self {
      case .separated(let separator):
        return line.contains(separator) ? TableText.fields(of: line, separator) : []
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

    /// The image and the rest of a line; the image's name may hold spaces itself.
    private func imageAndRest(_ line: Substring, _ images: ImageNameIndex) -> [String] {
      let line = TableText.trimmed(line)
      if line.hasPrefix("\""), let end = line.dropFirst().firstIndex(of: "\"") {
        return [
          String(line[line.index(after: line.startIndex)..<end]),
          unquoted(TableText.trimmed(line[line.index(after: end)...])),
        ]
      }
      for space in line.indices where line[space].isWhitespace {
        let name = line[..<space]
        if name.last?.isWhitespace != true && !images.matches(String(name)).isEmpty {
          return [String(name), unquoted(TableText.trimmed(line[space...]))]
        }
      }
      return []
    }

    private func unquoted(_ text: String) -> String {
      text.count >= 2 && text.hasPrefix("\"") && text.hasSuffix("\"")
        ? String(text.dropFirst().dropLast()) : text
    }
  }
}
