import Artifacts

/// `Documentation/files.md`: every file that programs exchange, from its schema.
enum FilesPage {
  static var text: String {
    let sections = FileSchema.all.map(section)
    return """
      # Files

      <!-- Made by `make documentation` from Sources/Artifacts; changes here are lost. -->

      Programs exchange HDF5 files, readable with h5py and any other HDF5 library. A file appears under its name
      only when it is complete. Arrays are row-major, numbers little-endian, strings UTF-8 of fixed length: h5py
      shows those of datasets with `.asstr()`, those of attributes as bytes. Every dataset has an attribute
      `description`.

      A letter in a shape stands for a length that is the same wherever the letter occurs in a file. A word in braces
      stands for a group or a dataset of which there may be several.

      \(contents)

      ## Attributes of every file

      \(attributes(FileSchema.commonAttributes))

      A file whose `format` is not the one below is refused: remove it and make it anew. `inputs` holds digests, so
      a file tells which others it was made from, wherever they lie by now.

      \(sections.joined(separator: "\n\n"))

      """
  }

  private static var contents: String {
    let rows = FileSchema.all.map { schema in
      [
        "[`\(schema.fileName)`](#\(anchor(schema)))", schema.kind, "\(schema.format)",
        schema.program.hasPrefix("atlas-") ? "`\(schema.program)`" : schema.program,
      ]
    }
    return table(["file", "`kind`", "`format`", "written by"], rows)
  }

  private static func heading(_ schema: FileSchema) -> String {
    "\(schema.fileName): \(schema.kind)"
  }

  private static func anchor(_ schema: FileSchema) -> String {
    String(
      heading(schema).lowercased().compactMap { character in
        character == " "
          ? "-"
          : character.isLetter || character.isNumber || character == "-"
            ? character : nil
      })
  }

  private static func section(_ schema: FileSchema) -> String {
    var parts = ["## \(heading(schema))", schema.summary]
    if !schema.axes.isEmpty {
      let axes = schema.axes.map { "\($0.letter) \($0.meaning)" }
      parts.append("Axes: " + axes.joined(separator: "; ") + ".")
    }
    let datasets = schema.datasets.map { dataset in
      [
        "`\(dataset.name)`", dataset.type, dataset.shapeDescription, dataset.unit,
        dataset.meaning + note(dataset.presence),
      ]
    }
    parts.append(table(["dataset", "type", "shape", "unit or range", "meaning"], datasets))
    if !schema.attributes.isEmpty { parts.append(attributes(schema.attributes)) }
    parts.append("```python\n\(schema.example)\n```")
    return parts.joined(separator: "\n\n")
  }

  private static func attributes(_ attributes: [AttributeSchema]) -> String {
    let rows = attributes.map { attribute in
      [
        "`\(attribute.name)`" + (attribute.group.isEmpty ? "" : " of `\(attribute.group)`"),
        attribute.type, attribute.meaning + note(attribute.presence),
      ]
    }
    return table(["attribute", "type", "meaning"], rows)
  }

  private static func note(_ presence: Presence) -> String {
    guard case .optionally(let condition) = presence, !condition.isEmpty else { return "" }
    return " *\(condition.prefix(1).uppercased() + condition.dropFirst()).*"
  }
}

/// A table in Markdown.
func table(_ header: [String], _ rows: [[String]]) -> String {
  ([header, header.map { _ in "---" }] + rows).map { cells in
    "| "
      + cells.map {
        $0.split(separator: "|", omittingEmptySubsequences: false).joined(separator: "\\|")
      }
      .joined(separator: " | ") + " |"
  }.joined(separator: "\n")
}
