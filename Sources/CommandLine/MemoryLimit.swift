public import ArgumentParser

/// An amount of memory such as `6G`, `500M` or `1.5GiB`; powers of 1,024.
public struct MemorySize: ExpressibleByArgument, Sendable, CustomStringConvertible {
  /// The bytes.
  public let bytes: Int

  /// An amount in bytes.
  public init(bytes: Int) { self.bytes = bytes }

  /// Reads an amount; nil for anything else.
  public init?(argument: String) {
    var text = argument.uppercased()[...]
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
  @Option(
    help: ArgumentHelp(
      "Refuse to begin if more memory may be needed, for instance 6G.", valueName: "size"))
  var memoryLimit: MemorySize?

  /// Made by the argument parser.
  public init() {}

  /// Says what is forecast, and refuses what does not fit.
  ///
  /// - Parameters:
  ///   - work: What will be done, for instance `neighbours of 100000 × 512`.
  ///   - bytes: The most memory that it takes.
  ///   - seconds: The time that it takes, about.
  ///   - remedy: What takes less memory.
  /// - Throws: `StageError` if that is more than the limit.
  public func admit(_ work: String, bytes: Int, seconds: Double, remedy: String) throws {
    let needed = MemorySize(bytes: bytes)
    if let memoryLimit, memoryLimit.bytes < bytes {
      throw StageError(
        "Cannot begin: \(work) may take \(needed), --memory-limit is \(memoryLimit); \(remedy).")
    }
    Diagnostics.note(
      "forecast: \(work), at most \(needed), about \(approximateDuration(seconds))")
  }
}
