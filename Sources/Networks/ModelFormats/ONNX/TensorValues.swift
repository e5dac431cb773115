import FoundationEssentials
import Models
import NeuralNetworks

/// How the numbers of an ONNX tensor are stored (`TensorProto.DataType`).
///
/// Quantized types (8-bit integers, float8, int4), strings and complex numbers are refused: no
/// supported operation computes with them.
enum TensorEncoding {
  case float, float16, bfloat16, double, int32, int64, boolean

  /// The encoding of a type; `nil` for one that is not supported.
  init?(_ type: ONNXTensorProto.DataType) {
    switch type {
    case .float: self = .float
    case .float16: self = .float16
    case .bfloat16: self = .bfloat16
    case .double: self = .double
    case .int32: self = .int32
    case .int64: self = .int64
    case .bool: self = .boolean
    default: return nil
    }
  }

  /// What the elements become: single precision, `Int`, or a truth value.
  ///
  /// Double precision is rounded: the engine computes in single precision.
  var elementType: ElementType {
    switch self {
    case .float, .float16, .bfloat16, .double: .float
    case .int32, .int64: .integer
    case .boolean: .boolean
    }
  }

  /// The size of one number in bytes.
  var size: Int {
    switch self {
    case .boolean: 1
    case .float16, .bfloat16: 2
    case .float, .int32: 4
    case .double, .int64: 8
    }
  }

  /// Decodes little-endian bytes (`raw_data`, external data), which is how exporters store weights.
  func elements(_ bytes: RawSpan) -> ConstantTensor.Elements {
    switch self {
    case .float: .floats(decoded(bytes) { Float(bitPattern: $0) })
    case .float16: .floats(decoded(bytes) { Float(Float16(bitPattern: $0)) })
    case .bfloat16: .floats(decoded(bytes) { (bits: UInt16) in Float(bfloat16: bits) })
    case .double: .floats(decoded(bytes) { Float(Double(bitPattern: $0)) })
    case .int32: .integers(decoded(bytes) { (bits: UInt32) in Int(Int32(bitPattern: bits)) })
    case .int64: .integers(decoded(bytes) { (bits: UInt64) in Int(Int64(bitPattern: bits)) })
    case .boolean: .booleans(decoded(bytes) { (byte: UInt8) in byte != 0 })
    }
  }

  /// Decodes numbers that a tensor lists one by one in a typed field.
  ///
  /// `int32_data` also holds truth values, and half-precision numbers as their bit patterns.
  func elements(listed tensor: ONNXTensorProto) -> ConstantTensor.Elements {
    switch self {
    case .float: .floats(tensor.floatData)
    case .float16:
      .floats(
        // The upper half of each 32-bit field is unused; a damaged file's is dropped rather than
        // trapped on.
        tensor.int32Data.map { Float(Float16(bitPattern: UInt16(truncatingIfNeeded: $0))) })
    case .bfloat16:
      .floats(tensor.int32Data.map { Float(bfloat16: UInt16(truncatingIfNeeded: $0)) })
    case .double: .floats(tensor.doubleData.map { Float($0) })
    case .int32: .integers(tensor.int32Data.map { Int($0) })
    case .int64: .integers(tensor.int64Data.map { Int($0) })
    case .boolean: .booleans(tensor.int32Data.map { $0 != 0 })
    }
  }

  /// How many numbers a tensor lists in the field of this type.
  func listedCount(_ tensor: ONNXTensorProto) -> Int {
    switch self {
    case .float: tensor.floatData.count
    case .double: tensor.doubleData.count
    case .int64: tensor.int64Data.count
    case .float16, .bfloat16, .int32, .boolean: tensor.int32Data.count
    }
  }

  /// Decodes numbers of one width; bytes that do not fill one are left out.
  private func decoded<Bits: FixedWidthInteger & BitwiseCopyable, Element>(
    _ bytes: RawSpan, _ value: (Bits) -> Element
  ) -> [Element] {
    let size = MemoryLayout<Bits>.size
    let count = bytes.byteCount / size
    return [Element](capacity: count) { values in
      for index in 0..<count {
        // A field of a protocol buffer begins at any offset, so loads may not assume an alignment.
        let bits = bytes.unsafeLoadUnaligned(fromByteOffset: index * size, as: Bits.self)
        values.append(value(Bits(littleEndian: bits)))
      }
    }
  }
}

extension Float {
  /// The number of a bfloat16, which is the upper half of a `Float`.
  fileprivate init(bfloat16 bits: UInt16) { self.init(bitPattern: UInt32(bits) << 16) }
}

extension ConstantTensor {
  /// Decodes a tensor of an ONNX file.
  ///
  /// The number of values is compared with the data at hand before anything is allocated.
  ///
  /// - Parameters:
  ///   - tensor: The initializer or attribute.
  ///   - external: The files beside the network.
  ///   - fault: Makes an error of a cause and a remedy.
  /// - Throws: `ModelError` for another type, for dimensions that are negative or of more than 2³¹
  ///   elements, and for data of another size or that cannot be read.
  init(
    _ tensor: ONNXTensorProto, external: inout ExternalData,
    fault: (_ cause: String, _ remedy: String) -> ModelError
  ) throws(ModelError) {
    let again = "export the network again"
    guard let encoding = TensorEncoding(tensor.dataType) else {
      throw fault(
        "its values \(quoted(tensor.name)) are of type \(tensor.dataType), which is not supported",
        "export the network with values of type float, float16, bfloat16, double, int32, int64 or "
          + "bool")
    }
    // Nine are enough to see that there are more than eight.
    let shape = TensorShape(tensor.dims.prefix(9).map { Int($0) })
    guard shape.isReasonable else {
      throw fault(
        "its values \(quoted(tensor.name)) have dimensions \(shape.dimensions), not a valid shape",
        again)
    }
    let count = shape.elementCount
    if tensor.dataLocation == .external || !tensor.externalData.isEmpty {
      let elements = try external.elements(
        of: tensor, encoding: encoding, count: count, fault: fault)
      self.init(shape: shape, elements: elements)
      return
    }
    let raw = tensor.rawData
    let listedCount = encoding.listedCount(tensor)
    // An empty tensor has neither bytes nor numbers, which the second form below covers.
    let isRaw = !raw.isEmpty
    guard isRaw ? listedCount == 0 && raw.count == count * encoding.size : listedCount == count
    else {
      throw fault(
        """
        its values \(quoted(tensor.name)) have dimensions \(shape.dimensions), but \(raw.count) \
        bytes and \(listedCount) numbers
        """, again)
    }
    self.init(
      shape: shape,
      elements: isRaw ? encoding.elements(raw.bytes) : encoding.elements(listed: tensor))
  }
}
