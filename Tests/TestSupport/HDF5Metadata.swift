import Randomness

/// The metadata of an HDF5 file that carry checksums, and changes of them whose checksums are right.
///
/// A changed byte alone is found by its checksum; with a right one the library believes what it
/// reads. Blocks are found by their signatures and by looking for the length at which the checksum
/// fits, so that the format of each kind of block need not be known.
public struct HDF5Metadata {
  /// A block: where it begins and ends, and where its checksum lies.
  private struct Block {
    let bytes: Range<Int>
    let checksum: Int

    /// The checksum of the block's bytes: those before it, or, where it lies among them, all, with
    /// zeros in its place.
    func value(in file: [UInt8]) -> UInt32 {
      guard checksum < bytes.upperBound else { return lookup3(file[bytes]) }
      var part = Array(file[bytes])
      for index in 0..<4 { part[checksum - bytes.lowerBound + index] = 0 }
      return lookup3(part[...])
    }
  }

  private let file: [UInt8]
  private let blocks: [Block]

  /// The number of blocks that were found.
  public var blockCount: Int { blocks.count }

  /// Finds the blocks of a file.
  ///
  /// - Complexity: O(blocks · 4096²).
  public init(of file: [UInt8]) {
    let signatures = [
      "\u{89}HDF", "OHDR", "OCHK", "FRHP", "FHIB", "BTHD", "BTIN", "BTLF", "EAHD", "EAIB", "EASB",
      "EADB", "FAHD", "FADB", "FSHD", "FSSE",
    ].map { $0.unicodeScalars.map { UInt8($0.value) } }
    var blocks: [Block] = []
    for start in 0..<max(0, file.count - 8) {
      let signature = Array(file[start..<start + 4])
      if signature == Array("FHDB".utf8) {
        blocks += Self.heapBlock(at: start, in: file)
      } else if signatures.contains(signature) {
        blocks += Self.block(at: start, in: file)
      }
    }
    self.file = file
    self.blocks = blocks
  }

  private static func stored(_ offset: Int, in file: [UInt8]) -> UInt32 {
    (0..<4).reduce(0) { $0 | UInt32(file[offset + $1]) << UInt32(8 * $1) }
  }

  /// The block at a signature, whose checksum follows it.
  private static func block(at start: Int, in file: [UInt8]) -> [Block] {
    let longest = min(start + 4096, file.count - 4)
    guard start + 8 < longest else { return [] }
    for end in start + 8...longest where lookup3(file[start..<end]) == stored(end, in: file) {
      return [Block(bytes: start..<end, checksum: end)]
    }
    return []
  }

  /// The block of a heap, whose checksum lies behind its signature, version and two addresses.
  private static func heapBlock(at start: Int, in file: [UInt8]) -> [Block] {
    for size in (8...16).map({ 1 << $0 }) where start + size <= file.count {
      // The address in the heap has as many bytes as the heap's sizes need.
      for checksum in [start + 15, start + 16, start + 17, start + 18, start + 21] {
        let block = Block(bytes: start..<start + size, checksum: checksum)
        if block.value(in: file) == stored(checksum, in: file) { return [block] }
      }
    }
    return []
  }

  /// The file with one to three changes of its metadata, and right checksums.
  public func changed(seed: UInt64, index: Int) -> [UInt8] {
    var random = RandomStream(seed: seed, purpose: .evaluation, item: index)
    var file = self.file
    var changed: Set<Int> = []
    for _ in 0...random.integer(below: 3) {
      let number = random.integer(below: blocks.count)
      let block = blocks[number]
      changed.insert(number)
      let offset =
        block.bytes.lowerBound + 4 + random.integer(below: block.bytes.count - 4)
      change(&file, at: offset, within: block.bytes, &random)
    }
    for number in changed {
      let block = blocks[number]
      let value = block.value(in: file)
      for index in 0..<4 {
        file[block.checksum + index] = UInt8(truncatingIfNeeded: value >> UInt32(8 * index))
      }
    }
    return file
  }

  private func change(
    _ file: inout [UInt8], at offset: Int, within block: Range<Int>, _ random: inout RandomStream
  ) {
    let edges: [UInt8] = [0, 1, 2, 0x7F, 0x80, 0xFE, 0xFF]
    switch random.integer(below: 5) {
    case 0: file[offset] = UInt8(random.integer(below: 256))
    case 1: file[offset] = edges[random.integer(below: edges.count)]
    case 2: file[offset] ^= 1 << UInt8(random.integer(below: 8))
    case 3: file[offset] = random.integer(below: 2) == 0 ? file[offset] &+ 1 : file[offset] &- 1
    default:
      // A size or an address as a whole.
      let count = [2, 4, 8][random.integer(below: 3)]
      let value = edges[random.integer(below: edges.count)]
      for index in offset..<min(offset + count, block.upperBound) { file[index] = value }
    }
  }
}

/// Jenkins' hash lookup3 (2006, http://burtleburtle.net/bob/c/lookup3.c), HDF5's checksum.
private func lookup3(_ bytes: ArraySlice<UInt8>) -> UInt32 {
  func rotated(_ value: UInt32, _ count: UInt32) -> UInt32 {
    value << count | value >> (32 - count)
  }
  let initial = 0xDEAD_BEEF &+ UInt32(truncatingIfNeeded: bytes.count)
  var (a, b, c) = (initial, initial, initial)
  var rest = bytes
  func word(_ index: Int) -> UInt32 {
    (0..<4).reduce(0) { sum, byte in
      let place = rest.startIndex + 4 * index + byte
      return place < rest.endIndex ? sum | UInt32(rest[place]) << UInt32(8 * byte) : sum
    }
  }
  while rest.count > 12 {
    a &+= word(0)
    b &+= word(1)
    c &+= word(2)
    a = (a &- c) ^ rotated(c, 4)
    c &+= b
    b = (b &- a) ^ rotated(a, 6)
    a &+= c
    c = (c &- b) ^ rotated(b, 8)
    b &+= a
    a = (a &- c) ^ rotated(c, 16)
    c &+= b
    b = (b &- a) ^ rotated(a, 19)
    a &+= c
    c = (c &- b) ^ rotated(b, 4)
    b &+= a
    rest = rest.dropFirst(12)
  }
  guard !rest.isEmpty else { return c }
  a &+= word(0)
  b &+= word(1)
  c &+= word(2)
  c = (c ^ b) &- rotated(b, 14)
  a = (a ^ c) &- rotated(c, 11)
  b = (b ^ a) &- rotated(a, 25)
  c = (c ^ b) &- rotated(b, 16)
  a = (a ^ c) &- rotated(c, 4)
  b = (b ^ a) &- rotated(a, 14)
  c = (c ^ b) &- rotated(b, 24)
  return c
}
