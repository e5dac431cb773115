internal import Glibc

/// An image that cannot be read or encoded.
public struct ImageError: Error, CustomStringConvertible, Equatable {
  /// The file, or the name given to the bytes.
  public let path: String
  /// What stood in the way.
  public let cause: String
  /// What helps; empty where the cause says it.
  public let remedy: String

  /// Whether the system failed rather than the file: another try may go well, and the image is none
  /// to be left out.
  public let isSystemFault: Bool

  init(_ path: String, cause: String, remedy: String = "") {
    self.path = path
    self.cause = cause
    self.remedy = remedy
    isSystemFault = false
  }

  /// A call of the system that failed.
  init(_ path: String, errorNumber: Int32) {
    self.path = path
    cause = String(cString: strerror(errorNumber))
    // What these tell of lies in the folder, and stays as it is.
    let stays = [ENOENT, EACCES, EPERM, ELOOP, ENAMETOOLONG, ENOTDIR, EISDIR, ENXIO, ENODEV]
    isSystemFault = !stays.contains(errorNumber)
    remedy = isSystemFault ? "run the same command again, which goes on here" : ""
  }

  /// One line: image, cause and remedy.
  public var description: String {
    "Image \(printable(path)): \(printable(cause))" + (remedy.isEmpty ? "" : "; \(remedy)")
  }
}

/// A file's name as text of one line: what would move a terminal's cursor or color it is written as
/// Swift escapes it.
public func printable(_ name: String) -> String {
  String(
    name.unicodeScalars.map { scalar in
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator:
        String(scalar).debugDescription.dropFirst().dropLast()
      default: Substring(String(scalar))
      }
    }.joined())
}
