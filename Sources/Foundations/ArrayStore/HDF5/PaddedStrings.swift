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
