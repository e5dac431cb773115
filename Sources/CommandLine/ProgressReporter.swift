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
