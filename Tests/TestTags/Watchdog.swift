internal import Dispatch
public import Testing

/// Ends the whole test process if the test runs for longer than a minute.
///
/// The trait `.timeLimit` also counts the time for which a test waits for a free thread, minutes in a full run, and
/// cannot end a test that blocks.
public struct Watchdog: TestTrait, TestScoping {
  /// Runs the test, or each case of it.
  public func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @Sendable () async throws -> Void
  ) async throws {
    let end = DispatchWorkItem { fatalError("the test \(test.name) took over a minute") }
    DispatchQueue.global().asyncAfter(deadline: .now() + 60, execute: end)
    defer { end.cancel() }
    try await function()
  }
}

extension Trait where Self == Watchdog {
  /// Ends the whole test process if the test runs for longer than a minute.
  public static var withinAMinute: Self { Watchdog() }
}
