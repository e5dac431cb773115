internal import ArrayStore
internal import Glibc
internal import Synchronization

/// Messages for the person who runs a program: one line each on standard error.
///
/// Standard output is for results alone, so that a script can take the paths of what was made.
public enum Diagnostics {
  private static let quiet = Atomic<Bool>(false)
  private static let screen = Mutex(Screen())

  static var isQuiet: Bool {
    get { quiet.load(ordering: .relaxed) }
    set { quiet.store(newValue, ordering: .relaxed) }
  }

  /// Says what was done or found; nothing with `--quiet`.
  public static func note(_ message: String) {
    if !isQuiet { writeLine(message.printable) }
  }

  /// Says what may be wrong; with `--quiet` too.
  public static func warn(_ message: String) { writeLine("warning: " + message.printable) }

  /// The error, with signs in its words that a terminal would obey written as escapes.
  ///
  /// Errors quote names out of files; the argument parser, which prints them, does not look at what
  /// it prints.
  static func printable(_ error: any Error) -> any Error {
    guard let error = error as? any Error & CustomStringConvertible else { return error }
    let words = error.description
    return words.printable == words ? error : StageError(words.printable)
  }

  /// Writes a line of its own, above the progress line if one is shown.
  static func writeLine(_ line: String) { screen.withLock { write($0.line(line)) } }

  /// Shows a progress line in place of the former one; for terminals.
  static func show(progress line: String) { screen.withLock { write($0.progress(line)) } }

  /// Removes the progress line, before something else writes to the terminal.
  static func clearProgress() { screen.withLock { write($0.clearing()) } }

  /// Whether standard error is a terminal, on which a line can be drawn again.
  static var isTerminal: Bool { isatty(STDERR_FILENO) == 1 }

  /// The columns of the terminal behind standard error; 80 where it does not say.
  static var columnCount: Int {
    var size = winsize()
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }

  /// One call for each message: lines of several threads or programs do not mix then.
  private static func write(_ text: String) {
    guard !text.isEmpty else { return }
    _ = text.withCString { Glibc.write(STDERR_FILENO, $0, strlen($0)) }
  }
}

/// What is sent to a terminal so that lines and one progress line share it.
///
/// The progress line has no line feed behind it: whatever comes next would be written behind it,
/// and clears it first.
package struct Screen: Sendable {
  private var showsProgress = false

  /// To the first column, and erase to the end of the line (ECMA-48: CR, EL).
  private static let erasing = "\r\u{1B}[K"

  /// A screen without a progress line.
  package init() {}

  /// What writes a line that stays.
  package mutating func line(_ text: String) -> String { clearing() + text + "\n" }

  /// What draws a progress line in place of the former one.
  package mutating func progress(_ text: String) -> String {
    showsProgress = true
    return Self.erasing + text
  }

  /// What removes the progress line; nothing where there is none.
  package mutating func clearing() -> String {
    guard showsProgress else { return "" }
    showsProgress = false
    return Self.erasing
  }
}

/// A stage that cannot go on.
public struct StageError: Error, CustomStringConvertible {
  /// One line: what, where, why, and a remedy.
  public let description: String

  /// Makes an error from its one line.
  public init(_ description: String) { self.description = description }

  /// Names the file or the option behind an error of a library, which knows of neither.
  ///
  /// - Parameters:
  ///   - operation: What failed, for instance `Cannot reduce activations.h5`.
  ///   - error: Why; its line follows as a clause of the same sentence.
  public init(_ operation: String, _ error: any Error) {
    let cause = "\(error)"
    // Library errors are sentences of their own: "Cannot add sample 4 to the moments: …".
    let clause = cause.hasPrefix("Cannot ") ? "c" + cause.dropFirst() : cause
    description = "\(operation): \(clause)"
  }
}

/// Whether there is a file of that name that this process may read.
public func fileExists(_ path: String) -> Bool { access(path, R_OK) == 0 }

/// The folder that this program lies in, and the other programs beside it.
///
/// The link is read rather than the first argument, which is a bare name where the program was
/// found through `PATH`.
public func programFolder() -> String {
  var buffer = [CChar](repeating: 0, count: 4096)
  let length = readlink("/proc/self/exe", &buffer, buffer.count - 1)
  let path = String(
    decoding: buffer.prefix(max(0, length)).map(UInt8.init(bitPattern:)), as: UTF8.self)
  return path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
    .joined(separator: "/")
}
