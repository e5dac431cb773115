internal import OneDNN

/// How a tensor lies in memory: its layout and the format of its numbers.
struct TensorPlace: Hashable {
  var layout: TensorLayout
  var format: NumberFormat

  /// Row-major `Float`: images, vectors, tokens, and what a caller reads.
  static let plain = TensorPlace(layout: .plain, format: .float32)

  /// For instance `plain`, `blocked 16, bf16`.
  var description: String {
    let order =
      switch layout {
      case .plain: "plain"
      case .blocked(let block): "blocked \(block)"
      case .channelsLast: "channels last"
      case .any: "any"
      }
    return format == .bfloat16 ? order + ", bf16" : order
  }
}
