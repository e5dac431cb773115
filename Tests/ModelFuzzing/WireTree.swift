/// A message of protocol buffers taken apart without its schema, so that parts can be exchanged and
/// the lengths around them stay right.
struct WireTree {
  /// The fields, in order.
  var fields: [Field]

  /// One field: its number and its value.
  struct Field {
    var number: UInt64
    var value: Value
  }

  /// A field's value; bytes that look like a message are one.
  indirect enum Value {
    case integer(UInt64)
    case fixed32([UInt8])
    case fixed64([UInt8])
    case bytes([UInt8])
    case message(WireTree)
  }

  /// Takes bytes apart, `nil` when they are no message.
  init?(_ bytes: ArraySlice<UInt8>, depth: Int = 0) {
    fields = []
    var rest = bytes
    while !rest.isEmpty {
      guard let key = Self.varint(&rest), key >> 3 > 0, key >> 3 < 1 << 12 else { return nil }
      let value: Value
      switch key & 7 {
      case 0:
        guard let number = Self.varint(&rest) else { return nil }
        value = .integer(number)
      case 1:
        guard rest.count >= 8 else { return nil }
        value = .fixed64(Array(rest.prefix(8)))
        rest = rest.dropFirst(8)
      case 2:
        guard let length = Self.varint(&rest), length <= UInt64(rest.count) else { return nil }
        let content = rest.prefix(Int(length))
        rest = rest.dropFirst(Int(length))
        let isDeep = depth < 8 && content.count > 1 && content.count < 1 << 20
        if isDeep, let message = WireTree(content, depth: depth + 1) {
          value = .message(message)
        } else {
          value = .bytes(Array(content))
        }
      case 5:
        guard rest.count >= 4 else { return nil }
        value = .fixed32(Array(rest.prefix(4)))
        rest = rest.dropFirst(4)
      default: return nil
      }
      fields.append(Field(number: key >> 3, value: value))
    }
  }

  /// The message as bytes.
  var bytes: [UInt8] {
    var result: [UInt8] = []
    for field in fields {
      func add(_ type: UInt64) { Self.append(field.number << 3 | type, to: &result) }
      func addContent(_ content: [UInt8]) {
        add(2)
        Self.append(UInt64(content.count), to: &result)
        result += content
      }
      switch field.value {
      case .integer(let number):
        add(0)
        Self.append(number, to: &result)
      case .fixed64(let content):
        add(1)
        result += content
      case .fixed32(let content):
        add(5)
        result += content
      case .bytes(let content): addContent(content)
      case .message(let message): addContent(message.bytes)
      }
    }
    return result
  }

  /// The number of messages, this one included.
  var messageCount: Int {
    fields.reduce(1) { count, field in
      if case .message(let message) = field.value { count + message.messageCount } else { count }
    }
  }

  /// Changes the message of an index, counted in order.
  mutating func change(_ index: Int, _ body: (inout WireTree) -> Void) {
    guard index > 0 else { return body(&self) }
    var rest = index - 1
    for place in fields.indices {
      guard case .message(var message) = fields[place].value else { continue }
      let count = message.messageCount
      if rest < count {
        message.change(rest, body)
        fields[place].value = .message(message)
        return
      }
      rest -= count
    }
  }

  /// The message of an index, counted in order.
  func message(_ index: Int) -> WireTree {
    var result = self
    var copy = self
    copy.change(index) { result = $0 }
    return result
  }

  private static func varint(_ bytes: inout ArraySlice<UInt8>) -> UInt64? {
    var result: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      guard let byte = bytes.popFirst() else { return nil }
      if shift < 64 { result |= UInt64(byte & 127) << shift }
      if byte < 128 { return result }
    }
    return nil
  }

  private static func append(_ value: UInt64, to bytes: inout [UInt8]) {
    var rest = value
    while rest > 127 {
      bytes.append(UInt8(rest & 127) | 128)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }
}
