import Randomness

/// A file with some of its bytes changed, removed or repeated.
///
/// - Parameters:
///   - original: The file.
///   - limit: At most so many bytes or ranges are changed.
///   - random: Where the changes come from.
/// - Returns: The damaged file.
func damaged(
  _ original: [UInt8], below limit: Int, using random: inout RandomStream
) -> [UInt8] {
  // Bytes with a meaning: ends of varints, wire types, small and large lengths.
  let telling: [UInt8] = [0, 1, 2, 7, 8, 0x7F, 0x80, 0xFF]
  var bytes = original
  for _ in 0...random.integer(below: limit) {
    let index = random.integer(below: bytes.count)
    switch random.integer(below: 5) {
    case 0: bytes[index] ^= 1 << UInt8(random.integer(below: 8))
    case 1: bytes[index] = telling[random.integer(below: telling.count)]
    case 2: bytes.remove(at: index)
    case 3: bytes.insert(telling[random.integer(below: telling.count)], at: index)
    default:
      let end = min(bytes.count, index + random.integer(below: 40))
      bytes.insert(contentsOf: Array(bytes[index..<end]), at: random.integer(below: index + 1))
    }
  }
  return bytes
}
