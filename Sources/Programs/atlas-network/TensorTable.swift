import CommandLine
import Models
import NeuralNetworks

/// A list of tensors as lines of text.
struct TensorTable {
  private let list: TensorList
  private let entries: [TensorEntry]
  private let width: Int?

  /// Makes a table.
  ///
  /// - Parameters:
  ///   - list: The network's tensors, for the totals.
  ///   - entries: Those to show.
  ///   - width: The columns that a line may have; `nil` for as many as it takes.
  init(_ list: TensorList, entries: [TensorEntry], width: Int?) {
    self.list = list
    self.entries = entries
    self.width = width
  }

  /// The table: the network, one line per tensor, the totals, notes.
  var lines: [String] {
    let header = [
      "", "layer", "operation", "sizes", "parameters", "MFLOP", "field", "stride", "alias",
    ]
    var rows = [header] + entries.map(cells)
    if rows.allSatisfy({ $0.last == "" || $0 == header }) {
      rows = rows.map { $0.dropLast() + [""] }
    }
    var widths = header.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    if let width {
      widths[8] = min(widths[8], 40)
      let others = widths.enumerated().reduce(0) { $1.offset == 1 ? $0 : $0 + $1.element + 2 }
      widths[1] = min(widths[1], max(width - others, 24))
    }
    let cut = entries.contains { printable($0.name).count > widths[1] }
    return [title, ""] + rows.map { line($0, widths) } + [""] + totals + notes
      + (cut ? ["…: the middle of a name; --width 0 shows all of it"] : [])
  }

  private func line(_ cells: [String], _ widths: [Int]) -> String {
    let isNumber = [4, 5, 6, 7]
    let text = cells.indices.map { column in
      isNumber.contains(column)
        ? aligned(cells[column], to: widths[column])
        : padded(shortened(cells[column], to: widths[column]), to: widths[column])
    }.joined(separator: "  ")
    return String(text.reversed().drop { $0 == " " }.reversed())
  }

  private func cells(_ entry: TensorEntry) -> [String] {
    let mark =
      switch entry.suitability {
      case .suits: "*"
      case .maySuit: "?"
      case .doesNotSuit: ""
      }
    return [
      mark, printable(entry.name), entry.operation, entry.fact.shape.description,
      entry.parameterCount == 0 ? "" : grouped(entry.parameterCount),
      entry.operationCount == 0 ? "" : decimal(Double(entry.operationCount) / 1e6, places: 1),
      field(entry.field), entry.stride.map(stride) ?? "",
      entry.aliases.map(printable).joined(separator: ", "),
    ]
  }

  private func field(_ field: ReceptiveField) -> String {
    if field.rows.reach == field.columns.reach {
      if field.rows.reach == .all { return "all" }
      if field.rows.reach == .unknown { return "unknown" }
    }
    func side(_ reach: ReceptiveField.Reach) -> String {
      reach.count.map(String.init) ?? (reach == .all ? "all" : "unknown")
    }
    return "\(side(field.rows.reach)) × \(side(field.columns.reach))"
  }

  private func stride(_ stride: Extent) -> String {
    stride.height == stride.width ? "\(stride.height)" : "\(stride.height) × \(stride.width)"
  }

  private var title: String {
    let name = list.network.card.name.map { printable($0) + ", " } ?? ""
    return
      "\(name)\(list.network.path) for images of \(list.size.height) × \(list.size.width) pixels"
  }

  private var totals: [String] {
    let parameters = list.entries.reduce(0) { $0 + $1.parameterCount }
    let operations = list.entries.reduce(0.0) { $0 + Double($1.operationCount) }
    return [
      "\(grouped(parameters)) parameters, \(decimal(operations / 1e9, places: 3)) GFLOP; an atlas "
        + "can be made of \(list.suitable.count) of \(list.entries.count) tensors"
    ]
  }

  private var notes: [String] {
    var notes = [
      "* an atlas can be made of it: floating-point values of the shape 1 × channels × height × width, or 1 × channels"
    ]
    if entries.contains(where: { $0.suitability == .maySuit }) {
      notes.append(
        "? perhaps also of it: its dimensions were rearranged in a way that is not followed")
    }
    if let first = list.entries.first(where: \.isMapOfAll) {
      notes.append(
        "all: from \(shortened(printable(first.name), to: 72)) on, every position depends on the whole image:"
      )
      notes.append(
        "     by a gate (squeeze and excitation), attention or another sum over positions")
    }
    return notes
  }
}

/// A whole number with commas between thousands.
func grouped(_ number: Int) -> String {
  var result = ""
  for (index, digit) in String(number).reversed().enumerated() {
    if index > 0, index.isMultiple(of: 3), digit != "-" { result.append(",") }
    result.append(digit)
  }
  return String(result.reversed())
}

/// A name from a file without what would disturb a line of text.
func printable(_ name: String) -> String {
  var result = String.UnicodeScalarView()
  for scalar in name.unicodeScalars {
    switch scalar.properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse:
      result.append("\u{FFFD}")
    default: result.append(scalar)
    }
  }
  return String(result)
}

/// A name with its middle left out where it is too long: its end tells more.
func shortened(_ name: String, to width: Int) -> String {
  guard name.count > width, width > 1 else { return name }
  let head = (width - 1) / 3
  return name.prefix(head) + "…" + name.suffix(width - 1 - head)
}
