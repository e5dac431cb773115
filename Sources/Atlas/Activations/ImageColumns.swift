internal import Images

/// Numbers that are known of images: the numeric columns of a table that lies beside them.
///
/// The first line names the columns, each further one tells of one image, whose name stands in one of the
/// columns: its path below the folder or its file name alone, with or without the ending. Fields are
/// separated by tabs, commas or semicolons, in quotes or not; behind semicolons a number may have a
/// decimal comma. What is not asked for, such as rows of other images, is passed over.
public struct ImageColumns: Sendable, Equatable {
  /// The names of the numeric columns, in the table's order; q of them, at least one.
  public let names: [String]
  /// The numbers of each image, NaN where there is none; images × q, row-major.
  public let values: [Double]
  /// The names of the columns that are passed over, since some field of theirs is no number, or all are
  /// empty.
  public let passedOver: [String]
  /// How many images have a row.
  public let imageCount: Int
  /// How many images have several rows; the last one counts.
  public let repeatedCount: Int

  /// Reads a table.
  ///
  /// A column is numeric if each field in rows of images is a number or missing: empty, NA, NaN or null.
  ///
  /// - Parameters:
  ///   - path: The file: UTF-8, UTF-16 or Latin-1.
  ///   - images: The images' paths below their folder.
  /// - Throws: `ActivationsError`, one line, when the file cannot be read, its first line is no line of
  ///   names, no row names an image, or no column is numeric.
  /// - Complexity: O(bytes of the table); 8 bytes for each image and column.
  public init(path: String, for images: [String]) throws(ActivationsError) {
    func fault(_ cause: String, _ remedy: String) -> ActivationsError {
      ActivationsError("Cannot use the table \(printable(path)): \(cause); \(remedy).")
    }
    let lines = try TableText.lines(of: path, "the table", option: "--columns")
    let index = ImageNameIndex(images)
    guard let form = Form(lines, index) else {
      throw fault(
        "no row names an image",
        "a row begins with an image's name, for instance \"\(printable(images.first ?? ""))\"")
    }
    let rows = form.rows(lines)
    var header = rows.first ?? []
    guard header.count <= form.column || index.matches(header[form.column]).isEmpty else {
      throw fault("its first line names an image", "give the names of the columns there")
    }
    // R leaves the column of names without one.
    if rows.count > 1, header.count + 1 == rows[1].count { header.insert("", at: 0) }
    var columns = Columns(count: header.count, imageCount: images.count, form.hasDecimalCommas)
    for row in rows.dropFirst() where row.count > form.column {
      for image in index.matches(row[form.column]) { columns.set(row, of: image) }
    }
    func name(_ column: Int) -> String {
      header[column].isEmpty ? "column \(column + 1)" : header[column]
    }
    let others = header.indices.filter { $0 != form.column }
    let numeric = others.filter { columns.isNumeric($0) }
    guard !numeric.isEmpty else {
      throw fault(
        "none of its columns holds numbers alone",
        "a field is a number with a decimal point, or empty, NA, NaN or null")
    }
    names = numeric.map(name)
    passedOver = others.filter { !columns.isNumeric($0) }.map(name)
    values = columns.values(of: numeric)
    imageCount = columns.rowCounts.count { $0 > 0 }
    repeatedCount = columns.rowCounts.count { $0 > 1 }
  }

  /// The fields of a table's rows as numbers.
  private struct Columns {
    /// The rows of each image.
    private(set) var rowCounts: [Int]
    private let count: Int
    private let hasDecimalCommas: Bool
    private var values: [Double]
    private var hasNumbers, hasOthers: [Bool]

    init(count: Int, imageCount: Int, _ hasDecimalCommas: Bool) {
      self.count = count
      self.hasDecimalCommas = hasDecimalCommas
      rowCounts = [Int](repeating: 0, count: imageCount)
      values = [Double](repeating: .nan, count: imageCount * count)
      hasNumbers = [Bool](repeating: false, count: count)
      hasOthers = hasNumbers
    }

    mutating func set(_ row: [String], of image: Int) {
      rowCounts[image] += 1
      for column in 0..<count {
        let text = column < row.count ? row[column] : ""
        let number = number(text)
        values[image * count + column] = number ?? .nan
        if number != nil {
          hasNumbers[column] = true
        } else if !["", "na", "nan", "null"].contains(text.lowercased()) {
          hasOthers[column] = true
        }
      }
    }

    func isNumeric(_ column: Int) -> Bool { hasNumbers[column] && !hasOthers[column] }

    func values(of columns: [Int]) -> [Double] {
      rowCounts.indices.flatMap { image in columns.map { values[image * count + $0] } }
    }

    private func number(_ text: String) -> Double? {
      // Swift reads "nan" and "inf" as well.
      if let number = Double(text) { return number.isFinite ? number : nil }
      guard hasDecimalCommas, text.contains(",") else { return nil }
      return Double(text.map { $0 == "," ? "." : String($0) }.joined())
    }
  }
}

/// What separates the fields of a table, and which column names the images: the one that names most.
private struct Form {
  let separator: Character
  let column: Int

  /// Where semicolons separate, commas are free for numbers: so spreadsheets of many languages write them.
  var hasDecimalCommas: Bool { separator == ";" }

  /// Finds the form by which most images are named; nil where no row names one.
  ///
  /// Names count, not rows: where images are called 1.jpg and 2.jpg, any column of small numbers names some.
  init?(_ lines: [Substring], _ images: ImageNameIndex) {
    // Some rows tell; all are looked at only where these name no image.
    var best: (count: Int, form: (Character, Int))?
    for step in Set([max(1, lines.count / 1_000), 1]).sorted(by: >) where best == nil {
      for separator in ["\t", ",", ";"] as [Character] {
        var found: [Int: Set<String>] = [:]
        for line in stride(from: 1, to: lines.count, by: step).map({ lines[$0] })
        where line.contains(separator) {
          for (column, field) in TableText.fields(of: line, separator).enumerated()
          where !images.matches(field).isEmpty { found[column, default: []].insert(field) }
        }
        for (column, names) in found.sorted(by: { $0.key < $1.key })
        where names.count > best?.count ?? 0 { best = (names.count, (separator, column)) }
      }
    }
    guard let best else { return nil }
    (separator, column) = best.form
  }

  /// The fields of all rows; a quoted field may go on in further lines.
  func rows(_ lines: [Substring]) -> [[String]] {
    var rows: [[String]] = []
    var next = 0
    while next < lines.count {
      var row = lines[next]
      next += 1
      // A quote that nothing closes soon is a mistake, and does not take the rows behind it away.
      if endsInQuotes(row, beginningSo: false),
        let end = lines[next...].prefix(100).firstIndex(where: {
          !endsInQuotes($0, beginningSo: true)
        })
      {
        row = lines[(next - 1)...end].joined(separator: " ")[...]
        next = end + 1
      }
      rows.append(TableText.fields(of: row, separator))
    }
    return rows
  }

  /// Whether a quoted field goes on behind a line.
  private func endsInQuotes(_ line: Substring, beginningSo: Bool) -> Bool {
    var (isQuoted, isAtStart) = (beginningSo, !beginningSo)
    for character in line {
      // A quote within quotes is doubled: it ends the field and begins it again. Others that do not stand
      // at a field's beginning are signs like any other.
      if character == "\"", isQuoted || isAtStart {
        isQuoted.toggle()
        isAtStart = !isQuoted
      } else if character == separator, !isQuoted {
        isAtStart = true
      } else if !character.isWhitespace {
        isAtStart = false
      }
    }
    return isQuoted
  }
}
