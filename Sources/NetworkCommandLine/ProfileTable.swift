internal import CommandLine
public import NeuralNetworks

/// A profile as a table: one line per step, then one per kind of operation, then the sum.
///
/// Rates are given as fractions of the peak beside the times, since it is the fraction that says
/// whether an operation could be faster.
public struct ProfileTable {
  private let entries: [ProfileEntry]
  private let peak: Double

  /// Makes a table.
  ///
  /// - Parameters:
  ///   - entries: The steps, in order.
  ///   - peak: What one thread can do at most, in operations per second: that of a matrix product.
  public init(_ entries: [ProfileEntry], peak: Double) {
    self.entries = entries
    self.peak = peak
  }

  /// The table's lines.
  public var lines: [String] {
    let total = entries.reduce(0) { $0 + $1.seconds }
    let rows = entries.map { row($0, of: total) }
    return [header] + rows + ["", "by operation:", header] + summary(total) + [sum(total)]
  }

  private var header: String {
    columns("operation", "shape", "kernel", "ms", "GFLOP/s", "of peak", "of time", node: "node")
  }

  private func row(_ entry: ProfileEntry, of total: Double) -> String {
    let rate = Double(entry.operationCount) / entry.seconds
    let direction = entry.phase == .backward ? "backward " : ""
    return columns(
      direction + entry.operation, entry.shape, entry.implementation,
      decimal(entry.seconds * 1e3, places: 3),
      // Pools, sums and reorders are bound by memory; a rate of theirs would say nothing.
      entry.operationCount == 0 ? "" : decimal(rate / 1e9, places: 1),
      entry.operationCount == 0 ? "" : percent(rate / peak), percent(entry.seconds / total),
      node: entry.node)
  }

  /// One line per operation, direction and kernel, the longest first.
  private func summary(_ total: Double) -> [String] {
    var groups: [String: ProfileEntry] = [:]
    for entry in entries {
      let key = "\(entry.phase) \(entry.operation) \(entry.implementation)"
      if var known = groups[key] {
        known.seconds += entry.seconds
        known.operationCount += entry.operationCount
        groups[key] = known
      } else {
        // Nodes and sizes differ within a group.
        var first = entry
        first.node = ""
        first.shape = ""
        groups[key] = first
      }
    }
    // Of groups that take equally long the order of their keys: a dictionary has another in each
    // run.
    return groups.sorted { ($0.value.seconds, $1.key) > ($1.value.seconds, $0.key) }
      .map { row($0.value, of: total) }
  }

  private func sum(_ total: Double) -> String {
    let operations = entries.reduce(0) { $0 + $1.operationCount }
    let rate = Double(operations) / total
    return columns(
      "all", "", "", decimal(total * 1e3, places: 3), decimal(rate / 1e9, places: 1),
      percent(rate / peak), percent(1), node: "")
  }

  private func columns(
    _ operation: String, _ shape: String, _ kernel: String, _ time: String, _ rate: String,
    _ ofPeak: String, _ ofTime: String, node: String
  ) -> String {
    [
      padded(operation, to: 38), padded(shape, to: 40), padded(kernel, to: 26),
      aligned(time, to: 9), aligned(rate, to: 8), aligned(ofPeak, to: 8), aligned(ofTime, to: 8),
      " " + node,
    ].joined(separator: " ")
  }

  private func percent(_ fraction: Double) -> String { decimal(100 * fraction, places: 1) + " %" }
}
