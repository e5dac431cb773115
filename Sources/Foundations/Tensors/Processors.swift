import FoundationEssentials

/// The number of processors that this process may run on: what a cluster's scheduler or `taskset`
/// left to it, not what the machine has.
///
/// Linux lists them as hexadecimal words in `/proc/self/status`, for instance
/// `Cpus_allowed: 00000000,0000000f`.
package func availableProcessorCount() -> Int {
  let total = max(1, ProcessInfo.processInfo.activeProcessorCount)
  guard let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
    let line = status.split(separator: "\n").first(where: { $0.hasPrefix("Cpus_allowed:") })
  else { return total }
  let allowed = line.dropFirst("Cpus_allowed:".count).reduce(0) { count, digit in
    count + (digit.hexDigitValue?.nonzeroBitCount ?? 0)
  }
  return allowed > 0 ? min(allowed, total) : total
}
