internal import Glibc
internal import Synchronization

/// Shows how far a long stage is: a bar on a terminal, elsewhere a line every few seconds, with the
/// rate and the time left.
///
/// Safe to advance from several threads.
public final class ProgressReporter: Sendable {
  private let label: String
  private let unit: String
  private let total: Int
  private let isTerminal: Bool
  private let start = ContinuousClock.now
  private let state: Mutex<State>

  private struct State {
    var done: Int
    /// What was there before this run; it does not count towards the rate.
    var before: Int
    var lastReport: ContinuousClock.Instant
  }

  /// Starts to report.
  ///
  /// - Parameters:
  ///   - label: What is going on, for instance `extract`.
  ///   - total: How many units there are.
  ///   - done: How many were finished by an earlier run.
  ///   - unit: What is counted, in the plural.
  public init(_ label: String, total: Int, done: Int = 0, unit: String) {
    self.label = label
    self.unit = unit
    self.total = total
    isTerminal = isatty(STDERR_FILENO) == 1
    state = Mutex(State(done: done, before: done, lastReport: .now))
  }

  /// Counts units as done.
  public func advance(by count: Int = 1) {
    state.withLock { state in
      state.done += count
      let interval: Duration = isTerminal ? .milliseconds(200) : .seconds(5)
      guard ContinuousClock.now - state.lastReport >= interval else { return }
      state.lastReport = .now
      report(state)
    }
  }

  /// Sets the share that is done, for work that counts in shares.
  public func set(share: Double) {
    let done = Int(share * Double(total))
    let step = state.withLock { done - $0.done }
    if step > 0 { advance(by: step) }
  }

  /// Reports the end, with the time it took.
  public func finish() {
    guard !Diagnostics.isQuiet else { return }
    let state = state.withLock { $0 }
    let seconds = (ContinuousClock.now - start).seconds
    let rate = Double(state.done - state.before) / max(seconds, 1e-9)
    let line = "\(label): \(state.done) \(unit) in \(duration(seconds)) (\(decimal(rate)) a second)"
    Diagnostics.write((isTerminal ? "\r\u{1B}[K" : "") + line + "\n")
  }

  private func report(_ state: State) {
    guard !Diagnostics.isQuiet, total > 0 else { return }
    let seconds = (ContinuousClock.now - start).seconds
    let rate = Double(state.done - state.before) / max(seconds, 1e-9)
    let left = rate > 0 ? duration(Double(total - state.done) / rate) : "unknown"
    let share = Double(state.done) / Double(total)
    let text =
      "\(state.done) of \(total) \(unit), \(decimal(rate)) a second, \(left) left"
    guard isTerminal else {
      Diagnostics.writeLine("\(label): \(Int(100 * share)) %, \(text)")
      return
    }
    let filled = Int(30 * min(1, share))
    let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: 30 - filled)
    Diagnostics.write("\r\u{1B}[K\(label) \(bar) \(text)")
  }
}

extension Duration {
  /// The duration in seconds.
  public var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}

/// Seconds as people say them: `42 s`, `3 min 05 s`, `2 h 10 min`.
func duration(_ seconds: Double) -> String {
  guard seconds.isFinite, seconds < 1e9 else { return "unknown" }
  if seconds < 9.95 { return decimal(seconds) + " s" }
  let whole = Int(seconds.rounded())
  func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
  if whole < 60 { return "\(whole) s" }
  if whole < 3600 { return "\(whole / 60) min \(padded(whole % 60)) s" }
  return "\(whole / 3600) h \(padded(whole % 3600 / 60)) min"
}

/// A forecast, in whole seconds at least.
func approximateDuration(_ seconds: Double) -> String {
  seconds < 9.95 ? "\(max(1, Int(seconds.rounded()))) s" : duration(seconds)
}

/// A number with as many decimals as are of interest.
public func decimal(_ value: Double) -> String {
  guard value.isFinite, abs(value) < 1e15 else { return "\(value)" }
  guard abs(value) < 100 else { return "\(Int(value.rounded()))" }
  let hundredths = Int((value * (abs(value) < 10 ? 100 : 10)).rounded())
  let unit = abs(value) < 10 ? 100 : 10
  let fraction = String(abs(hundredths) % unit)
  let zeros = String(repeating: "0", count: (unit == 100 ? 2 : 1) - fraction.count)
  return (value < 0 && hundredths != 0 ? "-" : "") + "\(abs(hundredths) / unit).\(zeros)\(fraction)"
}
