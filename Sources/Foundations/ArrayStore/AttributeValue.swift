/// A small value that describes a file, a group or a dataset.
public enum AttributeValue: Sendable, Equatable {
  /// A UTF-8 string.
  case string(String)
  /// A 64-bit integer.
  case integer(Int)
  /// A double-precision number.
  case number(Double)
  /// A list of UTF-8 strings.
  case strings([String])
  /// A list of double-precision numbers.
  case numbers([Double])
}
