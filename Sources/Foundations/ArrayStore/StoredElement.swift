internal import CHDF5

/// A number that datasets hold: `Float`, `Double`, `Int32` or `UInt8`.
public protocol StoredElement: BitwiseCopyable, Sendable {
  /// Which of the four kinds of numbers it is.
  static var storedType: StoredType { get }
}

/// The kinds of numbers that datasets hold; all lie little-endian in the file.
public enum StoredType: Sendable {
  /// IEEE 754 binary32.
  case float32
  /// IEEE 754 binary64.
  case float64
  /// A signed 32-bit integer.
  case int32
  /// An unsigned byte.
  case uint8
}

extension Float: StoredElement {
  /// IEEE 754 binary32.
  public static var storedType: StoredType { .float32 }
}

extension Double: StoredElement {
  /// IEEE 754 binary64.
  public static var storedType: StoredType { .float64 }
}

extension Int32: StoredElement {
  /// A signed 32-bit integer.
  public static var storedType: StoredType { .int32 }
}

extension UInt8: StoredElement {
  /// An unsigned byte.
  public static var storedType: StoredType { .uint8 }
}

extension StoredType {
  /// The type's identifier for memory; starts the library, so call it within `call`.
  var inMemory: hid_t {
    switch self {
    case .float32: hdf5_native_float()
    case .float64: hdf5_native_double()
    case .int32: hdf5_native_int32()
    case .uint8: hdf5_native_uint8()
    }
  }

  /// The type's identifier for the file; starts the library, so call it within `call`.
  var inFile: hid_t {
    switch self {
    case .float32: hdf5_stored_float()
    case .float64: hdf5_stored_double()
    case .int32: hdf5_stored_int32()
    case .uint8: hdf5_stored_uint8()
    }
  }
}

/// Strings of UTF-8, each filled up with zeros to the length of the longest.
///
/// Strings of variable length would lie in a heap of their own, which HDF5 reads without a checksum:
/// a damaged one ends the process.
struct PaddedStrings {
  /// The bytes of all strings, one after the other.
  private(set) var bytes: [UInt8] = []
  /// The length of each, at least 1.
  let byteCount: Int

  /// Fills up strings, none of which contains U+0000.
  init(_ strings: [String]) {
    byteCount = max(1, strings.reduce(0) { max($0, $1.utf8.count) })
    bytes.reserveCapacity(byteCount * strings.count)
    for string in strings {
      precondition(!string.utf8.contains(0), "a string contains U+0000: \(string)")
      bytes += string.utf8
      bytes += repeatElement(0, count: byteCount - string.utf8.count)
    }
  }
}
