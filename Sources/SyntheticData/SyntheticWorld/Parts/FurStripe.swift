import Drawing

extension Brush {
  /// A stripe of dark fur through three points: broad at the first, pointed at the last.
  func furStripe(
    _ first: SIMD2<Float>, _ second: SIMD2<Float>, _ last: SIMD2<Float>, width: Float,
    _ color: Color
  ) {
    wash(.tapered([first, second, last], from: width, to: width * 0.15), color)
  }
}
