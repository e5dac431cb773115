internal import Glibc
internal import Synchronization

/// Messages for the person who runs a program: one line each on standard error.
public enum Diagnostics {
  private static let quiet = Atomic<Bool>(false)

  static var isQuiet: Bool {
    get { quiet.load(ordering: .relaxed) }
    set { quiet.store(newValue, ordering: .relaxed) }
  }

  /// Says what was done or found.
  public static func note(_ message: String) {
    if !isQuiet { writeLine(message) }
  }

  /// Says what may be wrong.
  public static func warn(_ message: String) { writeLine("warning: " + message) }

  static func writeLine(_ line: String) { write(line + "\n") }

  static func write(_ text: String) {
    _ = text.withCString { Glibc.write(STDERR_FILENO, $0, strlen($0)) }
  }
}

/// A stage that cannot go on.
public struct StageError: Error, CustomStringConvertible {
  /// One line: what, where, why, and a remedy.
  public let description: String

  /// Makes an error from its one line.
  public init(_ description: String) { self.description = description }
}

/// Whether there is a file of that name that this process may read.
public func fileExists(_ path: String) -> Bool { access(path, R_OK) == 0 }

/// The folder that this program lies in, and the other programs beside it.
public func programFolder() -> String {
  var buffer = [CChar](repeating: 0, count: 4096)
  let length = readlink("/proc/self/exe", &buffer, buffer.count - 1)
  let path = String(
    decoding: buffer.prefix(max(0, length)).map(UInt8.init(bitPattern:)), as: UTF8.self)
  return path.split(separator: "/", omittingEmptySubsequences: false).dropLast()
    .joined(separator: "/")
}
