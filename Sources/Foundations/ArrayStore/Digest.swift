internal import COpenSSL
import Glibc

/// The SHA-256 digest of a file (FIPS 180-4), as 64 lower-case hexadecimal digits.
///
/// The file is read in blocks of 1 MiB. The corresponding OpenSSL function is `EVP_DigestUpdate`.
///
/// - Throws: `ArrayStoreError` if the file cannot be read.
/// - Complexity: O(size of the file).
public func sha256(ofFile path: String) throws(ArrayStoreError) -> String {
  let digest = RunningDigest()
  do throws(SystemFailure) {
    let file = try FileDescriptor.regular(path)
    var block = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      let count = try file.read(into: &block)
      guard count > 0 else { break }
      digest.add(block, count: count)
    }
  } catch {
    throw ArrayStoreError("Cannot read", path, cause: error.cause)
  }
  return digest.finish()
}

/// The SHA-256 digest of a text's UTF-8 bytes, as 64 lower-case hexadecimal digits.
public func sha256(of text: String) -> String {
  let digest = RunningDigest()
  let bytes = Array(text.utf8)
  digest.add(bytes, count: bytes.count)
  return digest.finish()
}

/// A SHA-256 digest under way (FIPS 180-4).
///
/// OpenSSL fails here only for want of memory or in a build without SHA-256; no caller could go on.
public struct RunningDigest: ~Copyable {
  private let context: OpaquePointer

  /// Begins the digest of nothing.
  public init() {
    guard let context = EVP_MD_CTX_new() else { fatalError("no memory for a digest") }
    precondition(EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1, "OpenSSL has no SHA-256")
    self.context = context
  }

  /// Adds the first bytes of a block.
  func add(_ block: [UInt8], count: Int) {
    precondition(EVP_DigestUpdate(context, block, count) == 1, "EVP_DigestUpdate failed")
  }

  /// Adds the bytes of elements, little-endian as they lie in a file.
  public func add<Element: StoredElement>(_ elements: [Element]) {
    let status = elements.withUnsafeBytes { EVP_DigestUpdate(context, $0.baseAddress, $0.count) }
    precondition(status == 1, "EVP_DigestUpdate failed")
  }

  /// Adds the UTF-8 bytes of texts, each with a line feed behind it.
  public func add(_ texts: [String]) {
    for text in texts {
      let bytes = Array((text + "\n").utf8)
      add(bytes, count: bytes.count)
    }
  }

  /// The digest of all that was added, 64 lower-case hexadecimal digits; asked for once.
  public func finish() -> String {
    var digest = [UInt8](repeating: 0, count: 32)
    precondition(EVP_DigestFinal_ex(context, &digest, nil) == 1, "EVP_DigestFinal_ex failed")
    let digits = Array("0123456789abcdef")
    return String(digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
  }

  deinit { EVP_MD_CTX_free(context) }
}
