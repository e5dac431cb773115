import Matrices

/// Where positions of a layout lie in a square picture: as large as fits, as wide as high, y upwards.
struct LayoutFrame {
  private let center: SIMD2<Double>
  private let scale: Double
  private let side: Double

  /// The share of the picture left free at each edge.
  static let margin = 0.03

  /// Fits all finite positions of a layout into a picture.
  init(_ layout: Matrix, side: Int) {
    var low = SIMD2(repeating: Double.infinity)
    var high = -low
    for row in 0..<layout.rowCount {
      guard let position = finitePosition(row, in: layout) else { continue }
      low = pointwiseMin(low, position)
      high = pointwiseMax(high, position)
    }
    let isEmpty = low.x > high.x
    let extent = isEmpty ? 0 : (high - low).max()
    center = isEmpty ? .zero : low + (high - low) / 2
    scale = extent > 0 ? Double(side) * (1 - 2 * Self.margin) / extent : 0
    self.side = Double(side)
  }

  /// A row's place in the picture in pixels, nil if its position is not finite.
  func place(of row: Int, in layout: Matrix) -> SIMD2<Float>? {
    guard let position = finitePosition(row, in: layout) else { return nil }
    let offset = (position - center) * scale
    return SIMD2(Float(side / 2 + offset.x), Float(side / 2 - offset.y))
  }
}

/// A row's position, with y = 0 in a layout on a line; nil if it is not finite.
func finitePosition(_ row: Int, in layout: Matrix) -> SIMD2<Double>? {
  let x = layout[row, 0]
  let y = layout.columnCount > 1 ? layout[row, 1] : 0
  return x.isFinite && y.isFinite ? SIMD2(Double(x), Double(y)) : nil
}
