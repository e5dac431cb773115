internal import COpenSSL

/// The SHA-256 digest of a text's UTF-8 (FIPS 180-4), as 64 lower-case hexadecimal digits.
///
/// The corresponding OpenSSL function is `EVP_Digest`.
///
/// - Complexity: O(length).
public func sha256(of text: String) -> String {
  let bytes = Array(text.utf8)
  var digest = [UInt8](repeating: 0, count: 32)
  precondition(
    EVP_Digest(bytes, bytes.count, &digest, nil, EVP_sha256(), nil) == 1,
    "OpenSSL has no SHA-256")
  let digits = Array("0123456789abcdef")
  return String(digest.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
}
