import Glibc
public import Images
public import Matrices

/// A layout as points, coloured by class.
///
/// Where points lie over each other the pixel has the mean of their colours in linear light and gets
/// darker, so that crowded places stay readable. A layout on a line becomes a strip of bars, each
/// divided among its classes. The bytes are the same for any number of threads.
///
/// - Parameters:
///   - layout: The positions, n × 2 or n × 1; rows that are not finite are left out.
///   - classes: The class of each row, below 0 for none; nil gives all one colour. From 60 classes on
///     colours repeat.
///   - side: The pixels of a side, at most 16,384.
/// - Returns: A picture of side × side; for n × 1 a third as high.
/// - Complexity: O(n + side²), with 16 bytes a pixel.
public func classPicture(_ layout: Matrix, classes: [Int32]?, side: Int) -> RGBImage {
  checkArguments(layout, side)
  precondition(
    classes.map { $0.count == layout.rowCount } ?? true,
    "\(layout.rowCount) classes expected, got \(classes?.count ?? 0)")
  // The first place is for rows of no class.
  let palette = (-1..<Int32(ClassPalette.count)).map(ClassPalette.linear)
  let slots = classes?.map { $0 < 0 ? 0 : 1 + Int($0) % ClassPalette.count }
  let background = SIMD3(repeating: linear(0.985))
  guard layout.columnCount > 1 else {
    let bars = LayoutBars(layout, side: side, groupCount: palette.count) { slots?[$0] ?? 1 }
    return bars.picture(background: background) { _, group in palette[group] }
  }
  let splat = PointSplat(layout, side: side) { palette[slots?[$0] ?? 1] }
  let median = splat.medianCount()
  return picture(width: side, height: side) { pixel in
    let sum = splat.sums[pixel]
    guard sum.w > 0 else { return background }
    // Half of the covered pixels are opaque to 5/6 and more; a point alone never vanishes.
    let opacity = 1 - expf(-sum.w * max(0.45, 1.8 / median))
    let shade = min(max(1.08 - 0.1 * log2f(sum.w / median), 0.6), 1.1)
    let color = SIMD3(sum.x, sum.y, sum.z) / sum.w * shade
    return background + (color - background) * opacity
  }
}
