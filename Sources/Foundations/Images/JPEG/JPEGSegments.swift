/// What the marker segments of a JPEG file tell that TurboJPEG does not.
struct JPEGSegments {
  /// Whether Adobe's segment is there: then CMYK colours are stored inverted.
  private(set) var hasAdobeSegment = false

  private let bytes: [UInt8]
  private var firstScan: Int?

  /// Walks over the segments before the first scan (ITU-T T.81, annex B).
  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    var position = 2
    while position + 4 <= bytes.count {
      let marker = bytes[position + 1]
      guard bytes[position] == 0xFF && marker >= 0xC0 && marker != 0xFF else {
        position += 1  // filling between segments
        continue
      }
      guard marker != 0xDA else {
        firstScan = position
        return
      }
      if marker == 0xEE && bytes[(position + 4)...].starts(with: Array("Adobe".utf8)) {
        hasAdobeSegment = true
      }
      position += 2 + max(2, Int(bytes[position + 2]) << 8 | Int(bytes[position + 3]))
    }
  }

  /// Whether an end marker follows the header of the first scan.
  var hasEnd: Bool {
    guard let firstScan else { return false }
    let data = bytes[firstScan...]
    return zip(data, data.dropFirst()).contains { $0 == (0xFF, 0xD9) }
  }
}
