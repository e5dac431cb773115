import FoundationEssentials

/// The number of processors that this process may run on: what a cluster's scheduler or `taskset`
/// left to it, not what the machine has.
package func availableProcessorCount() -> Int {
  let total = max(1, ProcessInfo.processInfo.activeProcessorCount)
  guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
    let allowed = allowedProcessorCount(inStatus: status)
  else { return total }
  return min(allowed, total)
}

/// The number of processors that the text of `/proc/self/status` allows; nil if it names none.
///
/// Linux lists them as hexadecimal words, for instance `Cpus_allowed: 00000000,0000000f`.
package func allowedProcessorCount(inStatus status: String) -> Int? {
  let name = "Cpus_allowed:"
  guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix(name) }) else {
    return nil
  }
  let count = line.dropFirst(name.count).reduce(0) { count, digit in
    count + (digit.hexDigitValue?.nonzeroBitCount ?? 0)
  }
  return count > 0 ? count : nil
}
