import FoundationEssentials
import NeuralNetworks

extension ConstantTensor {
  /// Decodes a constant of a GraphDef (`TensorProto`).
  ///
  /// Values are stored as bytes (`tensor_content`), or as a list whose last number fills the rest
  /// of the shape (an empty one: zeros). The number of values is compared with the data at hand and
  /// the limit before anything is allocated.
  ///
  /// - Parameters:
  ///   - tensor: The constant.
  ///   - limit: The largest number of values.
  /// - Throws: `GraphDefFault`, without the node's name, for another type, unknown dimensions, or
  ///   data of another size.
  /// - Complexity: O(elements).
  init(_ tensor: TFTensorProto, limit: Int) throws(GraphDefFault) {
    var count = 1
    var dimensions: [Int] = []
    for dimension in tensor.tensorShape.dim {
      let size = Int(dimension.size)
      // Checked at every step, as a size of 0 further on would hide a product that is too large.
      let (product, overflows) = count.multipliedReportingOverflow(by: size)
      guard size >= 0, size <= 1 << 31, !overflows, dimensions.count < 8, product <= limit else {
        throw GraphDefFault(
          "its constant has dimensions \(tensor.tensorShape.dim.prefix(9).map(\.size)), not of at "
            + "most \(limit) values")
      }
      count = product
      dimensions.append(size)
    }
    let shape = TensorShape(dimensions)
    guard !tensor.tensorShape.unknownRank, shape.isReasonable else {
      throw GraphDefFault("the dimensions of its constant are not known")
    }
    let source = Source(tensor: tensor, count: count)
    let elements: Elements
    switch tensor.dtype {
    case .dtFloat: elements = .floats(try source.values(tensor.floatVal, Float.init(bitPattern:)))
    case .dtDouble:
      elements = .floats(
        try source.values(tensor.doubleVal.map { Float($0) }) { (bits: UInt64) in
          Float(Double(bitPattern: bits))
        })
    case .dtHalf:
      elements = .floats(
        try source.values(
          tensor.halfVal.map { Float(Float16(bitPattern: UInt16(truncatingIfNeeded: $0))) }
        ) { (bits: UInt16) in Float(Float16(bitPattern: bits)) })
    case .dtBfloat16:
      elements = .floats(
        try source.values(
          tensor.halfVal.map { Float(bitPattern: UInt32(UInt16(truncatingIfNeeded: $0)) << 16) }
        ) { (bits: UInt16) in Float(bitPattern: UInt32(bits) << 16) })
    case .dtInt64:
      elements = .integers(
        try source.values(tensor.int64Val.map { Int($0) }) { (bits: Int64) in Int(bits) })
    case .dtInt32: elements = .integers(try source.integers { (bits: Int32) in Int(bits) })
    case .dtInt16: elements = .integers(try source.integers { (bits: Int16) in Int(bits) })
    case .dtInt8: elements = .integers(try source.integers { (bits: Int8) in Int(bits) })
    case .dtUint16: elements = .integers(try source.integers { (bits: UInt16) in Int(bits) })
    case .dtUint8: elements = .integers(try source.integers { (bits: UInt8) in Int(bits) })
    case .dtBool:
      elements = .booleans(try source.values(tensor.boolVal) { (bits: UInt8) in bits != 0 })
    default: throw GraphDefFault("its constant is of type \(tensor.dtype), which is not supported")
    }
    self.init(shape: shape, elements: elements)
  }
}

/// The values of a constant, as bytes or as a list.
private struct Source {
  let tensor: TFTensorProto
  let count: Int

  /// The numbers of `int_val`, which all integers of at most 32 bits share.
  func integers<Bits: FixedWidthInteger & BitwiseCopyable>(
    _ value: (Bits) -> Int
  ) throws(GraphDefFault) -> [Int] {
    try values(tensor.intVal.map { Int($0) }, value)
  }

  /// Decodes the values of a list, or of little-endian bytes.
  ///
  /// - Parameters:
  ///   - list: The numbers of the field that belongs to the type.
  ///   - value: Converts the bits of one number.
  /// - Returns: As many values as the shape has.
  /// - Throws: `GraphDefFault` for another number of bytes, both bytes and a list, or a list that
  ///   is longer than the shape.
  func values<Value: Defaultable, Bits: FixedWidthInteger & BitwiseCopyable>(
    _ list: [Value], _ value: (Bits) -> Value
  ) throws(GraphDefFault) -> [Value] {
    let bytes = tensor.tensorContent
    guard bytes.isEmpty else {
      let size = MemoryLayout<Bits>.size
      guard list.isEmpty, bytes.count == count * size else {
        throw GraphDefFault("its constant has \(bytes.count) bytes for \(count) values")
      }
      let span = bytes.bytes
      return [Value](capacity: count) { values in
        for index in 0..<count {
          let bits = span.unsafeLoadUnaligned(fromByteOffset: index * size, as: Bits.self)
          values.append(value(Bits(littleEndian: bits)))
        }
      }
    }
    guard list.count <= count else {
      throw GraphDefFault("its constant has \(list.count) numbers for \(count) values")
    }
    // A list of one number stands for a tensor filled with it: TensorFlow compresses such
    // constants.
    guard list.count < count else { return list }
    return list + [Value](repeating: list.last ?? Value(), count: count - list.count)
  }
}

/// A type whose `init()` is zero or false.
private protocol Defaultable { init() }
extension Float: Defaultable {}
extension Int: Defaultable {}
extension Bool: Defaultable {}
