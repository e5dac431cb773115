import FoundationEssentials
import NetworkGraphs

/// A constant of the file: its dimensions and its values, row-major.
struct ConstantTensor {
  let dimensions: [Int]
  let values: [Float]

  /// Reads a tensor of float, float16 or double.
  ///
  /// The count of values is compared with the data at hand before anything is allocated.
  ///
  /// - Parameters:
  ///   - tensor: The initializer.
  ///   - limit: The largest count of values.
  ///   - attributes: The node that reads it, for messages.
  /// - Throws: `ModelError` for data elsewhere, of another type, of another count, or not finite.
  init(
    _ tensor: ONNXTensorProto, limit: Int, attributes: borrowing NodeAttributes
  ) throws(ModelError) {
    let name = quoted(tensor.name)
    guard tensor.dataLocation == .default, tensor.externalData.isEmpty else {
      throw attributes.fault(
        "its weights \(name) lie in another file",
        remedy: "save the network as one file (onnx.save with save_as_external_data=False)")
    }
    var count = 1
    var dimensions: [Int] = []
    for dimension in tensor.dims {
      let (product, overflows) = count.multipliedReportingOverflow(by: Int(dimension))
      guard dimension > 0, !overflows, product <= limit else {
        throw attributes.fault(
          "its weights \(name) have dimensions \(tensor.dims.prefix(8)), not of at most "
            + "\(limit) values")
      }
      count = product
      dimensions.append(Int(dimension))
    }
    let values = try Self.values(of: tensor, count: count, attributes)
    guard values.allSatisfy(\.isFinite) else {
      throw attributes.fault("its weights \(name) hold a value that is not a finite number")
    }
    self.dimensions = dimensions
    self.values = values
  }

  private static func values(
    of tensor: ONNXTensorProto, count: Int, _ attributes: borrowing NodeAttributes
  ) throws(ModelError) -> [Float] {
    let raw = tensor.rawData
    let (typedCount, size): (Int, Int)
    switch tensor.dataType {
    case .float: (typedCount, size) = (tensor.floatData.count, 4)
    case .float16: (typedCount, size) = (tensor.int32Data.count, 2)
    case .double: (typedCount, size) = (tensor.doubleData.count, 8)
    default:
      throw attributes.fault(
        "its weights \(quoted(tensor.name)) are of type \(tensor.dataType)",
        remedy: "export the network with weights of type float, float16 or double")
    }
    let isRaw = !raw.isEmpty
    guard isRaw ? typedCount == 0 && raw.count == count * size : typedCount == count else {
      throw attributes.fault(
        """
        its weights \(quoted(tensor.name)) have dimensions \(tensor.dims.prefix(8)), but \
        \(raw.count) bytes and \(typedCount) numbers
        """)
    }
    switch (tensor.dataType, isRaw) {
    case (.float, true): return decoded(raw) { Float(bitPattern: $0) }
    case (.float, false): return tensor.floatData
    case (.float16, true): return decoded(raw) { Float(Float16(bitPattern: $0)) }
    case (.float16, false):
      return tensor.int32Data.map { Float(Float16(bitPattern: UInt16(truncatingIfNeeded: $0))) }
    case (_, true): return decoded(raw) { Float(Double(bitPattern: $0)) }
    case (_, false): return tensor.doubleData.map { Float($0) }
    }
  }

  /// Numbers out of little-endian bytes.
  private static func decoded<Bits: FixedWidthInteger & BitwiseCopyable>(
    _ data: Data, _ value: (Bits) -> Float
  ) -> [Float] {
    let bytes = data.bytes
    let size = MemoryLayout<Bits>.size
    let count = bytes.byteCount / size
    return [Float](capacity: count) { values in
      for index in 0..<count {
        let bits = bytes.unsafeLoadUnaligned(fromByteOffset: index * size, as: Bits.self)
        values.append(value(Bits(littleEndian: bits)))
      }
    }
  }
}
