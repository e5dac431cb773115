/// A network that does not fit together, or that has no tensor of the wanted name.
public struct GraphError: Error, Hashable, Sendable, CustomStringConvertible {
  /// One line: the node or tensor, what does not fit, and a remedy.
  public let description: String

  /// Makes an error from its one line.
  public init(_ description: String) { self.description = description }

  init(_ node: Node, _ cause: String) {
    self.init("node \(quoted(node.name)) (\(node.operation.name)): \(cause)")
  }
}

/// A name from a file in quotation marks, on one line and no longer than a line.
package func quoted(_ name: String) -> String {
  // Names come from files: one of a megabyte, or with line breaks, must not take over a message.
  let limit = 120
  let scalars = name.unicodeScalars.prefix(limit)
  let cut = scalars.endIndex < name.unicodeScalars.endIndex
  let text = String(String.UnicodeScalarView(scalars)).debugDescription
  var shown = ""
  for scalar in text.unicodeScalars {
    switch scalar.properties.generalCategory {
    // Terminals take some of these for commands, and others turn the line around.
    case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse:
      shown += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
    default: shown.unicodeScalars.append(scalar)
    }
  }
  return shown + (cut ? "…" : "")
}

/// The names most like a misspelt one, best first.
///
/// Names that contain the wanted one, or are contained in it, come before all others; then the
/// smaller edit distance (Levenshtein 1966) decides, then the order in `candidates`. Case does not
/// count, and only the first 128 bytes of a name do.
///
/// - Complexity: O(m · l²) for m candidates of length l.
public func nearestNames(to name: String, among candidates: [String], count: Int = 5) -> [String] {
  let wanted = comparable(name)
  let ranked = candidates.enumerated().map { index, candidate in
    let letters = comparable(candidate)
    let isPart =
      !wanted.isEmpty && !letters.isEmpty && (letters.contains(wanted) || wanted.contains(letters))
    return (isPart ? 0 : 1, editDistance(wanted, letters), index)
  }
  return ranked.sorted(by: <).prefix(max(count, 0)).map { candidates[$0.2] }
}

/// The names so like a misspelt one that they may be meant, best first; none where nothing is near.
///
/// Near is a name that contains the wanted one or is contained in it (of three letters or more), and
/// one with a third of its letters changed at most.
///
/// - Complexity: O(m · l²) for m candidates of length l; of very many, the first 10,000 count.
package func nearNames(to name: String, among candidates: [String], count: Int = 5) -> [String] {
  let wanted = comparable(name)
  let near = candidates.prefix(10_000).filter { candidate in
    let letters = comparable(candidate)
    let isPart = letters.contains(wanted) || wanted.contains(letters)
    return (isPart && min(wanted.count, letters.count) > 2)
      || editDistance(wanted, letters) <= max(1, wanted.count / 3)
  }
  return nearestNames(to: name, among: near, count: count)
}

/// A name in lower case as bytes, cut off where a long one would take long to compare.
private func comparable(_ name: String) -> [UInt8] {
  String(name.prefix(128)).lowercased().utf8.prefix(128).map { $0 }
}

/// The least number of letters to insert, remove or replace.
private func editDistance(_ first: [UInt8], _ second: [UInt8]) -> Int {
  var row = Array(0...second.count)
  for (i, letter) in first.enumerated() {
    // One row of the table is enough: of the row before only the diagonal is needed after it is
    // overwritten.
    var diagonal = row[0]
    row[0] = i + 1
    for (j, other) in second.enumerated() {
      let replaced = diagonal + (letter == other ? 0 : 1)
      diagonal = row[j + 1]
      row[j + 1] = min(replaced, row[j] + 1, row[j + 1] + 1)
    }
  }
  return row[second.count]
}
