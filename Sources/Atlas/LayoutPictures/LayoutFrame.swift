import Matrices
import Numerics

/// Where positions of a layout lie in a square picture: as large as fits, as wide as high, y upwards.
struct LayoutFrame {
  private let center: SIMD2<Double>
  private let scale: Double
  private let side: Double

  /// The share of the picture left free at each edge.
  static let margin = 0.03

  /// Fits all finite positions of a layout into a picture.
  init(_ layout: Matrix, side: Int) {
    var box = BoundingBox()
    for row in 0..<layout.rowCount {
      if let position = finitePosition(row, in: layout) { box.include(position) }
    }
    // In double precision no difference of two floats overflows.
    let (low, high) = (SIMD2<Double>(box.low), SIMD2<Double>(box.high))
    let extent = box.isEmpty ? 0 : (high - low).max()
    center = box.isEmpty ? .zero : low + (high - low) / 2
    scale = extent > 0 ? Double(side) * (1 - 2 * Self.margin) / extent : 0
    self.side = Double(side)
  }

  /// A row's place in the picture in pixels, nil if its position is not finite.
  func place(of row: Int, in layout: Matrix) -> SIMD2<Float>? {
    guard let position = finitePosition(row, in: layout) else { return nil }
    let offset = (SIMD2<Double>(position) - center) * scale
    return SIMD2(Float(side / 2 + offset.x), Float(side / 2 - offset.y))
  }
}

/// A row's position, with y = 0 in a layout on a line; nil if it is not finite.
func finitePosition(_ row: Int, in layout: Matrix) -> SIMD2<Float>? {
  let x = layout[row, 0]
  let y = layout.columnCount > 1 ? layout[row, 1] : 0
  return x.isFinite && y.isFinite ? SIMD2(x, y) : nil
}
