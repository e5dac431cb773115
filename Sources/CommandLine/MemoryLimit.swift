public import ArgumentParser

/// An amount of memory such as `6G`, `500M` or `1.5GiB`; powers of 1,024.
public struct MemorySize: Sendable, CustomStringConvertible {
  /// The bytes.
  public let bytes: Int

  /// An amount in bytes.
  public init(bytes: Int) { self.bytes = bytes }

  /// Reads an amount; nil for anything else.
  public init?(_ text: String) {
    var text = text.uppercased()[...]
    for suffix in ["IB", "B"] where text.hasSuffix(suffix) {
      text = text.dropLast(suffix.count)
      break
    }
    let units: [Character: Double] = ["K": 0x1p10, "M": 0x1p20, "G": 0x1p30, "T": 0x1p40]
    var unit = 1.0
    if let last = text.last, let factor = units[last] {
      unit = factor
      text = text.dropLast()
    }
    // Below 2⁶⁰ bytes, so that sums of a few amounts stay within an integer.
    guard let number = Double(text), number > 0, number * unit < 0x1p60 else { return nil }
    bytes = Int(number * unit)
  }

  /// In the largest unit that leaves at least 1: `5.2 GiB`.
  public var description: String {
    for (name, unit) in [("GiB", 0x1p30), ("MiB", 0x1p20)] where Double(bytes) >= unit {
      return "\(decimal(Double(bytes) / unit)) \(name)"
    }
    return "\(bytes) bytes"
  }
}

/// `--memory-limit`, and the forecast that it is held against.
public struct MemoryArguments: ParsableArguments {
  @OptionGroup var settings: Settings<MemorySettings>

  /// Made by the argument parser.
  public init() {}

  /// Says what is forecast, and refuses what does not fit.
  ///
  /// It is asked before the work: the system would kill a process that runs out of memory after
  /// hours, without a word.
  ///
  /// - Parameters:
  ///   - work: What will be done, for instance `neighbors of 100000 × 512`.
  ///   - bytes: The most memory that it takes, an upper bound.
  ///   - seconds: The time that it takes, about; it is for the reader and refuses nothing.
  ///   - remedy: What takes less memory.
  /// - Throws: `StageError` if that is more than the limit.
  public func admit(_ work: String, bytes: Int, seconds: Double, remedy: String) throws {
    let needed = MemorySize(bytes: bytes)
    if let limit = settings.parameters.limit, limit.bytes < bytes {
      throw StageError(
        "Cannot begin: \(work) may take \(needed), --memory-limit is \(limit); \(remedy).")
    }
    Diagnostics.note(
      "forecast: \(work), at most \(needed), about \(approximateDuration(seconds))")
  }
}

/// The limit on memory.
public enum MemorySettings: SettingsTable {
  /// The most memory that may be needed; nil for no limit.
  public struct Parameters: Sendable {
    var limit: MemorySize?
  }

  /// No limit.
  public static var defaults: Parameters { Parameters() }

  /// The limit.
  public static let settings = [
    Setting(
      "memory-limit", \Parameters.limit,
      .custom(
        "an amount such as 6G", text: { $0.map { "\($0.bytes)" } ?? "" },
        parse: { text in MemorySize(text).map { .some($0) } }),
      make: "MEMORY_LIMIT", role: .operates,
      "Most memory that may be needed; what may need more does not begin")
  ]
}
