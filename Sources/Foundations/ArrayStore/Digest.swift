internal import COpenSSL
import Glibc

/// The SHA-256 digest of a file, as 64 lower-case hexadecimal digits.
///
/// The file is read piece by piece. The corresponding OpenSSL function is `EVP_DigestUpdate`.
///
/// - Throws: `ArrayStoreError` if the file cannot be read.
public func sha256(ofFile path: String) throws(ArrayStoreError) -> String {
  guard let context = EVP_MD_CTX_new() else { fatalError("no memory for a digest") }
  defer { EVP_MD_CTX_free(context) }
  precondition(EVP_DigestInit_ex(context, EVP_sha256(), nil) == 1, "OpenSSL has no SHA-256")
  do throws(SystemFailure) {
    let file = try FileDescriptor(path, O_RDONLY)
    var piece = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      let count = try file.read(into: &piece)
      guard count > 0 else { break }
      precondition(EVP_DigestUpdate(context, piece, count) == 1, "EVP_DigestUpdate failed")
    }
  } catch {
    throw ArrayStoreError("Cannot read", path, cause: error.cause)
  }
  var digest = [UInt8](repeating: 0, count: 32)
  precondition(EVP_DigestFinal_ex(context, &digest, nil) == 1, "EVP_DigestFinal_ex failed")
  let digits = Array("0123456789abcdef")
  return String(digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
}
