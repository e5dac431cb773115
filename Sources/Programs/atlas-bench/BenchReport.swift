import CommandLine

/// Names and numbers, in the order in which they were measured.
struct BenchReport {
  private var entries: [(name: String, value: Double)] = []

  /// Adds a number and says so.
  mutating func add(_ name: String, _ value: Double) {
    entries.append((name, value))
    Diagnostics.note("\(name) \(decimal(value))")
  }

  /// One flat object, a line each.
  var json: [UInt8] {
    let lines = entries.map { entry in
      "  \"\(entry.name)\": \((entry.value * 10_000).rounded() / 10_000)"
    }
    return Array(("{\n" + lines.joined(separator: ",\n") + "\n}\n").utf8)
  }
}
