/// Fades an icon to grey towards its edge.
///
/// The published icons fade by themselves, since their transforms seldom show the network an icon's
/// edge. Here the fading is part of the image that is optimised, so that what a cell is about gathers
/// in its middle, neighbours in the atlas stay apart, and the network still sees all of the icon.
package struct Vignette: Sendable {
  /// What is left of the colours at each pixel, 1 in the middle; row-major.
  private let weights: [Float]
  private let gray: Float = 0.5

  /// Makes a vignette.
  ///
  /// The weight is 1 up to 0.75 of the way from the middle to the edges and falls smoothly to
  /// 1 − strength at 1.25 of it, short of the corners.
  package init(side: Int, strength: Float) {
    let middle = Float(side - 1) / 2
    let (inner, outer): (Float, Float) = (0.75, 1.25)
    weights = (0..<side * side).map { index in
      let x = (Float(index % side) - middle) / middle
      let y = (Float(index / side) - middle) / middle
      let radius = (x * x + y * y).squareRoot()
      let place = min(1, max(0, (radius - inner) / (outer - inner)))
      return 1 - strength * place * place * (3 - 2 * place)
    }
  }

  /// Fades three planes of values in 0…1.
  package func apply(to colors: [Float], into faded: inout [Float]) {
    for channel in 0..<3 {
      let start = channel * weights.count
      for pixel in weights.indices {
        faded[start + pixel] = gray + weights[pixel] * (colors[start + pixel] - gray)
      }
    }
  }

  /// Pulls the gradient of the faded planes back to the colours, in place; the adjoint of the linear
  /// part of `apply`.
  package func pullback(_ gradient: inout [Float]) {
    for channel in 0..<3 {
      let start = channel * weights.count
      for pixel in weights.indices { gradient[start + pixel] *= weights[pixel] }
    }
  }
}
