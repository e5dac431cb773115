internal import Glibc
internal import Synchronization

/// The wish of whoever runs a program that it ends soon: SIGTERM, as a batch system sends it before it takes a job's
/// processors away.
///
/// A stage that keeps what it has finished asks between the parts of its work, finishes what is in hand, and ends with
/// `Interrupted`. Other stages end at once, as they would anyway. A second SIGTERM ends every program at once.
public enum Interruption {
  private static let requested = Atomic<Bool>(false)

  /// Whether the program should end soon.
  public static var isRequested: Bool { requested.load(ordering: .relaxed) }

  /// Does work that asks whether it should end.
  ///
  /// - Throws: What the work throws.
  public static func heeding<Result>(_ work: () throws -> Result) rethrows -> Result {
    var action = sigaction()
    // The flag alone is set: little else may be done in a signal's handler (POSIX.1, 2.4.3).
    action.__sigaction_handler.sa_handler = { _ in
      Interruption.requested.store(true, ordering: .relaxed)
    }
    action.sa_flags = Int32(SA_RESTART) | Int32(bitPattern: UInt32(SA_RESETHAND))
    var former = sigaction()
    sigaction(SIGTERM, &action, &former)
    // Whoever started the program may have blocked the signal, which programs inherit.
    var signals = sigset_t()
    sigemptyset(&signals)
    sigaddset(&signals, SIGTERM)
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
    // Without a handler again, a SIGTERM that comes now ends the process.
    defer { if !isRequested { sigaction(SIGTERM, &former, nil) } }
    return try work()
  }

  /// Ends the work here if that is wished.
  ///
  /// - Parameter program: What is interrupted, for the message.
  /// - Throws: `Interrupted`.
  public static func check(_ program: String) throws(Interrupted) {
    if isRequested { throw Interrupted(program) }
  }
}

/// A stage that was asked to end, and keeps what it has finished.
///
/// The program's exit status is then 75 (`EX_TEMPFAIL` of sysexits.h): the same command goes on behind it.
public struct Interrupted: Error, CustomStringConvertible {
  /// One line.
  public let description: String

  /// The error of a program that ends early.
  public init(_ program: String) {
    description =
      "\(program): interrupted; what is finished is kept, and the same command goes on behind it"
  }
}
