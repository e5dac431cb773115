internal import Foundation

/// An array of single precision as numpy's `save` writes it: little-endian, row-major.
package struct NumpyArray {
  package let shape: [Int]
  package let elements: [Float]

  package struct FormatError: Error { let cause: String }

  /// Reads a file of format version 1, whose header is the text of a Python dictionary.
  package init(contentsOf path: String) throws {
    let bytes = [UInt8](try Data(contentsOf: URL(filePath: path)))
    guard bytes.count > 10, bytes.starts(with: [0x93] + Array("NUMPY".utf8)), bytes[6] == 1 else {
      throw FormatError(cause: "\(path) is no .npy file of version 1")
    }
    let end = 10 + Int(bytes[8]) + 256 * Int(bytes[9])
    guard end <= bytes.count, (bytes.count - end) % 4 == 0 else {
      throw FormatError(cause: "\(path) is cut off")
    }
    let header = String(decoding: bytes[10..<end], as: UTF8.self)
    guard header.contains("'descr': '<f4'"), header.contains("'fortran_order': False"),
      let sides = header.split(separator: "(").last?.split(separator: ")").first
    else { throw FormatError(cause: "\(path) does not hold row-major little-endian floats") }
    shape = sides.split(separator: ",").compactMap {
      Int($0.trimmingCharacters(in: .whitespaces))
    }
    elements = stride(from: end, to: bytes.count, by: 4).map { place in
      let bits = (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[place + $1]) << (8 * UInt32($1)) }
      return Float(bitPattern: bits)
    }
    guard shape.reduce(1, *) == elements.count else {
      throw FormatError(cause: "\(path) holds \(elements.count) numbers for the shape \(shape)")
    }
  }
}
