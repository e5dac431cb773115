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

/// A digest under way.
///
/// OpenSSL fails here only for want of memory or in a build without SHA-256; no caller could go on.
private struct RunningDigest: ~Copyable {
  private let context: OpaquePointer

  init() {
    guard let context = EVP_MD_CTX_new() else { fatalError("no memory for a digest") }
    precondition(EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1, "OpenSSL has no SHA-256")
    self.context = context
  }

  /// Adds the first bytes of a block.
  func add(_ block: [UInt8], count: Int) {
    precondition(EVP_DigestUpdate(context, block, count) == 1, "EVP_DigestUpdate failed")
  }

  /// The digest of all that was added; asked for once.
  func finish() -> String {
    var digest = [UInt8](repeating: 0, count: 32)
    precondition(EVP_DigestFinal_ex(context, &digest, nil) == 1, "EVP_DigestFinal_ex failed")
    let digits = Array("0123456789abcdef")
    return String(digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
  }

  deinit { EVP_MD_CTX_free(context) }
}
