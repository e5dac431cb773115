internal import Synchronization

/// Shows how far a long stage is: a bar on a terminal, elsewhere a line every few seconds, with the
/// rate and the time left.
///
/// Safe to advance from several threads.
public final class ProgressReporter: Sendable {
  private let isTerminal = Diagnostics.isTerminal
  private let start = ContinuousClock.now
  private let state: Mutex<State>

  private struct State {
    var line: ProgressLine
    var lastReport: ContinuousClock.Instant
  }

  /// Starts to report.
  ///
  /// - Parameters:
  ///   - label: What is going on, for instance `extract`.
  ///   - total: How many units there are.
  ///   - done: How many were finished by an earlier run.
  ///   - unit: What is counted, in the singular.
  public init(_ label: String, total: Int, done: Int = 0, unit: String) {
    let line = ProgressLine(label, total: total, earlier: done, unit: unit)
    state = Mutex(State(line: line, lastReport: .now))
  }

  /// Counts units as done.
  ///
  /// - Complexity: A lock and a look at the clock: for units of a millisecond and more.
  public func advance(by count: Int = 1) {
    state.withLock { state in
      state.line.done += count
      // Five times a second is as often as one can read; a log should not grow by more than a line
      // every few seconds.
      let interval: Duration = isTerminal ? .milliseconds(200) : .seconds(5)
      let now = ContinuousClock.now
      guard now - state.lastReport >= interval else { return }
      state.lastReport = now
      report(state.line)
    }
  }

  /// Sets the fraction that is done, from 0 to 1, for work that knows no units; it never goes back.
  public func set(fraction: Double) {
    let step = state.withLock { Int(fraction * Double($0.line.total)) - $0.line.done }
    if step > 0 { advance(by: step) }
  }

  /// Reports the end, with the time it took.
  public func finish() {
    guard !Diagnostics.isQuiet else { return }
    Diagnostics.writeLine(state.withLock { $0.line }.finished(after: seconds))
  }

  private var seconds: Double { (ContinuousClock.now - start).seconds }

  private func report(_ line: ProgressLine) {
    guard !Diagnostics.isQuiet, line.total > 0 else { return }
    if isTerminal {
      // The width is asked for each time: a window may be made smaller meanwhile.
      Diagnostics.show(progress: line.drawn(after: seconds, columns: Diagnostics.columnCount))
    } else {
      Diagnostics.writeLine(line.logged(after: seconds))
    }
  }
}

/// The text of a progress report, apart from clocks and terminals.
package struct ProgressLine: Sendable {
  private let label, unit: String
  /// The number of units.
  package let total: Int
  /// The units that are done, those of an earlier run among them.
  package var done: Int
  /// The units that an earlier run had finished, which say nothing about the speed of this one.
  private let earlier: Int

  /// A report on work that has just begun, or goes on behind `earlier` units.
  package init(_ label: String, total: Int, earlier: Int = 0, unit: String) {
    self.label = label
    self.unit = unit
    self.total = total
    self.earlier = earlier
    done = earlier
  }

  /// The line for a terminal: label, bar, count, rate and time left.
  ///
  /// A line that wraps cannot be drawn again in its place, so that it would fill the screen. Where
  /// columns are few, the bar becomes shorter and then goes, then the count goes, then the end.
  ///
  /// - Parameters:
  ///   - seconds: The time since the beginning of this run.
  ///   - columns: The width of the terminal.
  /// - Returns: Fewer characters than `columns`.
  package func drawn(after seconds: Double, columns: Int) -> String {
    // In the last column, terminals differ in whether the cursor is on the next line already.
    let room = max(0, columns - 1)
    let text = details(after: seconds)
    let barWidth = min(30, room - label.count - text.count - 2)
    if barWidth >= 10 {
      let filled = Int(Double(barWidth) * fraction)
      let bar =
        String(repeating: "█", count: filled) + String(repeating: "░", count: barWidth - filled)
      return "\(label) \(bar) \(text)"
    }
    let shorter = ["\(label): \(text)", "\(label): \(percent), \(left(after: seconds))"]
    return shorter.first { $0.count <= room } ?? String("\(label): \(percent)".prefix(room))
  }

  /// The line for a log.
  package func logged(after seconds: Double) -> String {
    "\(label): \(percent), \(details(after: seconds))"
  }

  /// The line at the end.
  package func finished(after seconds: Double) -> String {
    "\(label): \(counted(done, unit)) in \(duration(seconds)) (\(decimal(rate(after: seconds)))/s)"
  }

  private func details(after seconds: Double) -> String {
    "\(done) of \(counted(total, unit)), \(decimal(rate(after: seconds)))/s, \(left(after: seconds))"
  }

  private var fraction: Double { total > 0 ? min(1, Double(done) / Double(total)) : 1 }

  private var percent: String { "\(Int(100 * fraction)) %" }

  /// Units of this run per second.
  private func rate(after seconds: Double) -> Double {
    // Where the clock has not moved yet, a large rate rather than a division by zero.
    Double(done - earlier) / max(seconds, 1e-9)
  }

  private func left(after seconds: Double) -> String {
    guard done < total else { return "0 s left" }
    let rate = rate(after: seconds)
    // Of a forecast whole seconds are enough.
    return rate > 0
      ? "\(approximateDuration(Double(total - done) / rate)) left" : "time left unknown"
  }
}

extension Duration {
  /// The duration in seconds.
  public var seconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}
