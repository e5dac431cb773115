internal import OneDNN

extension TensorLayout {
  /// The layout that this processor's convolution kernels like: found once by asking oneDNN for an
  /// ordinary convolution's result.
  static let forActivations: TensorLayout = {
    for block in [16, 8] {
      guard let isLiked = try? likes(.blocked(block)), isLiked else { continue }
      return .blocked(block)
    }
    return .plain
  }()

  /// The number of channels that lie together; 1 in plain order.
  var block: Int {
    if case .blocked(let count) = self { return count }
    return 1
  }

  private static func likes(_ layout: TensorLayout) throws -> Bool {
    let map = [1, 64, 8, 8]
    let open = try TensorDescriptor(map, layout: .any)
    let primitive = try Primitive.convolution(
      source: open, weights: TensorDescriptor([64, 64, 3, 3], layout: .any),
      bias: TensorDescriptor([64]), destination: open,
      geometry: WindowGeometry(
        kernel: [3, 3], strides: [1, 1], paddingBefore: [1, 1], paddingAfter: [1, 1]),
      appending: nil)
    return try primitive.destination == TensorDescriptor(map, layout: layout)
  }
}
