internal import CHDF5

/// A number type that datasets hold: `Float16`, `Float`, `Double`, `Int32` or `UInt8`.
public protocol StoredElement: BitwiseCopyable, Sendable {
  /// The type's representation in the file.
  static var storedType: StoredType { get }
}

/// The number types that datasets hold; all lie little-endian in the file, whatever the machine.
public enum StoredType: Sendable {
  /// IEEE 754 binary16.
  case float16
  /// IEEE 754 binary32.
  case float32
  /// IEEE 754 binary64.
  case float64
  /// A signed 32-bit integer.
  case int32
  /// An unsigned byte.
  case uint8
}

extension Float16: StoredElement {
  /// IEEE 754 binary16; read as `Float`.
  public static var storedType: StoredType { .float16 }
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
  /// The bytes of a number.
  var byteCount: Int {
    switch self {
    case .float16: 2
    case .float32, .int32: 4
    case .float64: 8
    case .uint8: 1
    }
  }

  /// The type's identifier for memory, in this machine's byte order.
  ///
  /// It starts the library, so call it within `call`.
  var inMemory: hid_t {
    switch self {
    case .float16: halfInMemory
    case .float32: hdf5_native_float()
    case .float64: hdf5_native_double()
    case .int32: hdf5_native_int32()
    case .uint8: hdf5_native_uint8()
    }
  }

  /// The type's identifier for the file, little-endian.
  ///
  /// It starts the library, so call it within `call`.
  var inFile: hid_t {
    switch self {
    case .float16: halfInFile
    case .float32: hdf5_stored_float()
    case .float64: hdf5_stored_double()
    case .int32: hdf5_stored_int32()
    case .uint8: hdf5_stored_uint8()
    }
  }
}

// Made once, on first use within `call`, and kept as the library's own types are.
private let halfInMemory = hdf5_make_half(hdf5_native_float())
private let halfInFile = hdf5_make_half(hdf5_stored_float())

/// UTF-8 strings, each padded with zeros to the length of the longest.
///
/// Strings of variable length would lie in a heap of their own, which HDF5 reads without a
/// checksum: a damaged one ends the process.
struct PaddedStrings {
  /// The bytes of all strings, one after the other.
  private(set) var bytes: [UInt8] = []
  /// The length of each in bytes, at least 1 because HDF5 has no type of 0 bytes.
  let byteCount: Int

  /// Pads strings.
  ///
  /// - Throws: `HDF5Failure` if one contains U+0000, which would be read as its end: names come out
  ///   of files of other programs.
  init(_ strings: [String]) throws(HDF5Failure) {
    byteCount = max(1, strings.reduce(0) { max($0, $1.utf8.count) })
    bytes.reserveCapacity(byteCount * strings.count)
    for string in strings {
      guard !string.utf8.contains(0) else {
        throw HDF5Failure(
          cause: "a string contains the character U+0000, which cannot be stored: "
            + "\(string.printable.prefix(100))")
      }
      bytes += string.utf8
      bytes += repeatElement(0, count: byteCount - string.utf8.count)
    }
  }
}
