internal import FoundationEssentials

/// Numbers as the explorer's page reads them: base64 of little-endian values, `{"f32": "…"}`.
public enum PackedArray: Encodable, Sendable, Equatable {
  /// Numbers of single precision.
  case f32([Float])
  /// Integers.
  case i32([Int32])
  /// Counts and pixels.
  case u32([UInt32])
  /// Indices; 65535 stands for none.
  case u16([UInt16])
  /// Numbers in units of a scale.
  case i8([Int8])
  /// Flags, and numbers in units of a scale.
  case u8([UInt8])

  private enum CodingKeys: String, CodingKey { case f32, i32, u32, u16, i8, u8 }

  /// Writes an object with one key, the type.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    switch self {
    case .f32(let values):
      try container.encode(base64(values.map(\.bitPattern.littleEndian)), forKey: .f32)
    case .i32(let values): try container.encode(base64(values.map(\.littleEndian)), forKey: .i32)
    case .u32(let values): try container.encode(base64(values.map(\.littleEndian)), forKey: .u32)
    case .u16(let values): try container.encode(base64(values.map(\.littleEndian)), forKey: .u16)
    case .i8(let values): try container.encode(base64(values), forKey: .i8)
    case .u8(let values): try container.encode(base64(values), forKey: .u8)
    }
  }

  private func base64<Element: BitwiseCopyable>(_ values: [Element]) -> String {
    values.withUnsafeBytes { Data($0) }.base64EncodedString()
  }
}

extension PackedArray {
  /// The index that stands for none.
  public static let none = UInt16.max

  /// Indices below 65535; what is absent, or larger, is none.
  public static func indices(_ values: some Sequence<Int?>) -> PackedArray {
    .u16(values.map { $0.flatMap { $0 < Int(none) ? UInt16(exactly: $0) : nil } ?? none })
  }

  /// Counts from 0 on; what is below counts as 0.
  public static func counts(_ values: some Sequence<some BinaryInteger>) -> PackedArray {
    .u32(values.map { UInt32(clamping: $0) })
  }
}
