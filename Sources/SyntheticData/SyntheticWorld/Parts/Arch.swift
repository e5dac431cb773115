import Drawing

extension Path {
  /// An upright rectangle that ends in a half circle above: doors, gates, old windows.
  static func arched(_ left: Float, _ top: Float, _ right: Float, _ bottom: Float) -> Path {
    let radius = (right - left) / 2
    var path = arc(left + radius, top + radius, radius, radius, from: 0.5, to: 1)
    path.line(right, bottom)
    path.line(left, bottom)
    path.close()
    return path
  }

  /// A wall between two corners that ends in teeth above.
  static func battlement(
    _ left: Float, _ top: Float, _ right: Float, _ bottom: Float, teeth: Int, depth: Float
  ) -> Path {
    // Teeth and the gaps between them are as wide as each other.
    let step = (right - left) / Float(2 * teeth - 1)
    var points: [SIMD2<Float>] = [[left, bottom]]
    for tooth in 0..<teeth {
      let x = left + step * Float(2 * tooth)
      points += [
        [x, top + depth], [x, top], [x + step, top], [x + step, top + depth],
      ]
    }
    points.append([right, bottom])
    return polygon(points)
  }
}
