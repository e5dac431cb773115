import CommandLine
import FoundationEssentials
import Models
import NeuralNetworks
import Numerics

/// A list of tensors as lines of text.
struct TensorTable {
  private let list: TensorList
  private let entries: [TensorEntry]
  private let width: Int?
  private let columns: [Column]

  /// A column of the table.
  private struct Column {
    let title: String
    var isNumber = false
    /// The widest that it may be where lines are cut.
    var limit = Int.max
    let text: (TensorEntry) -> String
  }

  /// Makes a table.
  ///
  /// - Parameters:
  ///   - list: The network's tensors, for the totals.
  ///   - entries: Those to show.
  ///   - isOfLayers: Whether the table is to choose a layer by: with what an atlas would see of it and
  ///     all that is needed to compute it, in place of what each operation adds.
  ///   - width: The columns that a line may have; `nil` for as many as it takes.
  init(_ list: TensorList, entries: [TensorEntry], isOfLayers: Bool, width: Int?) {
    self.list = list
    self.entries = entries
    self.width = width
    let name = Column(title: "layer") { printable($0.name) }
    let field = [
      Column(title: "field", isNumber: true) { Self.field($0.field) },
      Column(title: "stride", isNumber: true) { $0.stride.map(Self.stride) ?? "" },
    ]
    let names = [
      Column(title: "module", limit: 40) { printable($0.modules.first ?? "") },
      Column(title: "alias", limit: 40) { $0.aliases.map(printable).joined(separator: ", ") },
    ]
    func cost(_ parameters: Int, _ operations: Double) -> (String, String) {
      (
        parameters == 0 ? "" : grouped(parameters),
        operations == 0 ? "" : decimal(operations / 1e6, places: 1)
      )
    }
    guard isOfLayers else {
      columns =
        [
          Column(title: "") { $0.map == nil ? "" : "*" }, name,
          Column(title: "operation") { $0.operation },
          Column(title: "sizes") { $0.fact.shape.description },
          Column(title: "parameters", isNumber: true) {
            cost($0.parameterCount, Double($0.operationCount)).0
          },
          Column(title: "MFLOP", isNumber: true) {
            cost($0.parameterCount, Double($0.operationCount)).1
          },
        ] + field + names
      return
    }
    let costs = Dictionary(
      entries.map { entry in
        let cost = list.cost(of: entry.name)
        return (entry.name, (parameters: cost.parameters, operations: cost.operations))
      }, uniquingKeysWith: { first, _ in first })
    columns =
      [
        name,
        Column(title: "channels", isNumber: true) { $0.map.map { grouped($0.channels) } ?? "" },
        Column(title: "map", isNumber: true) { $0.map.map { "\($0.height) × \($0.width)" } ?? "" },
        Column(title: "parameters", isNumber: true) {
          costs[$0.name].map { cost($0.parameters, $0.operations).0 } ?? ""
        },
        Column(title: "MFLOP", isNumber: true) {
          costs[$0.name].map { cost($0.parameters, $0.operations).1 } ?? ""
        },
      ] + field + names
  }

  /// The table: the network, one line per tensor, the totals, notes.
  var lines: [String] {
    // A column that is empty everywhere tells nothing.
    let columns = columns.filter { column in
      column.title != "module" && column.title != "alias"
        || entries.contains { !column.text($0).isEmpty }
    }
    let header = columns.map(\.title)
    let rows = [header] + entries.map { entry in columns.map { $0.text(entry) } }
    var widths = header.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    let name = header.firstIndex(of: "layer") ?? 0
    if let width {
      for index in widths.indices { widths[index] = min(widths[index], columns[index].limit) }
      let others = widths.enumerated().reduce(0) {
        $1.offset == name ? $0 : $0 + $1.element + 2
      }
      widths[name] = min(widths[name], max(width - others, 24))
    }
    let cut = entries.contains { printable($0.name).count > widths[name] }
    return [title, ""] + rows.map { line($0, columns, widths) } + [""] + totals + notes
      + (cut ? ["…: the middle of a name; --width 0 shows all of it"] : [])
  }

  private func line(_ cells: [String], _ columns: [Column], _ widths: [Int]) -> String {
    let text = cells.indices.map { column in
      columns[column].isNumber
        ? aligned(cells[column], to: widths[column])
        : padded(shortened(cells[column], to: widths[column]), to: widths[column])
    }.joined(separator: "  ")
    return String(text.reversed().drop { $0 == " " }.reversed())
  }

  private static func field(_ field: ReceptiveField) -> String {
    if field.rows.reach == field.columns.reach {
      if field.rows.reach == .all { return "all" }
      if field.rows.reach == .unknown { return "unknown" }
    }
    func side(_ reach: ReceptiveField.Reach) -> String {
      reach.count.map(String.init) ?? (reach == .all ? "all" : "unknown")
    }
    return "\(side(field.rows.reach)) × \(side(field.columns.reach))"
  }

  private static func stride(_ stride: Extent) -> String {
    stride.height == stride.width ? "\(stride.height)" : "\(stride.height) × \(stride.width)"
  }

  private var title: String {
    let name = list.network.card.name.map { printable($0) + ", " } ?? ""
    let size = list.network.files.compactMap { path in
      (try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? Int
    }.reduce(0, +)
    return
      "\(name)\(list.network.path), \(decimal(Double(size) / 1e6)) MB, for images of \(list.size.height) × \(list.size.width) pixels"
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
    var notes =
      columns.first?.title == ""
      ? ["* an atlas can be made of it: a map or tokens of the image, or a vector"]
      : ["parameters, MFLOP: of all that is needed to compute the layer"]
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
